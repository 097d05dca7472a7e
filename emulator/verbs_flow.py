"""How do Redirect, Hangup, Reject, Leave and the verbs outside our trade move a call along?"""

from datetime import timedelta
from xml.etree import ElementTree as ET

from emulator import recordings, twiml
from emulator.attributes import SCHEMA_WARNING
from emulator.errors import TwimlFailure
from emulator.fibers import Signal, either
from emulator.interpreter import Ending, Outcome, Performance, method_of, performs
from emulator.sounds import Beep, Bridge, Silence
from emulator.twiml import Goto
from emulator.verbs_sound import read_keys, speech_seconds

RECORD_BEEP_SECONDS = 0.4


@performs("Redirect")
async def redirect(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Redirect>"."""
    url = performance.resolve(twiml.words(verb))
    return Goto(url, method_of(verb, "method"), {}, performance.scene.kind)


@performs("Hangup")
async def hangup(_performance: Performance, _verb: ET.Element) -> Outcome:
    """Twilio's page "<Hangup>"."""
    return Ending.HANGUP


@performs("Reject")
async def reject(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Reject>": unanswered only when it is the first verb."""
    if performance.leg.live:
        return Ending.HANGUP
    return Ending.BUSY if verb.get("reason") == "busy" else Ending.REJECTED


@performs("Leave")
async def leave(performance: Performance, _verb: ET.Element) -> Outcome:
    """Twilio's page "<Leave>": out of the queue; elsewhere there is nothing to leave."""
    if performance.scene.name == "a queue's wait document":
        return Ending.LEAVE
    performance.town.alert(SCHEMA_WARNING, "Leave: not in a queue", performance.leg)
    return None


@performs("Record")
async def record(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Record>"; refused unless the emulator was told to allow recordings."""
    town, leg = performance.town, performance.leg
    if not town.allow_recording:
        raise TwimlFailure(13750, "Record: recordings are not allowed here")
    if verb.get("transcribe") == "true" or verb.get("transcribeCallback"):
        town.alert(13619, "Record: transcription is not available here", leg)
    leg.pick_up()
    if twiml.flag(verb, "playBeep", default=True):
        await performance.hear(Beep(), RECORD_BEEP_SECONDS)
    tape = recordings.Tape(leg, recordings.order(performance, verb, "RecordVerb"))
    tape.begin()
    try:
        key, spoke = await _listen(performance, verb)
    finally:
        fields = tape.end()
    if not spoke and not key:
        return None  # nobody said anything: the next verb
    return performance.action(verb, fields | {"Digits": key}, "record", default=True)


async def _listen(performance: Performance, verb: ET.Element) -> tuple[str, bool]:
    """Until a key, a silence of `timeout`, or `maxLength`: the key, and whether anybody spoke."""
    leg, clock = performance.leg, performance.town.clock
    ends_at = clock.now() + timedelta(seconds=twiml.number(verb, "maxLength", 3600))
    finish, quiet = verb.get("finishOnKey", "1234567890*#"), twiml.number(verb, "timeout", 5)
    leg.keys_kept, key, spoke = "", "", False
    patience = quiet
    try:
        while not key:
            leg.keys, leg.words = Signal(), Signal()
            left = (ends_at - clock.now()).total_seconds()
            heard = await performance.hear(
                Silence(), min(left, patience) if quiet else left, leg.keys, leg.words
            )
            if not heard:
                return "", spoke
            key = read_keys(leg.keys_kept, finish, 10**6)[1]
            if leg.words.is_set:
                spoke = True
                patience = quiet + speech_seconds(leg.words.value or "")
    finally:
        leg.keys = leg.words = None
    return key, spoke


@performs("Echo")
async def echo(performance: Performance, _verb: ET.Element) -> Outcome:
    """Undocumented: the caller hears themselves until they hang up."""
    leg = performance.leg
    leg.peer = leg
    try:
        await performance.hear(Bridge(leg.sid), None)
    finally:
        leg.peer = None
    return None


@performs("Refer")
async def refer(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Refer>": only a SIP call can be referred (13801)."""
    leg = performance.leg
    leg.pick_up()
    if leg.kind != "sip":
        performance.town.alert(13801, "Refer: not a SIP call", leg)
        return performance.action(verb, {"ReferCallStatus": "failed"}, "refer")
    await either(performance.town.clock, 1.0)
    params = {"ReferCallStatus": "completed", "ReferSipResponseCode": "202"}
    return performance.action(verb, params, "refer") or Ending.HANGUP


@performs("Start")
@performs("Stop")
async def aside(performance: Performance, verb: ET.Element) -> Outcome:
    """Streams, transcriptions and SIPREC run beside the call: noted, never opened."""
    for child in verb:
        performance.town.timeline.note(performance.leg, verb.tag.lower(), child.tag)
    return None


@performs("Connect")
@performs("Pay")
@performs("Prompt")
@performs("Sms")
async def not_offered(performance: Performance, verb: ET.Element) -> Outcome:
    """Products beyond a telephone: they fail as an account without them would, and say so."""
    performance.town.alert(12200, f"<{verb.tag}> is not offered by the emulator", performance.leg)
    return performance.action(verb, {"Result": "internal-error"}, verb.tag.lower())
