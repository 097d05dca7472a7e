"""What becomes of a roster's document when hours of a shift are given away, moved, or copied?"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from console import roster_fields as fields
from console.week import TIERS, Shift
from routing import by_hand
from routing.edits import Document, changes, with_entry
from storage import ids

Window = tuple[datetime, datetime]
WEEK = timedelta(days=7)


# -- giving -----------------------------------------------------------------------------------


def given(
    old: Document, shift: Shift, by: str | None, hours: Window, reason: str | None
) -> Document:
    """Hours of a shift to somebody else, or to nobody."""
    new = by_hand.without(old, shift.tier, shift.person_id, *hours, by)
    return because_of(old, new, reason)


def because_of(old: Document, new: Document, reason: str | None) -> Document:
    """Write the reason to every override that is new."""
    if not reason:
        return new
    for change in changes(old, new):
        if change.part == "overrides" and change.after is not None:
            reasoned = change.after | {"reason": reason, "id": change.key}
            new = with_entry(new, "overrides", change.key, reasoned)
    return new


def all_given(
    old: Document, shifts: Iterable[Shift], by: str | None, reason: str | None, now: datetime
) -> Document:
    """What is left of each of these shifts to one person, or to nobody."""
    new = old
    for one in shifts:
        if one.person_id != by:
            hours = max(one.starts_at, now), one.ends_at
            new = by_hand.without(new, one.tier, one.person_id, *hours, by)
    return because_of(old, new, reason)


# -- moving -----------------------------------------------------------------------------------


def moved(
    old: Document, shift: Shift, wanted: Shift, reason: str | None, now: datetime
) -> Document:
    """Other hours, another tier or another person for this once.

    What both have in common changes hands or stays; the rest is taken away, and added.
    """
    left = max(shift.starts_at, now), shift.ends_at
    shared = max(left[0], wanted.starts_at), min(left[1], wanted.ends_at)
    keeps = shared if shift.tier == wanted.tier else None
    same = shift.person_id == wanted.person_id
    new = old
    for part in minus(left, keeps):
        new = by_hand.without(new, shift.tier, shift.person_id, *part)
    if keeps and not same and keeps[0] < keeps[1]:
        new = by_hand.without(new, shift.tier, shift.person_id, *keeps, wanted.person_id)
    begun = min(left[0], shift.starts_at), left[0]  # over: it is theirs already
    for part in minus((wanted.starts_at, wanted.ends_at), keeps):
        for rest in minus(part, begun if keeps and same else None):
            attached = bool(keeps) and same and shared[0] < shared[1]
            new = with_extra(new, wanted, *rest, attached=attached)
    return because_of(old, new, reason)


def with_extra(
    old: Document, shift: Shift, start: datetime, end: datetime, *, attached: bool
) -> Document:
    """Hours more: an override that lengthens a shift, or an extra shift of its own."""
    window = {"tier": shift.tier, "start": start.isoformat(), "end": end.isoformat()}
    key = ids.new()
    entry = window | {"id": key, "person": shift.person_id}
    if attached:
        return with_entry(old, "overrides", key, entry | {"kind": "add"})
    return with_entry(old, "one_offs", key, entry)


def minus(whole: Window, taken: Window | None) -> list[Window]:
    """What of a window lies outside another."""
    if taken is None or taken[0] >= taken[1]:
        return [whole] if whole[0] < whole[1] else []
    parts = [(whole[0], min(whole[1], taken[0])), (max(whole[0], taken[1]), whole[1])]
    return [(start, end) for start, end in parts if start < end]


# -- copying ----------------------------------------------------------------------------------


def copied(old: Document, shifts: Sequence[Shift], week: Window, zone: str) -> Document:
    """Exact plans that make a week as these shifts were seven days before.

    Plans of the same week that stand there already are replaced.
    """
    plans = [
        {
            "id": ids.new(),
            "tier": tier,
            "start": week[0].isoformat(),
            "end": week[1].isoformat(),
            "name": "as the week before",
            "shifts": [part for one in shifts if one.tier == tier for part in _on(one, week, zone)],
        }
        for tier in TIERS
    ]
    kept = [plan for plan in old.get("exact_plans", ()) if not _within(plan, week)]
    return old | {"exact_plans": [*kept, *plans]}


def _within(plan: fields.Entry, week: Window) -> bool:
    start, end = (datetime.fromisoformat(plan[at]) for at in ("start", "end"))
    return week[0] <= start and end <= week[1]


def _on(shift: Shift, week: Window, zone: str) -> Iterable[fields.Entry]:
    """The shift a week on, by the clock on the wall, inside the week."""
    start, end = (fields.later(at, WEEK, zone) for at in (shift.starts_at, shift.ends_at))
    start, end = max(start, week[0]), min(end, week[1])
    if start < end:
        yield {"person": shift.person_id, "start": start.isoformat(), "end": end.isoformat()}
