"""What does the database's roster say, and how is it changed?

The newest revision of the document is the roster. Each process compiles it when it first meets
it, so an answer needs one small question to the database and no background job.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, Self

import structlog

from routing import coverage, document, edits
from routing.coverage import Shortfall
from routing.oncall import INSTANT, Span, Timeline, spans_of
from routing.past import without_past
from routing.roster import Roster
from storage.store import Rows
from storage.values import Heading
from switchboard import notices

log = structlog.get_logger()

WATCHED = timedelta(days=14)  # how far ahead a save may not open a gap unsaid
CARRIED = timedelta(days=62)  # how long what is over stays in the newest document
BLOCK = timedelta(days=28)
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
BOOKS_MAX = 4  # versions a process remembers: two that alternate, and two being tried
BLOCKS_MAX = 4
CHANGES_TOLD = 100  # in one line of the audit
EMPTY: dict[str, Any] = {"zone": "UTC"}


class NotNow(ValueError):
    """It cannot be done (any more); the sentence says why."""


class CannotSave(ValueError):
    """The document is not kept; each of `why` is one sentence for the coordinator.

    `opened`: the gaps that must be agreed to, when that is all that is wrong.
    """

    def __init__(self, why: Iterable[str], opened: Iterable[Shortfall] = ()) -> None:
        """Keep the sentences."""
        self.why, self.opened = tuple(why), tuple(opened)
        super().__init__("; ".join(self.why))


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did."""

    revision: int
    opened: tuple[Shortfall, ...]


class Book:
    """One version of the document, compiled as far as it was asked."""

    def __init__(self, kept: dict[str, Any], roster: Roster) -> None:
        """Keep a document, and what it says."""
        self.document, self.roster = kept, roster
        self._blocks: dict[int, Timeline] = {}

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """Read it; what can no longer be read (a zone that is gone) is left out and told."""
        checked = document.check(kept)
        for error in checked.errors:
            log.error("the roster cannot be read whole", why=str(error))
        return cls(kept, checked.roster)

    def timeline(self, start: datetime, end: datetime) -> Timeline:
        """Return who is on call in the window, by person id; its end may be its start."""
        block = (start - EPOCH) // BLOCK
        if end > EPOCH + (block + 1) * BLOCK:
            return Timeline.of(self.roster, start, end)
        known = self._blocks.get(block)
        if known is None:
            since = EPOCH + block * BLOCK
            known = Timeline.of(self.roster, since, since + BLOCK)
            if len(self._blocks) >= BLOCKS_MAX:
                self._blocks.clear()
            self._blocks[block] = known
        return known


_books: dict[str, Book] = {}
_drafts: dict[str, Book] = {}  # apart: looking at drafts must not cost the next call its roster
_lock = Lock()


def _book(digest: str, read: Callable[[], dict[str, Any]]) -> Book:
    """Return the book of that digest, reading its document only when this process must."""
    return _books.get(digest) or _remember(digest, Book.read(read()))


def _remember(digest: str, book: Book, among: dict[str, Book] = _books) -> Book:
    with _lock:
        while len(among) >= BOOKS_MAX:
            del among[next(iter(among))]
        among[digest] = book
    return book


# -- reading ----------------------------------------------------------------------------------


def newest(rows: Rows) -> tuple[int, Book]:
    """Return the roster in force and the number of its revision; 0: nothing was saved yet."""
    heading = rows.roster.newest()
    return (heading.revision if heading else 0), _of(rows, heading)


def known_at(rows: Rows, moment: datetime) -> tuple[int, Book]:
    """Return the roster that was in force then and its revision's number; 0: there was none."""
    heading = rows.roster.known_at(moment)
    return (heading.revision if heading else 0), _of(rows, heading)


def book_of(wanted: dict[str, Any]) -> Book:
    """Return a document's book: a draft is asked again and again."""
    name = digest(wanted)
    known = _books.get(name) or _drafts.get(name)
    return known or _remember(name, Book.read(wanted), _drafts)


def timeline(rows: Rows, start: datetime, end: datetime) -> Timeline:
    """Return who is on call in the window, by person id: one question to the database."""
    heading = rows.roster.newest()
    if heading is None or heading.speaks_from is None or heading.speaks_from <= start:
        return _of(rows, heading).timeline(start, end)
    return _joined(rows, start, max(end, start + INSTANT))


def _of(rows: Rows, heading: Heading | None) -> Book:
    if heading is None:
        return _book("", lambda: EMPTY)

    def read() -> dict[str, Any]:
        revision = rows.roster.revision(heading.revision)
        assert revision is not None
        return revision.document

    return _book(heading.digest, read)


