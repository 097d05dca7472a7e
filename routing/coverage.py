"""Where are fewer people on call than wanted? Needs, and what falls short of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from routing.oncall import Timeline
from routing.roster import TIERS, Need, Roster, Tier
from routing.wallclock import DAY, on_date, wall

# Has this person that skill, or that language? ANYTHING: may they be asked at all?
Able = Callable[[str, str], bool]
ANYTHING = ""
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, order=True)
class Shortfall:
    """Fewer than `need` people of a tier with all `skills` between two instants (end excluded)."""

    start: datetime
    end: datetime
    tier: str
    need: int
    skills: tuple[str, ...] = ()

    @property
    def kind(self) -> "Kind":
        """What is short, whenever it is."""
        return self.tier, self.need, self.skills

    @property
    def wanted(self) -> str:
        """How many, and who can do what, in words."""
        able = f" with {' and '.join(self.skills)}" if self.skills else ""
        return f"{self.need}{able}"

    @property
    def lacking(self) -> str:
        """Who there is instead, in words."""
        more = self.need > 1 or self.skills
        return f"fewer than {self.wanted}" if more else "nobody"


Kind = tuple[str, int, tuple[str, ...]]


def shortfalls(
    timeline: Timeline, roster: Roster, start: datetime, end: datetime, able: Able
) -> list[Shortfall]:
    """Return the maximal stretches of the window that fall short of what is wanted.

    At hours of which no need speaks, one person is wanted in each tier in use: a need for Friday
    nights must not hide that nobody is there on Monday. A need of 0 says that nobody is wanted.
    Who may not be asked at all covers nothing.
    """
    found: dict[Kind, list[Shortfall]] = {}
    for need, (since, until) in _wanted(roster, start, end):
        skills = tuple(each for each in (need.skill, need.language) if each is not None)
        can = partial(_able_to_all, able, skills or (ANYTHING,))
        for gap in timeline.gaps(since, until, need.tier, need.need, can):
            short = Shortfall(*gap, str(need.tier), need.need, skills)
            found.setdefault(short.kind, []).append(short)
    return sorted(each for some in found.values() for each in _merged(some))


def opened(before: Iterable[Shortfall], after: Iterable[Shortfall]) -> list[Shortfall]:
    """Return the parts of `after` that were not short before."""
    old: dict[Kind, list[Interval]] = {}
    for each in before:
        old.setdefault(each.kind, []).append((each.start, each.end))
    return [
        replace(each, start=since, end=until)
        for each in after
        for since, until in _minus((each.start, each.end), old.get(each.kind, []))
    ]


def _wanted(roster: Roster, start: datetime, end: datetime) -> Iterator[tuple[Need, Interval]]:
    spoken: dict[Tier, list[Interval]] = {tier: [] for tier in TIERS}
    for need in roster.needs:
        for window in _windows(need, roster.zone, start, end):
            if not (need.skill or need.language):
                spoken[need.tier].append(window)
            yield need, window
    for tier in _used(roster):
        for window in _minus((start, end), spoken[tier]):
            yield Need(tier, 1), window


def _windows(need: Need, zone: str, start: datetime, end: datetime) -> Iterator[Interval]:
    day, last = wall(start, zone).date() - need.end - DAY, wall(end, zone).date()
    while day <= last:
        since = max(start, on_date(day, need.start, zone))
        until = min(end, on_date(day, need.end, zone))
        if day.weekday() in need.days and since < until:
            yield since, until
        day += DAY


def _used(roster: Roster) -> list[Tier]:
    """Return the primary tier, and every other in which somebody is ever on call."""
    used = {one.tier for one in roster.patterns} | {one.tier for one in roster.one_offs}
    used |= {one.tier for one in roster.exact_plans} | {Tier.PRIMARY}
    return [tier for tier in TIERS if tier in used]


def _able_to_all(able: Able, skills: tuple[str, ...], name: str) -> bool:
    return all(able(name, skill) for skill in skills)


def _merged(shorts: Iterable[Shortfall]) -> list[Shortfall]:
    """Join those that touch: each day of a need is looked at by itself."""
    whole: list[Shortfall] = []
    for each in sorted(shorts):
        if whole and each.start <= whole[-1].end:
            whole[-1] = replace(whole[-1], end=max(each.end, whole[-1].end))
        else:
            whole.append(each)
    return whole


def _minus(whole: Interval, parts: Iterable[Interval]) -> Iterator[Interval]:
    since, until = whole
    for start, end in sorted(parts):
        if start > since:
            yield since, min(start, until)
        since = max(since, end)
        if since >= until:
            return
    yield since, until
