"""Which shifts does a file tell, and which of its rows cannot be taken, and why?

A CSV file has a row of headings and then a row for each shift; an iCalendar file an event for each
(RFC 5545). Times without a zone are the roster's wall clock. Nothing is written here.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from routing.edits import Document
from routing.fields import OF_THESE_YEARS, YEARS
from routing.roster import TIERS
from routing.wallclock import instant, wall
from storage.values import Person
from switchboard import shift_events

BYTES_MOST = 256 * 1024
ROWS_MOST = 2000
LONGEST = timedelta(days=14)  # a longer shift is a slip of the pen
TIER_NAMES = tuple(str(tier) for tier in TIERS)
PRIMARY = TIER_NAMES[0]
COLUMNS = ("person", "start", "end")  # needed; "tier" may be left out


class Unreadable(ValueError):
    """The file as a whole cannot be read; the words say why."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A row as it was written; `why`: what made it unreadable already."""

    number: int  # as a spreadsheet counts (the headings are row 1), or of the event
    person: str = ""
    tier: str = ""
    start: str | datetime = ""
    end: str | datetime = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was read: a shift as the document holds it, or why it is none."""

    number: int
    said: str
    shift: Mapping[str, str] | None = None
    why: str = ""


def read(
    content: bytes, people: Iterable[Person], document: Document, zone: str, now: datetime
) -> list[Row]:
    """Return every row in order, each with its shift or its reason.

    Raises:
        Unreadable: too large, not UTF-8, without the headings that are needed, or no calendar.
    """
    if len(content) > BYTES_MOST:
        raise Unreadable(f"The file is larger than {BYTES_MOST // 1024} KB: divide it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("The file is not UTF-8: save it again as CSV UTF-8.") from error
    is_calendar = text.lstrip().upper().startswith("BEGIN:VCALENDAR")
    raw = _events(text) if is_calendar else _lines(text)
    rows = list(raw)
    if len(rows) > ROWS_MOST:
        raise Unreadable(f"The file has more than {ROWS_MOST} rows: divide it.")
    ground = _Ground(people, document, zone, now)
    return [ground.row(one) for one in rows]


def added(document: Document, rows: Sequence[Row]) -> Document:
    """Return the document with the shifts of the rows that are right."""
    shifts = [dict(one.shift) for one in rows if one.shift]
    return document | {"one_offs": [*document.get("one_offs", ()), *shifts]}


def words(rows: Sequence[Row]) -> str:
    """What a step or a revision of the roster is called that adds these."""
    count = sum(one.shift is not None for one in rows)
    return "1 shift from a file" if count == 1 else f"{count} shifts from a file"


# -- what is written --------------------------------------------------------------------------


def _lines(text: str) -> Iterator[Raw]:
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        headings = [one.strip().casefold() for one in next(rows, [])]
        missing = [one for one in COLUMNS if one not in headings]
        if missing:
            raise Unreadable(f"The first row must name the columns; missing: {', '.join(missing)}.")
        for number, cells in enumerate(rows, start=2):
            if any(cell.strip() for cell in cells):
                yield _line(number, headings, cells)
    except csv.Error as error:
        raise Unreadable(f"Row {rows.line_num} is no CSV: {error}.") from error


def _line(number: int, headings: Sequence[str], cells: Sequence[str]) -> Raw:
    if len(cells) > len(headings):
        more = ", ".join(cells[len(headings) :])
        return Raw(number, ", ".join(cells), why=f"more cells than headings: {more[:60]}")
    said = {name: cell.strip() for name, cell in zip(headings, cells, strict=False)}
    return Raw(number, *(said.get(name, "") for name in ("person", "tier", "start", "end")))


def _events(text: str) -> Iterator[Raw]:
    try:
        found = list(shift_events.events(text))
    except ValueError as error:
        raise Unreadable(f"The calendar cannot be read: {error}.") from error
    for number, one in enumerate(found, start=1):
        for person in one.people or ("",):
            yield Raw(number, person, one.tier, one.start, one.end, one.why)


# -- what it means ----------------------------------------------------------------------------


class _Ground:
    """Who is here, what is on the roster already, and what the rows before said."""

    def __init__(
        self, people: Iterable[Person], document: Document, zone: str, now: datetime
    ) -> None:
        """Know everybody by name, address and id."""
        self.zone, self.now = zone, now
        here = list(people)
        many = Counter(one.name.casefold() for one in here)
        self.twins = {name for name, count in many.items() if count > 1}
        self.known: dict[str, Person] = {}
        for one in here:
            self.known |= {one.name.casefold(): one, one.email.casefold(): one}
        self.taken: dict[tuple[str, str], list[tuple[datetime, datetime, str]]] = defaultdict(list)
        for shift in document.get("one_offs", ()):
            start, end = (datetime.fromisoformat(shift[name]) for name in ("start", "end"))
            self.taken[shift["tier"], shift["person"]].append((start, end, "on the roster already"))

    def row(self, raw: Raw) -> Row:
        """Say what a row means."""
        words = ", ".join(str(one) for one in (raw.person, raw.tier, raw.start, raw.end) if one)
        row = Row(raw.number, words[:200] or "(empty)")
        try:
            return replace(row, shift=self._shift(raw))
        except ValueError as error:
            return replace(row, why=str(error))

    def _shift(self, raw: Raw) -> dict[str, str]:
        if raw.why:
            raise ValueError(raw.why)
        person, tier = self._person(raw.person), _tier(raw.tier)
        start, end = self._moment(raw.start, "start"), self._moment(raw.end, "end")
        if end <= start:
            raise ValueError("the end is not after the start")
        if end - start > LONGEST:
            raise ValueError(f"longer than {LONGEST.days} days")
        if start < self.now:
            raise ValueError("it has begun already: what is past is not changed")
        taken = self.taken[tier, person.id]
        for since, until, where in taken:
            if start < until and since < end:
                raise ValueError(f"the same person and tier at that time: {where}")
        taken.append((start, end, f"row {raw.number}"))
        said = {"start": start.isoformat(), "end": end.isoformat()}
        return {"tier": tier, "person": person.id} | said

    def _person(self, written: str) -> Person:
        name = " ".join(written.split()).casefold()
        if not name:
            raise ValueError("it names nobody")
        if name in self.twins:
            raise ValueError(f"two people here are called {written!r}: write an e-mail address")
        found = self.known.get(name)
        if found is None:
            raise ValueError(f"nobody here is called {written!r}")
        if not found.active:
            raise ValueError(f"{found.name} is deactivated")
        return found

    def _moment(self, written: str | datetime, name: str) -> datetime:
        if not written:
            raise ValueError(f"it has no {name}")
        try:
            at = written if isinstance(written, datetime) else datetime.fromisoformat(written)
        except ValueError:
            raise ValueError(f"{written!r} is no {name} such as 2026-12-24 20:00") from None
        found = self._instant(at, name) if at.year in YEARS else None
        if found is None or found.year not in YEARS:  # where it is another year's day already
            raise ValueError(f"expected the {name} {OF_THESE_YEARS}, not {at:%Y-%m-%d %H:%M}")
        return found

    def _instant(self, at: datetime, name: str) -> datetime:
        if at.tzinfo is not None:
            return at.astimezone(UTC)
        first = instant(at, self.zone)
        if wall(first, self.zone) != at:
            raise ValueError(f"the clock skips the {name} {at:%H:%M} on {at:%-d %b}")
        return first


def _tier(written: str) -> str:
    tier = written.casefold() or PRIMARY
    if tier not in TIER_NAMES:
        raise ValueError(f"{written!r} is no tier: {', '.join(TIER_NAMES)}")
    return tier
