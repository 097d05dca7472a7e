"""How does one event change one call? Lock, decide, record, keep."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, NamedTuple

from ivr.call import Call, Stage
from ivr.errands import MoveCaller
from ivr.events import ClinicianEnded, DispatcherAsked, Event, LegShared, PsapRung, Waited
from ivr.flow import advance
from ivr.step import Step
from storage.calls import Seen
from storage.errors import Duplicate
from storage.store import Rows
from storage.values import NewLine
from switchboard import effects, voice
from switchboard.board import Board

EventMaker = Callable[[Call, datetime], Event]
Locker = Callable[[Rows], Seen]


WITH_CLINICIAN = (Stage.TALKING, Stage.CONSULTING)
OVERDUE_SECONDS = 2  # a lap that begins so shortly before a deadline would end well after it


class NoSuchCall(LookupError):
    """The address names a call that we do not know."""


def handle(board: Board, call_id: str, inbox_key: str, make: EventMaker) -> bytes:
    """A webhook about a call we know. `make` turns the locked call into the event.

    Raises:
        NoSuchCall: the address names no call of ours.
    """
    return handle_found(
        board, lambda rows: rows.calls.lock_with_answer(call_id, inbox_key), inbox_key, make
    )


def handle_leg(board: Board, leg_sid: str, inbox_key: str, make: EventMaker) -> bytes:
    """The same of a webhook that names only the caller's leg.

    Raises:
        NoSuchCall: no call of ours has this leg.
    """
    return handle_found(
        board, lambda rows: rows.calls.lock_leg_with_answer(leg_sid, inbox_key), inbox_key, make
    )


def handle_found(board: Board, lock: Locker, inbox_key: str, make: EventMaker) -> bytes:
    """The same of a call that `lock` finds, so that finding costs no transaction of its own.

    Raises:
        NoSuchCall: it found none.
    """
    try:
        with board.store.begin() as rows:
            call, before, seen = lock(rows)
            if seen:
                return before or b""
            if call is None:
                raise NoSuchCall(inbox_key)
            answer = take(board, rows, call, make(call, board.now()), inbox_key)
    except Duplicate:  # its twin committed while we waited for the call
        return answered(board, inbox_key)
    board.wake()
    return answer


def answered(board: Board, inbox_key: str) -> bytes:
    """What a webhook was answered whose twin was faster."""
    with board.store.read() as rows:
        found = rows.journal.answered(inbox_key)
    return found if isinstance(found, bytes) else voice.safe(board)


def another_lap(board: Board, call_id: str, inbox_key: str) -> bytes:
    """The wait document ran out: tell what is true now."""
    with board.store.begin() as rows:
        found = rows.calls.lock_for_lap(call_id, inbox_key, board.book.storm.ageing_seconds)
        if found.seen:
            return found.answered or b""
        if found.call is None:
            raise NoSuchCall(call_id)
        now = board.now()
        due_in = voice.accept_due_in(board, found.call, now)
        event = Waited(
            at=now,
            ringing=found.ringing,
            position=found.position,
            busy=found.busy,
            backup=voice.backup_rings(board, found.call),
            ways=voice.ways(board, found.call),
            overdue=due_in is not None and due_in <= OVERDUE_SECONDS,
            due_in=due_in if due_in is not None and due_in > OVERDUE_SECONDS else None,
        )
        answer = take(board, rows, found.call, event, inbox_key)
    board.wake()  # with the clock gone, callers' own laps still widen offers (FAILURES D7)
    return answer


def happened(board: Board, call_id: str, make: EventMaker) -> None:
    """Something of our own happened: a deadline, an errand's result, a clinician's key."""
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        if call is not None:
            take(board, rows, call, make(call, board.now()))
    effects.carry_out(board)
    board.wake()


def psap_rung(board: Board, call_id: str, leg_sid: str) -> None:
    """The carrier rings the 911 centre's line. A leg that is no longer wanted is ended."""
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        now = board.now()
        if call is None or call.psap is None:
            facts = {"sid": leg_sid, "reason": "not_needed"}
            rows.errands.add(call_id, [("EndLeg", facts, f"end:{leg_sid}", now)])
        else:
            take(board, rows, call, PsapRung(at=now, leg_sid=leg_sid))
    board.wake()


def take(board: Board, rows: Rows, call: Call, event: Event, inbox_key: str | None = None) -> bytes:
    """Decide about a locked call, and keep what was decided, in the caller's transaction."""
    decided = _decide(board, call, (event,), inbox_key)
    rows.calls.save(decided.call)
    _keep(rows, decided)
    return decided.answer


def enter(
    board: Board, rows: Rows, call: Call, events: Sequence[Event], inbox_key: str | None
) -> bytes:
    """The same of a call that nobody knew, event after event; the key is the last event's.

    Raises:
        Duplicate: its leg, or this webhook, was taken in before.
    """
    decided = _decide(board, call, events, inbox_key)
    _keep(rows, decided)
    rows.calls.add(decided.call)
    return decided.answer


