"""Which entry of the roster says what about which hours: pattern, swap, override, time off...?

The engine answers who is on call; this says why, for people who edit. It reads the roster by the
engine's own spans, one entry at a time, so it cannot tell another story.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import date, datetime
from typing import Any

from routing.oncall import Layer, Span, spans_of, swapped
from routing.roster import Pattern, Roster, Swap, Tier
from routing.stretches import Shift
from routing.wallclock import wall

# Whoever is on call is so by the first of these that puts them there.
POWER = ("replace", "swap", "plan", "one-off", "pattern", "add")


@dataclass(frozen=True, slots=True)
class Laid:
    """What one entry says about one tier between two instants, the end excluded."""

    # pattern swapped swap one-off planned plan replace remove add off closed; "swapped" is a
    # pattern's shift that changed hands, "planned" a window in which an exact plan is in force
    kind: str
    part: str  # of the document
    key: str  # of the entry there
    tier: Tier
    person: str  # whom it speaks of; "" of nobody in particular
    start: datetime
    end: datetime
    by: str = ""  # who takes the person's place
    day: date | None = None  # the local date of a pattern's occurrence

    @property
    def puts(self) -> str:
        """Whom it puts on call; "" when nobody."""
        return (self.by or self.person) if self.kind in POWER else ""


Keys = Mapping[str, Sequence[str]]  # by part, in the document's order


def laid(roster: Roster, keys: Keys, start: datetime, end: datetime) -> list[Laid]:
    """Return everything said about the window, by its beginning."""
    bare = Roster(roster.zone)
    found: list[Laid] = []
    swaps = defaultdict(list)
    for swap in roster.swaps:
        swaps[swap.pattern].append(swap)
    for key, pattern in zip(keys["patterns"], roster.patterns, strict=True):
        alone = changed(bare, patterns=(pattern,))
        found += _pattern(pattern, key, swaps[pattern.id or ""], spans_of(alone, start, end))
    for part, values in _dated(roster):
        for key, value in zip(keys[part], values, strict=True):
            only: dict[str, Any] = {part: (value,)}
            alone = changed(bare, **only)
            found += (_of(span, part, key) for span in spans_of(alone, start, end))
    return sorted(found, key=lambda one: (one.start, one.tier, one.kind, one.person))


def why(shift: Shift, said: Iterable[Laid]) -> list[Laid]:
    """Return what puts the person on call in this shift, the strongest first."""
    found = [
        one
        for one in said
        if one.puts == shift.person_id
        and one.tier == shift.tier
        and one.start < shift.ends_at
        and one.end > shift.starts_at
    ]
    return sorted(found, key=lambda one: (POWER.index(one.kind), one.start))


# -- one entry --------------------------------------------------------------------------------


def _pattern(
    pattern: Pattern, key: str, swaps: Sequence[Swap], spans: Iterable[Span]
) -> Iterator[Laid]:
    """Yield the occurrences as they recur, and the swaps that changed hands."""
    tier = Tier(pattern.tier)
    for span in spans:
        day, window = wall(span.start, pattern.zone).date(), (span.start, span.end)
        people, orphans = swapped(day, span.people, swaps)
        for person in span.people:
            kind = "pattern" if person in people else "swapped"
            yield Laid(kind, "patterns", key, tier, person, *window, day=day)
        for swap in swaps:
            if swap.date == day and swap not in orphans:
                yield Laid("swap", "swaps", swap.id, tier, swap.person, *window, swap.by, day)


def _dated(roster: Roster) -> Iterator[tuple[str, Sequence[object]]]:
    for part in ("one_offs", "overrides", "exact_plans", "time_off", "closures"):
        yield part, getattr(roster, part)


KINDS = {
    Layer.SCHEDULED: "one-off",
    Layer.PLAN: "planned",
    Layer.PLANNED: "plan",
    Layer.REPLACED: "replace",
    Layer.REMOVED: "remove",
    Layer.ADDED: "add",
    Layer.OFF: "off",
    Layer.CLOSED: "closed",
}


def _of(span: Span, part: str, key: str) -> Laid:
    tier = Tier(span.tier)
    return Laid(KINDS[span.layer], part, key, tier, span.people[0], span.start, span.end, span.by)
