"""Which shifts, person by person, does a roster come to in a window?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from routing.oncall import Layer, Span, Timeline, spans_of
from routing.roster import TIERS, Roster

BEGINS = (Layer.SCHEDULED, Layer.PLANNED)
PRESENT = (*BEGINS, Layer.ADDED)  # who is on call, and not only away: time off may last for years
LONGEST = timedelta(days=400)  # of a shift: the rest of a longer one is cut


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """One person's unbroken promise in one tier; `ends_at` excluded."""

    starts_at: datetime
    ends_at: datetime
    tier: str
    person_id: str


Begins = dict[tuple[str, str], set[datetime]]  # (tier, person) -> when their shifts begin


def stretches(roster: Roster, start: datetime, end: datetime) -> Iterator[Shift]:
    """Yield what everybody has after overrides, swaps and time off, in UTC and inside the window.

    Nobody is on twice at a time; a hand-over to oneself still begins a new shift, so that a week
    of nights is seven shifts and not one.
    """
    timeline, begins = Timeline.of(roster, start, end), _begins(spans_of(roster, start, end))
    for tier in TIERS:
        for run in runs(timeline, tier, start, end):
            cuts = begins[run.tier, run.person_id]
            inside = (at for at in cuts if run.starts_at < at < run.ends_at)
            for starts_at, ends_at in pairwise((run.starts_at, *sorted(inside), run.ends_at)):
                yield replace(run, starts_at=starts_at, ends_at=ends_at)


def whole(roster: Roster, start: datetime, end: datetime) -> list[Shift]:
    """Return every shift that touches the window, with all its hours (`LONGEST`), in order."""
    touching = [span for span in spans_of(roster, start, end) if span.layer in PRESENT]
    since = min([start, *(span.start for span in touching)])
    until = max([end, *(span.end for span in touching)])
    found = sorted(stretches(roster, max(since, start - LONGEST), min(until, end + LONGEST)))
    return [one for one in found if one.ends_at > start and one.starts_at < end]


def _begins(spans: Iterable[Span]) -> Begins:
    begins: Begins = defaultdict(set)
    stands_in = set()
    for span in spans:
        for person in span.people:
            if span.layer in BEGINS:
                begins[span.tier, person].add(span.start)
            elif span.layer is Layer.REPLACED:
                stands_in.add((span.tier, span.by, person))
    for tier, by, person in sorted(stands_in):
        begins[tier, by] |= begins[tier, person]
    return begins


def runs(timeline: Timeline, tier: str, start: datetime, end: datetime) -> Iterator[Shift]:
    """Yield everybody's unbroken time on call in a tier, inside the window."""
    since: dict[str, datetime] = {}
    for segment in timeline.segments(tier, start, end):
        for person in sorted(since.keys() - set(segment.people)):
            yield Shift(since.pop(person), segment.start, str(tier), person)
        for person in segment.people:
            since.setdefault(person, segment.start)
    for person in sorted(since):
        yield Shift(since[person], end, str(tier), person)
