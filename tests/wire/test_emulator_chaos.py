"""Does the emulator itself stay sound whatever people, applications and faults do?"""

import random

import pytest
from twilio.base.exceptions import TwilioRestException
from wire.emulator_town import APP, BASE, LINE, Town

from emulator import FaultPlan

DOCUMENTS = [
    "<Say>Hello</Say><Pause length='3'/>",
    "<Gather numDigits='1' timeout='3' action='/any'><Say>Press a key</Say></Gather>",
    "<Enqueue waitUrl='/wait' action='/any'>crisis</Enqueue>",
    "<Enqueue waitUrl=''>crisis</Enqueue><Say>next</Say>",
    "<Dial action='/any' timeout='8'><Number url='/screen'>+13145550160</Number></Dial>",
    "<Dial><Number>+13145550160</Number><Number>+13145550161</Number><Client>ana</Client></Dial>",
    "<Dial answerOnBridge='true' sequential='true'><Number>+13145550160</Number><Client>ana</Client></Dial>",
    "<Dial timeout='9' hangupOnStar='true'><Queue url='/screen'>crisis</Queue></Dial><Hangup/>",
    "<Dial action='/any' timeLimit='20'><Conference endConferenceOnExit='true'>room</Conference></Dial>",
    "<Dial><Conference participantLabel='x' waitUrl='/wait' statusCallback='/event'>room</Conference></Dial>",
    "<Redirect>/any</Redirect>",
    "<Leave/><Say>not in a queue</Say>",
    "<Reject/>",
    "",
]
WAITS = [
    "<Say>Stay</Say><Pause length='2'/>",
    "<Gather numDigits='1' action='/leave'><Say>One to leave</Say></Gather>",
    "<Leave/>",
    "<Say>x</Say><Redirect>/wait</Redirect>",
]


class Chaos(Town):
    """A town whose application answers at random and whose people do as they please."""

    def __init__(self, seed):
        super().__init__(seed=seed, faults=FaultPlan.of_seed(seed, 0.05), calls_per_second=5)
        self.dice = random.Random(seed)
        self.on("/leave", "<Leave/>")
        self.on("/event", "<Response/>")
        self.on("/screen", lambda _: self.dice.choice(["<Response/>", "<Hangup/>", "<Pause/>"]))
        self.on("/wait", lambda _: self.dice.choice(WAITS))
        for path in ("/voice", "/any", "/desk"):
            self.on(path, lambda _: self.dice.choice(DOCUMENTS))
        self.emulator.numbers[LINE].voice.voice_fallback_url = f"{BASE}/any"
        self.phones = [self.emulator.phone(f"+1314555016{n}") for n in range(4)]
        self.softphones = [self.emulator.softphone("ana"), self.emulator.softphone("ben")]

    def acts(self):
        """One thing happens somewhere."""
        person = self.dice.choice([*self.phones, *self.softphones])
        live = list(self.emulator.live.values())
        leg = self.dice.choice(live) if live else None
        choice = self.dice.randrange(12)
        if choice <= 2 and not person.is_ringing and not person.in_call:
            person.dials(LINE) if person in self.phones else person.connects(APP)
        elif choice == 3:
            person.answers(after=self.dice.uniform(0, 5)).then_presses("1*#", after=1)
        elif choice == 4:
            self.dice.choice([person.is_busy, person.never_answers, person.rejects])()
        elif choice == 5 and person.legs:
            person.hangs_up()
        elif choice == 6 and leg is not None:
            leg.press(self.dice.choice("123*#"))
        elif choice >= 7:
            self.over_rest(leg, choice)

    def over_rest(self, leg, choice):
        client = self.client
        try:
            if choice == 7 and leg is not None:
                client.calls(leg.sid).update(url=f"{BASE}/any")
            elif choice == 8 and leg is not None:
                client.calls(leg.sid).update(status=self.dice.choice(["completed", "canceled"]))
            elif choice == 9:
                number = self.dice.choice(self.phones).number
                client.calls.create(to=number, from_=LINE, url=f"{BASE}/any", timeout=6)
            elif choice == 10:
                client.conferences("room").participants.create(
                    to=self.phones[0].number, from_=LINE, timeout=6
                )
            else:
                self.in_rooms_and_queues()
        except (TwilioRestException, ConnectionError):
            pass  # refused, or a planned fault

    def in_rooms_and_queues(self):
        for queue in self.emulator.queues.values():
            self.client.queues(queue.sid).members("Front").update(url=f"{BASE}/any")
        for room in list(self.emulator.conferences.values()):
            for one in list(room.participants):
                held = self.dice.random() < 0.5
                change = self.client.conferences(room.sid).participants(one.leg.sid).update
                change(hold=held, muted=not held)


def check(town):
    emulator = town.emulator
    for leg in emulator.legs.values():
        assert leg.final == (leg.sid not in emulator.live)
        assert leg.final == (leg.fiber is None or leg.fiber.done), leg.sid
        if leg.final:
            assert leg.member is None
            assert leg.participant is None
            assert leg.peer is None
            assert not leg.ringing_at
        if leg.peer is not None:
            assert leg.peer.peer is leg
    for room in emulator.conferences.values():
        assert all(one.leg.live for one in room.participants)
        assert room.status != "completed" or not room.participants
        assert not room.entered or room.participants or room.coming or room.status == "completed"
    for queue in emulator.queues.values():
        assert all(member.leg.live for member in queue.members)


@pytest.mark.parametrize("seed", range(25))
def test_nothing_is_left_hanging(seed):
    """Issue 3 points 1, 4 and 5: every leg ends, hang-up is possible in every state."""
    town = Chaos(seed)
    for _ in range(60):
        town.acts()
        town.after(town.dice.choice([0, 0.005, 0.03, 1, 3]))
        check(town)
    for leg in list(town.emulator.live.values()):
        leg.end("completed" if leg.live else "canceled", "the day is over")
        check(town)
    town.after(300)
    for leg in list(town.emulator.live.values()):
        leg.hang_up()
    town.after(1)
    check(town)
    assert not [leg for leg in town.emulator.live.values() if leg.live]
