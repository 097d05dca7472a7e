"""Which shifts and gaps stand in which cell of the week, as the roster page shows them?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from routing import stretches
from routing.oncall import Timeline
from routing.roster import Roster
from routing.wallclock import instant, wall

TIERS = ("primary", "backup", "supervisor")
DAYS = 7
GAP_DAYS = 14
FILL_MOST = timedelta(hours=12)
LONGEST = timedelta(days=40)  # of a shift


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which nobody of a tier is on call; `start` and `end` are wall clock."""

    tier: str
    start: datetime
    end: datetime

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
    def end_days(self) -> int:
        return (wall(self.ends_at, self.zone).date() - self.local_date).days


def shifts_of(roster: Roster, zone: str, start: datetime, end: datetime) -> list[Shift]:
    """Every shift that touches the window, whole."""
    found = stretches.stretches(roster, start - LONGEST, end + LONGEST)
    return [
        Shift(one.person_id, one.tier, zone, one.starts_at, one.ends_at)
        for one in sorted(found)
        if one.ends_at > start and one.starts_at < end
    ]


@dataclass(frozen=True, slots=True)
class Cell:
    """One tier on one day."""

    day: date
    shifts: tuple[Shift, ...]
    gaps: tuple[Gap, ...]

    @property
    def parts(self) -> list[Shift | Gap]:
        """Shifts and gaps by their beginning."""
        return sorted((*self.gaps, *self.shifts), key=_begins)


def _begins(part: Shift | Gap) -> str:
    return f"{part.start:%H:%M}" if isinstance(part, Gap) else part.local_start


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday, in the roster's zone."""

    monday: date
    zone: str
    today: date
    rows: dict[str, tuple[Cell, ...]]

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.monday + timedelta(days=n) for n in range(DAYS))

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=DAYS)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=DAYS)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def bounds(monday: date, zone: str) -> tuple[datetime, datetime]:
    """The week's first instant and the next week's."""
    return midnight(monday, zone), midnight(monday + timedelta(days=DAYS), zone)


def midnight(day: date, zone: str) -> datetime:
    return instant(datetime.combine(day, time()), zone)


def week(monday: date, zone: str, shifts: Sequence[Shift], line: Timeline, now: datetime) -> Week:
    """`shifts`: at least all that touch the week. Gaps that have passed are not shown."""
    start, end = bounds(monday, zone)
    rows = {}
    for tier in TIERS:
        gaps = list(gaps_of(line, tier, max(start, now), end, zone)) if now < end else []
        rows[tier] = tuple(
            _cell(monday + timedelta(days=n), tier, shifts, gaps) for n in range(DAYS)
        )
    return Week(monday, zone, wall(now, zone).date(), rows)


def _cell(day: date, tier: str, shifts: Sequence[Shift], gaps: Sequence[Gap]) -> Cell:
    mine = [s for s in shifts if s.tier == tier and s.local_date == day]
    mine.sort(key=lambda s: (s.starts_at, s.person_id))
    return Cell(day, tuple(mine), tuple(part for gap in gaps for part in on_day(gap, day)))


def on_day(gap: Gap, day: date) -> Iterable[Gap]:
    """The part of a gap that lies on one day."""
    first, last = datetime.combine(day, time()), datetime.combine(day + timedelta(days=1), time())
    start, end = max(gap.start, first), min(gap.end, last)
    if start < end:
        yield Gap(gap.tier, start, end)


def gaps_of(line: Timeline, tier: str, start: datetime, end: datetime, zone: str) -> Iterable[Gap]:
    for since, until in line.gaps(start, end, tier):
        yield Gap(tier, wall(since, zone).replace(second=0, microsecond=0), wall(until, zone))


def coming_gaps(line: Timeline, zone: str, now: datetime) -> list[Gap]:
    """Every gap of the next 14 days, the first one first."""
    end = now + timedelta(days=GAP_DAYS)
    found = [gap for tier in TIERS for gap in gaps_of(line, tier, now, end, zone)]
    return sorted(found, key=lambda gap: (gap.start, TIERS.index(gap.tier)))
