"""How does somebody come into a call when the clinician asks for them?

Rung on a telephone they press 1 before they hear anybody (FAILURES R11); a colleague at a desk is
asked on the screen. The caller and the clinician go on talking meanwhile.
"""

from dataclasses import replace

from ivr.call import Call, Coming, Guest, Role
from ivr.errands import EndLeg, Errand, RingGuest
from ivr.events import Event
from ivr.guest_events import GuestAnswered, GuestAsked, GuestPressed, GuestRung
from ivr.guests import join, with_guest
from ivr.replies import HangUp, Listen, Say
from ivr.step import Step

GUESTS_MAX = 6


def ask(call: Call, event: GuestAsked) -> Step:
    """Somebody is wanted in the call: they are rung, or asked at their desk."""
    asked = invited(call, event)
    if asked is None:
        return Step(call, surprise=True)
    return Step(asked, (), ring(event))


def invited(call: Call, event: GuestAsked) -> Call | None:
    """The call with one more guest on the way; None: they are asked already, or it is full.

    Who did not come before is asked anew.
    """
    others = [g for g in call.guests if g.who != event.who or g.state is not Coming.FAILED]
    if len(others) >= GUESTS_MAX or any(one.who == event.who for one in others):
        return None
    guest = Guest(event.guest_id, event.role, event.who, event.at, state=Coming.RINGING)
    guest = replace(guest, consulted=event.consult)
    return replace(call, guests=(*others, guest))


def ring(event: GuestAsked) -> tuple[Errand, ...]:
    """Nothing is rung where a screen asks."""
    return () if event.at_desk else (RingGuest(event.guest_id),)


def rung(call: Call, event: GuestRung) -> Step:
    """The leg that rings there: known, so that it can be ended when it is no longer needed."""
    guest = call.guest(event.guest_id)
    if guest is None or guest.state is not Coming.RINGING or _another(guest, event.leg_sid):
        known = guest and guest.leg == event.leg_sid
        return Step(call, (), () if known else (EndLeg("guest", "not_needed", sid=event.leg_sid),))
    return Step(with_guest(call, replace(guest, leg=event.leg_sid)))


def _another(guest: Guest, leg_sid: str) -> bool:
    return guest.leg not in (None, leg_sid)


def answer(call: Call, event: GuestAnswered) -> Step:
    """Say who calls and ask for 1: voicemail and a wrong number can press nothing."""
    guest = call.guest(event.guest_id)
    if guest is None or guest.state is not Coming.RINGING:
        return decline(call, event)
    if _another(guest, event.leg_sid):  # a second, accidental call: unheard (FAILURES R4)
        return Step(call, (HangUp(),))
    # On a colleague's own phone a family may answer: they learn nothing (FAILURES B7).
    words = "colleague_screen" if guest.role is Role.COLLEAGUE else "guest_screen"
    ask_for_one = Listen((Say(words),), "guest-pressed", seconds=4)
    again = Listen((Say(words),), "guest-pressed", seconds=6)
    replies = (ask_for_one, again, Say("guest_not_pressed"), HangUp())
    return Step(with_guest(call, replace(guest, leg=event.leg_sid)), replies)


def decline(call: Call, _event: Event) -> Step:
    """They come too late: nobody needs them any more."""
    return Step(call, (Say("guest_not_needed"), HangUp()))


def press(call: Call, event: GuestPressed) -> Step:
    """A human there pressed 1: they hear with whom they will be, and are in the room."""
    guest = call.guest(leg=event.leg_sid)
    if guest is None or guest.state is not Coming.RINGING:
        return decline(call, event)
    if not event.took:
        failed = replace(guest, state=Coming.FAILED, leg=None)
        return Step(with_guest(call, failed), (Say("guest_not_pressed"), HangUp()))
    words = "guest_consulted" if guest.consulted else "guest_welcome"
    guest = replace(guest, state=Coming.COMING)
    return Step(with_guest(call, guest), (Say(words), join(call, guest)))
