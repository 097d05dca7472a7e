"""How does a recurring shift become a form, and a form a recurring shift?"""

from datetime import date, datetime, timedelta
from typing import Any

from console import roster_fields as fields
from console.forms import Form
from console.roster_fields import Entry, Ground
from routing.edits import Document, entries, with_entry
from routing.fields import WEEKDAYS
from storage import ids

SPARE_PEOPLE, SPARE_GROUPS, GROUP_WIDTH = 2, 2, 2  # empty fields to fill in
GROUPS_MOST = 60
NTH = (1, 2, 3, 4, 5, -1)
TURNS = ("week", "day", "shift", "month")
WEEK = timedelta(days=7)


# -- the form ---------------------------------------------------------------------------------


def as_fields(entry: Entry, ground: Ground) -> dict[str, str]:
    """A pattern as the form holds it."""
    found = {
        name: str(entry.get(name, ""))
        for name in ("name", "note", "tier", "start", "end", "end_days", "zone", "from", "until",
                     "every_weeks", "overlap_minutes")
    }  # fmt: skip
    found |= fields.weekday_fields(entry)
    found |= {f"nth_{nth}": "yes" for nth in entry.get("nth") or ()}
    for name in ("only_dates", "except_dates"):
        found[name] = " ".join(entry.get(name) or ())
    found |= _typed("who", entry.get("people") or (), ground)
    turns = entry.get("rotation") or {}
    found |= {"turn": turns.get("turn", "week"), "every": str(turns.get("every", 1))}
    found["anchor"] = turns.get("anchor", "")
    for index, group in enumerate(turns.get("groups") or ()):
        found |= _typed(f"group_{index}", group, ground)
    return found


def _typed(prefix: str, people: Any, ground: Ground) -> dict[str, str]:
    names = ground.names
    return {f"{prefix}_{at}": names.get(one, one) for at, one in enumerate(people)}


def who_fields(form: Form) -> list[str]:
    """The names of the fields for people, with some to spare."""
    used = len([name for name in fields.numbered(form, "who") if form.values.get(name)])
    return [f"who_{number}" for number in range(used + SPARE_PEOPLE)]


def group_fields(form: Form) -> list[list[str]]:
    """The names of the fields for turns, a list for each turn, with some to spare."""
    used = [n for n in range(GROUPS_MOST) if any(_filled(form, f"group_{n}"))]
    rows = (max(used) + 1 if used else 0) + SPARE_GROUPS
    return [
        [
            f"group_{row}_{at}"
            for at in range(max(GROUP_WIDTH, len(_filled(form, f"group_{row}")) + 1))
        ]
        for row in range(rows)
    ]


def _filled(form: Form, prefix: str) -> list[str]:
    return [name for name in fields.numbered(form, prefix) if form.values.get(name)]


# -- what was typed ---------------------------------------------------------------------------


def read(form: Form, ground: Ground) -> Entry:
    """The pattern that the form describes; what is wrong stands in the form's errors."""
    entry: Entry = {
        "name": form.text("name", 80),
        "tier": fields.tier(form),
        "start": form.time("start"),
        "end": fields.clock(form, "end"),
        "end_days": fields.whole(form, "end_days", 0, 31, -1),
        "zone": form.zone("zone") if form.values.get("zone") else None,
        "from": _day(form, "from"),
        "until": _day(form, "until"),
        "every_weeks": fields.whole(form, "every_weeks", 1, 520, 1),
        "only_dates": fields.dates(form, "only_dates"),
        "except_dates": fields.dates(form, "except_dates"),
        "overlap_minutes": fields.whole(form, "overlap_minutes", 0, 240, 0),
        "note": form.text("note", 400),
    }
    days = fields.weekdays(form)
    entry["days"] = days if len(days) < len(WEEKDAYS) else None
    entry["nth"] = [nth for nth in NTH if form.checked(f"nth_{nth}")]
    usual = {"end_days": -1, "every_weeks": 1, "overlap_minutes": 0}
    kept = {name: value for name, value in entry.items() if usual.get(name) != value}
    return fields.without_empty(kept | _who(form, ground))


def _day(form: Form, name: str) -> str | None:
    if not form.values.get(name):
        return None
    found = form.day(name)
    return found.isoformat() if found else None


def _who(form: Form, ground: Ground) -> Entry:
    """Either the same people each time, or turns."""
    people = fields.people(form, "who", ground, "people")
    groups = [fields.people(form, f"group_{n}", ground, "groups") for n in range(GROUPS_MOST)]
    groups = [group for group in groups if group]
    if people and groups:
        form.refuse("people", "Name people, or turns, and not both.")
    if not people and not groups:
        form.refuse("people", "Name at least one person, or fill in turns.")
    if not groups:
        return {"people": people}
    anchor, every = form.day("anchor"), fields.whole(form, "every", 1, 1000, 1)
    turns: Entry = {"groups": groups, "turn": form.one_of("turn", TURNS)}
    turns |= {"every": every} if every > 1 else {}
    return {"rotation": turns | {"anchor": anchor.isoformat() if anchor else ""}}


# -- from a day on ----------------------------------------------------------------------------


def beginning(entry: Entry, clock: datetime) -> Entry:
    """A new pattern with its first day: when none was given, the first that is not over."""
    first = clock.date() if entry["start"] >= f"{clock:%H:%M}" else clock.date() + timedelta(days=1)
    return entry if entry.get("from") else entry | {"from": first.isoformat()}


def begun(entry: Entry, today: date) -> bool:
    """Whether the pattern may have had shifts, which a change must leave as they were."""
    return str(entry.get("from", "")) < today.isoformat()


def changed_from(document: Document, key: str, entry: Entry, day: date) -> Document:
    """Return the document in which the pattern ends before `day` and `entry` goes on from there.

    Turns and weeks go on counting as they did; swaps of later dates follow.
    """
    old = entries(document)["patterns", key]
    new_id = ids.new()
    ended = old | {"until": min(day.isoformat(), old.get("until") or "9999")}
    goes_on = entry | {
        "id": new_id,
        "from": max(_same_week(old, entry, day), entry.get("from", "")),
    }
    found = with_entry(document, "patterns", key, ended)
    found = with_entry(found, "patterns", new_id, goes_on)
    swaps = [
        swap | {"pattern": new_id}
        if swap["pattern"] == key and swap["date"] >= day.isoformat()
        else swap
        for swap in found.get("swaps", ())
    ]
    return found | {"swaps": swaps} if swaps else found


def _same_week(old: Entry, entry: Entry, day: date) -> str:
    """The first day, moved on to the next week that counts when this one does not."""
    every = int(entry.get("every_weeks", 1))
    if every == 1 or old.get("every_weeks", 1) != every or not old.get("from"):
        return day.isoformat()
    first = date.fromisoformat(old["from"])
    weeks = (
        (day - timedelta(days=day.weekday())) - (first - timedelta(days=first.weekday()))
    ) // WEEK
    if weeks % every == 0:
        return day.isoformat()
    monday = day - timedelta(days=day.weekday())
    return (monday + (every - weeks % every) * WEEK).isoformat()
