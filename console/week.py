"""Which shifts and gaps stand in which cell of the week, as the roster page shows them?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from routing.oncall import Shift as Span
from routing.oncall import Timeline
from routing.wallclock import instant, wall
from storage.values import Shift

TIERS = ("primary", "backup", "supervisor")
DAYS = 7
GAP_DAYS = 14
FILL_MOST = timedelta(hours=12)


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


def timeline(shifts: Iterable[Shift]) -> Timeline:
    return Timeline([Span(s.person_id, s.tier, s.starts_at, s.ends_at) for s in shifts])


def week(monday: date, zone: str, shifts: Sequence[Shift], now: datetime) -> Week:
    """`shifts`: at least all that touch the week. Gaps that have passed are not shown."""
    start, end = bounds(monday, zone)
    line = timeline(shifts)
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


def coming_gaps(shifts: Sequence[Shift], zone: str, now: datetime) -> list[Gap]:
    """Every gap of the next 14 days, the first one first."""
    line, end = timeline(shifts), now + timedelta(days=GAP_DAYS)
    found = [gap for tier in TIERS for gap in gaps_of(line, tier, now, end, zone)]
    return sorted(found, key=lambda gap: (gap.start, TIERS.index(gap.tier)))


def opened(before: Sequence[Shift], after: Sequence[Shift], zone: str, now: datetime) -> list[Gap]:
    """The gaps that a change would open: uncovered after it, covered before, and still to come."""
    old, new = timeline(before), timeline(after)
    found = []
    for shift in before:
        start = max(shift.starts_at, now)
        for since, until in new.gaps(start, max(start, shift.ends_at), shift.tier):
            if not old.gaps(since, until, shift.tier):
                found.append(Gap(shift.tier, wall(since, zone), wall(until, zone)))
    return sorted(set(found), key=lambda gap: gap.start)
