"""Which entries of a roster cannot stand side by side?

`places` says where in the document each entry stands, by its `id()`.
"""

from collections.abc import Iterator, Mapping

from routing.roster import Roster, RosterError


def repeated(roster: Roster, places: Mapping[int, str]) -> Iterator[RosterError]:
    """Yield a refusal for each pattern or swap whose id another has."""
    for entries in (roster.patterns, roster.swaps):
        seen: set[str | None] = {None}
        for entry in entries:
            if entry.id in seen - {None}:
                yield RosterError(f"{places[id(entry)]}.id", f"two have the id {entry.id!r}")
            seen.add(entry.id)


def conflicts(roster: Roster, places: Mapping[int, str]) -> Iterator[RosterError]:
    """Yield a refusal for each two overrides of a tier about one person at the same time."""
    in_order = sorted(roster.overrides, key=lambda each: each.start)
    for index, one in enumerate(in_order):
        for other in in_order[index + 1 :]:
            if other.start >= one.end:
                break
            if one.named & other.named and set(one.tiers) & set(other.tiers):
                words = f"overlaps another about {', '.join(sorted(one.named & other.named))}"
                yield RosterError(places[id(other)], words, "override_conflict")
