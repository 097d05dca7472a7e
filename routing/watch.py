"""Which hours to come that fall short must be told now: near, or worse than was told?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.coverage import Shortfall, opened

# A shortfall is told when its beginning comes so near: in time to ask around, to ring, and at once.
MARKS = (timedelta(0), timedelta(hours=24), timedelta(hours=72), timedelta(days=14))
LOOKED = timedelta(days=28)  # how far ahead a sight goes: beyond the farthest mark
AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sight:
    """What falls short in the 28 days after `at`, as the roster stood then."""

    at: datetime
    shorts: tuple[Shortfall, ...]

    @property
    def pressing(self) -> tuple[Shortfall, ...]:
        """Return those within 14 days."""
        return tuple(one for one in self.shorts if one.start <= self.at + MARKS[-1])


def to_tell(told: Sight | None, now: Sight) -> bool:
    """Whether to speak: for the first time, once a day, or because something became worse."""
    if not now.pressing:
        return False
    return told is None or now.at - told.at >= AGAIN or bool(worse(told, now))


def worse(told: Sight, now: Sight) -> list[Shortfall]:
    """Return what presses now and was not short when it was told, or was farther off."""
    known = told.at + LOOKED
    return [
        one
        for one in now.pressing
        if _mark(one, now.at) < min((_mark(old, told.at) for old in _met(one, told)), default=9)
        or any(part.start < known for part in opened(told.shorts, [one]))
    ]


def _met(one: Shortfall, told: Sight) -> Iterable[Shortfall]:
    """The same shortfall, as far as it was known."""
    return (
        old
        for old in told.shorts
        if old.kind == one.kind and old.start < one.end and old.end > one.start
    )


def _mark(one: Shortfall, at: datetime) -> int:
    """How near its beginning was: 0 when it had begun."""
    return sum(one.start > at + mark for mark in MARKS)
