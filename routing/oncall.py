"""Who is on call at an instant, where are the gaps, who has how many hours?

Everything agreed becomes spans of UTC (the end excluded); one sweep over their edges makes one
timeline per tier; a look-up is a bisection.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import partial
from typing import NamedTuple

from routing.occurrences import DAY, happens, occurrences
from routing.roster import TIERS, Pattern, Roster, Swap, Tier
from routing.wallclock import instant, wall

INSTANT = timedelta(microseconds=1)


class Layer(IntEnum):
    """What a span says about its person. The order of power is in `_resolve`."""

    SCHEDULED = 0  # by a pattern with its swaps, or a one-off
    PLAN = 1  # an exact plan is in force
    PLANNED = 2  # by the exact plan
    REPLACED = 3  # by `by`
    REMOVED = 4
    ADDED = 5
    OFF = 6
    CLOSED = 7


class Span(NamedTuple):
    """One statement about one tier between two instants, the end excluded."""

    start: datetime
    end: datetime
    tier: str
    layer: Layer
    person: str = ""
    by: str = ""


class Segment(NamedTuple):
    """A stretch of a tier in which nothing changes."""

    start: datetime
    end: datetime
    people: tuple[str, ...]  # sorted
    closed: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's shift as the database keeps it; `ends_at` excluded."""

    person_id: str
    tier: str
    starts_at: datetime
    ends_at: datetime


class Timeline:
    """One merged timeline per tier: the only reader of shifts."""

    def __init__(self, shifts: Iterable[Shift], closures: Iterable[Span] = ()) -> None:
        """Merge `shifts`; `closures` only say which absences are not gaps."""
        spans = [
            Span(one.starts_at, one.ends_at, str(one.tier), Layer.ADDED, one.person_id)
            for one in shifts
        ]
        self._lay([*spans, *(each._replace(layer=Layer.CLOSED) for each in closures)], _present)

    @classmethod
    def of(cls, roster: Roster, start: datetime, end: datetime) -> "Timeline":
        """Compile a roster for the window; outside it the timeline knows nothing."""
        self = cls.__new__(cls)
        self._lay(spans_of(roster, start, end), _resolve)
        return self

    def _lay(self, spans: Iterable[Span], resolve: "Resolve") -> None:
        by_tier: dict[str, list[Span]] = defaultdict(list)
        for span in spans:
            if span.start < span.end:  # a shift inside a clock's gap does not happen that night
                by_tier[span.tier].append(span)
        self._edges: dict[str, list[datetime]] = {}
        self._states: dict[str, list[State]] = {}
        for tier in TIERS:
            self._edges[tier], self._states[tier] = _sweep(by_tier[tier], resolve)

    def at(self, moment: datetime) -> dict[str, tuple[str, ...]]:
        """Return who is on call in each tier, sorted."""
        return {str(tier): self.on(tier, moment) for tier in TIERS}

    def on(self, tier: str, moment: datetime) -> tuple[str, ...]:
        """Return who is on call in one tier, sorted."""
        index = bisect_right(self._edges[tier], moment) - 1
        return self._states[tier][index][0] if index >= 0 else ()

    def segments(self, tier: str, start: datetime, end: datetime) -> Iterator[Segment]:
        """Tile the window with the tier's segments, those without anybody included."""
        edges, states = self._edges[tier], self._states[tier]
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        index = bisect_right(edges, start) - 1
        while start < end:
            until = edges[index + 1] if index + 1 < len(edges) else end
            yield Segment(start, min(until, end), *(states[index] if index >= 0 else NOBODY))
            start, index = until, index + 1

    def gaps(
        self,
        start: datetime,
        end: datetime,
        tier: str,
        need: int = 1,
        able: Callable[[str], bool] | None = None,
    ) -> list[tuple[datetime, datetime]]:
        """Return the maximal intervals with fewer than `need` people (who are `able`)."""
        found: list[tuple[datetime, datetime]] = []
        for one in self.segments(tier, start, end):
            here = sum(map(able, one.people)) if able else len(one.people)
            if here >= need or one.closed:
                continue
            touches = bool(found) and found[-1][1] == one.start
            since = found.pop()[0] if touches else one.start
            found.append((since, one.end))
        return found

    def hours(self, start: datetime, end: datetime, tier: str) -> dict[str, float]:
        """Return each person's elapsed hours on call in the window."""
        total: Counter[str] = Counter()
        for one in self.segments(tier, start, end):
            for person in one.people:
                total[person] += (one.end - one.start) // INSTANT
        return {person: total[person] / 3.6e9 for person in sorted(total)}


# -- one sweep --------------------------------------------------------------------------------

State = tuple[tuple[str, ...], bool]  # who is on call, sorted; and whether it is closed
NOBODY: State = ((), False)
Active = list[Counter[tuple[str, str]]]  # per layer, who by whom, how often
Resolve = Callable[[Active], State]


def _sweep(spans: Sequence[Span], resolve: Resolve) -> tuple[list[datetime], list[State]]:
    """Walk the edges in order; keep an edge only where the answer changes."""
    marks: dict[datetime, list[tuple[int, Span]]] = defaultdict(list)
    for span in spans:
        marks[span.start].append((1, span))
        marks[span.end].append((-1, span))
    active: Active = [Counter() for _ in Layer]
    edges: list[datetime] = []
    states: list[State] = []
    for edge in sorted(marks):
        for step, span in marks[edge]:
            holders, key = active[span.layer], (span.person, span.by)
            holders[key] += step
            if not holders[key]:
                del holders[key]
        state = resolve(active)
        if not states or states[-1] != state:
            edges.append(edge)
            states.append(state)
    return edges, states


