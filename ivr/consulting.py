"""What happens while the clinician speaks with somebody apart from the caller?

The caller is kept company in the waiting line, hears the truth at every lap (whom we rang: only
that we are there), and may have the clinician back by key 0. They are back at once when whoever is
consulted is gone or never came; when the clinician is gone, they are at the head of the line.
"""

from dataclasses import replace
from datetime import datetime

from ivr import guests
from ivr.call import Call, Coming, Psap, Stage
from ivr.errands import EndLeg, FreeClinician, MoveCaller, OfferToDesks
from ivr.events import (
    ClinicianEnded,
    ClinicianJoined,
    ClinicianLeft,
    Event,
    KeyPressed,
    RoomSeen,
    TalkEnded,
    Waited,
    WaitElapsed,
)
from ivr.guest_events import (
    GuestAsked,
    GuestGone,
    GuestJoined,
    GuestLeft,
    GuestPressed,
    GuestSentAway,
    TakenBack,
)
from ivr.inviting import ask, invited, press, ring
from ivr.replies import Ask, Bed, HangUp, Join, Listen, Reply, Say, WaitInLine
from ivr.step import (
    MOVE_SECONDS,
    NOBODY,
    Step,
    back_in_line,
    join_caller,
    moved,
    resume,
    said,
    within,
)
from ivr.talking import hang_up, look, release_clinician, requeue

ANSWER_SECONDS = 60  # rung, listened to and pressed 1 by then
CONSULT_SECONDS = 600  # then the caller has their clinician back, whatever is still to be said


def ask_in(call: Call, event: GuestAsked) -> Step:
    """Somebody is wanted in the call; to be consulted first, or at once."""
    return _ask_apart(call, event) if event.consult else ask(call, event)


def _ask_apart(call: Call, event: GuestAsked) -> Step:
    """The caller is kept company; the clinician goes to another room, where who is asked comes.

    The caller's leg ends the room that it leaves: so the clinician and the guests ask where to go.
    """
    apart = invited(call, event)
    if apart is None or call.consulted or _with_dispatcher(call) or not settled(call, event.at):
        return Step(call, surprise=True)
    apart = moved(
        apart,
        Stage.CONSULTING,
        event.at,
        cut_offs=call.cut_offs + 1,
        clinician_here=False,
        deadline_at=within(event.at, MOVE_SECONDS),
    )
    kept = MoveCaller((said(call, "apart"), WaitInLine()))
    return Step(apart, (), (kept, *ring(event)))


def settled(call: Call, at: datetime) -> bool:
    """Whether whoever we rang has had the time to come into the room: the caller's leg takes the
    clinician along to the next one only from there.
    """
    if not call.attempt_id or call.answered_at is None:
        return True
    return at >= within(call.answered_at, MOVE_SECONDS)


def _with_dispatcher(call: Call) -> bool:
    """Who was asked back is with the caller, and may not be left alone with them unasked."""
    return call.psap not in (None, Psap.FAILED)


# -- the caller -------------------------------------------------------------------------------


def lap(call: Call, _event: Waited) -> Step:
    """Tell the truth about where the clinician is, and how to have them back."""
    with_whom = call.consulted
    truth = "apart_talking" if with_whom and with_whom.here else "apart_calling"
    told: tuple[Say, ...] = (said(call, truth),)
    if not call.attempt_id:
        told = (*told, Say("lap_stay"))
    key_0 = Listen((*told, Bed(5), said(call, "apart_key"), Bed(10)), "key")
    return Step(replace(call, laps=call.laps + 1), (key_0, Ask("wait")))


def key(call: Call, event: KeyPressed) -> Step:
    """0 brings the clinician back at once; any other key keeps everybody where they are."""
    if event.means != "clinician":
        return Step(call, (Ask("wait"),))
    return take_back(call, event)


def left_room(call: Call, event: TalkEnded) -> Step:
    """The room closed around the caller before they were moved: they are kept company."""
    if event.hung_up:
        return hang_up(call, event)
    return Step(call, (said(call, "apart"), *resume(call)))


def take_back(call: Call, event: Event, *, alone: bool = True) -> Step:
    """The caller has their clinician back; `alone`: without whom they consulted."""
    call = moved(
        _no_longer_apart(call, alone=alone),
        Stage.CONNECTING,
        event.at,
        clinician_here=call.clinician_here,
        deadline_at=within(event.at, MOVE_SECONDS),
    )
    if event.leg == "caller":
        again: tuple[Reply, ...] = (said(call, "here_again"),) if call.clinician_here else ()
        return Step(call, (*again, *resume(call, in_line=True)))
    return Step(call, (), (MoveCaller((said(call, "here_again"), join_caller(call))),))


