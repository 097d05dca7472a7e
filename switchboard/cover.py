"""How does a shift go to a colleague who wants it, without a coordinator and without a gap?

    open -> applied                a colleague took it, and nothing stood against it
    open -> taken -> applied       something did: a coordinator agreed, and said why
            taken -> declined      or did not
    open, taken -> withdrawn       by whoever asked

A swap is asked of one colleague, who gives hours of their own in return: it is `proposed`, and
`accepted` while it waits for a coordinator. Until it is applied every shift stays with whoever has
it; one that has begun is no longer given. Nobody agrees to what concerns themselves. Whoever takes
a shift that begins soon has confirmed it by that.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from routing import by_hand, document
from routing.cover import CannotHave, Handing, against
from routing.stretches import Shift
from storage import ids
from storage.cover_requests import TAKEN, WANTED
from storage.errors import Stale
from storage.store import Rows
from storage.values import CoverRequest
from switchboard import confirmations, roster_book, tasks
from switchboard.board import Board
from switchboard.roster_book import CannotSave, NotNow

TASK = "cover_wanted"
WHY_MOST = 300


def ask(
    rows: Rows,
    person_id: str,
    tier: str,
    window: tuple[datetime, datetime],
    note: str | None,
    now: datetime,
) -> CoverRequest:
    """Ask colleagues to take one's own hours. Raises NotNow."""
    request = CoverRequest(ids.new(), person_id, tier, *window, note, "open", now)
    return _asked(rows, request, now)


def propose(
    rows: Rows, person_id: str, mine: Shift, theirs: Shift, note: str | None, now: datetime
) -> CoverRequest:
    """Ask a colleague to swap a shift of theirs for one of one's own. Raises NotNow."""
    if theirs.person_id == person_id or not _has(rows, theirs, now):
        raise NotNow("Their shift changed, or has begun.")
    hours = (mine.tier, mine.starts_at, mine.ends_at)
    request = CoverRequest(ids.new(), person_id, *hours, note, "proposed", now)
    swap = replace(
        request,
        asked_of=theirs.person_id,
        back_tier=theirs.tier,
        back_starts_at=theirs.starts_at,
        back_ends_at=theirs.ends_at,
    )
    return _asked(rows, swap, now)


def withdraw(rows: Rows, request_id: str, person_id: str, now: datetime) -> None:
    """Keep the shift after all. Raises NotNow."""
    request = _pending(rows, request_id, now)
    if request.person_id != person_id:
        raise NotNow("Only who asked can take it back.")
    _settle(rows, request, "withdrawn", person_id, now)


def take(board: Board, rows: Rows, request_id: str, taker_id: str, now: datetime) -> CoverRequest:
    """Take a colleague's shift: at once, or when a coordinator agrees. Raises NotNow."""
    request = _pending(rows, request_id, now)
    if request.state not in WANTED:
        raise NotNow("Somebody was faster.")
    if request.person_id == taker_id:
        raise NotNow("It is your own shift.")
    if request.asked_of not in (None, taker_id):
        raise NotNow("A colleague was asked for this swap.")
    why = _against(board, rows, request, taker_id)
    if not why:
        return _apply(board, rows, replace(request, taken_by=taker_id), taker_id, None, now)
    state = TAKEN[WANTED.index(request.state)]
    taken = replace(request, state=state, taken_by=taker_id, why="; ".join(why)[:WHY_MOST])
    if not rows.cover_requests.move(taken, request.state):
        raise NotNow("Somebody was faster.")
    tasks.open_for(rows, TASK, "coordinator", now)
    _audit(rows, taker_id, state, taken, now)
    return taken


def turn_down(rows: Rows, request_id: str, person_id: str, now: datetime) -> None:
    """Say no to a swap that one was asked for. Raises NotNow."""
    request = _pending(rows, request_id, now)
    if request.state != "proposed" or request.asked_of != person_id:
        raise NotNow("This swap is not asked of you.")
    _settle(rows, request, "declined", person_id, now)


def agree(
    board: Board, rows: Rows, request_id: str, coordinator_id: str, reason: str, now: datetime
) -> CoverRequest:
    """Let the colleague have it in spite of what stands against it. Raises NotNow."""
    request = _waiting(rows, request_id, now)
    if coordinator_id in (request.person_id, request.taken_by):
        raise NotNow("It is your own shift: somebody else who plans has to agree.")
    assert request.taken_by is not None
    _against(board, rows, request, request.taken_by)
    return _apply(board, rows, request, coordinator_id, reason, now)


