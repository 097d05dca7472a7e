"""How are the roster's entries, hours and mistakes said to a coordinator?"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from routing.edits import Change, Clash
from routing.fields import WEEKDAYS
from routing.roster import RosterError
from routing.wallclock import wall

Names = Mapping[str, str]
Entry = dict[str, Any]
DAY_NAMES = dict(zip(WEEKDAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
WEEKDAYS_ONLY, WEEKEND = list(WEEKDAYS[:5]), list(WEEKDAYS[5:])
KINDS = {"add": "also on call", "remove": "not on call", "replace": "instead"}
TURNS = {"shift": "shift", "day": "day", "week": "week", "month": "month"}
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
# What a field of the document is called on a page.
FIELDS = {
    "tier": "tier", "start": "start", "end": "end", "end_days": "days later", "days": "weekdays",
    "zone": "time zone", "from": "first day", "until": "ends before", "people": "people",
    "every_weeks": "every so many weeks", "nth": "week of the month", "only_dates": "only on",
    "except_dates": "not on", "rotation": "turns", "overlap_minutes": "overlap", "person": "person",
    "by": "instead", "kind": "kind", "pattern": "pattern", "date": "date", "shifts": "shifts",
    "tiers": "tiers", "need": "how many", "skill": "skill", "language": "language",
    "skills": "skills", "languages": "languages", "counties": "counties",
    "max_hours": "hours a week", "name": "name", "note": "note", "reason": "reason",
    "email": "e-mail", "phone": "phone",
}  # fmt: skip
# Refusals with a code: what is wrong, and what to do.
CODES = {
    "override_empty": "The end must be after the start.",
    "override_self": "Nobody can stand in for themselves: choose somebody else.",
    "override_conflict": "Another override speaks of this person at that time. "
    "Change or delete that one first.",
    "unknown_zone": "This is no time zone we know: choose one of the list.",
    "empty_rotation": "Every turn needs at least one person.",
}
MESSAGES = {
    "must be after start": "The end must be after the start.",
    "is missing": "This is needed.",
    "is missing: every_weeks counts from its Monday": "Give the first day: weeks count from it.",
    "expected either people or a rotation": "Name people, or turns, and not both.",
    "the shift would end before it starts": "The shift would end before it starts.",
}
PATH = re.compile(
    r"^(?P<part>\w+)(?:\[(?P<index>\d+)\])?(?:\.(?P<field>\w+))?(?:\.(?P<inner>\w+))?"
)


# -- hours ------------------------------------------------------------------------------------


def hours(start: datetime, end: datetime, zone: str) -> str:
    """Two instants as wall clock: the second's day only where it differs."""
    since, until = wall(start, zone), wall(end, zone)
    same = since.date() == until.date()
    return f"{since:%a %-d %b %H:%M} to {until:{'%H:%M' if same else '%a %-d %b %H:%M'}}"


def length(span: timedelta | float) -> str:
    """A span in hours, with minutes only where there are some."""
    total = span if isinstance(span, timedelta) else timedelta(hours=span)
    whole, minutes = divmod(round(total.total_seconds() / 60), 60)
    return f"{whole} h {minutes:02d}" if minutes else f"{whole} h"


def days(entry: Entry) -> str:
    found = [day for day in WEEKDAYS if day in (entry.get("days") or WEEKDAYS)]
    known = {7: "every day", 5: "Mon to Fri", 2: "Sat and Sun"}
    if len(found) == len(WEEKDAYS) or found in (WEEKDAYS_ONLY, WEEKEND):
        return known[len(found)]
    return ", ".join(DAY_NAMES[day] for day in found)


# -- entries ----------------------------------------------------------------------------------


def entry_words(part: str, entry: Entry, names: Names, zone: str) -> str:
    """An entry as one line; `zone` is the roster's."""
    return _SAID[part](entry, names, zone)


def _pattern(entry: Entry, names: Names, _zone: str) -> str:
    title = entry.get("name")
    line = f"{_tier(entry)} {entry['start']}–{entry['end']}, {days(entry)}, {who(entry, names)}"
    line += f", every {entry['every_weeks']} weeks" if entry.get("every_weeks", 1) > 1 else ""
    line += f", from {entry['from']}" if entry.get("from") else ""
    line += f", until {entry['until']}" if entry.get("until") else ""
    return f"{title}: {line}" if title else line


def who(entry: Entry, names: Names) -> str:
    """The people of a pattern, or its turns."""
    if not entry.get("rotation"):
        return people(entry.get("people") or (), names)
    turns = entry["rotation"]
    every = turns.get("every", 1)
    unit = turns["turn"] if every == 1 else f"{every} {turns['turn']}s"
    return f"by turns of a {unit}: " + "; ".join(people(one, names) for one in turns["groups"])


def people(found: Any, names: Names) -> str:
    return " and ".join(names.get(one, one) for one in found) or "nobody"