def claim(
    board: Board, rows: Rows, seen: Call, events: Sequence[Event], inbox_key: str | None = None
) -> bytes | None:
    """The same of a call that was seen but not locked, event after event, by compare-and-swap.

    None: somebody else decided about it meanwhile, and nothing was kept. The key and the bytes
    answered are the last event's.
    """
    decided = _decide(board, seen, events, inbox_key)
    if not rows.calls.claim(seen, decided.call):
        return None
    _keep(rows, decided)
    return decided.answer


class _Decided(NamedTuple):
    call: Call
    lines: list[NewLine]
    outside: list[effects.Outside]
    answer: bytes


def _decide(board: Board, call: Call, events: Sequence[Event], inbox_key: str | None) -> _Decided:
    lines, outside, answer = [], [], b""
    for event in events:
        step = _step(call, event)
        answer = b""
        if event.leg:
            answer = voice.render_for(board, step.call, step.replies, event.leg)
        key = inbox_key if event is events[-1] else None
        lines.append(_line_of(call, event, step, key, answer))
        outside += effects.outside(board, step, event.at)
        call = step.call
    return _Decided(call, lines, outside, answer)


def _step(call: Call, event: Event) -> Step:
    step = advance(call, event)
    if any(isinstance(errand, MoveCaller) for errand in step.errands):
        # The moved leg's next addresses must differ from those it was given before.
        step = replace(step, call=replace(step.call, hop=step.call.hop + 1))
    return step


def _keep(rows: Rows, decided: _Decided) -> None:
    rows.journal.add(*decided.lines)
    rows.errands.add(decided.call.id, decided.outside)


def end(board: Board, call_id: str, person_id: str) -> bool:
    """The clinician pressed End. False: the call is not theirs."""
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        if call is None or call.clinician_id != person_id:
            return False
        take(board, rows, call, ClinicianEnded(at=board.now()))
    effects.carry_out(board)
    board.wake()
    return True


def ask_dispatcher(board: Board, call_id: str, person_id: str) -> bool:
    """The clinician wants the 911 dispatcher on the line. False: not their call, or no such line.

    Only the 911 centre's own 10-digit line is rung, never 911.
    """
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        if call is None or call.clinician_id != person_id or call.stage is not Stage.TALKING:
            return False
        if not board.line(call.line).return_number or call.attempt_id or call.shared:
            return False
        take(board, rows, call, DispatcherAsked(at=board.now()))
    board.wake()
    return True


def share_leg(board: Board, call_id: str, person_id: str, *, shared: bool) -> bool:
    """The clinician says whether the dispatcher is on the caller's own leg; audited.

    False: not their talk, or no 911 centre sent this caller.
    """
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        if call is None or call.clinician_id != person_id or call.stage not in WITH_CLINICIAN:
            return False
        if not board.line(call.line).return_number or call.attempt_id:
            return False
        if call.shared is not shared:
            take(board, rows, call, LegShared(at=board.now(), shared=shared))
            facts = {"shared": shared}
            rows.audit.write(person_id, "call.leg_shared", f"call:{call_id}", facts, board.now())
    return True


def hold(board: Board, call_id: str, person_id: str, *, on: bool) -> bool:
    """Put the caller on hold, with the quiet bed of sound, or take them off it.

    Returns False when the call is not theirs or nobody is talking.

    Raises:
        CarrierRefused, CarrierUnknown: the carrier would not, or did not say.
    """
    with board.store.read() as rows:
        call = rows.calls.get(call_id)
    if call is None or call.clinician_id != person_id or call.stage is not Stage.TALKING:
        return False
    label = "person" if call.attempt_id else "caller"
    board.carrier.hold(call.room, label, on=on, hold_url=voice.bed_url(board))
    return True


def due(board: Board, limit: int = 50) -> list[str]:
    """Ids of calls whose deadline passed."""
    with board.store.read() as rows:
        return rows.calls.due(board.now(), limit)


def _line_of(call: Call, event: Event, step: Step, inbox_key: str | None, answer: bytes) -> NewLine:
    return NewLine(
        call_id=call.id,
        at=event.at,
        inbox_key=inbox_key,
        event=type(event).__name__,
        facts=_facts(event),
        stage_before=call.stage.value,
        stage_after=step.call.stage.value,
        surprise=step.surprise,
        answer=answer or None,
        effects=effects.inside(step),
    )


def _facts(event: Event) -> dict[str, Any]:
    # Not asdict: it copies every value deeply, and these are all flat and frozen.
    facts = {one.name: getattr(event, one.name) for one in fields(event) if one.name != "at"}
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in facts.items() if v}