def _resolve(active: Active) -> State:
    """Closure > exact plan > replace and remove (of the scheduled) > add > time off."""
    if not any(active[1:]):  # most of the time, and much faster
        return tuple(sorted({person for person, _ in active[Layer.SCHEDULED]})), False
    if active[Layer.CLOSED]:
        return (), True
    chosen = Layer.PLANNED if active[Layer.PLAN] else Layer.SCHEDULED
    scheduled = {person for person, _ in active[chosen]}
    # Both look at who was scheduled, never at each other's result: not transitive, order-free.
    replaced = {pair for pair in active[Layer.REPLACED] if pair[0] in scheduled}
    people = scheduled - {person for person, _ in active[Layer.REMOVED]}
    people -= {person for person, _ in replaced}
    people |= {by for _, by in replaced} | {person for person, _ in active[Layer.ADDED]}
    people -= {person for person, _ in active[Layer.OFF]}
    return tuple(sorted(people)), False


def _present(active: Active) -> State:
    return tuple(sorted({person for person, _ in active[Layer.ADDED]})), bool(active[Layer.CLOSED])


# -- what was agreed, as spans ----------------------------------------------------------------


def spans_of(roster: Roster, start: datetime, end: datetime) -> Iterator[Span]:
    """Yield everything the roster says about the window, in UTC."""
    swaps = defaultdict(list)
    for swap in roster.swaps:
        swaps[swap.pattern].append(swap)
    for pattern in roster.patterns:
        yield from _pattern_spans(pattern, swaps[pattern.id or ""], start, end)
    yield from (each for each in _dated_spans(roster) if each.start < end and each.end > start)


def _pattern_spans(
    pattern: Pattern, swaps: Sequence[Swap], start: datetime, end: datetime
) -> Iterator[Span]:
    # A day to spare on either side: a jump of the clock may move an edge by as much.
    first = wall(start, pattern.zone).date() - pattern.end - pattern.overlap - DAY
    last = wall(end, pattern.zone).date() + DAY
    for day, scheduled in occurrences(pattern, first, last):
        midnight = datetime.combine(day, time())
        starts = instant(midnight + pattern.start, pattern.zone)
        ends = instant(midnight + pattern.end, pattern.zone) + pattern.overlap
        if starts < end and ends > start:
            for person in _swapped(day, scheduled, swaps)[0]:
                yield Span(starts, ends, pattern.tier, Layer.SCHEDULED, person)


def _swapped(
    day: date, people: tuple[str, ...], swaps: Sequence[Swap]
) -> tuple[tuple[str, ...], list[Swap]]:
    """Let the day's swaps change hands, in the order agreed; return also those that cannot."""
    orphans = []
    for swap in swaps:
        if swap.date == day and swap.person in people:
            people = tuple(swap.by if one == swap.person else one for one in people)
        elif swap.date == day:
            orphans.append(swap)
    return people, orphans


def _dated_spans(roster: Roster) -> Iterator[Span]:
    for one in roster.one_offs:
        yield Span(one.start, one.end, one.tier, Layer.SCHEDULED, one.person)
    for plan in roster.exact_plans:
        yield Span(plan.start, plan.end, plan.tier, Layer.PLAN)
        for one in plan.shifts:
            inside = max(one.start, plan.start), min(one.end, plan.end)
            yield Span(*inside, plan.tier, Layer.PLANNED, one.person)
    layers = {"add": Layer.ADDED, "remove": Layer.REMOVED, "replace": Layer.REPLACED}
    for change in roster.overrides:
        for tier in change.tiers:
            layer, by = layers[change.kind], change.by or ""
            yield Span(change.start, change.end, tier, layer, change.person, by)
    for away in roster.time_off:
        for tier in TIERS:
            yield Span(away.start, away.end, tier, Layer.OFF, away.person)
    yield from closed_spans(roster)


def closed_spans(roster: Roster) -> Iterator[Span]:
    """Yield when nobody is wanted on call."""
    for closure in roster.closures:
        for tier in closure.tiers:
            yield Span(closure.start, closure.end, tier, Layer.CLOSED)


# -- the questions ----------------------------------------------------------------------------


def on_call(roster: Roster, at: datetime) -> dict[str, list[str]]:
    """Return the sorted names on call in each tier at the instant `at`."""
    found = Timeline.of(roster, at, at + INSTANT).at(at)
    return {tier: list(people) for tier, people in found.items()}


def gaps(
    roster: Roster,
    start: datetime,
    end: datetime,
    tier: str = Tier.PRIMARY,
    need: int = 1,
    skill: str | None = None,
) -> list[tuple[datetime, datetime]]:
    """Return the maximal UTC intervals in which the tier has fewer than `need` people."""
    able = None if skill is None else partial(_able, roster, skill)
    return Timeline.of(roster, start, end).gaps(start, end, tier, need, able)


def _able(roster: Roster, skill: str, name: str) -> bool:
    person = roster.people.get(name)
    return person is not None and person.able(skill)


def hours(
    roster: Roster, start: datetime, end: datetime, tier: str = Tier.PRIMARY
) -> dict[str, float]:
    """Return each person's elapsed hours: a night of the autumn change has one more."""
    return Timeline.of(roster, start, end).hours(start, end, tier)


def orphans(roster: Roster) -> list[str]:
    """Return the ids of swaps whose occurrence vanished or changed hands, as they were agreed."""
    known = {pattern.id: pattern for pattern in roster.patterns if pattern.id}
    lost: set[Swap] = set()
    for name, day in {(swap.pattern, swap.date) for swap in roster.swaps}:
        agreed = [swap for swap in roster.swaps if swap.pattern == name]
        people = happens(known[name], day) if name in known else None
        lost.update(_swapped(day, people or (), agreed)[1])
    return [swap.id for swap in roster.swaps if swap in lost]
