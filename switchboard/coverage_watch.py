"""Is the coordinator told in time of hours that nobody covers?

One open task tells all that is short within 14 days. It is written anew each day, and at once when
something is worse than it said; it goes when everything is covered. What was told needs no memory:
it is what the roster of that moment said at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing import coverage
from routing.coverage import Shortfall
from routing.roster import TIERS
from routing.stretches import runs
from routing.wallclock import wall
from routing.watch import LOOKED, Sight, to_tell
from storage.store import Rows
from storage.values import Person, Task
from switchboard import roster_book, telling
from switchboard.board import Board
from switchboard.roster_book import Book
from switchboard.telling import Said

KIND = "roster_short"
SAID_MOST = 3
TEXT_MOST = 300  # characters of a task


def sight(rows: Rows, book: Book, at: datetime, looked: timedelta = LOOKED) -> Sight:
    """Return what falls short of `book` in the days after `at`."""
    timeline = book.timeline(at, at + looked)
    able = roster_book.able(rows)
    return Sight(at, tuple(coverage.shortfalls(timeline, book.roster, at, at + looked, able)))


@dataclass(frozen=True, slots=True)
class Unready:
    """Somebody who will be on call and cannot be reached: `why` in words."""

    person: Person
    why: str
    tier: str
    start: datetime


def unready(rows: Rows, book: Book, at: datetime, looked: timedelta = LOOKED) -> list[Unready]:
    """Return who will be on call and may not sign in, or has no phone; the soonest first."""
    why = {
        one.id: (one, "no backup phone" if one.active else "deactivated")
        for one in rows.people.all(active_only=False)
        if not (one.active and one.phone)
    }
    timeline = book.timeline(at, at + looked)
    first: dict[tuple[str, str], datetime] = {}
    for tier in TIERS:
        for run in runs(timeline, tier, at, at + looked):
            first.setdefault((run.person_id, str(tier)), run.starts_at)
    return sorted(
        (
            Unready(*why[person], tier, since)
            for (person, tier), since in first.items()
            if person in why
        ),
        key=lambda one: (one.start, one.person.name, one.tier),
    )


# -- telling ----------------------------------------------------------------------------------


def sweep(board: Board) -> None:
    """Tell the coordinator what presses, when it is new, worse or a day old. Any process may."""
    telling.tell(board, KIND, lambda rows: _look(rows, board.now()))


def _look(rows: Rows, now: datetime) -> Said | None:
    _, book = roster_book.newest(rows)
    last, seen = rows.tasks.newest(KIND), sight(rows, book, now)
    if not seen.pressing:
        is_open = last is not None and last.closed_at is None
        return Said("Everything is covered.") if is_open else None
    if last and not _otherwise(rows, last) and not to_tell(_told(rows, last.opened_at)[0], seen):
        return None
    return Said("Told again, as it stands now.", text_of(seen.pressing, book.roster.zone))


def _told(rows: Rows, at: datetime) -> tuple[Sight, str]:
    _, book = roster_book.known_at(rows, at)
    return sight(rows, book, at), book.roster.zone


def _otherwise(rows: Rows, last: Task) -> bool:
    """Whether it would be told otherwise today: somebody was deactivated, or lost a language."""
    told, zone = _told(rows, last.opened_at)
    return text_of(told.pressing, zone) != last.text


def text_of(shorts: Sequence[Shortfall], zone: str) -> str:
    """Return the task's words: the first shortfalls, and how many more there are."""
    said = [short_words(one, zone) for one in shorts[:SAID_MOST]]
    if len(shorts) > SAID_MOST:
        said.append(f"and {len(shorts) - SAID_MOST} more")
    return f"The roster falls short within 14 days: {'; '.join(said)}."[:TEXT_MOST]


def short_words(short: Shortfall, zone: str) -> str:
    """Return one shortfall in the wall clock of `zone`."""
    start, end = (wall(at, zone) for at in (short.start, short.end))
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%a %-d %b %H:%M}"
    return f"{short.tier}: {short.lacking} {start:%a %-d %b %H:%M} to {until}"
