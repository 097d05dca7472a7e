"""Which shifts, person by person, does a roster come to in a window?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from routing.oncall import Layer, Shift, Span, Timeline, spans_of
from routing.roster import TIERS, Roster

BEGINS = (Layer.SCHEDULED, Layer.PLANNED)
Begins = dict[tuple[str, str], set[datetime]]  # (tier, person) -> when their shifts begin


def stretches(roster: Roster, start: datetime, end: datetime) -> Iterator[Shift]:
    """Yield what everybody has after overrides, swaps and time off, in UTC and inside the window.

    Nobody is on twice at a time; a hand-over to oneself still begins a new shift, so that a week
    of nights is seven shifts and not one.
    """
    timeline, begins = Timeline.of(roster, start, end), _begins(spans_of(roster, start, end))
    for tier in TIERS:
        for person, since, until in _runs(timeline, tier, start, end):
            inside = (at for at in begins[tier, person] if since < at < until)
            for starts_at, ends_at in pairwise((since, *sorted(inside), until)):
                yield Shift(person, tier, starts_at, ends_at)


def _begins(spans: Iterable[Span]) -> Begins:
    begins: Begins = defaultdict(set)
    stands_in = set()
    for span in spans:
        if span.layer in BEGINS:
            begins[span.tier, span.person].add(span.start)
        elif span.layer is Layer.REPLACED:
            stands_in.add((span.tier, span.by, span.person))
    for tier, by, person in sorted(stands_in):
        begins[tier, by] |= begins[tier, person]
    return begins


def _runs(
    timeline: Timeline, tier: str, start: datetime, end: datetime
) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield (person, since, until) of everybody's unbroken time on call."""
    since: dict[str, datetime] = {}
    for segment in timeline.segments(tier, start, end):
        for person in sorted(since.keys() - set(segment.people)):
            yield person, since.pop(person), segment.start
        for person in segment.people:
            since.setdefault(person, segment.start)
    for person in sorted(since):
        yield person, since[person], end
