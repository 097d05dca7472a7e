"""Which overrides give some of a person's hours to another, or to nobody?

An override never acts on another override's result (ROSTER.md), so whoever is on call *by* one is
changed by cutting that one: Ana's night given to Ben, an hour of it then to Cara, becomes three
replacements of Ana. Overrides are given and returned as a document's entries.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from routing.oncall import Timeline
from routing.roster import Override, Roster, Tier

Entry = dict[str, Any]
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Giving:
    """These hours of this person in this tier go to `by`; None: to nobody."""

    tier: Tier
    person: str
    by: str | None
    window: Window
    why: str = ""


def given(
    roster: Roster, overrides: Sequence[Entry], wish: Giving, new_id: Callable[[], str]
) -> list[Entry]:
    """Return the overrides that stand afterwards; `overrides` are `roster.overrides` as entries."""
    kept: list[Entry] = []
    left = _scheduled(roster, wish)
    for one, entry in zip(roster.overrides, overrides, strict=True):
        shared = _shared((one.start, one.end), wish.window)
        if shared is None or wish.tier not in one.tiers or wish.person not in one.named:
            kept.append(entry)
            continue
        if _on_by(one) == wish.person:
            kept += _cut(one, entry, shared, wish, new_id)
        else:  # it has taken these hours from the person already: nothing to give
            left = _without(left, shared)
            kept.append(entry)
    kept += (_said(wish, wish.person, wish.by, part, new_id()) for part in left)
    return kept


def added(wish: Giving, new_id: Callable[[], str]) -> Entry:
    """Return the override that puts the person on call besides whoever is scheduled."""
    return _common(wish, "add", wish.person, wish.window, new_id())


def minus(whole: Window, taken: Window) -> list[Window]:
    """Return what is left of a window."""
    return _without([whole], taken)


def _scheduled(roster: Roster, wish: Giving) -> list[Window]:
    """Return what of the window the person has without any override."""
    bare = Timeline.of(replace(roster, overrides=(), time_off=()), *wish.window)
    segments = bare.segments(wish.tier, *wish.window)
    return _joined((one.start, one.end) for one in segments if wish.person in one.people)


def _joined(parts: Iterable[Window]) -> list[Window]:
    found: list[Window] = []
    for start, end in parts:
        touches = bool(found) and found[-1][1] == start
        found.append((found.pop()[0] if touches else start, end))
    return found


# -- cutting ----------------------------------------------------------------------------------


def _on_by(one: Override) -> str | None:
    """Who is on call because of it."""
    return one.person if one.kind == "add" else one.by


def _cut(
    one: Override, entry: Entry, shared: Window, wish: Giving, new_id: Callable[[], str]
) -> Iterator[Entry]:
    """Keep the override outside the wish's window or tier, and do as wished inside."""
    others = [tier for tier in one.tiers if tier != wish.tier]
    rest = [(one.start, one.end, tier) for tier in others]
    rest += [(*part, wish.tier) for part in minus((one.start, one.end), shared)]
    ids: Iterable[str] = [entry["id"]] if entry.get("id") else []
    names = iter([*ids])
    for start, end, tier in rest:
        window = {"tier": str(tier), "start": start.isoformat(), "end": end.isoformat()}
        yield entry | window | {"id": next(names, "") or new_id()}
    name = next(names, "") or new_id()
    if one.kind == "add":
        if wish.by:
            yield _common(wish, "add", wish.by, shared, name)
    elif wish.by != one.person:  # back to who was scheduled: no override is needed
        yield _said(wish, one.person, wish.by, shared, name)


def _said(wish: Giving, person: str, by: str | None, window: Window, name: str) -> Entry:
    if by is None:
        return _common(wish, "remove", person, window, name)
    return _common(wish, "replace", person, window, name) | {"by": by}


def _common(wish: Giving, kind: str, person: str, window: Window, name: str) -> Entry:
    start, end = (at.astimezone(UTC).isoformat() for at in window)
    entry = {"id": name, "kind": kind, "tier": str(wish.tier), "person": person}
    entry |= {"start": start, "end": end}
    return entry | {"reason": wish.why} if wish.why else entry


def _shared(one: Window, other: Window) -> Window | None:
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def _without(parts: Iterable[Window], taken: Window) -> list[Window]:
    """Return what of the parts lies outside `taken`."""
    found = []
    for start, end in parts:
        found += [(start, min(end, taken[0])), (max(start, taken[1]), end)]
    return [(start, end) for start, end in found if start < end]
