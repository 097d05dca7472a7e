"""What does `<Dial>` do with its nouns, and where does the call go afterwards?

Twilio's pages "<Dial>" and "<Conference>".
"""

from xml.etree import ElementTree as ET

from emulator import recordings, twiml
from emulator.conferences import PARTICIPANTS_MAX, Conference, open_room
from emulator.dequeuing import dial_queue
from emulator.dialing import Result, dial_people
from emulator.errors import TwimlFailure
from emulator.fibers import Cancelled, Signal, either
from emulator.interpreter import Outcome, Performance, method_of, performs
from emulator.legs import Subscription
from emulator.participants import Participant
from emulator.targets import subscription_of, targets_of
from emulator.twiml import Goto

NAME_CHARACTERS_MAX = 128


@performs("Dial")
async def dial(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Dial>": with an action, nothing after it is reached."""
    records = any(map(recordings.asked_for, verb.iter()))
    if records and not performance.town.allow_recording:
        raise TwimlFailure(13217, "Dial: recordings are not allowed here")
    ordered = recordings.asked_for(verb)
    order = recordings.order(performance, verb, "DialVerb") if ordered else None
    tape = recordings.Tape(performance.leg, order)
    try:
        result = await _dial(performance, verb, tape)
    except Cancelled:
        if performance.leg.final:
            _tell_of_the_end(performance, verb, tape)
        raise
    finally:
        recorded = _address(tape)
    return performance.action(verb, result.params() | recorded, "dial-action")


def _address(tape: recordings.Tape) -> dict[str, str]:
    """`<Dial record>`: only the recording's address is told to the action."""
    return {name: text for name, text in tape.end().items() if name == "RecordingUrl"}


def _tell_of_the_end(performance: Performance, verb: ET.Element, tape: recordings.Tape) -> None:
    """The caller hung up: the action is requested all the same, with CallStatus=completed."""
    in_room = verb.find("Conference") is not None
    result = Result("answered" if in_room else "completed", bridged=in_room)
    children = [leg for leg in performance.town.children(performance.leg) if leg.answered_at]
    if children and not in_room:
        result = Result("completed", children[-1], children[-1].seconds, bridged=True)
    elif not in_room:
        result = Result("canceled")
    performance.tell(verb, result.params() | _address(tape), "dial-action")


async def _dial(performance: Performance, verb: ET.Element, tape: recordings.Tape) -> Result:
    room, queue = verb.find("Conference"), verb.find("Queue")
    if room is not None:
        return await dial_conference(performance, verb, room)
    if queue is not None:
        return await dial_queue(performance, verb, queue)
    targets = targets_of(performance, verb)
    if not targets:
        performance.town.alert(13223, "Dial: invalid phone number format", performance.leg)
        return Result("failed")
    return await dial_people(performance, verb, targets, tape)


async def dial_conference(performance: Performance, verb: ET.Element, noun: ET.Element) -> Result:
    """Be in the room until one leaves it, is led elsewhere, or it ends."""
    leg, town = performance.leg, performance.town
    leg.pick_up()
    name = (noun.text or "").strip()
    if not 0 < len(name) <= NAME_CHARACTERS_MAX:
        town.alert(13237, "Dial->Conference: a room's name has 1 to 128 characters", leg)
        return Result("failed")
    size_max = int(twiml.number(noun, "maxParticipants", PARTICIPANTS_MAX))
    room = open_room(town, name, _room_subscription(performance, noun), size_max)
    participant = _participant(performance, noun, room)
    if recordings.asked_for(noun) and not room.participants:
        room.to_record = recordings.order(performance, noun, "Conference")
    refusal = room.refusal(leg, participant.label, participant.coach)
    if refusal:
        town.alert(refusal, f"Dial->Conference: {name} refused this participant", leg)
        return Result("failed")
    return await _stay(performance, verb, participant)


async def _stay(performance: Performance, verb: ET.Element, participant: Participant) -> Result:
    leg, room = performance.leg, participant.conference
    star: Signal[str] = Signal()
    if twiml.flag(verb, "hangupOnStar", default=False):
        leg.star = star
    room.join(participant)
    try:
        limit = twiml.number(verb, "timeLimit", 14_400)
        await either(performance.town.clock, limit, participant.left, star)
    except Cancelled:
        hung_up = leg.final
        room.leave(participant, "participant_hung_up" if hung_up else "participant_updated_via_api")
        raise
    finally:
        leg.star = None
        room.leave(participant, "participant_hung_up")
    failed = participant.left.value == "wait-failed"
    return Result("failed" if failed else "answered", bridged=not failed)


def _room_subscription(performance: Performance, noun: ET.Element) -> Subscription | None:
    found = subscription_of(performance, noun)
    if found is not None and not noun.get("statusCallbackEvent"):
        found.events = frozenset({"start", "end"})
    return found


def _participant(performance: Performance, noun: ET.Element, room: Conference) -> Participant:
    now = performance.town.clock.now()
    wait_url = noun.get("waitUrl")
    wait = None
    if wait_url and "twimlets.com/holdmusic" not in wait_url:
        method = method_of(noun, "waitMethod")
        wait = Goto(performance.resolve(wait_url), method, {}, "conference-wait")
    return Participant(
        room,
        performance.leg,
        now,
        now,
        label=noun.get("participantLabel"),
        muted=twiml.flag(noun, "muted", default=False),
        coach=noun.get("coach") or "",
        start_on_enter=twiml.flag(noun, "startConferenceOnEnter", default=True),
        end_on_exit=twiml.flag(noun, "endConferenceOnExit", default=False),
        wait=wait,
        silent_wait=wait_url == "",
        beep=noun.get("beep") or "true",
    )
