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
    ladder: Ladder, since: datetime, now: datetime, empty: frozenset[tuple[str, str]] = frozenset()
) -> tuple[int, datetime | None]:
    """The rung (0 is the first) a caller in line `since` stands on `now`, and when the next is due.

    `empty` names (kind, tier) pairs where nobody can be reached: such a rung is skipped at once,
    and every later rung moves up by the time that would have been lost (GoAlert #4548).
    """
    at = since
    for number, rung in enumerate(ladder.rungs):
        following = ladder.rungs[number + 1] if number + 1 < len(ladder.rungs) else None
        if following is None:
            return number, None
        if (rung.kind, rung.tier) in empty:
            continue
        at += timedelta(seconds=following.after_seconds - rung.after_seconds)
        if now < at:
            return number, at
    raise AssertionError("a ladder has at least one rung")


def reached(ladder: Ladder, rung: int) -> tuple[Rung, ...]:
    """All rungs up to and including `rung`: who was reached once goes on being reached."""
    return ladder.rungs[: rung + 1]
