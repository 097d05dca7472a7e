"""How do Redirect, Hangup, Reject, Leave and the verbs outside our trade move a call along?"""

from xml.etree import ElementTree as ET

from emulator import recordings, twiml
from emulator.errors import TwimlFailure
from emulator.fibers import Signal, either
from emulator.interpreter import Ending, Outcome, Performance, method_of, performs
from emulator.sounds import Silence
from emulator.twiml import Goto
from emulator.verbs_sound import read_keys


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
    performance.town.alert(13620, "Leave: not in a queue", performance.leg)
    return None


@performs("Record")
async def record(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Record>"; refused unless the emulator was told to allow recordings."""
    town, leg = performance.town, performance.leg
    if not town.allow_recording:
        raise TwimlFailure(13600, "Record: recordings are not allowed here")
    leg.pick_up()
    finish, started = verb.get("finishOnKey", "1234567890*#"), town.clock.now()
    longest = min(twiml.number(verb, "maxLength", 3600), 3600.0)
    leg.keys_kept, key = "", ""
    leg.keys = Signal()
    try:
        while longest > 0 and not key:
            if not await performance.hear(Silence(), longest, leg.keys):
                break
            key = read_keys(leg.keys_kept, finish, 10**6)[1]
            longest -= (town.clock.now() - started).total_seconds()
            leg.keys = Signal()
    finally:
        leg.keys = None
    seconds = int((town.clock.now() - started).total_seconds())
    subscription = recordings.told(performance, verb)
    recording = recordings.ended(town, "RecordVerb", seconds, subscription, leg=leg)
    return performance.action(verb, recording.fields() | {"Digits": key}, "record", default=True)


@performs("Echo")
async def echo(performance: Performance, _verb: ET.Element) -> Outcome:
    """Undocumented: the caller hears themselves until they hang up."""
    await performance.hear(Silence(), None)
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
