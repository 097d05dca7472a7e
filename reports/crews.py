"""How did the mobile crews do? Counted by kind of response; every visit in one column.

A visit belongs to the day it was asked for on. A crew that passed a state over has no time for it:
each measure says of how many visits it speaks.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

from care.crew import State, Visit
from care.crew_details import KINDS, OUTCOMES
from reports.figures import DAY, midnight
from routing.wallclock import wall
from storage.store import Rows

CAME_TO = {"cleared": "Cleared", "called_off": "Called off", "going": "Still going on"}
MEASURED = {
    State.ACKNOWLEDGED: "To acknowledged",
    State.EN_ROUTE: "To en route",
    State.ON_SCENE: "To on scene",
    State.CLEARED: "To cleared",
}


@dataclass
class Measure:
    """How long after the request a state was reached, over the visits that reached it."""

    spans: list[timedelta] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.spans)

    @property
    def middle(self) -> timedelta | None:
        """The median; None: no visit reached it."""
        seconds = [span.total_seconds() for span in self.spans]
        return timedelta(seconds=median(seconds)) if seconds else None

    @property
    def longest(self) -> timedelta | None:
        return max(self.spans, default=None)

    def within(self, limit: timedelta) -> int:
        """Of how many it was at most so long."""
        return sum(span <= limit for span in self.spans)


@dataclass
class Visits:
    """What was counted of one kind, or of all. `came_to` by CAME_TO, `outcomes` by OUTCOMES."""

    asked: int = 0
    came_to: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    unheard: int = (
        0  # nobody acknowledged in time, or it was given back: those who oversee were told
    )
    measures: dict[State, Measure] = field(
        default_factory=lambda: {state: Measure() for state in MEASURED}
    )

    def plus(self, other: "Visits") -> "Visits":
        """Return both together."""
        measures = {
            state: Measure(self.measures[state].spans + other.measures[state].spans)
            for state in MEASURED
        }
        return Visits(
            self.asked + other.asked,
            self.came_to + other.came_to,
            self.outcomes + other.outcomes,
            self.unheard + other.unheard,
            measures,
        )


def read(rows: Rows, first: date, last: date, zone: str) -> dict[str, Visits]:
    """Count the days from `first` to `last`, both included, by the wall clock in `zone`."""
    return count(rows.crew_visits.between(midnight(first, zone), midnight(last + DAY, zone)))


def by_day(rows: Rows, first: date, last: date, zone: str) -> dict[date, Visits]:
    """Count every kind together, on each of these days; a day without a visit is there too."""
    found: dict[date, list[Visit]] = {first + DAY * n: [] for n in range((last - first).days + 1)}
    for visit in rows.crew_visits.between(midnight(first, zone), midnight(last + DAY, zone)):
        found[wall(visit.requested_at, zone).date()].append(visit)
    return {day: total(count(visits).values()) for day, visits in found.items()}


def count(visits: Iterable[Visit]) -> dict[str, Visits]:
    """Return what was counted, by kind of response."""
    found = {kind: Visits() for kind in KINDS}
    for visit in visits:
        _add(found[visit.kind], visit)
    return found


def total(kinds: Iterable[Visits]) -> Visits:
    """Return all kinds together."""
    together = Visits()
    for one in kinds:
        together = together.plus(one)
    return together


def _add(counted: Visits, visit: Visit) -> None:
    counted.asked += 1
    counted.came_to[visit.state.value if visit.over else "going"] += 1
    counted.unheard += any(line.what == "told" for line in visit.lines)
    if visit.outcome in OUTCOMES:
        counted.outcomes[visit.outcome] += 1
    for state, span in visit.spans.items():
        counted.measures[State(state)].spans.append(span)
