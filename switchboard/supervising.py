"""How does a supervisor listen to a call, coach its clinician, or join it?

The clinician's screen says so for as long as it lasts, and before anything more is heard; the
audit keeps who did it to whose call. They dial in by their own softphone.
"""

from ivr.call import Call, Guest, How, Role
from ivr.guest_events import GuestSentAway, SupervisorAsked, SupervisorChanged
from storage import ids
from storage.store import Rows
from switchboard import calls
from switchboard.board import Board
from switchboard.desk import NotDone
from telephony.outcomes import CarrierError, CarrierUnknown

DEPTH = tuple(How)


def begin(board: Board, call_id: str, person_id: str, how: How) -> dict[str, str] | None:
    """Let a supervisor into a talk; what their softphone dials in with. None: nobody talks there.

    In a consultation they are with the clinician and whoever is consulted, apart from the caller.
    Whoever is the call's own clinician is in it already.
    """
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        if call is None or not _open_to(call, person_id):
            return None
        guest = ids.new()
        asked = SupervisorAsked(at=board.now(), guest_id=guest, person_id=person_id, how=how)
        calls.take(board, rows, call, asked)
        _note(board, rows, person_id, call, how.value)
    board.wake()
    return {"call": call_id, "guest": guest}


def _open_to(call: Call, person_id: str) -> bool:
    others = call.clinician_id not in (None, person_id)
    return others and call.stage in calls.WITH_CLINICIAN and call.guest(who=person_id) is None


def change(board: Board, call_id: str, person_id: str, how: How) -> bool:
    """Be heard by nobody, by the clinician, or by both. False: they are not in this call.

    More is on the clinician's screen before it is so, less only once it is. Once their softphone
    has dialled in, the carrier has been told how they come, and must be told anew.

    Raises:
        NotDone: the carrier did not do it, or did not say.
    """
    guest = _mine_now(board, call_id, person_id)[1]
    if guest is None or guest.how is None:
        return False
    if DEPTH.index(how) > DEPTH.index(guest.how) or guest.leg is None:
        _becomes(board, call_id, person_id, how)
    call, dialled = _mine_now(board, call_id, person_id)
    if call and dialled and dialled.leg:
        _tell_carrier(board, call, dialled, how, guest.how)
    _becomes(board, call_id, person_id, how)
    return True


def _mine_now(board: Board, call_id: str, person_id: str) -> tuple[Call | None, Guest | None]:
    with board.store.read() as rows:
        call = rows.calls.get(call_id)
    return call, mine(call, person_id)


def _tell_carrier(board: Board, call: Call, guest: Guest, how: How, before: How) -> None:
    coached = call.clinician_leg or "" if how is How.WHISPER else ""
    try:
        board.carrier.coach(call.room, guest.label, coached, muted=how is How.LISTEN)
    except CarrierUnknown as error:  # the screen goes on saying the most that may be so
        raise NotDone from error
    except CarrierError as error:
        _becomes(board, call.id, guest.who, before)
        raise NotDone from error


def _becomes(board: Board, call_id: str, person_id: str, how: How) -> None:
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        guest = mine(call, person_id)
        if call is None or guest is None or guest.how is how:
            return
        event = SupervisorChanged(at=board.now(), guest_id=guest.id, how=how)
        calls.take(board, rows, call, event)
        _note(board, rows, person_id, call, how.value)


def stop(board: Board, call_id: str, person_id: str) -> bool:
    """Leave the call; everybody else goes on. False: they are not in it."""
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        guest = mine(call, person_id)
        if call is None or guest is None:
            return False
        calls.take(board, rows, call, GuestSentAway(at=board.now(), guest_id=guest.id))
        _note(board, rows, person_id, call, "stop")
    board.wake()
    return True


def mine(call: Call | None, person_id: str) -> Guest | None:
    """This supervisor's own place in a call."""
    found = call.guest(who=person_id) if call else None
    return found if found and found.role is Role.SUPERVISOR else None


def _note(board: Board, rows: Rows, person_id: str, call: Call, how: str) -> None:
    facts = {"how": how, "clinician": call.clinician_id}
    rows.audit.write(person_id, "call.supervised", f"call:{call.id}", facts, board.now())
