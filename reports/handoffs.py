"""What became of what each 911 centre handed to us? Counted by line; every call in one column."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from care import contract
from reports.figures import DAY, midnight
from storage import figures as stored
from storage.store import Rows


@dataclass
class Centre:
    """One centre's diversions. `came_to` by the keys of care.contract.CAME_TO; `why` by reason."""

    calls: int = 0
    came_to: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    in_time: int = 0  # answered within the line's deadline


def read(
    rows: Rows, first: date, last: date, zone: str, deadlines: Mapping[str, int]
) -> dict[str, Centre]:
    """Count the calls of the lines of `deadlines` (seconds) from `first` to `last`, both included.

    A call belongs to the day it arrived on, by the wall clock in `zone`.
    """
    found = {line: Centre() for line in deadlines}
    for one in stored.contacts(rows, midnight(first, zone), midnight(last + DAY, zone)):
        if one.line in found:
            made = contract.of(one.arrived_at, one.answered_at, one.ended_reason, one.disposition)
            _add(found[one.line], made, deadlines[one.line])
    return found


def _add(centre: Centre, made: contract.HandOff, deadline: int) -> None:
    centre.calls += 1
    centre.came_to[made.came_to] += 1
    centre.in_time += made.within(deadline)
    if made.reason:
        centre.why[f"{contract.CAME_TO[made.came_to]}: {made.reason}"] += 1