def decline(rows: Rows, request_id: str, coordinator_id: str, now: datetime) -> None:
    """Leave the shift with whoever has it. Raises NotNow."""
    request = _waiting(rows, request_id, now)
    _settle(rows, request, "declined", coordinator_id, now)


# -- helpers ----------------------------------------------------------------------------------


def _asked(rows: Rows, request: CoverRequest, now: datetime) -> CoverRequest:
    hours = (request.starts_at, request.ends_at, request.tier, request.person_id)
    if not _has(rows, Shift(*hours), now):
        raise NotNow("This shift is not yours, or it has begun.")
    for other in rows.cover_requests.pending(now):
        same = (other.person_id, other.tier) == (request.person_id, request.tier)
        if same and other.starts_at < request.ends_at and other.ends_at > request.starts_at:
            raise NotNow("You asked for these hours already.")
    rows.cover_requests.add(request)
    _audit(rows, request.person_id, "asked", request, now)
    return request


def _has(rows: Rows, shift: Shift, now: datetime) -> bool:
    """Whether these hours are to come, and that person's."""
    window = shift.starts_at, shift.ends_at
    timeline = roster_book.timeline(rows, *window)
    theirs = (shift.person_id in one.people for one in timeline.segments(shift.tier, *window))
    return now < shift.starts_at < shift.ends_at and all(theirs)


def _pending(rows: Rows, request_id: str, now: datetime) -> CoverRequest:
    request = rows.cover_requests.get(request_id)
    if request is None or request.state not in (*WANTED, *TAKEN):
        raise NotNow("This was settled before.")
    if min(request.starts_at, request.back_starts_at or request.starts_at) <= now:
        raise NotNow("This shift has begun: it stays with whoever has it.")
    return request


def _waiting(rows: Rows, request_id: str, now: datetime) -> CoverRequest:
    request = _pending(rows, request_id, now)
    if request.state not in TAKEN:
        raise NotNow("Nobody waits for your yes about this shift.")
    return request


def _handings(request: CoverRequest, taker_id: str) -> list[Handing]:
    """What goes to the taker and, of a swap, what comes back."""
    hours = request.starts_at, request.ends_at
    found = [Handing(request.tier, *hours, request.person_id, taker_id)]
    if request.back_tier and request.back_starts_at and request.back_ends_at:
        hours = request.back_starts_at, request.back_ends_at
        found.append(Handing(request.back_tier, *hours, taker_id, request.person_id))
    return found


def _given(rows: Rows, request: CoverRequest, taker_id: str) -> dict[str, Any]:
    new = roster_book.newest(rows)[1].document
    for one in _handings(request, taker_id):
        new = by_hand.without(new, one.tier, one.person, one.start, one.end, one.by)
    return new


def _against(board: Board, rows: Rows, request: CoverRequest, taker_id: str) -> list[str]:
    before = roster_book.newest(rows)[1].roster
    after = document.parse(_given(rows, request, taker_id))
    able, rules = roster_book.able(rows), board.rest_rules
    try:
        return [
            why
            for handing in _handings(request, taker_id)
            for why in against(handing, before, after, able, rules)
        ]
    except CannotHave as refused:
        raise NotNow(str(refused)) from refused


def _apply(
    board: Board, rows: Rows, request: CoverRequest, actor: str, reason: str | None, now: datetime
) -> CoverRequest:
    assert request.taken_by is not None
    people = rows.people.names()
    names = [people.get(one, one) for one in (request.taken_by, request.person_id)]
    what = "takes a shift of {}, who asked" if request.asked_of is None else "and {} swap shifts"
    said = f"{names[0]} {what.format(names[1])}" + (f": {reason}" if reason else "")
    number, _ = roster_book.newest(rows)
    new = _given(rows, request, request.taken_by)
    try:
        roster_book.save(rows, new, actor, said[:200], now, based_on=number, leave_uncovered=reason)
    except (CannotSave, Stale) as error:
        raise NotNow(f"The roster changed meanwhile. {error}.") from error
    confirmations.by_taking(board, rows, _handings(request, request.taken_by), now)
    return _settle(rows, request, "applied", actor, now)


def _settle(
    rows: Rows, request: CoverRequest, state: str, actor: str, now: datetime
) -> CoverRequest:
    settled = replace(request, state=state, settled_at=now, settled_by=actor)
    if not rows.cover_requests.move(settled, request.state):  # as it was read: somebody may be done
        raise NotNow("Somebody was faster.")
    _audit(rows, actor, state, settled, now)
    if not any(one.state in TAKEN for one in rows.cover_requests.pending(now)):
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
        "back": request.back_starts_at.isoformat() if request.back_starts_at else None,
    }
    rows.audit.write(actor, f"cover.{what}", f"cover:{request.id}", facts, now)
