"""What does the roster's page show of a stretch of days: who, why, what is short, what is odd?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.days import DAY, View, midnight, monday_of
from console.here import board
from console.week import Block, Chip, Row, Shift, Short, away, blocks, shifts_of
from routing import coverage, layers
from routing.coverage import Able, Shortfall
from routing.edits import LISTS, Document, entries
from routing.layers import Laid
from routing.oncall import Timeline
from routing.rest import Strain, strains
from routing.roster import Roster
from routing.stretches import Shift as Stretch
from routing.wallclock import wall
from switchboard.roster_book import Book, book_of

AHEAD = timedelta(days=14)  # of which every gap is listed


@dataclass(frozen=True, slots=True)
class Look:
    """The table, and what stands above it."""

    blocks: tuple[Block, ...]
    away: tuple[Row, ...]
    strains: tuple[Strain, ...]
    shifts: int


def look(
    view: View, document: Document, published: Document, able: Able, order: Sequence[str]
) -> Look:
    """Read the days of the view; `published` is what everybody else sees."""
    book, start, end = book_of(document), *around(view)
    shown = shifts_of(book.roster, view.zone, start, end)
    said = layers.laid(book.roster, keys_of(document), start, end)
    odd = strained(shown, book.roster)
    inside = [one for one in shown if touches(one, view)]
    chips = list(_chips(inside, said, [one for one in odd if one.end > view.now]))
    if document is not published:
        chips = list(_marked(chips, view, published))
    timeline = book.timeline(view.start, view.end)
    since = max(view.start, view.now)
    short = shorts(timeline, book.roster, since, view.end, able) if since < view.end else []
    layered = [one for one in said if one.start < view.end and one.end > view.start]
    return Look(
        blocks(view, chips, short, layered, odd, order),
        away(view, layered, order),
        tuple(one for one in odd if one.start < view.end and one.end > view.start),
        len(inside),
    )


def around(view: View) -> tuple[datetime, datetime]:
    """The view's whole weeks, and a day more on either side: for weekly hours, and for rest."""
    first = monday_of(view.first) - DAY
    last = monday_of(view.dates[-1]) + 8 * DAY
    return midnight(first, view.zone), midnight(last, view.zone)


def touches(shift: Shift, view: View) -> bool:
    return shift.starts_at < view.end and shift.ends_at > view.start


def keys_of(document: Document) -> dict[str, list[str]]:
    """Every part's keys in the document's order, as the layers want them."""
    found: dict[str, list[str]] = {part: [] for part in LISTS}
    for part, key in entries(document):
        if part in found:
            found[part].append(key)
    return found


def strained(shifts: Iterable[Shift], roster: Roster) -> list[Strain]:
    stretched = [Stretch(one.starts_at, one.ends_at, one.tier, one.person_id) for one in shifts]
    return strains(stretched, roster.people, roster.zone, board().rest_rules)


# -- chips ------------------------------------------------------------------------------------


def _chips(shifts: Iterable[Shift], said: Iterable[Laid], odd: Iterable[Strain]) -> Iterator[Chip]:
    because: dict[tuple[str, str], list[Laid]] = defaultdict(list)
    for one in said:
        because[one.tier, one.puts].append(one)
    about: dict[str, list[Strain]] = defaultdict(list)
    for strain in odd:
        about[strain.person].append(strain)
    for shift in shifts:
        found = layers.why(stretch(shift), because[shift.tier, shift.person_id])
        first = found[0] if found else None
        yield Chip(
            shift,
            first.kind if first else "pattern",
            first.person if first and first.by else "",
            strains=tuple(dict.fromkeys(_words(shift, about[shift.person_id]))),
        )


def stretch(shift: Shift) -> Stretch:
    return Stretch(shift.starts_at, shift.ends_at, shift.tier, shift.person_id)


def _words(shift: Shift, odd: Iterable[Strain]) -> Iterator[str]:
    """What is odd about this shift; a week's hours stand beside the name."""
    for one in odd:
        primary = shift.tier == "primary" or one.kind == "twice"
        begins = shift.starts_at <= one.start < shift.ends_at
        within = one.kind == "run" and one.start <= shift.starts_at < one.end
        if one.kind != "week" and primary and (begins or within):
            yield one.words


def _marked(chips: Sequence[Chip], view: View, published: Document) -> Iterator[Chip]:
    """What the draft adds, and what it takes away."""
    before = shifts_of(book_of(published).roster, view.zone, view.start, view.end)
    old, new = set(before), {chip.shift for chip in chips}
    for chip in chips:
        mark = "" if chip.shift in old else "new"
        yield Chip(chip.shift, chip.kind, chip.instead_of, mark, chip.strains)
    for shift in before:
        if shift not in new and touches(shift, view):
            yield Chip(shift, "pattern", mark="gone")


# -- what is short ----------------------------------------------------------------------------


def shorts(
    timeline: Timeline, roster: Roster, start: datetime, end: datetime, able: Able
) -> list[Short]:
    """Shortfalls as wall clock, told apart by how many people there are."""
    found = [
        part
        for one in coverage.shortfalls(timeline, roster, start, end, able)
        for part in _told(one, timeline, roster.zone, able)
    ]
    return [one for one in found if not any(_said_by(other, one) for other in found)]


def _said_by(other: Short, one: Short) -> bool:
    """Whether a longer gap, or a larger need, tells it already: needs may overlap."""
    same = (other.tier, other.have, other.skills) == (one.tier, one.have, one.skills)
    if not same or other.start > one.start or other.end < one.end:
        return False
    longer = (other.start, other.end) != (one.start, one.end)
    return other.need > one.need or (one.gap and longer)


def _told(one: Shortfall, timeline: Timeline, zone: str, able: Able) -> Iterator[Short]:
    parts: list[tuple[datetime, datetime, int]] = []
    for segment in timeline.segments(one.tier, one.start, one.end):
        have = sum(able(person, coverage.ANYTHING) for person in segment.people)
        if parts and parts[-1][2] == have and parts[-1][1] == segment.start:
            parts[-1] = parts[-1][0], segment.end, have
        else:
            parts.append((segment.start, segment.end, have))
    for start, end, have in parts:
        if not one.skills or have:  # where nobody is, a missing skill is the smaller news
            yield Short(
                one.tier, _clock(start, zone), _clock(end, zone), have, one.need, one.skills
            )


def _clock(at: datetime, zone: str) -> datetime:
    """What the clock reads, to the minute."""
    return wall(at, zone).replace(second=0, microsecond=0)


def coming(book: Book, now: datetime, able: Able) -> list[Short]:
    """Everything short in the next 14 days, the first one first."""
    end = now + AHEAD
    found = shorts(book.timeline(now, end), book.roster, now, end, able)
    return sorted(found, key=lambda one: (not one.gap, one.start))
