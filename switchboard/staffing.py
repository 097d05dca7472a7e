"""How many people does each hour need, and how many are on the roster in the days to come?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.lines import Staffing
from ivr.call import Ended
from routing.oncall import Timeline
from routing.staffing import HOURS, Advice, Goal, Past, advise
from routing.wallclock import instant, wall
from storage import figures
from storage.store import Rows
from switchboard import roster_book

TIER = "primary"
DAYS = 7
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Staffed:
    """The advice beside the roster of the seven days from `first` on.

    `rostered`: by day, then hour of the wall clock, the fewest on call in the primary tier.
    """

    advice: Advice
    zone: str
    first: date
    rostered: tuple[tuple[int, ...], ...]

    def days(self) -> Iterator[tuple[date, tuple[int, ...]]]:
        """Each day with its 24 hours."""
        return ((self.first + timedelta(days=n), one) for n, one in enumerate(self.rostered))


def staffed(rows: Rows, said: Staffing, now: datetime) -> Staffed:
    """Reckon from the calls of the weeks before `now`, by the roster in force."""
    _, book = roster_book.newest(rows)
    zone = book.roster.zone
    goal = Goal(
        said.share_percent / 100,
        said.within_seconds,
        said.wrap_up_seconds,
        said.patience_seconds,
        said.talk_seconds,
    )
    past = list(_past(rows, now - said.weeks * WEEK - WEEK, now))
    advice = advise(past, now, said.weeks, zone, goal)
    first = wall(now, zone).date()
    since = _at(first, 0, zone)
    timeline = book.timeline(since, since + WEEK + timedelta(days=1))
    days = [first + timedelta(days=n) for n in range(DAYS)]
    active = {one.id for one in rows.people.all()}
    rostered = tuple(
        tuple(_fewest(timeline, day, hour, zone, active) for hour in range(HOURS)) for day in days
    )
    return Staffed(advice, zone, first, rostered)


def _past(rows: Rows, start: datetime, now: datetime) -> Iterator[Past]:
    """Every call that is over; of those cut short by the carrier's fault the wait is known too."""
    for one in figures.contacts(rows, start, now):
        if one.ended_at is None:
            continue
        waited = (one.answered_at or one.ended_at) - one.arrived_at
        talked = one.ended_at - one.answered_at if one.answered_at else None
        yield Past(one.arrived_at, waited, talked, one.ended_reason == Ended.CALLER_LEFT)


def _fewest(timeline: Timeline, day: date, hour: int, zone: str, active: set[str]) -> int:
    """The fewest on call at once in an hour; one that the clock leaves out has nobody to want."""
    start, end = _at(day, hour, zone), _at(day, hour + 1, zone)
    segments = timeline.segments(TIER, start, end)
    return min((len(active.intersection(one.people)) for one in segments), default=0)


def _at(day: date, hour: int, zone: str) -> datetime:
    return instant(datetime.combine(day, time.min) + timedelta(hours=hour), zone)
