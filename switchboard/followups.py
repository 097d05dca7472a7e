"""Which promises to call a person back are due, and what came of each attempt?

switchboard/promises.py makes and ends them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from callbacks import plan
from ivr.call import Call, Kind, Stage
from ivr.step import CONNECT_SECONDS, within
from storage import ids
from storage.store import Rows
from storage.values import Attempt, FollowUp, Offer
from switchboard import presence, tasks
from switchboard.board import Board

OFFER_SECONDS = 60  # a promise that is due is not an emergency: the desk may finish a sentence
REST_SECONDS = 120  # after a refusal or a lapse it is asked again
PATIENCE = timedelta(minutes=30)  # for the clinician who knows the person, while they are busy
OFFERED_MOST = 50  # looked at in one sweep
HIGH = 2  # at this risk nobody is waited for


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
        tiers = presence.tiers_now(rows, now)
        idle = _idle(board, rows, tiers, now)
        on_duty = presence.on_duty(rows, now, board.settings.desk_unheard_seconds)
        for followup in rows.followups.due(now, OFFERED_MOST):
            why = plan.forbidden(facts_of(followup), followup.consent_by, now, board.house)
            if why:
                _put_off(board, rows, followup, why, now)
                continue
            if not idle:
                continue
            person_id = _whom(followup, idle, frozenset(on_duty & tiers.keys()), now)
            if person_id:
                idle.remove(person_id)
                _offer(rows, followup, person_id, now)


def _whom(followup: FollowUp, idle: list[str], here: frozenset[str], now: datetime) -> str | None:
    """Whoever knows the person; they are waited for a while when busy, if they are `here`.

    `here`: on duty and on call; whom the roster has let go is not offered anything any more.
    """
    if followup.prefers in idle:
        return followup.prefers
    patient = followup.risk < HIGH and now < followup.due_at + PATIENCE
    return None if patient and followup.prefers in here else idle[0]


def _put_off(board: Board, rows: Rows, followup: FollowUp, why: str, now: datetime) -> None:
    """It may not be rung now: in its next window, or it is over and a human is told."""
    decision = plan.not_now(why, facts_of(followup), now, board.house)
    rows.followups.save(decided(followup, decision, now))
    if decision.task:
        tasks.open_for(rows, decision.task, "coordinator", now, followup_id=followup.id)


def decided(followup: FollowUp, decision: plan.Decision, at: datetime) -> FollowUp:
    """The promise after a decision of the plan."""
    return replace(
        followup,
        state=decision.state,
        due_at=decision.due_at or followup.due_at,
        offered_to=None,
        closed_reason=decision.closed_reason,
        closed_at=at if decision.state in ("kept", "closed") else None,
    )


def _idle(board: Board, rows: Rows, tiers: Collection[str], now: datetime) -> list[str]:
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


def step_back(board: Board, rows: Rows, offered: Iterable[Offer], why: str, now: datetime) -> None:
    """Of what is being offered, the promises are due again at once."""
    for offer in offered:
        if offer.kind == "followup" and rows.offers.settle([offer.id], "cancelled", why, now):
            _put_back(board, rows, offer, now)


def cancel_offers(rows: Rows, followup_id: str, why: str, now: datetime) -> None:
    """Nobody is offered this promise any more."""
    offered = [one.id for one in rows.offers.live() if one.followup_id == followup_id]
    rows.offers.settle(offered, "cancelled", why, now)


def withdraw_offer(board: Board, rows: Rows, offer: Offer, now: datetime) -> None:
    """The offer lapsed or was refused: the promise waits a little for another clinician."""
    _put_back(board, rows, offer, now + timedelta(seconds=REST_SECONDS))


def _put_back(board: Board, rows: Rows, offer: Offer, due_at: datetime) -> None:
    followup = rows.followups.lock(offer.followup_id or "")
    if followup and followup.state == "offered":
        since = max(followup.due_at, due_at)
        later = plan.earliest(since, facts_of(followup), board.house)
        rows.followups.save(replace(followup, state="due", offered_to=None, due_at=later))


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
    if plan.forbidden(facts_of(followup), followup.consent_by, now, board.house):
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


def record(board: Board, rows: Rows, attempt_id: str, outcome: str, at: datetime) -> None:
    """Write what became of an attempt, and what follows by the plan.

    May be called again with the clinician's own word (voicemail, wrong number): the last one holds.
    """
    attempt = rows.attempts.get(attempt_id)
    followup = rows.followups.lock(attempt.followup_id) if attempt else None
    if attempt is None or followup is None:
        return
    rows.attempts.settle(attempt_id, outcome, at)
    if attempt.number_of < followup.attempts_made or followup.closed_reason in plan.STOPPED:
        return  # a later attempt decides, or nothing opens it again
    decision = plan.after(outcome, facts_of(followup), at, board.house)
    rows.followups.save(_due_until(board, decided(followup, decision, at), outcome))
    if decision.task:
        tasks.open_for(rows, decision.task, "coordinator", at, followup_id=followup.id)


def _due_until(board: Board, followup: FollowUp, outcome: str) -> FollowUp:
    """The next attempt has a window of its own; one broken off on our side is as late as it was."""
    if followup.state != "due" or outcome == plan.Outcome.INTERRUPTED:
        return followup
    closes = plan.closes(facts_of(followup), followup.due_at, board.house)
    return replace(followup, due_until=closes)


def facts_of(followup: FollowUp) -> plan.Facts:
    """What the plan looks at."""
    return plan.Facts(
        kind=followup.kind,
        zone=followup.zone,
        best_from=followup.best_from,
        best_until=followup.best_until,
        attempts_made=followup.attempts_made,
        attempts_max=followup.attempts_max,
        spacing=timedelta(minutes=followup.spacing_minutes),
        urgent=followup.urgent,
        any_hour_until=_any_hour_until(followup),
    )


def _any_hour_until(followup: FollowUp) -> datetime | None:
    if followup.consent_how != plan.CALLED_US:
        return None
    return followup.promised_at + plan.CALLBACK_WITHIN
