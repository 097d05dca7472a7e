"""How does a change that a person makes by hand become part of a roster's document?

A change of somebody's hours is written where those hours come from: an extra shift is changed
itself, a pattern's shift gets an override, an override is cut and composed anew, because an
override never acts on another's result (ROSTER.md, In full, 7).
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from routing import document as exchange
from routing.oncall import Timeline
from routing.stretches import runs

Document = dict[str, Any]
Entry = dict[str, Any]
Window = tuple[datetime, datetime]


def with_shift(
    document: Document, tier: str, person: str, start: datetime, end: datetime
) -> Document:
    """Return the document with an extra shift."""
    extra = {"tier": tier, "person": person, "start": _said(start), "end": _said(end)}
    return document | {"one_offs": [*document.get("one_offs", ()), extra]}


def without(
    document: Document,
    tier: str,
    person: str,
    start: datetime,
    end: datetime,
    by: str | None = None,
) -> Document:
    """Return the document with `person` off `tier` in the window; `by`: who has it instead.

    Time off, closures and what others have are left as they are.
    """
    window = start, end
    one_offs = [
        part
        for one in document.get("one_offs", ())
        for part in _given(one, tier, person, window, by)
    ]
    overrides = [
        part
        for one in document.get("overrides", ())
        for part in _recut(one, tier, person, window, by)
    ]
    changed = document | {"one_offs": one_offs, "overrides": overrides}
    return changed | {"overrides": [*overrides, *_still(changed, tier, person, window, by)]}


def _given(one: Entry, tier: str, person: str, window: Window, by: str | None) -> Iterator[Entry]:
    """Yield what is left of an extra shift, and the part that is somebody else's now."""
    if (one["tier"], one["person"]) != (tier, person) or not _touches(one, window):
        yield one
        return
    for part, inside in _cut(one, window):
        if not inside:
            yield part
        elif by:
            yield part | {"person": by}


def _recut(one: Entry, tier: str, person: str, window: Window, by: str | None) -> Iterator[Entry]:
    adds, stands_in = one["kind"] == "add" and one["person"] == person, one.get("by") == person
    tiers = [one["tier"]] if one.get("tier") else _tiers_of(one)
    if not (adds or stands_in) or tier not in tiers or not _touches(one, window):
        yield one
        return
    for other in tiers:
        if other != tier:
            yield one | {"tier": other}
    for part, inside in _cut(one | {"tier": tier}, window):
        if not inside:
            yield part
        elif adds and by:
            yield part | {"person": by}
        elif stands_in and by and by != one["person"]:
            yield part | {"by": by}
        elif stands_in and not by:
            yield {name: part[name] for name in part if name != "by"} | {"kind": "remove"}


def _tiers_of(one: Entry) -> list[str]:
    return ["primary"] if one["kind"] == "add" else ["primary", "backup", "supervisor"]


def _still(
    document: Document, tier: str, person: str, window: Window, by: str | None
) -> Iterator[Entry]:
    """Yield overrides of the hours that a pattern, a swap or an exact plan gives the person."""
    timeline = Timeline.of(exchange.parse(document), *window)
    kind = {"kind": "replace", "by": by} if by else {"kind": "remove"}
    for run in runs(timeline, tier, *window):
        if run.person_id == person:
            hours = {"start": _said(run.starts_at), "end": _said(run.ends_at)}
            yield {**kind, "tier": tier, "person": person, **hours}


def _touches(one: Entry, window: Window) -> bool:
    return any(inside for _, inside in _cut(one, window))


def _cut(one: Entry, window: Window) -> Iterator[tuple[Entry, bool]]:
    """Yield the parts of an entry before, inside and after the window, and whether inside."""
    start, end = datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"])
    cuts = [start, *(at for at in window if start < at < end), end]
    for since, until in pairwise(cuts):
        inside = window[0] <= since < window[1]
        yield one | {"start": _said(since), "end": _said(until)}, inside


def _said(at: datetime) -> str:
    return at.isoformat()
