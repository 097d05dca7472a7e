"""How many people does each hour of the week need, by what came in before?

Each hour stands by itself and in its steady state, with the mean arrivals of the whole weeks looked
at. Talk and patience are taken as exponential, whoever waits longest goes first, and everybody may
take every caller: languages, lines and the ladder's rungs are not told apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from routing.erlang import Load, answered_within, needed
from routing.wallclock import wall

WEEK = timedelta(weeks=1)
HOURS, HOURS_OF_WEEK = 24, 168
# Fewer in one hour of the week are a small sample: the mean is then off by a fifth and more.
FEW = 30
BUSIER = 1.64  # standard errors: one week-hour in twenty is busier than that by chance


@dataclass(frozen=True, slots=True)
class Past:
    """One caller of before. `talked` None: nobody of ours answered; `left`: they gave up."""

    arrived_at: datetime
    waited: timedelta
    talked: timedelta | None
    left: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """What is aimed at, and what is taken where the calls do not say it."""

    share: float = 0.9
    within_seconds: float = 20
    wrap_up_seconds: float = 300
    patience_seconds: float = 400
    talk_seconds: float = 1080


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the week: 0 is Monday 00:00 to 01:00 of the wall clock."""

    hour: int
    calls: int
    per_hour: float
    handle_seconds: float
    needed: int
    if_busier: int  # when these weeks were quiet by chance
    answered: float  # the share that `needed` answer in time

    @property
    def small(self) -> bool:
        """Whether too few calls came to trust the mean."""
        return self.calls < FEW


@dataclass(frozen=True, slots=True)
class Advice:
    """What each hour needs, and on what that rests. `measured`: not the assumed one."""

    weeks: int
    calls: int
    goal: Goal
    talk_seconds: float
    talk_measured: bool
    patience_seconds: float
    patience_measured: bool
    hours: tuple[Hour, ...]


def advise(past: Iterable[Past], until: datetime, weeks_most: int, zone: str, goal: Goal) -> Advice:
    """Reckon from the whole weeks before `until` since the first call: none, no hours."""
    known = [one for one in past if one.arrived_at < until]
    first = min((one.arrived_at for one in known), default=until)
    weeks = min(weeks_most, (until - first) // WEEK)
    seen = [one for one in known if one.arrived_at >= until - weeks * WEEK]
    talk, talk_measured = _talk(seen, goal.talk_seconds)
    patience, patience_measured = _patience(seen, goal.patience_seconds)
    hours = _hours(seen, weeks, zone, goal, talk, patience) if weeks else ()
    return Advice(
        weeks, len(seen), goal, talk, talk_measured, patience, patience_measured, tuple(hours)
    )


def hour_of_week(at: datetime, zone: str) -> int:
    """The hour of the local week, 0 to 167."""
    local = wall(at, zone)
    return local.weekday() * HOURS + local.hour


def _hours(
    seen: Sequence[Past], weeks: int, zone: str, goal: Goal, talk: float, patience: float
) -> Iterable[Hour]:
    came: dict[int, list[Past]] = defaultdict(list)
    for one in seen:
        came[hour_of_week(one.arrived_at, zone)].append(one)
    for hour in range(HOURS_OF_WEEK):
        calls = len(came[hour])
        handle = _talk(came[hour], talk)[0] + goal.wrap_up_seconds
        load = Load(calls / weeks, handle, patience)
        busier = Load((calls + BUSIER * sqrt(max(calls, 1))) / weeks, handle, patience)
        people = needed(load, goal.share, goal.within_seconds)
        yield Hour(
            hour,
            calls,
            load.calls_per_hour,
            handle,
            people,
            needed(busier, goal.share, goal.within_seconds),
            answered_within(load, people, goal.within_seconds),
        )


def _talk(seen: Iterable[Past], otherwise: float) -> tuple[float, bool]:
    """The mean seconds of talk of enough calls, else what is said otherwise."""
    talks = [one.talked.total_seconds() for one in seen if one.talked is not None]
    if len(talks) < FEW or not sum(talks):
        return otherwise, False
    return sum(talks) / len(talks), True


def _patience(seen: Iterable[Past], otherwise: float) -> tuple[float, bool]:
    """All the waiting there was, for each caller who gave up: the likeliest exponential mean."""
    known = list(seen)
    left = sum(one.left for one in known)
    waited = sum(one.waited.total_seconds() for one in known)
    return (waited / left, True) if left >= FEW and waited else (otherwise, False)
