"""Somebody calls us to whom we promised a call: who rings them now, and who should have them?"""

from dataclasses import dataclass, replace
from datetime import datetime

from callbacks import plan
from ivr.call import IN_LINE
from storage.store import Rows
from storage.values import FollowUp
from switchboard import followups, stops
from switchboard.board import Board


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised to the number shown, for whoever may have the caller now."""

    id: str
    name: str | None
    label: str
    by: str | None
    attempts_made: int
    attempts_max: int
    note: str | None


def promised_to(board: Board, rows: Rows, number_shown: str | None) -> tuple[Promise, ...]:
    """What is still promised to this number; a centre's own, or none, is nobody's."""
    number = board.somebodys(number_shown)
    if number is None:
        return ()
    names, plans = rows.people.names(), board.plans.templates
    return tuple(
        Promise(
            id=one.id,
            name=one.name,
            label=plans[one.template].label if one.template in plans else "Call back",
            by=names.get(one.prefers or ""),
            attempts_made=one.attempts_made,
            attempts_max=one.attempts_max,
            note=one.note,
        )
        for one in rows.followups.open_by_number(number)
    )


def meet(board: Board, rows: Rows, call_id: str, now: datetime) -> None:
    """They are on our line: nothing rings them meanwhile, and whoever knows them is asked first.

    A promise that is kept by this talk is closed in its wrap-up (promises.reached_us).
    """
    call = rows.calls.lock(call_id)
    number = board.somebodys(call.number_shown) if call else None
    if call is None or number is None or call.over:
        return
    known = [one for one in rows.followups.open_by_number(number) if one.call_id != call.id]
    for one in known:
        _step_back(board, rows, one.id, now)
    owner = _owner(rows, known)
    if owner and call.stage in IN_LINE and call.prefers is None:
        rows.calls.save(replace(call, prefers=owner))


def _owner(rows: Rows, known: list[FollowUp]) -> str | None:
    """Who rings them just now; else whoever made the riskiest promise."""
    for one in known:
        if one.state == "placing" and (made := rows.attempts.of(one.id)):
            return made[-1].person_id
    mine = sorted((one for one in known if one.prefers), key=lambda one: -one.risk)
    return mine[0].prefers if mine else None


def _step_back(board: Board, rows: Rows, followup_id: str, now: datetime) -> None:
    """An offer is withdrawn, a ring ended; what is due waits until they have been with us."""
    followups.cancel_offers(rows, followup_id, plan.Outcome.REACHED_US, now)
    one = rows.followups.lock(followup_id)
    if one is None or stops.ringing(board, rows, one, plan.Outcome.REACHED_US, now):
        return
    if one.state in ("due", "offered"):
        later = plan.earliest(now + plan.WITH_US, followups.facts_of(one), board.house)
        due_at = max(one.due_at, later)
        rows.followups.save(replace(one, state="due", offered_to=None, due_at=due_at))
