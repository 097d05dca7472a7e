"""What follows from the dispatcher being on the caller's own leg?

On the telephone network a transfer with the dispatcher still there arrives as one leg: nothing
but the clinician's ear tells (TWILIO.md 6). When it ends, both are gone from us, perhaps together.
"""

from dataclasses import replace

from ivr.call import Call, Ended
from ivr.events import LegShared
from ivr.step import Step


def note(call: Call, event: LegShared) -> Step:
    """The clinician hears the dispatcher there, or hears that they have gone."""
    if event.shared:
        since = call.shared_since or event.at
        return Step(replace(call, shared_since=since, shared_until=None))
    return Step(replace(call, shared_until=event.at) if call.shared else call)


def hung_up(call: Call) -> Ended:
    """Why a call ended whose caller's own leg is over."""
    if call.shared:
        return Ended.WITH_911
    return Ended.CALLER_ENDED if call.answered_at else Ended.CALLER_LEFT
