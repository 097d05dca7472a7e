"""What becomes of the incident number that a dispatcher presses before they leave the caller?

Star, the number, pound; no word asks for it. Whoever pressed star by mistake hears the wait.
"""

from ivr.call import Call, Stage
from ivr.errands import Errand, KeepIncident
from ivr.events import IncidentBegun, IncidentKeyed
from ivr.replies import Ask, Bed, Listen, Reply, Say, WaitInLine
from ivr.step import Step, resume

DIGITS_MOST = 16
KEY_SECONDS = 3  # between two keys, and after the last: no silence is longer than 4


def listen(call: Call, _event: IncidentBegun) -> Step:
    """Star on a 911 line: the wait is heard while an incident number may be pressed."""
    parts = (Say("lap_stay"), Bed(5))
    number = Listen(parts, "incident", seconds=KEY_SECONDS, keys=DIGITS_MOST + 1)  # and pound
    return Step(call, (number, *_wait_on(call)))


def keep(call: Call, event: IncidentKeyed) -> Step:
    """Keep the number and say it back; the wait goes on, whatever was pressed."""
    if not event.number:
        return Step(call, _unheard(call))
    noted = Say("incident_noted", {"number": " ".join(event.number)})
    return Step(call, (noted, *_wait_on(call)), _kept(event))


def keep_late(call: Call, event: IncidentKeyed) -> Step:
    """The caller is elsewhere by now: keep the number, and take them there."""
    return Step(call, resume(call, in_line=True), _kept(event))


def _kept(event: IncidentKeyed) -> tuple[Errand, ...]:
    return (KeepIncident(event.number),) if event.number else ()


def _wait_on(call: Call) -> tuple[Reply, ...]:
    return (WaitInLine(),) if call.stage is Stage.GREETING else (Ask("wait"),)


def _unheard(call: Call) -> tuple[Reply, ...]:
    """Some seconds in which no key counts: the rest of a number must choose no way out."""
    return (Say("lap_stay"), Bed(10), *_wait_on(call))