def _one_off(entry: Entry, names: Names, zone: str) -> str:
    return f"{_name(entry, names)}, {_tier(entry).lower()}, {_window(entry, zone)}"


def _override(entry: Entry, names: Names, zone: str) -> str:
    tier = f"{entry['tier']}, " if entry.get("tier") else "every tier, "
    window = f"{tier}{_window(entry, zone)}{_reason(entry)}"
    if entry["kind"] == "replace":
        return f"{names.get(entry['by'], entry['by'])} instead of {_name(entry, names)}, {window}"
    return f"{_name(entry, names)} {KINDS[entry['kind']]}, {window}"


def _swap(entry: Entry, names: Names, _zone: str) -> str:
    by = names.get(entry["by"], entry["by"])
    return f"{by} for {_name(entry, names)} on {entry['date']}{_reason(entry)}"


def _plan(entry: Entry, _names: Names, zone: str) -> str:
    count = len(entry.get("shifts") or ())
    shifts = "1 shift" if count == 1 else f"{count} shifts"
    return f"{_tier(entry)}, {_window(entry, zone)}: exactly {shifts}"


def _time_off(entry: Entry, names: Names, zone: str) -> str:
    kind = f" ({entry['kind']})" if entry.get("kind") else ""
    return f"{_name(entry, names)} off{kind}, {_window(entry, zone)}"


def _closure(entry: Entry, _names: Names, zone: str) -> str:
    tiers = " and ".join(entry.get("tiers") or ()) or "every tier"
    return f"Closed for {tiers}, {_window(entry, zone)}"


def _need(entry: Entry, _names: Names, _zone: str) -> str:
    asked = [one for one in (entry.get("skill"), entry.get("language")) if one]
    able = f" with {' and '.join(asked)}" if asked else ""
    window = f"{entry.get('start', '00:00')}–{entry.get('end', '24:00')}"
    return f"{_tier(entry)} needs {entry['need']}{able}, {days(entry)}, {window}"


def _person(entry: Entry, _names: Names, _zone: str) -> str:
    said = [
        f"{FIELDS.get(field, field)} {_plain(value)}" for field, value in entry.items() if value
    ]
    return ", ".join(said) or "nothing special"


def _zone(entry: Entry, _names: Names, _own: str) -> str:
    return f"Time zone {entry['zone']}"


_SAID = {
    "patterns": _pattern,
    "one_offs": _one_off,
    "overrides": _override,
    "swaps": _swap,
    "exact_plans": _plan,
    "time_off": _time_off,
    "closures": _closure,
    "needs": _need,
    "people": _person,
    "zone": _zone,
}


def _tier(entry: Entry) -> str:
    return str(entry["tier"]).capitalize()


def _name(entry: Entry, names: Names) -> str:
    return names.get(entry["person"], entry["person"])


def _window(entry: Entry, zone: str) -> str:
    start, end = (datetime.fromisoformat(entry[at]) for at in ("start", "end"))
    return hours(start, end, zone)


def _reason(entry: Entry) -> str:
    return f" ({entry['reason']})" if entry.get("reason") else ""


# -- changes and mistakes ---------------------------------------------------------------------


def change_words(change: Change, names: Names, zone: str) -> dict[str, str]:
    """What a change did: `verb`, `title`, and the entry `before` and `after` as lines."""
    verb = "changed"
    if change.before is None or change.after is None:
        verb = "added" if change.before is None else "deleted"
    before, after = (
        entry_words(change.part, one, names, zone) if one else ""
        for one in (change.before, change.after)
    )
    title = TITLES[change.part]
    if change.part == "people":
        title = f"{title} {names.get(change.key, change.key)}"
    return {"verb": verb, "title": title, "before": before, "after": after}


TITLES = {
    "patterns": "Pattern",
    "one_offs": "Extra shift",
    "overrides": "Override",
    "swaps": "Swap",
    "exact_plans": "Exact plan",
    "time_off": "Time off",
    "closures": "Closure",
    "needs": "Need",
    "people": "Person",
    "zone": "Roster",
}


def value_words(clash: Clash, side: str, names: Names, zone: str) -> str:
    """One side of a clash: a field's value, or the whole entry."""
    value = getattr(clash, side)
    if value is None:
        return "deleted" if not clash.field else "nothing"
    if not clash.field:
        return entry_words(clash.part, value, names, zone)
    return _plain(value, names)


def _plain(value: Any, names: Names | None = None) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{FIELDS.get(k, k)} {_plain(v, names)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each, names) for each in value) or "none"
    return (names or {}).get(str(value), str(value))


def mistake(error: RosterError) -> tuple[str, str]:
    """Return (field, sentence): which field of the form is wrong, and what to do about it."""
    found = PATH.match(error.path)
    place = (found["inner"] or found["field"] or "") if found else ""
    field = {"rotation": "groups", "days": "days", "people": "people"}.get(place, place)
    sentence = CODES.get(error.code) or MESSAGES.get(error.message)
    return field or "form", sentence or f"{error.message[:1].upper()}{error.message[1:]}."
