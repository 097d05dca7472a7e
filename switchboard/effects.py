"""What must follow a step: outside, at the carrier, and inside, in our own tables?

What must be done outside becomes a row of `errands`. What changes inside (a desk, a promise, a
task) is owed by the step's line of the journal, written with it, and carried out by the sweep
right after the commit, once: the change and the end of the debt are one transaction. So whoever
listens to a webhook's answer waits for neither (docs/adr/0011).
"""

from dataclasses import fields
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any, get_args

import structlog

from ivr import errands as e
from ivr.call import Call, Stage
from ivr.events import RoomSeen
from ivr.step import Step
from storage.errors import StoreDown
from storage.store import Rows
from storage.values import JournalLine
from switchboard import called_first, crews, followups, handoffs, promises, ring_backs, tasks, voice
from switchboard.board import Board

log = structlog.get_logger()

Outside = tuple[str, dict[str, Any], str, datetime]  # kind, facts, target, due_at
Effect = tuple[str, dict[str, Any]]  # kind and facts

HERE = timedelta(seconds=25)  # a desk heard from since is a desk somebody sits at
ROUNDS_MAX = 3
KINDS: dict[str, type[e.Errand]] = {kind.__name__: kind for kind in get_args(e.Errand)}


def outside(board: Board, step: Step, at: datetime) -> list[Outside]:
    """Rows for `errands`."""
    found = []
    for errand in step.errands:
        fact = _outside(errand, board, step.call)
        if fact is not None:
            found.append((type(errand).__name__, fact[0], fact[1], at))
    return found


def inside(step: Step) -> list[Effect] | None:
    """What the step's line of the journal owes; None: nothing."""
    owed = [_facts(errand) for errand in step.errands if isinstance(errand, INSIDE)]
    return owed or None


def _facts(errand: e.Errand) -> Effect:
    facts = {field.name: getattr(errand, field.name) for field in fields(errand)}
    return type(errand).__name__, facts


def carry_out(board: Board) -> None:
    """Carry out what the journal owes, oldest first. Idempotent; any process may.

    Raises:
        StoreDown: the next sweep goes on.
    """
    for _ in range(ROUNDS_MAX):  # an effect that ends another call leaves that one's own
        with board.store.read() as rows:
            owing = rows.journal.owing()
        if not owing:
            return
        _carry_out_each(board, owing)


def _carry_out_each(board: Board, owing: list[int]) -> None:
    for line_id in owing:
        try:
            _carry_out(board, line_id)
        except StoreDown:
            raise
        except Exception:
            log.exception("an effect failed", line=line_id)
            _leave_to_a_human(board, line_id)


def _carry_out(board: Board, line_id: int) -> None:
    with board.store.begin() as rows:
        line = rows.journal.lock_owing(line_id)
        if line is None:
            return
        for kind, facts in line.effects or ():
            _inside(KINDS[kind](**facts), board, rows, line)
        rows.journal.carried_out(line_id)


def _leave_to_a_human(board: Board, line_id: int) -> None:
    """Our own bug must not keep the effects after it from being carried out."""
    with board.store.begin() as rows:
        line = rows.journal.lock_owing(line_id)
        if line is not None:
            tasks.open_for(rows, "effect_failed", "supervisor", board.now(), call_id=line.call_id)
            rows.journal.carried_out(line_id)


# -- outside: facts and target of the errand's row --------------------------------------------


@singledispatch
def _outside(errand: e.Errand, board: Board, call: Call) -> tuple[dict[str, Any], str] | None:
    return None


@_outside.register
def _(errand: e.MoveCaller, board: Board, call: Call) -> tuple[dict[str, Any], str]:
    document = voice.render(board, call, errand.replies).decode()
    since = call.stage_since.isoformat()  # a move is wanted while its stage lasts
    facts = {"sid": call.leg_sid, "twiml": document, "since": since}
    return facts, f"move:{call.id}:{call.hop}"


@_outside.register
def _(errand: e.EndLeg, board: Board, call: Call) -> tuple[dict[str, Any], str] | None:
    sid = errand.sid or (call.clinician_leg if errand.whose == "clinician" else call.leg_sid)
    return {"sid": sid or "", "reason": str(errand.reason)}, f"end:{sid}"


@_outside.register
def _(_errand: e.CheckRoom, board: Board, call: Call) -> tuple[dict[str, Any], str]:
    whose, leg = who_holds(call)
    return {
        "room": call.room,
        "sid": call.leg_sid,
        "label": whose,
        "leg": leg,
    }, f"look:{call.id}:{call.stage_since.timestamp()}"


