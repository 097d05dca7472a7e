"""Is every status reached, final where it is final, and may anybody hang up whatever is going on?"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioRestException
from wire import test_emulator_chaos as chaos
from wire.emulator_town import APP, BASE, LINE, Town

from emulator.legs import FINAL, MOVES

TALK = "<Response><Say>Hello</Say><Pause length='600'/></Response>"
TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def town():
    return Town()


def placed(town, **more):
    return town.client.calls.create(to=town.clinician.number, from_=LINE, twiml=TALK, **more).sid


ENDS = {
    "completed": lambda town: town.clinician.answers().then_hangs_up(after=2),
    "busy": lambda town: town.clinician.is_busy(),
    "failed": lambda town: town.clinician.is_unreachable(),
    "no-answer": lambda town: town.clinician.never_answers(),
}


def test_every_final_status_is_known():
    """Twilio: Call resource, status values."""
    assert set(ENDS) == FINAL - {"canceled"}  # that one is asked for over REST
    assert set(MOVES) == FINAL | {"queued", "initiated", "ringing", "in-progress"}
    assert all(not MOVES[status] for status in FINAL)
    assert all(FINAL & MOVES[status] for status in set(MOVES) - FINAL)  # nobody is stuck


@pytest.mark.parametrize(
    ("status", "following"),
    [
        ("queued", {"initiated", "ringing"}),
        ("initiated", {"ringing", "in-progress"}),
        ("ringing", {"in-progress"}),
        ("in-progress", set()),
    ],
)
def test_a_call_never_goes_back(status, following):
    """Twilio: Call resource, status values: what may come next, besides an end."""
    assert MOVES[status] - FINAL == following
    assert MOVES["in-progress"] == {"completed", "failed"}


@pytest.mark.parametrize("status", sorted(FINAL))
def test_whatever_is_final_can_neither_be_moved_nor_ended_nor_led_elsewhere(town, status):
    """Twilio: error 21220, for each of the five."""
    if status == "canceled":
        sid = placed(town)
        town.client.calls(sid).update(status="canceled")
    else:
        ENDS[status](town)
        sid = placed(town)
    town.after(120)
    call = town.client.calls(sid)
    assert call.fetch().status == status
    for change in ({"status": "completed"}, {"status": "canceled"}, {"twiml": TALK}):
        with pytest.raises(TwilioRestException) as refused:
            call.update(**change)
        assert (refused.value.status, refused.value.code) == (400, 21220)
    leg = town.emulator.legs[sid]
    for following in MOVES:
        with pytest.raises(AssertionError):
            leg.move(following)
    leg.hang_up()
    leg.press("1")
    leg.speak("too late")
    leg.end("failed")
    assert leg.status == status


# --- hanging up, everywhere ------------------------------------------------------------------


def bridged(town):
    town.clinician.answers()
    town.calls("<Dial>+13145550160</Dial>", 5)


def screened(town):
    town.on("/screen", "<Pause length='60'/>")
    town.clinician.answers()
    town.calls("<Dial><Number url='/screen'>+13145550160</Number></Dial>", 5)


def screening_is_asked_for(town):
    town.clinician.answers()
    town.on("/screen", "<Pause length='60'/>")
    town.calls("<Dial><Number url='/screen'>+13145550160</Number></Dial>", 1.035)
    assert town.emulator.timeline.exchanges[-1].status is None  # in flight


def in_a_room(town, document="<Dial><Conference waitUrl=''>room</Conference></Dial>"):
    town.on("/desk", document)
    town.emulator.softphone("ana").connects(APP)
    leg = town.calls(document, 3)
    (room,) = town.client.conferences.list()
    return town.client.conferences(room.sid).participants(leg.sid)


def on_hold(town):
    town.on("/hold", "<Play loop='0'>/music.mp3</Play>")
    in_a_room(town).update(hold=True, hold_url=f"{BASE}/hold")
    town.after(2)


def announced_to(town):
    town.on("/news", "<Say>A long announcement, which goes on and on and on</Say>")
    in_a_room(town).update(announce_url=f"{BASE}/news")
    town.after(1)


def waiting_for_the_hold_document(town):
    in_a_room(town).update(hold=True, hold_url=f"{BASE}/nowhere")


def led_elsewhere_over_rest(town):
    leg = town.calls("<Say>x</Say><Pause length='60'/>", 2)
    town.on("/next", "<Say>next</Say><Pause length='60'/>")
    town.client.calls(leg.sid).update(url=f"{BASE}/next")
    town.after(0.01)
    assert town.emulator.timeline.exchanges[-1].status is None  # in flight


def taken_from_the_line(town):
    leg = town.calls("<Enqueue waitUrl=''>crisis</Enqueue>", 2)
    town.on("/next", "<Say>next</Say><Pause length='60'/>")
    (queue,) = town.client.queues.list()
    town.client.queues(queue.sid).members(leg.sid).update(url=f"{BASE}/next")
    town.after(0.01)


def dequeued_and_hearing_first(town):
    town.on("/first", "<Say>Somebody will talk to you in a moment, please hold</Say>")
    town.on("/desk", "<Dial><Queue url='/first'>crisis</Queue></Dial>")
    town.calls("<Enqueue waitUrl=''>crisis</Enqueue>", 2)
    town.emulator.softphone("ana").connects(APP)
    town.after(1)


def listened_to_by_detection(town):
    town.clinician.voicemail(after=1)
    placed(town, machine_detection="DetectMessageEnd")
    town.after(5)
    town.caller = town.clinician


def after_a_dial_whose_action_is_asked_for(town):
    town.on("/after", "<Pause length='60'/>")
    town.clinician.is_busy()
    town.calls("<Dial action='/after'>+13145550160</Dial>", 1.045)
    assert town.emulator.timeline.exchanges[-1].kind == "dial-action"


def in_a_lap_that_asks_for_keys(town):
    town.on("/wait", "<Gather timeout='30'><Say>Press one to leave</Say></Gather>")
    town.calls("<Enqueue waitUrl='/wait'>crisis</Enqueue>", 5)


def while_a_lap_is_asked_for(town):
    town.on("/wait", "<Pause length='5'/>")
    town.calls("<Enqueue waitUrl='/wait'>crisis</Enqueue>", 5.065)
    assert town.emulator.timeline.exchanges[-1].kind == "wait"


SCENES = [
    bridged,
    screened,
    screening_is_asked_for,
    in_a_room,
    on_hold,
    announced_to,
    waiting_for_the_hold_document,
    led_elsewhere_over_rest,
    taken_from_the_line,
    dequeued_and_hearing_first,
    listened_to_by_detection,
    after_a_dial_whose_action_is_asked_for,
    in_a_lap_that_asks_for_keys,
    while_a_lap_is_asked_for,
]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
@pytest.mark.parametrize("who", ["the first", "the last"])
def test_anybody_may_hang_up_in_the_middle_of_anything(town, scene, who):
    """Twilio: Call resource, completed; issue 3 point 4."""
    scene(town)
    legs = list(town.emulator.live.values())
    leaver = legs[0 if who == "the first" else -1]
    leaver.hang_up()
    assert leaver.final
    chaos.check(town)
    town.after(5)
    chaos.check(town)
    for leg in list(town.emulator.live.values()):
        leg.hang_up()
    town.after(60)
    chaos.check(town)
    assert not town.emulator.live


# --- what people do with a cell phone that rings ------------------------------------------------

# Who is screened, what they do, and whether they are connected with the caller.
CELL_PHONES = {
    "presses 1": (lambda phone: phone.answers(after=4).then_presses("1", after=3), True),
    "presses 1 during the prompt": (
        lambda phone: phone.answers(after=4).then_presses("1", after=0.5),
        True,
    ),
    "presses 1 too late": (lambda phone: phone.answers(after=4).then_presses("1", after=20), False),
    "presses another key": (lambda phone: phone.answers(after=4).then_presses("7", after=3), False),
    "a family member": (
        lambda phone: phone.answers(after=4).then_says("Hello? Who is this?").then_hangs_up(6),
        False,
    ),
    "a voicemail": (lambda phone: phone.voicemail(after=20), False),
    "busy": (lambda phone: phone.is_busy(), False),
    "rejects": (lambda phone: phone.rejects(after=3), False),
    "cannot be reached": (lambda phone: phone.is_unreachable(), False),
    "nobody answers": (lambda phone: phone.never_answers(), False),
}


@pytest.mark.parametrize("who", CELL_PHONES)
def test_only_whoever_presses_one_in_time_gets_the_call(town, who):
    """Twilio: <Number>, url; <Gather>, timeout; issue 3 point 4."""
    script, connected = CELL_PHONES[who]
    script(town.clinician)
    prompt = "<Say>Crisis line. Press 1 to take the call</Say>"
    town.on(
        "/screen", f"<Gather numDigits='1' timeout='8' action='/key'>{prompt}</Gather><Hangup/>"
    )
    town.on("/key", lambda asked: "" if asked.form["Digits"] == "1" else "<Hangup/>")
    town.on("/after", "<Say>Nobody took it</Say><Pause length='60'/>")
    number = "<Number url='/screen'>+13145550160</Number>"
    caller = town.calls(f"<Dial action='/after' timeout='30'>{number}</Dial>", 60)
    assert bool(town.emulator.listeners(caller)) is connected
    assert town.caller.hears("Nobody took it") is not connected


# --- the same seed, in another process -----------------------------------------------------------


def story() -> str:
    """The fingerprint of a wild hour with faults."""
    town = chaos.Chaos(5)
    for _ in range(60):
        town.acts()
        town.after(town.dice.choice([0, 0.005, 0.03, 1, 3]))
    return hashlib.sha256(town.emulator.timeline.text().encode()).hexdigest()


def test_the_same_seed_tells_the_same_story_in_another_process():
    """Issue 3 point 3: byte for byte, whatever Python's own hash seed is."""
    code = "from wire.test_emulator_states import story; print(story())"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": f"{TESTS}:{TESTS.parent}"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert told == {story()}
