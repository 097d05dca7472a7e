"""How does the caller go from the clinician to somebody who stays, and what if that one is lost?

A colleague becomes the call's clinician. Mobile crew, partner line and dispatcher keep the caller
without one. The clinician leaves only when the next person is in the room; the caller is moved
only when they are there without the clinician.
"""

from dataclasses import replace

from ivr.call import Call, Coming, Ended, Guest, Role, Stage
from ivr.errands import (
    EndLeg,
    Errand,
    FreeClinician,
    MoveCaller,
    OccupyClinician,
    OfferToDesks,
    RecordAttempt,
)
from ivr.events import (
    CallerJoined,
    Event,
    FetchFailed,
    LineLeft,
    RoomSeen,
    TalkEnded,
    WaitElapsed,
)
from ivr.guest_events import GuestGone, GuestJoined, GuestLeft, HandedOver
from ivr.guests import join, with_guest
from ivr.replies import HangUp, Reply, Say, WaitInLine
from ivr.sharing import hung_up
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
    said,
    within,
)

ENDS = {
    Role.CREW: Ended.HANDED_OVER,
    Role.PARTNER: Ended.PASSED_ON,
    Role.DISPATCHER: Ended.RETURNED,
}


def hand_over(call: Call, event: HandedOver) -> Step:
    """The clinician leaves the caller to somebody who is in the room: to nobody else."""
    guest = call.guest(event.guest_id)
    if guest is None or not guest.takes_over:
        return Step(call, surprise=True)
    leaving = (
        EndLeg("clinician", "left", sid=call.clinician_leg or ""),
        FreeClinician(call.clinician_id or "", talked=True),
    )
    return give_to(call, event, guest, leaving)


def give_to(call: Call, event: Event, guest: Guest, errands: tuple[Errand, ...]) -> Step:
    """The clinician's leg ends, and its room with it: every leg asks where to go."""
    if guest.role is Role.COLLEAGUE:
        given = _to_colleague(call, event, guest)
        errands = (*errands, OccupyClinician(guest.who))
    else:
        given = _to_keeper(call, event, guest)
    return Step(given, _meanwhile(given) if event.leg == "caller" else (), errands)


def _to_colleague(call: Call, event: Event, guest: Guest) -> Call:
    others = (g for g in call.guests if g.id != guest.id and g.role is not Role.SUPERVISOR)
    return moved(
        call,
        Stage.CONNECTING,
        event.at,
        clinician_id=guest.who,
        clinician_leg=guest.leg,
        clinician_here=False,
        guests=tuple(others),
        deadline_at=within(event.at, MOVE_SECONDS),
    )


def _to_keeper(call: Call, event: Event, guest: Guest) -> Call:
    """Whose contact it was stays known: the record, a rescue and a crew are theirs still."""
    kept = replace(guest, state=Coming.COMING, consulted=False)
    return moved(
        call,
        Stage.HANDED,
        event.at,
        clinician_leg=None,
        clinician_here=False,
        prefers=call.clinician_id,
        guests=(kept,),
        deadline_at=within(event.at, MOVE_SECONDS),
    )


def _meanwhile(call: Call) -> tuple[Reply, ...]:
    return (said(call, "one_moment"), *resume(call))


# -- to somebody who keeps the caller ---------------------------------------------------------


def seated(call: Call, event: GuestJoined) -> Step:
    """They are in the room: only now does the caller leave the waiting line."""
    guest = call.guest(event.guest_id)
    if guest is None or guest.state is not Coming.COMING:
        return Step(call, surprise=True)
    return _fetch(with_guest(call, replace(guest, state=Coming.HERE)), event)


def _fetch(call: Call, event: Event) -> Step:
    call = replace(call, deadline_at=within(event.at, MOVE_SECONDS))
    guest = call.keeper
    key = "here_is_dispatcher" if guest and guest.role is Role.DISPATCHER else "here_is_guest"
    return Step(call, (), (MoveCaller((said(call, key), join_caller(call))),))