def _no_longer_apart(call: Call, *, alone: bool) -> Call:
    who = call.consulted
    if who is None:
        return call
    if who.state is Coming.FAILED or (who.here and not alone):
        return guests.with_guest(call, replace(who, consulted=False))
    return guests.without_guest(call, who)


# -- the clinician ----------------------------------------------------------------------------


def follow(call: Call, event: ClinicianLeft) -> Step:
    """Their room closed as the caller left it: on to the other one. Or their leg is over."""
    if event.leg_sid not in ("", call.clinician_leg):
        return release_clinician(call, event)
    if not event.hung_up:
        return Step(call, (Join("clinician", "clinician-left", ringing=True),))
    return replace(lose(call, event), replies=(HangUp(),))


def there(call: Call, event: ClinicianJoined) -> Step:
    """The clinician is in the other room."""
    if event.leg_sid not in ("", call.clinician_leg):
        return Step(call, surprise=True)
    call = replace(call, clinician_here=True)
    return Step(replace(call, deadline_at=_until(call)))


def _until(call: Call) -> datetime:
    who = call.consulted
    if who and who.state is Coming.RINGING:
        return within(who.since, ANSWER_SECONDS)
    return within(call.stage_since, CONSULT_SECONDS)


def elapsed(call: Call, event: WaitElapsed) -> Step:
    """Nobody answered in time, or it takes too long: the caller has their clinician back."""
    if not call.clinician_here:
        return look(call, event)
    if event.at < _until(call):
        return Step(replace(call, deadline_at=_until(call)))
    return take_back(call, event)


def weigh(call: Call, event: RoomSeen) -> Step:
    """The clinician is in the other room, or gone."""
    if not event.clinician:
        return lose(call, event)
    return there(call, ClinicianJoined(at=event.at))


def lose(call: Call, event: Event) -> Step:
    """The clinician is gone: the caller hears so at once, at the head of the line."""
    step = requeue(call, event)
    if step.call.stage is not Stage.WAITING:
        return step
    fetched = MoveCaller((said(call, "cut_off"), WaitInLine()))
    return replace(step, replies=(), errands=(fetched, *step.errands))


def end(call: Call, event: ClinicianEnded) -> Step:
    """End in a consultation leaves the caller nobody: they go to the head of the line."""
    back = back_in_line(call, event.at, cut_offs=call.cut_offs + 1, **NOBODY)
    over = (
        MoveCaller((said(call, "lap_reaching"), WaitInLine())),
        EndLeg("clinician", "left", sid=call.clinician_leg or ""),
        FreeClinician(call.clinician_id or "", talked=True),
        OfferToDesks(),
    )
    return Step(back, (), over)


def taken_back(call: Call, event: TakenBack) -> Step:
    """The clinician has heard enough: back to the caller, alone or with whom they consulted."""
    return take_back(call, event, alone=event.alone)


# -- who is consulted -------------------------------------------------------------------------


def guest_there(call: Call, event: GuestJoined) -> Step:
    """They are with the clinician, and may speak for a while."""
    step = guests.seated(call, event)
    if not step.call.clinician_here:
        return step
    return replace(step, call=replace(step.call, deadline_at=_until(step.call)))


def guest_pressed(call: Call, event: GuestPressed) -> Step:
    """1 brings them to the clinician; with any other key the caller has their clinician back."""
    return _not_alone(press(call, event), event)


def guest_left(call: Call, event: GuestLeft) -> Step:
    """Whoever is consulted hung up: the caller has their clinician back at once."""
    return _not_alone(guests.left(call, event), event)


def guest_gone(call: Call, event: GuestGone) -> Step:
    """Whoever is consulted did not answer, or is gone: the same."""
    return _not_alone(guests.gone(call, event), event)


def guest_sent_away(call: Call, event: GuestSentAway) -> Step:
    """The clinician, or they themselves, want it over: the same."""
    return _not_alone(guests.send_away(call, event), event)


def _not_alone(step: Step, event: Event) -> Step:
    who = step.call.consulted
    if who and who.state is not Coming.FAILED:
        return step
    back = take_back(step.call, event)
    return replace(back, replies=step.replies, errands=(*step.errands, *back.errands))
