"""How long has the caller waited, and which rung of the ladder is theirs?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rung:
    """From `after_seconds` of waiting on, people of `tier` are reached by `kind`."""

    after_seconds: float
    kind: Literal["desks", "phones", "partner"]
    tier: str = ""  # primary | backup | supervisor; of the partner: empty


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in order of time. The last is a human's number (DESIGN, the core)."""

    rungs: tuple[Rung, ...]

    def __post_init__(self) -> None:
        """Refuse a ladder that could end in nothing.

        Raises:
            ValueError: no rung, rungs out of order, or a last rung that is not the partner.
        """
        times = [rung.after_seconds for rung in self.rungs]
        if not self.rungs or self.rungs[-1].kind != "partner":
            raise ValueError("the last rung must be the partner line: no ladder may end in nothing")
        if times != sorted(times):
            raise ValueError("rungs must stand in order of after_seconds")


def standing(
    ladder: Ladder,
    since: datetime,
    now: datetime,
    empty: frozenset[tuple[str, str]] = frozenset(),
    *,
    nobody: bool = False,
) -> tuple[int, datetime | None]:
    """The rung (0 is the first) a caller in line `since` stands on `now`, and when the next is due.

    `empty` names (kind, tier) pairs where nobody can be reached: such a rung is skipped at once,
    and the later ones move up by the time that would have been lost (GoAlert #4548). The partner
    line keeps its own time, because somebody who is busy may be free before it; only when there is
    `nobody` at all, on duty or by phone, is it reached at once.
    """
    *people, partner = ladder.rungs
    passed = since if nobody else since + timedelta(seconds=partner.after_seconds)
    if now >= passed:
        return len(people), None
    at = since
    last = 0
    for number, rung in enumerate(people):
        if (rung.kind, rung.tier) in empty:
            continue
        if now < at:
            return last, min(at, passed)
        last = number
        at += timedelta(seconds=ladder.rungs[number + 1].after_seconds - rung.after_seconds)
    return last, passed


def reached(ladder: Ladder, rung: int) -> tuple[Rung, ...]:
    """All rungs up to and including `rung`: who was reached once goes on being reached."""
    return ladder.rungs[: rung + 1]
