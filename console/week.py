"""What stands in which cell of the roster's table: rows are a tier's people, columns are days?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from console.days import DAY, HOUR, View, midnight
from routing.layers import Laid
from routing.rest import Strain
from routing.roster import Roster
from routing.stretches import whole
from routing.wallclock import wall

TIERS = ("primary", "backup", "supervisor")
FILL_MOST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's promise in one tier, in the wall clock of `zone`."""

    person_id: str
    tier: str
    zone: str
    starts_at: datetime
    ends_at: datetime

    @property
    def id(self) -> str:
        """What names it in an address: it is nothing but its tier, person and hours."""
        start, end = (f"{at.timestamp():.0f}" for at in (self.starts_at, self.ends_at))
        return f"{self.tier}.{start}.{end}.{self.person_id}"

    @property
    def local_date(self) -> date:
        return wall(self.starts_at, self.zone).date()

    @property
    def local_start(self) -> str:
        return f"{wall(self.starts_at, self.zone):%H:%M}"

    @property
    def local_end(self) -> str:
        return f"{wall(self.ends_at, self.zone):%H:%M}"

    @property
    def local_from(self) -> str:
        return f"{wall(self.starts_at, self.zone):%Y-%m-%dT%H:%M}"

    @property
    def local_until(self) -> str:
        return f"{wall(self.ends_at, self.zone):%Y-%m-%dT%H:%M}"

    @property
    def end_days(self) -> int:
        return (wall(self.ends_at, self.zone).date() - self.local_date).days


@dataclass(frozen=True, slots=True)
class Short:
    """Too few people of a tier; `start` and `end` are wall clock. With nobody it is a gap."""

    tier: str
    start: datetime
    end: datetime
    have: int
    need: int
    skills: tuple[str, ...] = ()

    @property
    def gap(self) -> bool:
        return not self.have and not self.skills

    @property
    def fill(self) -> dict[str, str]:
        """A shift that fills it, or its first hours, as the form's fields."""
        end = min(self.end, self.start + FILL_MOST)
        return {
            "tier": self.tier,
            "date": self.start.date().isoformat(),
            "start": f"{self.start:%H:%M}",
            "end": f"{end:%H:%M}",
        }


@dataclass(frozen=True, slots=True)
class Chip:
    """A shift as it stands in a cell, why it is there, and what is odd about it."""

    shift: Shift
    kind: str  # what put the person there: pattern, replace, swap, plan, one-off, add
    instead_of: str = ""  # a person
    mark: str = ""  # "new" or "gone": what the draft changes
    strains: tuple[str, ...] = ()


@dataclass(slots=True)
class Cell:
    """One row on one day."""

    day: date
    chips: list[Chip] = field(default_factory=list)
    shorts: list[Short] = field(default_factory=list)
    said: list[Laid] = field(default_factory=list)  # the layers below the result


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a tier, or with time off."""

    person: str
    cells: tuple[Cell, ...]
    hours: float = 0.0
    over: str = ""  # too many hours in a week, in words


@dataclass(frozen=True, slots=True)
class Block:
    """A tier: what is short of it, and its people."""

    tier: str
    cover: tuple[Cell, ...]
    rows: tuple[Row, ...]


# -- shifts -----------------------------------------------------------------------------------


def shifts_of(roster: Roster, zone: str, start: datetime, end: datetime) -> list[Shift]:
    """Every shift that touches the window, whole."""
    return [
        Shift(one.person_id, one.tier, zone, one.starts_at, one.ends_at)
        for one in whole(roster, start, end)
    ]


# -- the table --------------------------------------------------------------------------------


def blocks(
    view: View,
    chips: Iterable[Chip],
    shorts: Iterable[Short],
    said: Iterable[Laid],
    strains: Collection[Strain],
    order: Sequence[str],
) -> tuple[Block, ...]:
    """Sort what there is into cells; `order` is people's ids as rows follow each other."""
    rows: dict[str, dict[str, list[Cell]]] = {tier: {} for tier in TIERS}
    cover = {tier: _cells(view) for tier in TIERS}
    for chip in chips:
        cell = _cell(rows[chip.shift.tier], chip.shift.person_id, view, chip.shift.starts_at)
        cell.chips.append(chip)
    for one in said:
        if one.kind != "off" or one.person in rows[one.tier]:
            owner = one.person or ""
            if owner:
                _cell(rows[str(one.tier)], owner, view, one.start).said.append(one)
    for short in shorts:
        for at, part in _by_day(view, short):
            cover[short.tier][at].shorts.append(part)
    places = {person: place for place, person in enumerate(order)}
    over = {one.person: f"{one.hours:g} h in a week" for one in strains if one.kind == "week"}
    return tuple(
        Block(tier, tuple(cover[tier]), tuple(_rows(rows[tier], view, places, over)))
        for tier in TIERS
    )


def away(view: View, said: Iterable[Laid], order: Sequence[str]) -> tuple[Row, ...]:
    """Who has time off on which of the days."""
    rows: dict[str, list[Cell]] = {}
    for one in said:
        if one.kind == "off" and one.tier == TIERS[0]:
            for at, day in enumerate(view.dates):
                if one.start < midnight(day + DAY, view.zone) and one.end > midnight(
                    day, view.zone
                ):
                    _row(rows, one.person, view)[at].said.append(one)
    places = {person: place for place, person in enumerate(order)}
    return tuple(_rows(rows, view, places, {}))


def _cells(view: View) -> list[Cell]:
    return [Cell(day) for day in view.dates]


def _row(rows: dict[str, list[Cell]], person: str, view: View) -> list[Cell]:
    return rows.setdefault(person, _cells(view)) if person not in rows else rows[person]


def _cell(rows: dict[str, list[Cell]], person: str, view: View, at: datetime) -> Cell:
    return _row(rows, person, view)[view.column(at)]


def _rows(
    rows: Mapping[str, Sequence[Cell]],
    view: View,
    places: Mapping[str, int],
    over: Mapping[str, str],
) -> Iterator[Row]:
    for person in sorted(rows, key=lambda one: (places.get(one, len(places)), one)):
        cells = rows[person]
        worked = sum(
            (
                (
                    _inside(chip.shift, view)
                    for cell in cells
                    for chip in cell.chips
                    if chip.mark != "gone"
                )
            ),
            timedelta(0),
        )
        yield Row(person, tuple(cells), worked / HOUR, over.get(person, ""))


def _inside(shift: Shift, view: View) -> timedelta:
    return max(timedelta(0), min(shift.ends_at, view.end) - max(shift.starts_at, view.start))


def _by_day(view: View, short: Short) -> Iterator[tuple[int, Short]]:
    """The parts of a shortfall that lie on the days shown."""
    for at, day in enumerate(view.dates):
        first = datetime.combine(day, time())
        start, end = max(short.start, first), min(short.end, first + DAY)
        if start < end:
            yield at, Short(short.tier, start, end, short.have, short.need, short.skills)


def by_person(strains: Iterable[Strain]) -> dict[str, list[Strain]]:
    """Strains by whom they are about."""
    found: dict[str, list[Strain]] = defaultdict(list)
    for one in strains:
        found[one.person].append(one)
    return found
