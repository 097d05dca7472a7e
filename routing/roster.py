"""Who promised to be on call when? The roster's values, as ROSTER.md names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from routing.wallclock import instant

__all__ = [
    "TIERS",
    "Closure",
    "ExactPlan",
    "Need",
    "OneOff",
    "Override",
    "Pattern",
    "Person",
    "Roster",
    "RosterError",
    "Rotation",
    "Swap",
    "Tier",
    "TimeOff",
    "Turn",
    "instant",
]


class Tier(StrEnum):
    """Who is asked first, second and last."""

    PRIMARY = "primary"
    BACKUP = "backup"
    SUPERVISOR = "supervisor"


TIERS = tuple(Tier)


class Turn(StrEnum):
    """How long a group of a rotation keeps its turn."""

    SHIFT = "shift"  # an occurrence of the pattern
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class RosterError(ValueError):
    """A roster that cannot be kept. `path` names the place, `code` the refusal."""

    def __init__(self, path: str, message: str, code: str = "malformed") -> None:
        super().__init__(f"{path}: {message}")
        self.path, self.message, self.code = path, message, code


@dataclass(frozen=True, slots=True)
class Rotation:
    """Whose turn it is, counted from the anchor, also backwards."""

    groups: tuple[tuple[str, ...], ...]
    turn: Turn
    anchor: date
    every: int = 1


@dataclass(frozen=True, slots=True)
class Pattern:
    """A recurring shift. `start` and `end` count from local midnight of the date it starts on."""

    tier: Tier
    start: timedelta
    end: timedelta
    zone: str
    people: tuple[str, ...] = ()
    rotation: Rotation | None = None
    id: str | None = None
    days: frozenset[int] = frozenset(range(7))  # 0 is Monday
    valid_from: date = date.min
    valid_until: date = date.max  # excluded, by the date on which a shift starts
    every_weeks: int = 1  # counted from the Monday of `valid_from`
    nth: frozenset[int] = frozenset()  # of the month; -1 is the last
    only_dates: frozenset[date] | None = None
    except_dates: frozenset[date] = frozenset()
    overlap: timedelta = timedelta(0)  # a hand-over said out loud


@dataclass(frozen=True, slots=True)
class OneOff:
    """A single extra shift between two instants."""

    tier: Tier
    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """A dated exception: add, or replace and remove somebody who was scheduled.

    Without a tier, replace and remove act wherever the person is scheduled; add means primary.
    """

    kind: str  # add | replace | remove
    person: str
    start: datetime
    end: datetime
    by: str | None = None
    tier: Tier | None = None

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers it acts on."""
        if self.tier:
            return (self.tier,)
        return (Tier.PRIMARY,) if self.kind == "add" else TIERS

    @property
    def named(self) -> frozenset[str]:
        """Everybody it speaks of."""
        return frozenset({self.person, self.by} - {None})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Swap:
    """An agreed exchange, bound to one occurrence of a pattern and not to its hours."""

    id: str
    pattern: str
    date: date
    person: str
    by: str


@dataclass(frozen=True, slots=True)
class ExactPlan:
    """For a window, exactly these shifts of a tier and nothing of the patterns."""

    tier: Tier
    start: datetime
    end: datetime
    shifts: tuple[OneOff, ...]


@dataclass(frozen=True, slots=True)
class TimeOff:
    """A person who is on call for nothing between two instants."""

    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Closure:
    """Nobody, on purpose: not a gap."""

    start: datetime
    end: datetime
    tiers: tuple[Tier, ...] = TIERS


@dataclass(frozen=True, slots=True)
class Person:
    """What a person can do."""

    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    counties: frozenset[str] = frozenset()
    email: str | None = None
    phone: str | None = None
    zone: str | None = None
    max_hours: float | None = None

    def able(self, skill: str) -> bool:
        """Whether the person has that skill, or speaks that language."""
        return skill in self.skills or skill in self.languages


@dataclass(frozen=True, slots=True)
class Need:
    """Coverage wanted at some hours of some weekdays, in the roster's zone."""

    tier: Tier
    need: int
    days: frozenset[int] = frozenset(range(7))
    start: timedelta = timedelta(0)
    end: timedelta = timedelta(days=1)
    skill: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """All that was agreed."""

    zone: str
    patterns: tuple[Pattern, ...] = ()
    one_offs: tuple[OneOff, ...] = ()
    overrides: tuple[Override, ...] = ()
    swaps: tuple[Swap, ...] = ()
    exact_plans: tuple[ExactPlan, ...] = ()
    time_off: tuple[TimeOff, ...] = ()
    closures: tuple[Closure, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