def together(call: Call, event: CallerJoined) -> Step:
    """Both are in the room."""
    guest = call.keeper
    if guest is None or event.leg_sid not in ("", call.leg_sid):
        return Step(call, surprise=True)
    if guest.state is Coming.COMING:  # the caller was first; the deadline has us look
        return Step(call)
    call = with_guest(call, replace(guest, state=Coming.TOGETHER))
    if guest.role is Role.DISPATCHER:
        call = replace(call, returned_at=call.returned_at or event.at)
    return Step(replace(call, deadline_at=None))


def left(call: Call, event: GuestLeft) -> Step:
    """Who keeps the caller left; or the clinician's room closed around them, and they go on."""
    guest = call.guest(leg=event.leg_sid)
    if guest is None:
        return Step(call, (HangUp(),))
    if event.hung_up or event.refused:
        told = GuestGone(at=event.at, guest_id=guest.id, leg_sid=event.leg_sid)
        return replace(gone(call, told), replies=(HangUp(),))
    if guest.state is Coming.TOGETHER:  # the caller's own leg says what happened, or we look
        return Step(look_soon(call, event.at), (Say("caller_gone"), HangUp()))
    return Step(call, (join(call, guest),))


def gone(call: Call, event: GuestGone) -> Step:
    """Who should keep the caller is lost: the caller is told, and is still ours."""
    guest = call.guest(event.guest_id)
    if guest is None or (guest.leg and event.leg_sid not in ("", guest.leg)):
        return Step(call)
    if guest.state is Coming.TOGETHER:  # the caller may have hung up as well
        alone = with_guest(look_soon(call, event.at), replace(guest, leg=None))
        return Step(alone if guest.leg else call)
    return keep(call, event)


def look(call: Call, event: WaitElapsed) -> Step:
    """They left and nothing was heard of the caller: the room lives on around them."""
    guest = call.keeper
    if guest and guest.state is Coming.TOGETHER and not guest.leg:
        return keep(call, event, "pass_over")
    return look_now(call, event.at)


def keep(call: Call, event: Event, words: str = "guest_lost") -> Step:
    """They are gone and the caller is not: to the head of the waiting line."""
    back = back_in_line(call, event.at, cut_offs=call.cut_offs + 1, guests=(), **NOBODY)
    told: tuple[Reply, ...] = (said(call, words), WaitInLine())
    if event.leg == "caller":
        return Step(back, told, (OfferToDesks(),))
    return Step(back, (), (MoveCaller(told), OfferToDesks()))


def bridge_ended(call: Call, event: TalkEnded) -> Step:
    """The caller hung up, or was left, or the room is only being changed."""
    if event.hung_up:
        return hang_up(call, event)
    if call.keeper and call.keeper.state is Coming.TOGETHER:
        return keep(call, event, "pass_over")
    return Step(call, _meanwhile(call))


def rejoin(call: Call, event: FetchFailed) -> Step:
    """The bridge's end may have gone unheard: back into the room, and look who is there."""
    return Step(look_soon(call, event.at), resume(call))


def weigh(call: Call, event: RoomSeen) -> Step:
    """Decide by what the carrier shows: both there, the caller still to come, or nobody."""
    guest = call.keeper
    if guest is None or not event.keeper:
        return keep(call, event)
    here = with_guest(call, replace(guest, state=Coming.HERE))
    if event.caller:
        return together(here, CallerJoined(at=event.at))
    return _fetch(here, event)


def hang_up(call: Call, event: Event) -> Step:
    """The caller's leg is over: with whom they were handed over to, if they met."""
    guest = call.keeper
    met = guest is not None and guest.state is Coming.TOGETHER
    reason = ENDS[guest.role] if guest and met else hung_up(call)
    ended = moved(call, Stage.ENDED, event.at, ended_at=event.at, ended_reason=reason)
    errands = (RecordAttempt(call.attempt_id, "reached"),) if call.attempt_id else ()
    return Step(ended, (HangUp(),) if event.leg else (), errands)


def line_left(call: Call, event: LineLeft) -> Step:
    """The leg left the carrier's line on its way to them, or because it is over."""
    if event.result == "hangup":
        return hang_up(call, event)
    return Step(call, resume(call))
