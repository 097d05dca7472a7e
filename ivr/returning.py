"""What happens when the 911 dispatcher is asked back, and while they are there?

Their own 10-digit line is rung while the caller stays where they are: in the waiting line, still
offered to clinicians, or with a clinician. The first human to say yes has the caller.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ivr.call import Call, Ended, Psap, Stage
from ivr.errands import (
    Alert,
    EndLeg,
    Errand,
    MoveCaller,
    OfferToDesks,
    RingPsap,
)
from ivr.events import (
    CallerJoined,
    DispatcherAsked,
    Event,
    LineLeft,
    PsapAnswered,
    PsapGone,
    PsapJoined,
    PsapLeft,
    PsapPressed,
    PsapRung,
    RoomSeen,
    TalkEnded,
    WaitElapsed,
)
from ivr.replies import HangUp, Join, Listen, Reply, Say, WaitInLine
from ivr.step import (
    MOVE_SECONDS,
    NOBODY,
    Step,
    back_in_line,
    join_caller,
    look_now,
    look_soon,
    moved,
    resume,
    ring_back,
    within,
    without_psap,
)

BRING_SECONDS = 60  # rung, listened to and pressed 1 by then; later nobody is thought to come
SEAT_SECONDS = 15  # from the 1 to the room, the summary in between
PRESENT = (Psap.COMING, Psap.HERE, Psap.TOGETHER)


def bringing(call: Call, at: datetime) -> bool:
    """Whether the dispatcher's line rings, or the dispatcher is there already."""
    if call.psap is not Psap.RINGING:
        return call.psap in PRESENT
    return call.psap_since is not None and at < call.psap_since + timedelta(seconds=BRING_SECONDS)


def bring(call: Call, at: datetime) -> tuple[Call, tuple[Errand, ...]]:
    """Ring the 911 centre's line, unless it rings already."""
    if bringing(call, at):
        return call, ()
    call, legs = without_psap(call, "rung_again")
    return replace(call, psap=Psap.RINGING, psap_since=at), (*legs, RingPsap())


def ask_back(call: Call, event: DispatcherAsked) -> Step:
    """The clinician wants the dispatcher on the line: the caller stays with them meanwhile."""
    call, errands = bring(call, event.at)
    return Step(call, (), errands)


# -- the dispatcher's own leg -----------------------------------------------------------------


def rung(call: Call, event: PsapRung) -> Step:
    """The leg that rings there: known, so that it can be ended when it is no longer needed."""
    if _theirs(call, event.leg_sid):
        return Step(replace(call, psap_leg=event.leg_sid))
    return Step(call, (), (EndLeg("psap", "not_needed", sid=event.leg_sid),))


def answer(call: Call, event: PsapAnswered) -> Step:
    """Say who is calling and ask for 1: voicemail and a wrong number can press nothing."""
    if call.psap is not Psap.RINGING:
        return decline(call, event)
    if not _theirs(call, event.leg_sid):  # a second, accidental call: unheard (FAILURES R4)
        return Step(call, (HangUp(),))
    ask = Listen((Say("psap_screen"),), "psap-pressed", seconds=4)
    again = Listen((Say("psap_screen"),), "psap-pressed", seconds=6)
    replies = (ask, again, Say("psap_not_pressed"), HangUp())
    return Step(replace(call, psap_leg=event.leg_sid), replies)


def decline(call: Call, _event: Event) -> Step:
    """The dispatcher comes too late: the caller is with somebody, or gone."""
    return Step(call, (Say("psap_not_needed"), HangUp()))


def dismiss(call: Call, _event: Event) -> Step:
    """The dispatcher's leg has nothing more to hear."""
    return Step(call, (HangUp(),))


def past(call: Call, _event: Event) -> Step:
    """The dispatcher's leg is over, and nobody was waiting for it any more."""
    return Step(call)


def take_back(call: Call, event: PsapPressed) -> Step:
    """A human there pressed 1: they hear one sentence, then they are in the room."""
    if call.psap is not Psap.RINGING or not _theirs(call, event.leg_sid):
        return decline(call, event)
    if not event.took:
        failed = replace(call, psap=Psap.FAILED, psap_leg=None)
        return Step(failed, (Say("psap_not_pressed"), HangUp()), (Alert("dispatcher_failed"),))
    call = replace(call, psap=Psap.COMING, psap_leg=event.leg_sid)
    if call.stage is Stage.TALKING:
        return Step(call, (Say("psap_summary_counselor"), _seat(call)))
    call = moved(call, Stage.DISPATCHER, event.at, deadline_at=within(event.at, SEAT_SECONDS))
    return Step(call, (_summary(event), _seat(call)))


def _summary(event: PsapPressed) -> Say:
    words = {"seconds": str(event.seconds)}
    if event.incident:
        return Say("psap_summary_incident", words | {"incident": event.incident})
    return Say("psap_summary", words)


def _seat(call: Call) -> Join:
    """Beside a clinician the dispatcher may come and go; alone with the caller they hold it."""
    return Join("psap", "psap-left", ends_room=call.stage is Stage.DISPATCHER)


def seated(call: Call, event: PsapJoined) -> Step:
    """The dispatcher is in the room: only now does the caller leave the waiting line."""
    if call.psap is not Psap.COMING or event.leg_sid not in ("", call.psap_leg):
        return Step(call, surprise=True)
    call = replace(call, psap=Psap.HERE)
    if call.stage is Stage.TALKING:
        return Step(call)
    return _fetch(call, event) if call.returned_at is None else Step(call)


def _fetch(call: Call, event: Event) -> Step:
    call = replace(call, deadline_at=within(event.at, MOVE_SECONDS))
    return Step(call, (), (MoveCaller((Say("here_is_dispatcher"), join_caller(call))),))


