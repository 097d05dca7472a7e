"""How does somebody get time off, without a gap that nobody agreed to?

    granted                    at once, when nothing stood against it
    asked -> granted           something did: a coordinator agreed, and said why
    asked -> declined          or did not
    asked -> withdrawn         by whoever asked

What is granted is an entry of the roster. Nobody agrees to their own.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from routing import document
from routing.time_off import against
from storage import ids
from storage.errors import Stale
from storage.store import Rows
from storage.values import TimeOffRequest
from switchboard import roster_book, tasks
from switchboard.board import Board
from switchboard.cover import WHY_MOST
from switchboard.roster_book import CannotSave, NotNow

TASK = "time_off_wanted"
LONGEST = timedelta(days=62)


def ask(
    board: Board,
    rows: Rows,
    person_id: str,
    window: tuple[datetime, datetime],
    note: str | None,
    now: datetime,
) -> TimeOffRequest:
    """Take time off at once, or ask a coordinator for it. Raises NotNow."""
    if not now < window[0] < window[1] <= window[0] + LONGEST:
        raise NotNow(f"It must be to come, and at most {LONGEST.days} days.")
    for other in rows.time_off_requests.pending(now):
        both = other.starts_at < window[1] and other.ends_at > window[0]
        if both and other.person_id == person_id:
            raise NotNow("You asked for these days already.")
    request = TimeOffRequest(ids.new(), person_id, *window, note, "asked", now)
    why = _against(board, rows, request, now)
    request = replace(request, why="; ".join(why)[:WHY_MOST] or None)
    rows.time_off_requests.add(request)
    _audit(rows, person_id, "asked", request, now)
    if not why:
        return _grant(rows, request, person_id, None, now)
    tasks.open_for(rows, TASK, "coordinator", now)
    return request


def withdraw(rows: Rows, request_id: str, person_id: str, now: datetime) -> None:
    """Do without it after all. Raises NotNow."""
    request = _asked(rows, request_id, now)
    if request.person_id != person_id:
        raise NotNow("Only who asked can take it back.")
    _settle(rows, request, "withdrawn", person_id, now)


def agree(
    rows: Rows, request_id: str, coordinator_id: str, reason: str, now: datetime
) -> TimeOffRequest:
    """Grant it in spite of what stands against it. Raises NotNow."""
    request = _asked(rows, request_id, now)
    if request.person_id == coordinator_id:
        raise NotNow("It is your own: somebody else who plans has to agree.")
    return _grant(rows, request, coordinator_id, reason, now)


def decline(rows: Rows, request_id: str, coordinator_id: str, now: datetime) -> None:
    """Leave the roster as it is. Raises NotNow."""
    _settle(rows, _asked(rows, request_id, now), "declined", coordinator_id, now)


# -- helpers ----------------------------------------------------------------------------------


def _asked(rows: Rows, request_id: str, now: datetime) -> TimeOffRequest:
    request = rows.time_off_requests.get(request_id)
    if request is None or request.state != "asked":
        raise NotNow("This was settled before.")
    if request.starts_at <= now:
        raise NotNow("It has begun: change the roster by hand.")
    return request


def _with(rows: Rows, request: TimeOffRequest) -> dict[str, Any]:
    old = roster_book.newest(rows)[1].document
    hours = {"start": request.starts_at.isoformat(), "end": request.ends_at.isoformat()}
    entry = {"id": request.id, "person": request.person_id, **hours}
    return old | {"time_off": [*old.get("time_off", ()), entry]}


def _against(board: Board, rows: Rows, request: TimeOffRequest, now: datetime) -> list[str]:
    before = roster_book.newest(rows)[1].roster
    after = document.parse(_with(rows, request))
    window = request.starts_at, request.ends_at
    notice = timedelta(days=board.book.roster.time_off_notice_days)
    return against(window, before, after, roster_book.able(rows), now, notice)


def _grant(
    rows: Rows, request: TimeOffRequest, actor: str, reason: str | None, now: datetime
) -> TimeOffRequest:
    name = rows.people.names().get(request.person_id, request.person_id)
    said = f"{name} has time off" + (f": {reason}" if reason else "")
    number, _ = roster_book.newest(rows)
    wanted = _with(rows, request)
    try:
        roster_book.save(
            rows, wanted, actor, said[:200], now, based_on=number, leave_uncovered=reason
        )
    except (CannotSave, Stale) as error:
        raise NotNow(f"The roster changed meanwhile. {error}.") from error
    return _settle(rows, request, "granted", actor, now)


def _settle(
    rows: Rows, request: TimeOffRequest, state: str, actor: str, now: datetime
) -> TimeOffRequest:
    settled = replace(request, state=state, settled_at=now, settled_by=actor)
    if not rows.time_off_requests.move(settled):
        raise NotNow("Somebody was faster.")
    _audit(rows, actor, state, settled, now)
    if not rows.time_off_requests.pending(now):
        tasks.settle(rows, TASK, "coordinator", actor, "Every request is settled.", now)
    return settled


def _audit(rows: Rows, actor: str, what: str, request: TimeOffRequest, now: datetime) -> None:
    facts = {
        "of": request.person_id,
        "start": request.starts_at.isoformat(),
        "end": request.ends_at.isoformat(),
        "against": request.why,
    }
    rows.audit.write(actor, f"time_off.{what}", f"time_off:{request.id}", facts, now)
