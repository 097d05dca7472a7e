"""Who gains and who loses which hours between two rosters?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.oncall import Timeline
from routing.roster import TIERS, Tier

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Move:
    """One stretch of a tier that a person gains or loses, the end excluded."""

    person: str
    tier: Tier
    start: datetime
    end: datetime
    gains: bool

    @property
    def hours(self) -> float:
        """Elapsed hours."""
        return (self.end - self.start) / HOUR


@dataclass(frozen=True, slots=True)
class Moved:
    """All that changes for one person, by its beginning."""

    person: str
    moves: tuple[Move, ...]

    @property
    def gained(self) -> float:
        """Elapsed hours that are new."""
        return sum(move.hours for move in self.moves if move.gains)

    @property
    def lost(self) -> float:
        """Elapsed hours that are gone."""
        return sum(move.hours for move in self.moves if not move.gains)


def moved(before: Timeline, after: Timeline, start: datetime, end: datetime) -> list[Moved]:
    """Return everybody whose hours differ between two instants, by name."""
    found: dict[str, list[Move]] = defaultdict(list)
    for tier in TIERS:
        for person, since, until, gains in _steps(before, after, tier, start, end):
            own = found[person]
            last = own[-1] if own else None
            if last and (last.tier, last.end, last.gains) == (tier, since, gains):
                own[-1] = Move(person, tier, last.start, until, gains)
            else:
                own.append(Move(person, tier, since, until, gains))
    return [
        Moved(person, tuple(sorted(moves, key=lambda move: (move.start, move.gains))))
        for person, moves in sorted(found.items())
    ]


Step = tuple[str, datetime, datetime, bool]


def _steps(
    before: Timeline, after: Timeline, tier: Tier, start: datetime, end: datetime
) -> Iterable[Step]:
    """Yield each difference, in pieces that touch."""
    for old in before.segments(tier, start, end):
        for new in after.segments(tier, old.start, old.end):
            yield from _differ(old.people, new.people, new.start, new.end)


def _differ(
    old: Sequence[str], new: Sequence[str], start: datetime, end: datetime
) -> Iterable[Step]:
    if old == new:
        return
    here, there = set(old), set(new)
    yield from ((person, start, end, False) for person in sorted(here - there))
    yield from ((person, start, end, True) for person in sorted(there - here))