def left(call: Call, event: PsapLeft) -> Step:
    """The dispatcher's bridge ended: they left, or the room closed around them."""
    if event.leg_sid != call.psap_leg:
        return Step(call, (HangUp(),))
    if event.hung_up:
        return replace(
            gone(call, PsapGone(at=event.at, leg_sid=event.leg_sid)), replies=(HangUp(),)
        )
    if call.psap is Psap.TOGETHER:  # the caller's own leg says what happened, or we look
        return Step(look_soon(call, event.at), (Say("caller_gone"), HangUp()))
    return Step(call, (_seat(call),))


def gone(call: Call, event: PsapGone) -> Step:
    """Their line was busy, silent or hung up: the caller is told, and is still ours."""
    another = call.psap_leg and event.leg_sid not in ("", call.psap_leg)
    if another or call.psap is Psap.FAILED:
        return Step(call)
    if call.psap is Psap.RINGING:
        failed = replace(call, psap=Psap.FAILED, psap_leg=None)
        return Step(failed, (), (Alert("dispatcher_failed"),))
    if call.psap is Psap.TOGETHER:  # the caller may have hung up as well
        left = replace(look_soon(call, event.at), psap_leg=None)
        return Step(left if call.psap_leg else call)
    if call.psap in PRESENT and call.stage is Stage.DISPATCHER:
        return keep(call, event)
    # psap_since stays: the desk says that they were here and have left
    return Step(replace(call, psap=None, psap_leg=None))


def _theirs(call: Call, leg_sid: str) -> bool:
    return call.psap is Psap.RINGING and call.psap_leg in (None, leg_sid)


# -- the caller, with the dispatcher ----------------------------------------------------------


def together(call: Call, event: CallerJoined) -> Step:
    """Both are in the room."""
    if event.leg_sid not in ("", call.leg_sid):
        return Step(call, surprise=True)
    if call.psap is Psap.COMING:  # the caller was first; the deadline has us look
        return Step(call)
    returned_at = call.returned_at or event.at
    return Step(replace(call, psap=Psap.TOGETHER, returned_at=returned_at, deadline_at=None))


def stay(call: Call, event: Event) -> Step:
    """The clinician is gone and the dispatcher is there: both go on, the room anew.

    A clinician's leg ends its room for everybody, so both legs ask what to do and are seated
    again; which of the two asks first does not matter.
    """
    there = call.psap is Psap.HERE  # else they hear the summary still, and the caller waits in line
    kept = moved(
        call,
        Stage.DISPATCHER,
        event.at,
        psap=Psap.COMING,
        clinician_leg=None,
        clinician_here=False,
        returned_at=call.returned_at or (event.at if there else None),
        deadline_at=within(event.at, MOVE_SECONDS if there else SEAT_SECONDS),
    )
    return Step(kept, _go_on(kept) if event.leg == "caller" else ())


def _go_on(call: Call) -> tuple[Reply, ...]:
    words = "here_is_dispatcher" if call.returned_at else "bringing_dispatcher"
    return (Say(words), *resume(call))


def bridge_ended(call: Call, event: TalkEnded) -> Step:
    """The caller hung up, or the dispatcher left, or the room is only being changed."""
    if event.hung_up:
        return hang_up(call, event)
    if call.psap is Psap.TOGETHER:
        return keep(call, event)
    return Step(call, _go_on(call))


def look(call: Call, event: WaitElapsed) -> Step:
    """The dispatcher left and nothing was heard of the caller: their room lives on around them."""
    if call.psap is Psap.TOGETHER and not call.psap_leg:
        return keep(call, event)
    return look_now(call, event.at)


def rejoin(call: Call, event: Event) -> Step:
    """The bridge's end may have gone unheard: back into the room, and look who is there."""
    return Step(look_soon(call, event.at), resume(call))


def weigh(call: Call, event: RoomSeen) -> Step:
    """Decide by what the carrier shows: both there, the caller still to come, or nobody."""
    if not event.psap:
        return keep(call, event)
    here = replace(call, psap=Psap.HERE)
    if event.caller:
        return together(here, CallerJoined(at=event.at))
    return _fetch(here, event)


def keep(call: Call, event: Event) -> Step:
    """The dispatcher is gone and the caller is not: to the head of the waiting line."""
    words = "pass_over" if call.psap is Psap.TOGETHER else "dispatcher_failed"
    in_room = call.psap in (Psap.HERE, Psap.TOGETHER) or call.returned_at is not None
    call, legs = without_psap(call, "cut_off")
    if not in_room:
        call = replace(call, psap=Psap.FAILED)  # the next lap says so
    knows = call.clinician_id or call.prefers
    back = back_in_line(call, event.at, cut_offs=call.cut_offs + 1, prefers=knows, **NOBODY)
    said: tuple[Reply, ...] = (Say(words), WaitInLine())
    if event.leg == "caller":
        return Step(back, said, (*legs, OfferToDesks()))
    fetched = (MoveCaller(said),) if in_room else ()
    return Step(back, (), (*fetched, *legs, OfferToDesks()))


def hang_up(call: Call, event: Event) -> Step:
    """The caller's leg is over: returned to 911, if they were together."""
    reason = Ended.RETURNED if call.returned_at else Ended.CALLER_LEFT
    call, legs = without_psap(call, "caller_left")
    ended = moved(call, Stage.ENDED, event.at, ended_at=event.at, ended_reason=reason)
    errands = legs if call.returned_at else (*legs, *ring_back(call))
    return Step(ended, (HangUp(),) if event.leg else (), errands)


def line_left(call: Call, event: LineLeft) -> Step:
    """The leg left the carrier's line on its way to the dispatcher, or because it is over."""
    if event.result == "hangup":
        return hang_up(call, event)
    return Step(call, resume(call))
