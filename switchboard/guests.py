"""How does a clinician bring somebody in, consult, hand over? And how does a colleague answer?

Every step is audited: who asked whom into whose call, and to whom a caller was handed over.
"""

from collections.abc import Callable
from datetime import datetime

from ivr.call import Call, Coming, Guest, Psap, Role, Stage
from ivr.consulting import settled
from ivr.events import Event
from ivr.guest_events import GuestAsked, GuestGone, GuestSentAway, HandedOver, TakenBack
from storage import ids
from storage.store import Rows
from switchboard import calls, effects, guestbook
from switchboard.board import Board
from switchboard.guestbook import Choice

Maker = Callable[[datetime], Event]


class NotFree(Exception):
    """They cannot be asked just now."""


def bring(board: Board, call_id: str, person_id: str, key: str, *, consult: bool) -> bool:
    """Ask somebody into the call, or to be consulted first. False: not their talk, or not so.

    Nobody is consulted while the dispatcher who was asked back is in the call, or on the way: the
    caller would be left alone with them unasked.

    Raises:
        NotFree: they are no longer to be had.
    """
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        if call is None or call.clinician_id != person_id or call.stage is not Stage.TALKING:
            return False
        if consult and not may_consult(call):
            return False
        if consult and not settled(call, board.now()):
            raise NotFree(key)
        choice = _choice(board, rows, call, key)
        _ask(board, rows, call, choice, consult=consult)
        facts = {"role": choice.role.value, "who": choice.who, "consult": consult}
        rows.audit.write(person_id, "call.guest_asked", f"call:{call_id}", facts, board.now())
    board.wake()
    return True


def may_consult(call: Call) -> bool:
    """Whether the caller can be kept company meanwhile."""
    return call.psap in (None, Psap.FAILED)


def _choice(board: Board, rows: Rows, call: Call, key: str) -> Choice:
    known = guestbook.choices(board, rows, call)
    found = next((one for one in known if one.key == key), None)
    there = call.guest(who=found.who) if found else None
    if found is None or (there and there.state is not Coming.FAILED):
        raise NotFree(key)
    return found


def _ask(board: Board, rows: Rows, call: Call, choice: Choice, *, consult: bool) -> None:
    now = board.now()
    asked = GuestAsked(
        at=now,
        guest_id=ids.new(),
        role=choice.role,
        who=choice.who,
        consult=consult,
        at_desk=choice.at_desk,
    )
    # A desk that is asked is offered nothing else; of two who ask for it one has it.
    if choice.at_desk and not rows.desks.set(
        choice.who, "asked", now, call_id=call.id, only_from=("available",)
    ):
        raise NotFree(choice.key)
    calls.take(board, rows, call, asked)


# -- the clinician ----------------------------------------------------------------------------


def send_away(board: Board, call_id: str, person_id: str, guest_id: str) -> bool:
    """The clinician wants a guest to leave; a supervisor decides that for themselves."""
    return _by_clinician(
        board, call_id, person_id, "call.guest_sent_away", guest_id, _sent_away(guest_id)
    )


def _sent_away(guest_id: str) -> Maker:
    return lambda at: GuestSentAway(at=at, guest_id=guest_id)


def hand_over(board: Board, call_id: str, person_id: str, guest_id: str) -> bool:
    """The clinician leaves the caller to this guest. False: they are not in the room."""

    def event(at: datetime) -> Event:
        return HandedOver(at=at, guest_id=guest_id)

    return _by_clinician(board, call_id, person_id, "call.handed_over", guest_id, event)


def _by_clinician(
    board: Board, call_id: str, person_id: str, action: str, guest_id: str, make: Maker
) -> bool:
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        guest = _guest_of(call, person_id, guest_id)
        if call is None or guest is None:
            return False
        if action == "call.handed_over" and not guest.takes_over:
            return False
        calls.take(board, rows, call, make(board.now()))
        facts = {"role": guest.role.value, "who": guest.who}
        rows.audit.write(person_id, action, f"call:{call_id}", facts, board.now())
    effects.carry_out(board)
    board.wake()
    return True


def _guest_of(call: Call | None, person_id: str, guest_id: str) -> Guest | None:
    if call is None or call.clinician_id != person_id or call.stage not in calls.WITH_CLINICIAN:
        return None
    guest = call.guest(guest_id)
    return guest if guest and guest.role is not Role.SUPERVISOR else None


def take_back(board: Board, call_id: str, person_id: str, *, alone: bool) -> bool:
    """The clinician wants the caller back, with or without whom they consulted."""
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        if call is None or call.clinician_id != person_id or call.stage is not Stage.CONSULTING:
            return False
        calls.take(board, rows, call, TakenBack(at=board.now(), alone=alone))
    effects.carry_out(board)
    board.wake()
    return True


# -- a colleague at their desk ----------------------------------------------------------------


def accept(board: Board, call_id: str, person_id: str) -> dict[str, str] | None:
    """A colleague says yes; what their softphone dials in with. None: they are not asked now."""
    with board.store.begin() as rows:
        call, desk = rows.calls.lock(call_id), rows.desks.get(person_id)
        guest = call.guest(who=person_id) if call else None
        if guest is None or desk is None or desk.call_id != call_id:
            return None
        rows.desks.set(person_id, "joined", board.now(), call_id=call_id, only_from=("asked",))
        return {"call": call_id, "guest": guest.id}


def leave(board: Board, call_id: str, person_id: str) -> bool:
    """A colleague says no, or leaves the call; the others go on."""
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        guest = call.guest(who=person_id) if call else None
        if call is None or guest is None or guest.role is not Role.COLLEAGUE:
            return False
        came = guest.state is not Coming.RINGING
        how = GuestSentAway if came else GuestGone  # the clinician sees who did not come
        calls.take(board, rows, call, how(at=board.now(), guest_id=guest.id))
    effects.carry_out(board)
    board.wake()
    return True
