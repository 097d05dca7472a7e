"""Which promises to call a person back are due, and what came of each attempt?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from callbacks import plan
from ivr.call import Call, Kind, Stage
from ivr.step import CONNECT_SECONDS, within
from storage import ids
from storage.store import Rows
from storage.values import Attempt, FollowUp, Offer
from switchboard import presence, tasks, voice
from switchboard.board import Board

if TYPE_CHECKING:
    from switchboard.offers import Card

OFFER_SECONDS = 60  # a promise that is due is not an emergency: the desk may finish a sentence
REST_SECONDS = 120  # after a refusal or a lapse it is asked again


@dataclass(frozen=True, slots=True)
class Wish:
    """What was agreed with the person. Times are HH:MM in `zone`.

    `consent_by` names who gave consent ("the caller", "their mother"); without it nobody rings.
    """

    name: str
    number: str
    zone: str
    language: str
    consent_by: str
    best_from: str
    best_until: str
    may_leave_message: bool
    due_at: datetime | None = None  # None: the plan's own next window
    note: str = ""


class NotPossible(ValueError):
    """The follow-up cannot be promised so; the words say what is missing."""


# -- promising --------------------------------------------------------------------------------


def schedule(board: Board, call_id: str, person_id: str, wish: Wish) -> str:
    """Keep a promise made in a conversation; returns the follow-up's id.

    Raises:
        NotPossible: no consent, no number that could be rung, or an unknown call.
    """
    if not wish.consent_by:
        raise NotPossible("Consent is missing: say who agreed to be called back.")
    if not voice.could_ring(board, wish.number):
        raise NotPossible("The number cannot be rung: write it in full, such as +13145550150.")
    with board.store.begin() as rows:
        now = board.now()
        call = rows.calls.get(call_id)
        if call is None:
            raise NotPossible("This call is not known any more.")
        followup = _from_wish(call, person_id, wish, now)
        rows.followups.add(followup)
        rows.audit.write(person_id, "followup.scheduled", f"followup:{followup.id}", {}, now)
    return followup.id


def _from_wish(call: Call, person_id: str, wish: Wish, now: datetime) -> FollowUp:
    due_at = wish.due_at or plan.next_due(
        now, wish.zone, wish.best_from, wish.best_until, attempts_made=0
    )
    return FollowUp(
        id=ids.new(),
        kind="followup",
        call_id=call.id,
        state="due",
        name=wish.name or None,
        number=wish.number,
        zone=wish.zone,
        language=wish.language,
        line=call.line,
        consent_by=wish.consent_by,
        consent_at=now,
        may_leave_message=wish.may_leave_message,
        best_from=wish.best_from,
        best_until=wish.best_until,
        promised_at=now,
        due_at=due_at,
        attempts_max=plan.ATTEMPTS_MAX,
        attempts_made=0,
        prefers=person_id,
        note=wish.note or None,
    )


def promise_callback(board: Board, rows: Rows, call: Call, at: datetime) -> None:
    """The waiting caller chose to be called back: now, at any hour, in their place."""
    rows.followups.add(
        FollowUp(
            id=ids.new(),
            kind="callback",
            call_id=call.id,
            state="due",
            name=None,
            number=call.number_shown or "",
            zone=board.line(call.line).zone,
            language=call.language,
            line=call.line,
            consent_by="the caller, by key",
            consent_at=at,
            may_leave_message=False,
            best_from="00:00",
            best_until="24:00",
            promised_at=call.arrived_at,
            due_at=at,
            attempts_max=plan.ATTEMPTS_MAX,
            attempts_made=0,
        )
    )


# -- offering ---------------------------------------------------------------------------------


def sweep(board: Board) -> None:
    """Offer what is due to idle clinicians, one each, never while a caller waits. Idempotent."""
    now = board.now()
    with board.store.read() as rows:
        if rows.calls.waiting() or not rows.followups.due(now, 1):
            return
    with board.store.begin() as rows:
        if rows.calls.waiting():
            return
        idle = _idle(board, rows, now)
        for followup in rows.followups.due(now, max(len(idle), 1)):
            if plan.forbidden(_facts(followup), followup.consent_by, now):
                _postpone(rows, followup, now)
                continue
            if not idle:
                break
            person_id = followup.prefers if followup.prefers in idle else idle[0]
            idle.remove(person_id)
            _offer(rows, followup, person_id, now)


def _postpone(rows: Rows, followup: FollowUp, now: datetime) -> None:
    """Its window closed while nobody was free: the next one (FAILURES D16, D17)."""
    due_at = plan.earliest(now + timedelta(seconds=1), _facts(followup))
    rows.followups.save(replace(followup, due_at=due_at))


def _idle(board: Board, rows: Rows, now: datetime) -> list[str]:
    tiers = presence.tiers_now(rows, now)
    ready = rows.desks.available(now, board.settings.desk_unheard_seconds)
    told = {offer.person_id for offer in rows.offers.live() if offer.channel == "desk"}
    free = [d for d in ready if d.person_id in tiers and d.person_id not in told]
    return [d.person_id for d in sorted(free, key=lambda d: (d.idle_since, d.person_id))]


def _offer(rows: Rows, followup: FollowUp, person_id: str, now: datetime) -> None:
    offer = Offer(
        id=ids.new(),
        kind="followup",
        call_id=None,
        followup_id=followup.id,
        person_id=person_id,
        channel="desk",
        state="offered",
        offered_at=now,
        lapses_at=now + timedelta(seconds=OFFER_SECONDS),
    )
    if rows.offers.add([offer]):
        rows.followups.save(replace(followup, state="offered", offered_to=person_id))


def preempt(rows: Rows, now: datetime) -> None:
    """A caller waits: follow-ups on offer step back at once."""
    for offer in rows.offers.live():
        if offer.kind == "followup" and rows.offers.settle(
            [offer.id], "cancelled", "preempted", now
        ):
            _put_back(rows, offer, now)


def withdraw_offer(rows: Rows, offer: Offer, now: datetime) -> None:
    """The offer lapsed or was refused: the promise waits a little for another clinician."""
    _put_back(rows, offer, now + timedelta(seconds=REST_SECONDS))


def _put_back(rows: Rows, offer: Offer, due_at: datetime) -> None:
    followup = rows.followups.lock(offer.followup_id or "")
    if followup and followup.state == "offered":
        later = plan.earliest(max(followup.due_at, due_at), _facts(followup))
        rows.followups.save(replace(followup, state="due", offered_to=None, due_at=later))


def card(board: Board, rows: Rows, offer: Offer) -> Card | None:
    """What the clinician sees of a follow-up before accepting it."""
    from switchboard.offers import Card

    followup = rows.followups.get(offer.followup_id or "")
    if followup is None:
        return None
    return Card(
        offer_id=offer.id,
        kind="followup",
        since=followup.due_at,
        lapses_at=offer.lapses_at,
        line_name=board.line(followup.line).name,
        number_shown=followup.number,
        language=followup.language,
        name=followup.name,
        attempt=(followup.attempts_made + 1, followup.attempts_max),
    )


# -- attempting -------------------------------------------------------------------------------


def accept(board: Board, rows: Rows, offer: Offer, person_id: str, now: datetime) -> str:
    """Open one attempt and its call; the person's phone rings once the clinician is there.

    Raises:
        Taken: the promise was kept, closed or given to someone else meanwhile.
    """
    from switchboard.offers import Taken

    followup = rows.followups.lock(offer.followup_id or "")
    if followup is None or followup.state != "offered":
        raise Taken("This follow-up is no longer waiting. You are available.")
    if plan.forbidden(_facts(followup), followup.consent_by, now):
        raise Taken("This person may not be rung now. The follow-up stays on the list.")
    call = _call_for(board, followup, person_id, now)
    if not rows.offers.accept(offer.id, person_id, now, call.id):
        raise Taken("This offer has ended. The follow-up stays on the list.")
    number_of = followup.attempts_made + 1
    rows.attempts.add(
        Attempt(
            id=call.attempt_id or "",
            followup_id=followup.id,
            number_of=number_of,
            person_id=person_id,
            call_id=call.id,
            started_at=now,
        )
    )
    rows.followups.save(replace(followup, state="placing", attempts_made=number_of))
    rows.calls.add(call)
    rows.desks.set(person_id, "connecting", now, call_id=call.id)
    return call.id


def _call_for(board: Board, followup: FollowUp, person_id: str, now: datetime) -> Call:
    call_id = ids.new()
    return Call(
        id=call_id,
        kind=Kind.FOLLOWUP,
        leg_sid=f"none-{call_id}",
        line=followup.line,
        number_shown=followup.number,
        language=followup.language,
        stage=Stage.CONNECTING,
        arrived_at=now,
        stage_since=now,
        line_since=now,
        priority=board.line(followup.line).priority,
        deadline_at=within(now, CONNECT_SECONDS),
        clinician_id=person_id,
        followup_id=followup.id,
        attempt_id=ids.new(),
    )


def record(rows: Rows, attempt_id: str, outcome: str, at: datetime) -> None:
    """Write what became of an attempt, and what follows by the plan.

    May be called again with the clinician's own word (voicemail, wrong number): the last one holds.
    """
    attempt = rows.attempts.get(attempt_id)
    followup = rows.followups.lock(attempt.followup_id) if attempt else None
    if attempt is None or followup is None:
        return
    rows.attempts.settle(attempt_id, outcome, at)
    if attempt.number_of < followup.attempts_made:
        return  # a later attempt decides
    decision = plan.after(outcome, _facts(followup), at)
    rows.followups.save(
        replace(
            followup,
            state=decision.state,
            due_at=decision.due_at or followup.due_at,
            offered_to=None,
            closed_reason=decision.closed_reason,
            closed_at=at if decision.state in ("kept", "closed") else None,
        )
    )
    if decision.task:
        tasks.open_for(rows, decision.task, "coordinator", at, followup_id=followup.id)


def _facts(followup: FollowUp) -> plan.Facts:
    return plan.Facts(
        kind=followup.kind,
        zone=followup.zone,
        best_from=followup.best_from,
        best_until=followup.best_until,
        attempts_made=followup.attempts_made,
        attempts_max=followup.attempts_max,
    )


def close(board: Board, followup_id: str, person_id: str, reason: str) -> bool:
    """A named person closes a promise. False: it was closed before, or is being kept now."""
    with board.store.begin() as rows:
        now = board.now()
        followup = rows.followups.lock(followup_id)
        if followup is None or followup.state in ("kept", "closed", "placing"):
            return False
        rows.followups.save(
            replace(followup, state="closed", closed_reason=reason[:40], closed_at=now)
        )
        rows.audit.write(person_id, "followup.closed", f"followup:{followup_id}", {}, now)
    return True