def _joined(rows: Rows, start: datetime, end: datetime) -> Timeline:
    """Of what a revision has dropped, the newest that still tells it speaks."""
    spans: list[Span] = []
    while start < end:
        heading = rows.roster.speaking_of(start)
        cut = rows.roster.cut_after(heading.revision) if heading else None
        since, until = start, min(end, cut or end)
        spans += (
            span._replace(start=max(span.start, since), end=min(span.end, until))
            for span in spans_of(_of(rows, heading).roster, since, until)
        )
        start = until
    return Timeline(spans)


def able(rows: Rows) -> coverage.Able:
    """Return who has which skill or language, by person id; the deactivated have nothing."""
    people = rows.people.all(active_only=False)
    gone = {one.id for one in people if not one.active}
    known = {one.id: {*one.skills, *one.languages} for one in people if one.active}

    def may(person: str, skill: str) -> bool:
        return person not in gone if skill == coverage.ANYTHING else skill in known.get(person, ())

    return may


# -- writing ----------------------------------------------------------------------------------


def save(
    rows: Rows,
    wanted: dict[str, Any],
    actor: str,
    reason: str,
    now: datetime,
    *,
    based_on: int,
    leave_uncovered: str | None = None,
    whole: bool = False,
) -> Saved:
    """Make `wanted`, whose people are ids, the roster: in force with this transaction's commit.

    `leave_uncovered`: the reason for which hours may go short that were covered until now.
    `whole`: it tells all the past too (an import); else older revisions speak of what is long over.

    Raises:
        CannotSave: mistakes by their place, or gaps that nobody agreed to.
        Stale: somebody saved since revision `based_on`.
    """
    checked = document.check(wanted)
    if checked.errors:
        raise CannotSave(str(error) for error in checked.errors)
    book = Book(wanted, checked.roster)
    old, new = (_ahead(one, now) for one in (newest(rows)[1], book))
    opened = _opened(rows, book.roster, old, new, now)
    if opened and not leave_uncovered:
        raise CannotSave(map(words, opened), opened)
    kept, speaks_from = (wanted, None) if whole else _shortened(rows, wanted, now)
    name = digest(kept)
    number = rows.roster.add(
        kept, name, actor, reason, now, based_on=based_on, speaks_from=speaks_from
    )
    facts: dict[str, Any] = {"reason": reason, "because": leave_uncovered}
    facts |= {"uncovered": [*map(words, opened)], "digest": name}
    facts["changes"] = _changed(rows, based_on, kept, speaks_from)
    if kept is wanted:
        _remember(name, book)
    rows.audit.write(actor, "roster.saved", f"roster:{number}", facts, now)
    notices.of_change(rows, old, new, book.roster.zone, actor, now)
    return Saved(number, tuple(opened))


def opening(rows: Rows, new: Book, now: datetime) -> list[Shortfall]:
    """Return what is covered now, within 14 days, and would not be any more."""
    before, after = (_ahead(one, now) for one in (newest(rows)[1], new))
    return _opened(rows, new.roster, before, after, now)


def _ahead(book: Book, now: datetime) -> Timeline:
    """As far as a save looks: compiling it is most of what a save costs."""
    return book.timeline(now, now + WATCHED)


def _opened(
    rows: Rows, roster: Roster, before: Timeline, after: Timeline, now: datetime
) -> list[Shortfall]:
    until, may = now + WATCHED, able(rows)
    asked = partial(coverage.shortfalls, roster=roster, start=now, end=until, able=may)
    return coverage.opened(asked(before), asked(after))


def words(short: Shortfall) -> str:
    """Return one sentence about hours that fall short."""
    window = f"{short.start:%Y-%m-%d %H:%M} to {short.end:%Y-%m-%d %H:%M} UTC"
    return f"{short.tier} would have fewer than {short.wanted} on call {window}"


def digest(kept: dict[str, Any]) -> str:
    """Return what a document is known by."""
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _changed(
    rows: Rows, based_on: int, kept: dict[str, Any], speaks_from: datetime | None
) -> list[dict[str, Any]]:
    """Return what was changed, before and after; the digest vouches for the rest."""
    before = rows.roster.revision(based_on)
    old = before.document if before else {}
    made = edits.changes(without_past(old, speaks_from) if speaks_from else old, kept)
    return [asdict(one) for one in made[:CHANGES_TOLD]]


def _shortened(
    rows: Rows, wanted: dict[str, Any], now: datetime
) -> tuple[dict[str, Any], datetime | None]:
    """Drop what has long been over; whole blocks at a time, so that few revisions tell a year."""
    before = rows.roster.newest()
    since = EPOCH + (now - CARRIED - EPOCH) // BLOCK * BLOCK
    kept = without_past(wanted, since)
    if before and before.revision and kept is not wanted:
        return kept, since
    return wanted, before.speaks_from if before else None
