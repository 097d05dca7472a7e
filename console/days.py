"""Which days does the roster's table show, and how long does each of them last?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from routing.wallclock import instant, wall

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WEEK_DAYS = 7
MONTH_MOST = 31


@dataclass(frozen=True, slots=True)
class Day:
    """A column's head: `hours` is 24 but for a change of the clock."""

    date: date
    hours: float
    today: bool
    past: bool
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """Which days are shown, in which zone, at which moment."""

    first: date
    days: int
    zone: str
    now: datetime

    @property
    def start(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        return midnight(self.first + self.days * DAY, self.zone)

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(self.first + n * DAY for n in range(self.days))

    def heads(self, holidays: Mapping[date, str]) -> tuple[Day, ...]:
        """The columns' heads."""
        today = wall(self.now, self.zone).date()
        return tuple(
            Day(
                day,
                (midnight(day + DAY, self.zone) - midnight(day, self.zone)) / HOUR,
                day == today,
                day < today,
                holidays.get(day, ""),
            )
            for day in self.dates
        )

    def column(self, at: datetime) -> int:
        """In which column something stands that begins then: the first if it began before."""
        return max(0, (wall(at, self.zone).date() - self.first).days)


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


def midnight(day: date, zone: str) -> datetime:
    return instant(datetime.combine(day, time()), zone)


def week_of(day: date, zone: str, now: datetime) -> View:
    """Seven days from a Monday."""
    return View(monday_of(day), WEEK_DAYS, zone, now)


def month_of(day: date, zone: str, now: datetime) -> View:
    """A calendar month."""
    first = day.replace(day=1)
    following = (first + 31 * DAY).replace(day=1)
    return View(first, (following - first).days, zone, now)
