"""Who is on call at an instant, where are the gaps, who has how many hours?

Everything agreed becomes spans of UTC (the end excluded); one sweep over their edges makes one
timeline per tier; a look-up is a bisection.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple, Self

from routing.occurrences import occurrences
from routing.roster import TIERS, Pattern, Roster, Swap
from routing.wallclock import DAY, on_date, wall

INSTANT = timedelta(microseconds=1)
EVERYBODY = ("",)  # whom a closure or a plan speaks of


class Layer(IntEnum):
    """What a span says about its people. What outweighs what: `_Sweep.state`."""

    SCHEDULED = 0  # by a pattern with its swaps, or a one-off
    PLANNED = 1  # by an exact plan
    PLAN = 2  # an exact plan is in force
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
    people: tuple[str, ...]
    by: str = ""


class Segment(NamedTuple):
    """A stretch of a tier in which nothing changes."""

    start: datetime
    end: datetime
    people: tuple[str, ...]  # sorted
    closed: bool


State = tuple[tuple[str, ...], bool]  # who is on call, sorted; and whether it is closed
NOBODY: State = ((), False)


class Timeline:
    """One merged timeline per tier: the only reader of shifts."""

    def __init__(self, spans: Iterable[Span]) -> None:
        """Merge all that the spans say."""
        by_tier: dict[str, list[Span]] = defaultdict(list)
        for span in spans:
            if span.start < span.end:  # a shift inside a clock's gap does not happen that night
                by_tier[span.tier].append(span)
        self._tiers = {str(tier): _Sweep().over(by_tier[tier]) for tier in TIERS}

    @classmethod
    def of(cls, roster: Roster, start: datetime, end: datetime) -> Self:
        """Compile a roster for the window; outside it the timeline knows nothing."""
        return cls(spans_of(roster, start, end))

    def at(self, moment: datetime) -> dict[str, tuple[str, ...]]:
        """Return who is on call in each tier, sorted."""
        return {tier: self.on(tier, moment) for tier in self._tiers}

    def on(self, tier: str, moment: datetime) -> tuple[str, ...]:
        """Return who is on call in one tier, sorted."""
        edges, states = self._tiers[tier]
        index = bisect_right(edges, moment) - 1
        return states[index][0] if index >= 0 else ()

    def segments(self, tier: str, start: datetime, end: datetime) -> Iterator[Segment]:
        """Tile the window with the tier's segments, those without anybody included."""
        edges, states = self._tiers[tier]
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
        """Return each person's elapsed hours: a night of the autumn change has one more."""
        total: Counter[str] = Counter()
        for one in self.segments(tier, start, end):
            for person in one.people:
                total[person] += (one.end - one.start) // INSTANT
        return {person: total[person] / 3.6e9 for person in sorted(total)}


# -- one sweep --------------------------------------------------------------------------------


class _Sweep:
    """What is in force at the edge that has been reached, layer by layer."""

    def __init__(self) -> None:
        """Begin before every edge."""
        self.counts: list[dict[str, int]] = [{} for _ in Layer]  # who, in how many statements
        self.names: tuple[list[str], list[str]] = [], []  # the scheduled, the planned; sorted
        self.replaced: Counter[tuple[str, str]] = Counter()  # who by whom
        self.special = 0  # statements in force that are no plain shift

    def over(self, spans: Sequence[Span]) -> tuple[list[datetime], list[State]]:
        """Walk the edges in order; keep an edge only where the answer changes."""
        marks: dict[datetime, list[tuple[int, Span]]] = defaultdict(list)
        for span in spans:
            marks[span.start].append((1, span))
            marks[span.end].append((-1, span))
        edges: list[datetime] = []
        states: list[State] = []
        for edge in sorted(marks):
            for step, span in marks[edge]:
                self.take(step, span)
            state = self.state()
            if not states or states[-1] != state:
                edges.append(edge)
                states.append(state)
        return edges, states

    def take(self, step: int, span: Span) -> None:
        """Let one statement begin (1) or end (-1)."""
        layer, counts = span.layer, self.counts[span.layer]
        names = self.names[layer] if layer <= Layer.PLANNED else None
        if layer:
            self.special += step
        if span.by:
            self.replaced.update({(span.people[0], span.by): step})
        for person in span.people:
            before = counts.get(person, 0)
            if before + step:
                counts[person] = before + step
            else:
                del counts[person]
            if names is not None and not (before and before + step):  # the first, or the last
                insort(names, person) if step > 0 else names.pop(bisect_left(names, person))

    def state(self) -> State:
        """Closure > exact plan > replace and remove (of the scheduled) > add > time off."""
        if not self.special:  # most of the time, and much faster
            return tuple(self.names[0]), False
        counts = self.counts
        if counts[Layer.CLOSED]:
            return (), True
        planned = bool(counts[Layer.PLAN])
        scheduled, off = counts[planned], counts[Layer.OFF]
        # Both look at who was scheduled, never at each other's result: not transitive, order-free.
        self.replaced = +self.replaced  # those in force
        added = {by for person, by in self.replaced if person in scheduled}
        added |= counts[Layer.ADDED].keys()
        removed = counts[Layer.REMOVED].keys() | counts[Layer.REPLACED].keys()
        out = (removed - added) | off.keys()
        stay = [person for person in self.names[planned] if person not in out]
        extra = [person for person in added if person not in scheduled and person not in off]
        return tuple(sorted([*stay, *extra]) if extra else stay), False


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
    zone, tier = pattern.zone, pattern.tier
    for day, scheduled in occurrences(pattern, first, last):
        starts = on_date(day, pattern.start, zone)
        ends = on_date(day, pattern.end, zone) + pattern.overlap
        if starts < end and ends > start:
            people = swapped(day, scheduled, swaps)[0] if swaps else scheduled
            yield Span(starts, ends, tier, Layer.SCHEDULED, tuple(dict.fromkeys(people)))


def swapped(
    day: date, scheduled: Sequence[str], swaps: Sequence[Swap]
) -> tuple[tuple[str, ...], list[Swap]]:
    """Let the day's swaps change hands, in the order agreed; return also those that cannot.

    Somebody gives away their own turn first, and only then one that they took over.
    """
    people, orphans = list(scheduled), []
    own = [True] * len(people)
    for swap in swaps:
        if swap.date != day:
            continue
        held = [place for place, person in enumerate(people) if person == swap.person]
        if held:
            place = max(held, key=own.__getitem__)
            people[place], own[place] = swap.by, False
        else:
            orphans.append(swap)
    return tuple(people), orphans


def _dated_spans(roster: Roster) -> Iterator[Span]:
    for one in roster.one_offs:
        yield Span(one.start, one.end, one.tier, Layer.SCHEDULED, (one.person,))
    for plan in roster.exact_plans:
        yield Span(plan.start, plan.end, plan.tier, Layer.PLAN, EVERYBODY)
        for one in plan.shifts:
            inside = max(one.start, plan.start), min(one.end, plan.end)
            yield Span(*inside, plan.tier, Layer.PLANNED, (one.person,))
    layers = {"add": Layer.ADDED, "remove": Layer.REMOVED, "replace": Layer.REPLACED}
    for change in roster.overrides:
        for tier in change.tiers:
            layer, by = layers[change.kind], change.by or ""
            yield Span(change.start, change.end, tier, layer, (change.person,), by)
    for away in roster.time_off:
        for tier in TIERS:
            yield Span(away.start, away.end, tier, Layer.OFF, (away.person,))
    for closure in roster.closures:
        for tier in closure.tiers:
            yield Span(closure.start, closure.end, tier, Layer.CLOSED, EVERYBODY)