def who_holds(call: Call) -> tuple[str, str]:
    """Beside whom the caller should be: "clinician" | "psap" | "keeper", and their leg or ""."""
    if call.stage is Stage.DISPATCHER:
        return "psap", call.psap_leg or ""
    if call.stage is Stage.HANDED:
        return "keeper", (call.keeper.leg if call.keeper else "") or ""
    return "clinician", call.clinician_leg or ""


def room_seen(at: datetime, *, caller: bool, whose: str, stale: bool = False) -> RoomSeen:
    """We looked: is the caller in the room, and `whose` leg ("": nobody's) as in who_holds."""
    return RoomSeen(
        at=at,
        caller=caller,
        clinician=whose == "clinician",
        psap=whose == "psap",
        keeper=whose == "keeper",
        stale=stale,
    )


@_outside.register
def _(errand: e.DialPerson, board: Board, call: Call) -> tuple[dict[str, Any], str]:
    return {"attempt": errand.attempt_id}, f"followup:{call.followup_id}"


@_outside.register
def _(_errand: e.RingPsap, board: Board, call: Call) -> tuple[dict[str, Any], str]:
    return {}, f"psap:{call.id}"


@_outside.register
def _(errand: e.RingGuest, board: Board, call: Call) -> tuple[dict[str, Any], str]:
    return {"guest": errand.guest_id}, f"guest:{call.id}:{errand.guest_id}"


# -- inside: our own rows. OfferToDesks needs none: every sweep looks at the line --------------


@singledispatch
def _inside(errand: Any, board: Board, rows: Rows, line: JournalLine) -> None:
    raise TypeError(f"{type(errand).__name__} changes nothing inside")


@_inside.register
def _(errand: e.OccupyClinician, board: Board, rows: Rows, line: JournalLine) -> None:
    rows.desks.occupy(errand.clinician_id, line.stage_after, line.at, line.call_id)
    if line.stage_after == Stage.TALKING:
        crews.note_back(rows, line.call_id, errand.clinician_id, line.at)


@_inside.register
def _(errand: e.OfferAnew, board: Board, rows: Rows, line: JournalLine) -> None:
    rows.offers.recall(errand.call_id, line.at)


@_inside.register
def _(errand: e.FreeClinician, board: Board, rows: Rows, line: JournalLine) -> None:
    # No desk waits for the notes of who took the call on a cell phone: switchboard/unwritten.py
    rows.desks.leave_call(
        errand.clinician_id,
        line.call_id,
        "wrap_up" if errand.talked else "available",
        line.at,
        heard_since=line.at - HERE,
        idle_since=line.at,
    )


@_inside.register
def _(errand: e.LoseClinician, board: Board, rows: Rows, line: JournalLine) -> None:
    state, why = ("paused", "missed_offer") if errand.missed else ("available", None)
    rows.desks.leave_call(
        errand.clinician_id, line.call_id, state, line.at, heard_since=line.at - HERE, why=why
    )
    if not errand.missed and line.stage_after != Stage.CONNECTING:  # else to a colleague
        crews.note_lost(rows, line.call_id, errand.clinician_id, line.at)


@_inside.register
def _(_errand: e.OpenCallback, board: Board, rows: Rows, line: JournalLine) -> None:
    call = rows.calls.get(line.call_id)
    if call is not None:
        promises.promise_callback(board, rows, call, line.at)


@_inside.register
def _(_errand: e.MeetPromises, board: Board, rows: Rows, line: JournalLine) -> None:
    called_first.meet(board, rows, line.call_id, line.at)


@_inside.register
def _(_errand: e.RingBack, board: Board, rows: Rows, line: JournalLine) -> None:
    ring_backs.ring_back(board, rows, line.call_id, line.at)


@_inside.register
def _(errand: e.KeepIncident, board: Board, rows: Rows, line: JournalLine) -> None:
    handoffs.keyed(board, rows, line.call_id, errand.number, line.at)


@_inside.register
def _(errand: e.RecordAttempt, board: Board, rows: Rows, line: JournalLine) -> None:
    followups.record(board, rows, errand.attempt_id, errand.outcome, line.at)


@_inside.register
def _(errand: e.Alert, board: Board, rows: Rows, line: JournalLine) -> None:
    tasks.open_for(rows, errand.kind, errand.for_role, line.at, call_id=line.call_id)


INSIDE = tuple(kind for kind in KINDS.values() if kind in _inside.registry)
