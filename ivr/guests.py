"""Who else is in the call, how do they come in, and what does their leaving end?

A guest is there with the clinician: when the talk is over, whoever has no place in what follows is
let go, whatever made it end. No guest's leaving ends anything for the caller.
"""

from dataclasses import replace

from ivr.call import Call, Guest, How, Role, Stage
from ivr.errands import EndLeg, Errand
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

WITH_GUESTS = (Stage.TALKING,)


def dismissed(step: Step) -> Step:
    """The same step, and whoever has no place in what follows is let go."""
    call = step.call
    if not call.guests or call.stage in WITH_GUESTS:
        return step
    errands = (*step.errands, *_ended(call.guests))
    return replace(step, call=replace(call, guests=()), errands=errands)


def _ended(guests: tuple[Guest, ...]) -> tuple[Errand, ...]:
    return tuple(EndLeg("guest", "over", sid=one.leg) for one in guests if one.leg)


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
    return Step(_with(call, replace(guest, how=event.how)))


def seat(call: Call, event: GuestArrived) -> Step:
    """Into the room, if they were asked in."""
    guest = call.guest(event.guest_id)
    if guest is None or guest.who != event.person_id or _elsewhere(guest, event.leg_sid):
        return turn_away(call, event)
    guest = replace(guest, leg=event.leg_sid)
    return Step(_with(call, guest), (_join(call, guest),))


def _elsewhere(guest: Guest, leg_sid: str) -> bool:
    return guest.leg not in (None, leg_sid)


def _join(call: Call, guest: Guest) -> Join:
    """Their leaving never ends the room; of a supervisor, as far in as they chose."""
    coach = call.clinician_leg or "" if guest.how is How.WHISPER else ""
    muted = guest.how is How.LISTEN
    return Join(guest.label, "guest-left", ends_room=False, muted=muted, coach=coach)


def seated(call: Call, event: GuestJoined) -> Step:
    """They are in the room."""
    guest = call.guest(event.guest_id)
    if guest is None:
        return Step(call, surprise=True)
    return Step(_with(call, replace(guest, here=True)))


def turn_away(call: Call, _event: Event) -> Step:
    """Too late, or not asked in: the leg hears nothing of this call."""
    return Step(call, (HangUp(),))


def left(call: Call, event: GuestLeft) -> Step:
    """They left, or the room closed around them: nobody else's leg ends by it."""
    guest = call.guest(leg=event.leg_sid)
    return Step(_without(call, guest) if guest else call, (HangUp(),))


def gone(call: Call, event: GuestGone) -> Step:
    """Their leg is over."""
    guest = call.guest(event.guest_id)
    return Step(_without(call, guest) if guest else call)


def send_away(call: Call, event: GuestSentAway) -> Step:
    """Their leg is ended; the others go on."""
    guest = call.guest(event.guest_id)
    if guest is None:
        return Step(call, surprise=True)
    return Step(_without(call, guest), (), _ended((guest,)))


def _with(call: Call, guest: Guest) -> Call:
    return replace(call, guests=tuple(guest if g.id == guest.id else g for g in call.guests))


def _without(call: Call, guest: Guest) -> Call:
    return replace(call, guests=tuple(g for g in call.guests if g.id != guest.id))
