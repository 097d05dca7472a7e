"""Which agreed swaps have lost their shift?"""

from collections import defaultdict
from datetime import date

from routing.occurrences import happens
from routing.oncall import swapped
from routing.roster import Roster, Swap


def orphans(roster: Roster) -> list[str]:
    """Return the ids of swaps whose occurrence vanished or changed hands, as they were agreed."""
    agreed: dict[tuple[str, date], list[Swap]] = defaultdict(list)
    for swap in roster.swaps:
        agreed[swap.pattern, swap.date].append(swap)
    known = {pattern.id: pattern for pattern in roster.patterns if pattern.id}
    lost: set[Swap] = set()
    for (name, day), swaps in agreed.items():
        people = happens(known[name], day) if name in known else None
        lost.update(swapped(day, people or (), swaps)[1])
    return [swap.id for swap in roster.swaps if swap in lost]
