"""Who has too little rest, too long a run, or too many hours? It warns and never forbids."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from routing.roster import Person, Tier
from routing.stretches import Shift
from routing.wallclock import instant, wall

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Rules:
    """ROSTER.md's rest rules; the hours of a week are the person's own `max_hours` where given."""

    rest_least: timedelta = 10 * HOUR
    run_most: timedelta = 16 * HOUR
    week_most_hours: float = 60.0


@dataclass(frozen=True, slots=True)
class Strain:
    """One warning: `kind` is rest, run, week or twice; `start` is where to look."""

    kind: str
    person: str
    start: datetime
    end: datetime
    hours: float  # of rest, of the run, or of the week

    @property
    def words(self) -> str:
        """Return the warning in a few words."""
        return {
            "rest": f"only {self.hours:g} h rest before",
            "run": f"{self.hours:g} h without a break",
            "week": f"{self.hours:g} h this week",
            "twice": "two tiers at once",
        }[self.kind]


def strains(
    shifts: Iterable[Shift], people: Mapping[str, Person], zone: str, rules: Rules | None = None
) -> list[Strain]:
    """Return the warnings about these shifts, by person and time.

    Rest, runs and weekly hours are asked of the primary tier only: whoever waits at home as
    backup or supervisor is not at work until called. The week is the zone's, from Monday.
    """
    rules = rules or Rules()
    found: list[Strain] = []
    for name, own in sorted(_by_person(shifts).items()):
        worked = _runs(one for one in own if one.tier == Tier.PRIMARY)
        found += _rest(name, worked, rules)
        found += _weeks(name, worked, zone, _most(people.get(name), rules))
        found += _twice(name, own)
    return found


def _by_person(shifts: Iterable[Shift]) -> dict[str, list[Shift]]:
    found: dict[str, list[Shift]] = defaultdict(list)
    for one in shifts:
        found[one.person_id].append(one)
    return found


def _runs(shifts: Iterable[Shift]) -> list[tuple[datetime, datetime]]:
    """Join shifts that touch."""
    found: list[tuple[datetime, datetime]] = []
    for one in sorted(shifts, key=lambda one: one.starts_at):
        if found and one.starts_at <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], one.ends_at)
        else:
            found.append((one.starts_at, one.ends_at))
    return found


def _rest(name: str, runs: Sequence[tuple[datetime, datetime]], rules: Rules) -> Iterator[Strain]:
    for start, end in runs:
        if end - start > rules.run_most:
            yield Strain("run", name, start, end, _hours(end - start))
    for before, after in pairwise(runs):
        if after[0] - before[1] < rules.rest_least:
            yield Strain("rest", name, *after, _hours(after[0] - before[1]))


def _weeks(
    name: str, runs: Sequence[tuple[datetime, datetime]], zone: str, most: float
) -> Iterator[Strain]:
    weeks = {_monday(at, zone) for run in runs for at in run}
    for monday in sorted(weeks):
        start, end = (
            instant(datetime.combine(day, time()), zone) for day in (monday, monday + WEEK)
        )
        inside = [(max(a, start), min(b, end)) for a, b in runs if a < end and b > start]
        hours = sum(_hours(b - a) for a, b in inside)
        if hours > most:
            yield Strain("week", name, inside[0][0], inside[-1][1], hours)


def _twice(name: str, shifts: Sequence[Shift]) -> Iterator[Strain]:
    """One telephone cannot ring for two tiers."""
    in_order = sorted(shifts, key=lambda one: one.starts_at)
    for index, one in enumerate(in_order):
        for other in in_order[index + 1 :]:
            if other.starts_at >= one.ends_at:
                break
            if other.tier != one.tier:
                shared = other.starts_at, min(one.ends_at, other.ends_at)
                yield Strain("twice", name, *shared, _hours(shared[1] - shared[0]))


def _most(person: Person | None, rules: Rules) -> float:
    if person is None or person.max_hours is None:
        return rules.week_most_hours
    return person.max_hours


def _monday(at: datetime, zone: str) -> date:
    day = wall(at, zone).date()
    return day - timedelta(days=day.weekday())


def _hours(span: timedelta) -> float:
    return round(span / HOUR, 2)
