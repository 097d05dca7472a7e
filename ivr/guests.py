"""Who else is in the call, where do they go, and what does their leaving end?

Guests are there with the clinician and go where the clinician goes. No guest's leaving ends
anything for the caller; whoever has no place in what follows is let go, whatever made it so.
"""

from dataclasses import replace

from ivr.call import KEEPERS, Call, Coming, Guest, How, Role, Stage
from ivr.errands import EndLeg, Errand, FreeClinician
from ivr.events import Event
from ivr.guest_events import (
    GuestArrived,
    GuestGone,
    GuestJoined,
    GuestLeft,
    GuestSentAway,
    SupervisorAsked,
    SupervisorChanged,
)
from ivr.replies import HangUp, Join
from ivr.step import Step

WITH_GUESTS = (Stage.CONNECTING, Stage.TALKING, Stage.CONSULTING, Stage.HANDED)


def dismissed(before: Call, event: Event, step: Step) -> Step:
    """The same step, and whoever has no place in what follows is let go."""
    call = step.call
    if not before.guests:
        return step
    if call.stage not in WITH_GUESTS:
        call = replace(call, guests=())
    stay = {one.id for one in call.guests}
    gone = [one for one in before.guests if one.id not in stay]
    failed = [one for one in call.guests if one.state is Coming.FAILED]
    errands = (*_ended(gone, event, call.clinician_leg), *_freed(before, call, (*gone, *failed)))
    return replace(step, call=call, errands=(*step.errands, *errands))


def _ended(gone: list[Guest], event: Event, clinicians: str | None) -> list[Errand]:
    """Their legs, but for one that is the clinician's now, or whose own end this event tells of."""
    told = getattr(event, "leg_sid", None)
    named = event.guest_id if isinstance(event, GuestGone) else None
    legs = (one.leg for one in gone if one.id != named)
    return [
        EndLeg("guest", "over", sid=leg) for leg in legs if leg and leg not in (told, clinicians)
    ]


def _freed(before: Call, call: Call, gone: tuple[Guest, ...]) -> list[Errand]:
    """Colleagues whose part is over, and who have not become the clinician by it."""
    open_then = {one.id for one in before.guests if one.state is not Coming.FAILED}
    return [
        FreeClinician(one.who, talked=False)
        for one in gone
        if one.role is Role.COLLEAGUE and one.id in open_then and one.who != call.clinician_id
    ]


# -- a supervisor -----------------------------------------------------------------------------


def let_in(call: Call, event: SupervisorAsked) -> Step:
    """A supervisor is on the way: the clinician's screen says so before anything is heard."""
    if call.guest(who=event.person_id):
        return Step(call, surprise=True)
    who = event.person_id
    guest = Guest(event.guest_id, Role.SUPERVISOR, who, event.at, how=event.how)
    return Step(replace(call, guests=(*call.guests, guest)))


def change(call: Call, event: SupervisorChanged) -> Step:
    """They are heard by nobody, by the clinician, or by both: the carrier is told apart."""
    guest = call.guest(event.guest_id)
    if guest is None:
        return Step(call, surprise=True)
    return Step(with_guest(call, replace(guest, how=event.how)))


# -- coming and going -------------------------------------------------------------------------


def seat(call: Call, event: GuestArrived) -> Step:
    """Into the room, if they were asked in."""
    guest = call.guest(event.guest_id)
    if guest is None or guest.who != event.person_id or not _may_come(guest, event.leg_sid):
        return turn_away(call, event)
    guest = replace(guest, leg=event.leg_sid, state=Coming.COMING)
    if not call.clinician_here:
        guest = unheard(guest)
    return Step(with_guest(call, guest), (join(call, guest),))


def unheard(guest: Guest) -> Guest:
    """A whisper needs the clinician's leg in the room to be coached; until then: listening."""
    return replace(guest, how=How.LISTEN) if guest.how is How.WHISPER else guest


def _may_come(guest: Guest, leg_sid: str) -> bool:
    return guest.state is not Coming.FAILED and guest.leg in (None, leg_sid)


def join(call: Call, guest: Guest) -> Join:
    """Beside a clinician a guest comes and goes; who keeps the caller holds the room."""
    coach = call.clinician_leg or "" if guest.how is How.WHISPER else ""
    keeps = call.stage is Stage.HANDED
    muted = guest.how is How.LISTEN
    return Join(guest.label, "guest-left", ends_room=keeps, muted=muted, coach=coach)


def seated(call: Call, event: GuestJoined) -> Step:
    """They are in the room."""
    guest = call.guest(event.guest_id)
    if guest is None:
        return Step(call, surprise=True)
    return Step(with_guest(call, replace(guest, state=Coming.HERE)))


def turn_away(call: Call, _event: Event) -> Step:
    """Too late, or not asked in: the leg hears nothing of this call."""
    return Step(call, (HangUp(),))


def left(call: Call, event: GuestLeft) -> Step:
    """They left; or the room closed around them, and they go where the clinician goes."""
    guest = call.guest(leg=event.leg_sid)
    if guest is None:
        return Step(call, (HangUp(),))
    if event.hung_up or event.refused:
        return Step(without_guest(call, guest), (HangUp(),))
    guest = unheard(guest)
    return Step(with_guest(call, guest), (join(call, guest),))


def gone(call: Call, event: GuestGone) -> Step:
    """Their leg is over, or nobody there came: the desk says so."""
    guest = call.guest(event.guest_id)
    if guest is None or (guest.leg and event.leg_sid not in ("", guest.leg)):
        return Step(call)
    if guest.state in (Coming.RINGING, Coming.FAILED):
        return Step(with_guest(call, replace(guest, state=Coming.FAILED, leg=None)))
    return Step(without_guest(call, guest))


def send_away(call: Call, event: GuestSentAway) -> Step:
    """They are wanted no longer; the others go on."""
    guest = call.guest(event.guest_id)
    if guest is None:
        return Step(call, surprise=True)
    return Step(without_guest(call, guest))


def with_guest(call: Call, guest: Guest) -> Call:
    """The call with this guest as they are now."""
    return replace(call, guests=tuple(guest if g.id == guest.id else g for g in call.guests))


def without_guest(call: Call, guest: Guest) -> Call:
    """The call without this guest."""
    return replace(call, guests=tuple(g for g in call.guests if g.id != guest.id))


def who_takes_over(call: Call) -> Guest | None:
    """Who of those in the room may have the caller when the clinician is lost: colleagues first."""
    there = [one for one in call.guests if one.takes_over and not one.consulted]
    order = (Role.COLLEAGUE, *KEEPERS)
    return min(there, key=lambda one: order.index(one.role), default=None)
