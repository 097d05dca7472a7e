"""What comes of one event: the call as it is now, what the leg hears, what must be done."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ivr.call import Call, Psap, Stage
from ivr.errands import CheckRoom, EndLeg, Errand, RingBack
from ivr.replies import Ask, Bed, HangUp, Join, LeaveLine, PassTo, Reply, Say, WaitInLine

CONNECT_SECONDS = 8  # a clinician who accepted must be there by then (FAILURES B9)
HEAD = 10  # added to the priority of a caller who lost their place
MOVE_SECONDS = 4  # the caller must be with the clinician by then, or we look
# Whom the caller is with is gone: the caller's own leg says so by then, or we look. The room may
# live on around them, and nobody is left in silence for 4 s (FAILURES, invariant 2).
LOOK_SECONDS = 2
NOBODY = {"clinician_id": None, "clinician_leg": None, "clinician_here": False}  # has the caller
# What a follow-up's person hears instead: whoever holds that phone learns nothing (FAILURES D19).
NEUTRAL = {
    "cut_off": "person_cut_off",
    "here_again": "person_again",
    "apart_key": "person_apart_key",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One decision. `surprise`: the event did not belong to the stage; the journal keeps it."""

    call: Call
    replies: tuple[Reply, ...] = ()
    errands: tuple[Errand, ...] = ()
    surprise: bool = False


def moved(call: Call, stage: Stage, at: datetime, **changes: Any) -> Call:
    """The call in its next stage; the deadline is gone unless given."""
    changes.setdefault("deadline_at", None)
    return replace(call, stage=stage, stage_since=at, **changes)


def back_in_line(call: Call, at: datetime, **changes: Any) -> Call:
    """At the head of the line again, through no fault of theirs; the ladder starts anew."""
    return moved(
        call,
        Stage.WAITING,
        at,
        deadline_at=at,
        line_since=at,
        priority=call.priority + HEAD,
        rung=0,
        **changes,
    )


def within(at: datetime, seconds: float) -> datetime:
    """The instant `seconds` after `at`."""
    return at + timedelta(seconds=seconds)


def look_now(call: Call, at: datetime) -> Step:
    """Ask the carrier who is in the room, and again unless something is heard by then."""
    return Step(replace(call, deadline_at=within(at, MOVE_SECONDS)), (), (CheckRoom(),))


def look_soon(call: Call, at: datetime) -> Call:
    """The same, looked at in a moment, unless the caller's own leg says first what happened."""
    return replace(call, deadline_at=within(at, LOOK_SECONDS))


def without_psap(call: Call, why: str) -> tuple[Call, tuple[Errand, ...]]:
    """The dispatcher is not needed (any more): their leg, if there is one, is ended."""
    leg = call.psap_leg
    free = replace(call, psap=None, psap_leg=None, psap_since=None)
    return free, (EndLeg("psap", why, sid=leg),) if leg else ()


def ring_back(call: Call) -> tuple[Errand, ...]:
    """Whoever called us and is gone is rung back; not whom we rang, who withheld their number, or
    who had a dispatcher on their leg: they are with 911.
    """
    reachable = call.attempt_id is None and call.number_shown and not call.shared
    return (RingBack(),) if reachable else ()


def said(call: Call, key: str) -> Say:
    """The prompt `key`; to whom we rang, words from which nobody learns who we are."""
    return Say(NEUTRAL.get(key, "person_hold") if call.attempt_id else key)


def join_caller(call: Call) -> Join:
    """How the caller (of a follow-up: the person) enters the conference."""
    return Join("person" if call.attempt_id else "caller", "talk-ended")


def resume(call: Call, *, in_line: bool = False) -> tuple[Reply, ...]:
    """What the caller's leg should be hearing in this stage, whatever was asked.

    `in_line`: the answer runs inside the waiting line's wait document, where the carrier allows
    neither Enqueue nor Dial; there the leg must first leave the line.
    """
    return _in_line(call) if in_line else _outside(call)


def _outside(call: Call) -> tuple[Reply, ...]:
    match call.stage:
        case Stage.GREETING | Stage.WAITING | Stage.CONSULTING:
            return (WaitInLine(),)
        case Stage.CONNECTING:
            return (join_caller(call),) if call.clinician_here else (WaitInLine(),)
        case Stage.TALKING:
            return (join_caller(call),)
        case Stage.PARTNER:
            return (Say("passing_to_partner"), PassTo())
        case Stage.DISPATCHER:
            return (WaitInLine(),) if _expected(call) else (join_caller(call),)
        case Stage.HANDED:
            return (join_caller(call),) if call.keeper and call.keeper.here else (WaitInLine(),)
        case Stage.CALLING:
            return (Say("person_hold"), join_caller(call))
        case Stage.ENDED:
            return (Say("goodbye"), HangUp())


def _in_line(call: Call) -> tuple[Reply, ...]:
    match call.stage:
        case Stage.GREETING | Stage.WAITING | Stage.CONSULTING:
            return (said(call, "lap_stay"), Bed(10), Ask("wait"))
        case Stage.CONNECTING if not call.clinician_here:
            return (said(call, "connecting"), Bed(4), Ask("wait"))
        case Stage.DISPATCHER if _expected(call):
            return (Say("bringing_dispatcher"), Bed(4), Ask("wait"))
        case Stage.HANDED if not (call.keeper and call.keeper.here):
            return (said(call, "one_moment"), Bed(4), Ask("wait"))
        case Stage.ENDED:
            return (Say("goodbye"), HangUp())
        case _:
            # Leave is heard only inside a line; outside one the leg falls through to what follows.
            return (LeaveLine(), *_outside(call))


def _expected(call: Call) -> bool:
    """The dispatcher took the call back and is not in the room yet: the caller stays in line."""
    return call.psap is Psap.COMING and call.returned_at is None
