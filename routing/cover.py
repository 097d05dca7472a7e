"""May a colleague have this shift without asking anybody? What stands against it, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing import coverage
from routing.coverage import Able
from routing.oncall import Timeline
from routing.rest import Rules, Strain, strains
from routing.roster import TIERS, Roster
from routing.stretches import stretches

AROUND = timedelta(days=15)  # a whole week on either side


@dataclass(frozen=True, slots=True)
class Handing:
    """Hours of one tier that go from one person to another; `end` excluded."""

    tier: str
    start: datetime
    end: datetime
    person: str
    by: str


class CannotHave(ValueError):
    """Nobody can agree to that: the sentence says why."""


def against(handing: Handing, before: Roster, after: Roster, able: Able, rules: Rules) -> list[str]:
    """Return what a coordinator would have to agree to; nothing when nobody need be asked.

    Raises CannotHave when the shift is no longer the person's, or the other cannot be on call.
    """
    start, end = handing.start - AROUND, handing.end + AROUND
    old, new = (Timeline.of(one, start, end) for one in (before, after))
    if not _whole(old, handing, handing.person):
        raise CannotHave("The roster changed: this shift is no longer theirs as they asked.")
    if any(_any(old, handing, tier) for tier in TIERS):
        raise CannotHave("Whoever would take it is on call themselves in these hours.")
    if not _whole(new, handing, handing.by):
        raise CannotHave("Whoever would take it has time off, or the line is closed.")
    window = handing.start, handing.end
    short = coverage.opened(
        coverage.shortfalls(old, before, *window, able),
        coverage.shortfalls(new, after, *window, able),
    )
    had = {(one.kind, one.start) for one in _strains(handing.by, before, start, end, rules)}
    odd = [
        one
        for one in _strains(handing.by, after, start, end, rules)
        if (one.kind, one.start) not in had
    ]
    return [*_short_words(short), *dict.fromkeys(one.words for one in odd)]


def _whole(timeline: Timeline, handing: Handing, person: str) -> bool:
    segments = timeline.segments(handing.tier, handing.start, handing.end)
    return all(person in one.people for one in segments)


def _any(timeline: Timeline, handing: Handing, tier: str) -> bool:
    segments = timeline.segments(tier, handing.start, handing.end)
    return any(handing.by in one.people for one in segments)


def _strains(
    person: str, roster: Roster, start: datetime, end: datetime, rules: Rules
) -> Iterable[Strain]:
    own = [one for one in stretches(roster, start, end) if one.person_id == person]
    return strains(own, roster.people, roster.zone, rules)


def _short_words(short: Iterable[coverage.Shortfall]) -> Iterator[str]:
    for one in short:
        yield f"fewer than {one.wanted} would be on call"
