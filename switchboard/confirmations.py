"""Who will be there? A shift is confirmed by its clinician, or the coordinator hears in time.

Who confirmed and when is kept; one task names what begins soon and has nobody's yes.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from routing import confirmation
from routing.cover import Handing
from routing.stretches import Shift
from routing.wallclock import wall
from storage.store import Rows
from storage.values import ShiftConfirmation
from switchboard import notices, roster_book, telling
from switchboard.board import Board
from switchboard.roster_book import Book, NotNow
from switchboard.telling import Said

KIND = "shift_unconfirmed"
SAID_MOST = 3
TEXT_MOST = 300  # characters of a task


def unconfirmed(rows: Rows, now: datetime, within: timedelta) -> list[Shift]:
    """Return the shifts that begin so soon and are not confirmed, the soonest first."""
    return _of(rows, roster_book.newest(rows)[1], now, within)


def _of(rows: Rows, book: Book, at: datetime, within: timedelta) -> list[Shift]:
    """The same as it was at that moment, with the `book` in force then."""
    return confirmation.unconfirmed(book.roster, _confirmed(rows, at), at, within)


def _confirmed(rows: Rows, at: datetime) -> set[Shift]:
    return {
        Shift(one.starts_at, one.ends_at, one.tier, one.person_id)
        for one in rows.shift_confirmations.after(at)
        if one.confirmed_at <= at
    }


def confirm(board: Board, rows: Rows, shift: Shift, by: str, now: datetime) -> None:
    """Keep that somebody will be there: they said so, or a coordinator has it from them.

    Raises NotNow: the roster has no such shift, it has begun or is far off, or it is confirmed.
    """
    if shift not in unconfirmed(rows, now, board.book.roster.reminded):
        raise NotNow("This shift changed, has begun, or is confirmed already.")
    hours = (shift.starts_at, shift.ends_at, shift.tier, shift.person_id)
    rows.shift_confirmations.add(ShiftConfirmation(*hours, now, by))
    facts = {"start": shift.starts_at.isoformat(), "end": shift.ends_at.isoformat()}
    facts |= {"tier": shift.tier}
    rows.audit.write(by, "shift.confirmed", f"person:{shift.person_id}", facts, now)


def by_taking(board: Board, rows: Rows, taken: Collection[Handing], now: datetime) -> None:
    """Whoever just took hours that begin soon has said by it that they will be there."""
    soon = unconfirmed(rows, now, board.book.roster.reminded)
    for shift in confirmation.taken_whole(soon, taken, _confirmed(rows, now)):
        confirm(board, rows, shift, shift.person_id, now)


# -- telling ----------------------------------------------------------------------------------


def sweep(board: Board) -> None:
    """Remind whose shift begins soon, and tell the coordinator who gave no yes. Any process may."""
    within = board.book.roster.confirmed
    _remind(board, board.now())
    telling.tell(board, KIND, lambda rows: _look(rows, board.now(), within))


def _remind(board: Board, now: datetime) -> None:
    with board.store.read() as rows:
        _, book = roster_book.newest(rows)
        near = _of(rows, book, now, board.book.roster.reminded)
        owed = notices.reminders(rows, near, book.roster.zone, now)
    if owed:
        with board.store.begin() as rows:
            for one in owed:
                rows.notices.add_once(one)


def _look(rows: Rows, now: datetime, within: timedelta) -> Said | None:
    last, late = rows.tasks.newest(KIND), unconfirmed(rows, now, within)
    is_open = last is not None and last.closed_at is None
    if not late:
        return Said("Confirmed, changed, or begun.") if is_open else None
    text = text_of(rows, late)
    if last and is_open:
        return None if last.text == text else Said("Told again, as it stands now.", text)
    if last is None:
        return Said("", text)
    then = last.opened_at
    told = _of(rows, roster_book.known_at(rows, then)[1], then, within)
    return Said("", text) if set(late) - set(told) else None  # who decided is left alone


def text_of(rows: Rows, late: Sequence[Shift]) -> str:
    """Return the task's words: the first shifts, and how many more there are."""
    names, zone = rows.people.names(), roster_book.newest(rows)[1].roster.zone
    said = [words(one, names.get(one.person_id, one.person_id), zone) for one in late[:SAID_MOST]]
    if len(late) > SAID_MOST:
        said.append(f"and {len(late) - SAID_MOST} more")
    return f"Begins soon and is not confirmed: {'; '.join(said)}."[:TEXT_MOST]


def words(shift: Shift, name: str, zone: str) -> str:
    """Return one shift in the wall clock of `zone`."""
    return f"{name}, {shift.tier} from {wall(shift.starts_at, zone):%a %-d %b %H:%M}"
