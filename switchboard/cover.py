"""How does a shift go to a colleague who wants it, without a coordinator and without a gap?

    open -> applied                a colleague took it, and nothing stood against it
    open -> taken -> applied       something did: a coordinator agreed, and said why
            taken -> declined      or did not
    open, taken -> withdrawn       by whoever asked

Until it is applied the shift stays with whoever has it; one that has begun is no longer given.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from routing import by_hand, document
from routing.cover import CannotHave, Handing, against
from storage import ids
from storage.errors import Stale
from storage.store import Rows
from storage.values import CoverRequest
from switchboard import roster_book, tasks
from switchboard.board import Board
from switchboard.roster_book import CannotSave

TASK = "cover_wanted"
WHY_MOST = 300


class NotNow(ValueError):
    """It cannot be done (any more); the sentence says why."""


def ask(
    rows: Rows,
    person_id: str,
    tier: str,
    window: tuple[datetime, datetime],
    note: str | None,
    now: datetime,
) -> CoverRequest:
    """Ask colleagues to take one's own hours. Raises NotNow."""
    start, end = window
    timeline = roster_book.timeline(rows, start, end)
    theirs = all(person_id in one.people for one in timeline.segments(tier, start, end))
    if not now < start < end or not theirs:
        raise NotNow("This shift is not yours, or it has begun.")
    for other in rows.cover_requests.pending(now):
        same = (other.person_id, other.tier) == (person_id, tier)
        if same and other.starts_at < end and other.ends_at > start:
            raise NotNow("You asked for these hours already.")
    request = CoverRequest(ids.new(), person_id, tier, start, end, note, "open", now)
    rows.cover_requests.add(request)
    _audit(rows, person_id, "asked", request, now)
    return request


def withdraw(rows: Rows, request_id: str, person_id: str, now: datetime) -> None:
    """Keep the shift after all. Raises NotNow."""
    request = _pending(rows, request_id, now)
    if request.person_id != person_id:
        raise NotNow("Only who asked can take it back.")
    _settle(rows, request, "withdrawn", person_id, now)


def take(board: Board, rows: Rows, request_id: str, taker_id: str, now: datetime) -> CoverRequest:
    """Take a colleague's shift: at once, or when a coordinator agrees. Raises NotNow."""
    request = _pending(rows, request_id, now)
    if request.state != "open":
        raise NotNow("Somebody was faster.")
    if request.person_id == taker_id:
        raise NotNow("It is your own shift.")
    why = _against(board, rows, request, taker_id)
    if not why:
        return _apply(rows, replace(request, taken_by=taker_id), taker_id, None, now)
    taken = replace(request, state="taken", taken_by=taker_id, why="; ".join(why)[:WHY_MOST])
    if not rows.cover_requests.move(taken, "open"):
        raise NotNow("Somebody was faster.")
    tasks.open_for(rows, TASK, "coordinator", now)
    _audit(rows, taker_id, "taken", taken, now)
    return taken


def agree(
    board: Board, rows: Rows, request_id: str, coordinator_id: str, reason: str, now: datetime
) -> CoverRequest:
    """Let the colleague have it in spite of what stands against it. Raises NotNow."""
    request = _pending(rows, request_id, now)
    if request.state != "taken" or request.taken_by is None:
        raise NotNow("Nobody waits for your yes about this shift.")
    _against(board, rows, request, request.taken_by)
    return _apply(rows, request, coordinator_id, reason, now)


def decline(rows: Rows, request_id: str, coordinator_id: str, now: datetime) -> None:
    """Leave the shift with whoever has it. Raises NotNow."""
    request = _pending(rows, request_id, now)
    if request.state != "taken":
        raise NotNow("Nobody waits for your yes about this shift.")
    _settle(rows, request, "declined", coordinator_id, now)


# -- helpers ----------------------------------------------------------------------------------


def _pending(rows: Rows, request_id: str, now: datetime) -> CoverRequest:
    request = rows.cover_requests.get(request_id)
    if request is None or request.state not in ("open", "taken"):
        raise NotNow("This was settled before.")
    if request.starts_at <= now:
        raise NotNow("This shift has begun: it stays with whoever has it.")
    return request


def _given(rows: Rows, request: CoverRequest, taker_id: str) -> dict[str, Any]:
    old = roster_book.newest(rows)[1].document
    window = request.starts_at, request.ends_at
    return by_hand.without(old, request.tier, request.person_id, *window, taker_id)


def _against(board: Board, rows: Rows, request: CoverRequest, taker_id: str) -> list[str]:
    before = roster_book.newest(rows)[1].roster
    after = document.parse(_given(rows, request, taker_id))
    window = request.starts_at, request.ends_at
    handing = Handing(request.tier, *window, request.person_id, taker_id)
    try:
        return against(handing, before, after, roster_book.able(rows), board.rest_rules)
    except CannotHave as refused:
        raise NotNow(str(refused)) from refused


def _apply(
    rows: Rows, request: CoverRequest, actor: str, reason: str | None, now: datetime
) -> CoverRequest:
    assert request.taken_by is not None
    people = rows.people.names()
    names = [people.get(one, one) for one in (request.taken_by, request.person_id)]
    said = f"{names[0]} takes a shift of {names[1]}, who asked" + (f": {reason}" if reason else "")
    number, _ = roster_book.newest(rows)
    new = _given(rows, request, request.taken_by)
    try:
        roster_book.save(rows, new, actor, said[:200], now, based_on=number, leave_uncovered=reason)
    except (CannotSave, Stale) as error:
        raise NotNow(f"The roster changed meanwhile. {error}.") from error
    return _settle(rows, request, "applied", actor, now)


def _settle(
    rows: Rows, request: CoverRequest, state: str, actor: str, now: datetime
) -> CoverRequest:
    was = rows.cover_requests.get(request.id)
    settled = replace(request, state=state, settled_at=now, settled_by=actor)
    if was is None or not rows.cover_requests.move(settled, was.state):
        raise NotNow("Somebody was faster.")
    _audit(rows, actor, state, settled, now)
    if not any(one.state == "taken" for one in rows.cover_requests.pending(now)):
        said = "Every shift that was taken is settled."
        tasks.settle(rows, TASK, "coordinator", actor, said, now)
    return settled


def _audit(rows: Rows, actor: str, what: str, request: CoverRequest, now: datetime) -> None:
    facts = {
        "of": request.person_id,
        "by": request.taken_by,
        "tier": request.tier,
        "start": request.starts_at.isoformat(),
        "end": request.ends_at.isoformat(),
        "against": request.why,
    }
    rows.audit.write(actor, f"cover.{what}", f"cover:{request.id}", facts, now)
