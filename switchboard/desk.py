"""What does a clinician's desk show now, and how is the record of a contact kept?"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from callbacks.plan import STOPPED, Outcome
from care.disposition import Disposition
from care.questions import QUESTIONS, SECTIONS, plan_of
from care.record import LENGTHS
from care.referral import Step
from ivr.call import Call
from storage.errors import Stale
from storage.store import Rows
from storage.values import Desk, FollowUp, HandoffCard, Offer, Person, Record
from switchboard import (
    called_first,
    calls,
    followups,
    handoffs,
    presence,
    promises,
    referrals,
    response_plans,
    ring_backs,
    stops,
    unwritten,
)
from switchboard.board import Board
from switchboard.cards import Card, shown_to
from telephony import tokens
from telephony.outcomes import CarrierError

BUSY = ("connecting", "talking", "wrap_up")
IN_COLLEAGUES = ("asked", "joined")  # another clinician's call: shown, and not theirs to record


@dataclass(frozen=True, slots=True)
class DeskState:
    """Everything one desk shows, read at one moment."""

    person: Person
    state: str  # off | available | paused | connecting | talking | wrap_up
    since: datetime
    why: str | None = None  # paused: missed_offer | asked
    cards: tuple[Card, ...] = ()
    call: Call | None = None
    line_name: str = ""
    accepted: str | None = None  # connecting: the offer to dial in with
    record: Record | None = None
    followup: FollowUp | None = None  # the promise this call keeps
    promised: tuple[FollowUp, ...] = ()  # promises made in this call
    others: int = 0  # other people on duty
    handoff: handoffs.Known | None = None  # what the 911 centre sent ahead about this caller
    open_promises: tuple[called_first.Promise, ...] = ()  # made to the number shown, before
    response_plan: response_plans.Known | None = None  # of whoever is in this call
    unmatched: tuple[HandoffCard, ...] = ()  # or perhaps did: cards of this line that wait


def state(board: Board, person_id: str) -> DeskState | None:
    """The desk of one person; None when there is no such person.

    A call stays here from acceptance until its wrap-up is finished.
    """
    shown = tuple(shown_to(board, person_id))
    with board.store.read() as rows:
        person = rows.people.get(person_id)
        if person is None:
            return None
        return _state(board, rows, person, shown)


def _state(board: Board, rows: Rows, person: Person, cards: tuple[Card, ...]) -> DeskState:
    desks = {desk.person_id: desk for desk in rows.desks.all()}
    mine = desks.pop(person.id, None)
    others = sum(desk.state in presence.ON_DUTY for desk in desks.values())
    if mine is None:
        return DeskState(person, "off", board.now(), others=others)
    shown = DeskState(person, mine.state, mine.state_since, mine.why, others=others)
    if mine.state == "available":
        return replace(shown, cards=cards)
    if mine.state in IN_COLLEAGUES and mine.call_id:
        call = rows.calls.get(mine.call_id)
        return replace(shown, call=call, line_name=board.line(call.line).name if call else "")
    return _with_call(board, rows, shown, mine)


def _with_call(board: Board, rows: Rows, shown: DeskState, desk: Desk) -> DeskState:
    call = rows.calls.get(desk.call_id) if desk.call_id and desk.state in BUSY else None
    if call is None:
        return shown
    promised = tuple(rows.followups.of_call(call.id))
    known = handoffs.of_call(rows, call.id)
    return replace(
        shown,
        call=call,
        line_name=board.line(call.line).name,
        accepted=_accepted(rows.offers.of_call(call.id), desk.person_id),
        record=rows.records.get(call.id),
        followup=rows.followups.get(call.followup_id) if call.followup_id else None,
        promised=promised,
        handoff=known,
        open_promises=_before(board, rows, call),
        response_plan=response_plans.of_call(board, rows, call),
        unmatched=() if known else tuple(handoffs.unmatched(rows, call, board.now())),
    )


def _before(board: Board, rows: Rows, call: Call) -> tuple[called_first.Promise, ...]:
    """What was promised to them earlier: they called us first, and this talk keeps it."""
    if call.attempt_id:
        return ()
    made_now = {one.id for one in rows.followups.of_call(call.id)}
    found = called_first.promised_to(board, rows, call.number_shown)
    return tuple(one for one in found if one.id not in made_now)


def earlier_plan(board: Board, rows: Rows, call: Call) -> Record | None:
    """The newest safety plan of another contact from this number; a PSAP's own is nobody's."""
    number = board.somebodys(call.number_shown)
    if number is None:
        return None
    others = (one for one in rows.records.with_number(number) if one.call_id != call.id)
    return next((one for one in others if plan_of(one.answers)), None)


def _accepted(made: list[Offer], person_id: str) -> str | None:
    return next((o.id for o in made if o.person_id == person_id and o.state == "accepted"), None)


def token(board: Board, person_id: str) -> str:
    """The softphone's pass: one hour, for this person's identity and nothing else."""
    return tokens.softphone_token(board.settings, person_id, board.now())


class NotDone(Exception):
    """The carrier would not, or did not say; the call goes on as it was."""


def hold(board: Board, call_id: str, person_id: str, *, on: bool) -> bool:
    """Put the caller on hold or take them off it. False: not their call, or nobody is talking.

    Raises:
        NotDone: the carrier did not do it.
    """
    try:
        return calls.hold(board, call_id, person_id, on=on)
    except CarrierError as error:
        raise NotDone from error


# -- the record -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """What the record form says; the texts are already stripped and bounded."""

    disposition: str | None
    person_name: str | None
    callback_number: str | None
    incident: str | None
    notes: str
    answers: dict[str, str] = field(default_factory=dict)


WRITTEN = tuple(LENGTHS)
EMPTY = Draft(None, None, None, None, "")


class NotTheirs(LookupError):
    """The call is not with this person now."""


def write_record(board: Board, call_id: str, person_id: str, draft: Draft, version: int) -> Record:
    """Keep the record as typed so far; audited.

    Raises:
        NotTheirs: this call is not on this person's desk.
        Stale: it was changed since `version`; read it again.
    """
    with board.store.begin() as rows:
        _theirs(rows, call_id, person_id)
        return _write(board, rows, call_id, person_id, draft, version, finished=False)


def finish(
    board: Board,
    call_id: str,
    person_id: str,
    draft: Draft,
    version: int,
    outcome: str | None = None,
    went: Mapping[str, Step] | None = None,
) -> None:
    """Close the wrap-up: the record is kept, and the desk is offered calls again if on duty.

    `outcome`: the clinician's own word for a follow-up's attempt (callbacks.plan.Outcome).
    `went`: what the person said of their earlier referrals, by the referrals' ids.

    Raises:
        NotTheirs, Stale: as write_record.
    """
    with board.store.begin() as rows:
        now = board.now()
        _theirs(rows, call_id, person_id)
        desk = rows.desks.get(person_id)
        then = "off" if desk and desk.why == unwritten.OFF_DUTY else "available"
        if not rows.desks.set(person_id, then, now, only_from=("wrap_up",)):
            raise NotTheirs(call_id)
        call = rows.calls.get(call_id)
        if outcome and call and call.attempt_id:
            followups.record(board, rows, call.attempt_id, outcome, now)
            if outcome in STOPPED:
                stops.number(board, rows, call.number_shown or "", Outcome(outcome), now)
        if call:
            promises.reached_us(board, rows, call, now)
            if draft.disposition != Disposition.CALLER_LEFT:
                ring_backs.settle(rows, call_id, now)
            referrals.answer(board, rows, call, person_id, went or {}, now)
        _write(board, rows, call_id, person_id, draft, version, finished=True)
        unwritten.written(rows, call_id, person_id, now)
    board.wake()


def take_over_plan(board: Board, call_id: str, person_id: str, version: int) -> Record:
    """Copy the person's earlier safety plan into this record, where its parts are still empty.

    Raises:
        NotTheirs: the call is not on this person's desk, or there is no earlier plan.
        Stale: the record was changed since `version`.
    """
    with board.store.begin() as rows:
        _theirs(rows, call_id, person_id)
        call, now = rows.calls.get(call_id), board.now()
        earlier = earlier_plan(board, rows, call) if call else None
        if earlier is None:
            raise NotTheirs(call_id)
        rows.audit.write(person_id, "record.read", f"record:{earlier.call_id}", {}, now)
        kept = rows.records.get(call_id)
        answers = plan_of(earlier.answers) | (kept.answers if kept else {})
        draft = Draft(*(getattr(kept, name) for name in WRITTEN)) if kept else EMPTY
        draft = replace(draft, answers=answers)
        return _write(board, rows, call_id, person_id, draft, version, finished=False)


def _theirs(rows: Rows, call_id: str, person_id: str) -> None:
    desk = rows.desks.get(person_id)
    if desk is None or desk.call_id != call_id or desk.state not in BUSY:
        raise NotTheirs(call_id)


def _write(
    board: Board,
    rows: Rows,
    call_id: str,
    person_id: str,
    draft: Draft,
    version: int,
    *,
    finished: bool,
) -> Record:
    now = board.now()
    before = rows.records.get(call_id)
    if (before.version if before else 0) != version:
        raise Stale(call_id)
    record = Record(
        call_id=call_id,
        author=before.author if before else person_id,
        version=version,
        disposition=draft.disposition,
        person_name=draft.person_name,
        callback_number=draft.callback_number,
        incident=draft.incident,
        notes=draft.notes,
        answers=draft.answers,
        updated_at=now,
        finished_at=now if finished else None,
    )
    saved = rows.records.save(record, version)
    changed = [name for name in WRITTEN if _differs(before, record, name)]
    changed += _answered_anew(before.answers if before else {}, record.answers)
    if changed or finished:
        action = "record.finished" if finished else "record.changed"
        # Which fields, never what they say: the audit is read by people who may not read records.
        rows.audit.write(person_id, action, f"record:{call_id}", {"fields": changed}, now)
    return saved


def _answered_anew(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The sections whose answers changed; never which answer."""
    names = {name for name in QUESTIONS if before.get(name) != after.get(name)}
    return [part.name for part in SECTIONS if not names.isdisjoint(q.name for q in part.questions)]


def _differs(before: Record | None, after: Record, name: str) -> bool:
    return (getattr(before, name) if before else None) != (getattr(after, name) or None)
