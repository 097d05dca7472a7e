"""What did a coordinator type into a field of the roster: hours, people, days, numbers?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from console.forms import Form, day_of
from routing.fields import WEEKDAYS
from routing.roster import TIERS
from routing.wallclock import instant, wall, zone
from storage.values import Person

Entry = dict[str, Any]
TIER_NAMES = tuple(str(tier) for tier in TIERS)
LOCAL = "%Y-%m-%dT%H:%M"
SEPARATORS = re.compile(r"[\s,;]+")
DATES_MOST = 400


@dataclass(frozen=True, slots=True)
class Ground:
    """What a form of the roster needs to know: the zone, the people, and the entries there are."""

    zone: str
    people: Mapping[str, Person]
    patterns: Mapping[str, Entry]

    @property
    def names(self) -> dict[str, str]:
        """Names by id."""
        return {one.id: one.name for one in self.people.values()}

    def called(self, typed: str) -> str | None:
        """The id of whoever is called so, by name or e-mail address; None: nobody or several."""
        wanted = typed.casefold()
        found = [
            one.id
            for one in self.people.values()
            if one.active
            and wanted in (one.name.casefold(), one.email.casefold(), one.id.casefold())
        ]
        return found[0] if len(found) == 1 else None


# -- people and tiers -------------------------------------------------------------------------


def person(form: Form, name: str, ground: Ground, needed: str = "Choose a person.") -> str:
    """Somebody active, chosen from a list."""
    chosen = form.text(name, 40, needed=needed) or ""
    known = ground.people.get(chosen)
    if chosen and (known is None or not known.active):
        form.refuse(name, "Choose a person of the list.")
    return chosen


def tier(form: Form, name: str = "tier") -> str:
    return form.one_of(name, TIER_NAMES)


def tiers(form: Form) -> list[str]:
    return [one for one in TIER_NAMES if form.checked(f"tier_{one}")]


def people(form: Form, prefix: str, ground: Ground, error_at: str) -> list[str]:
    """Everybody typed into the fields `prefix_0`, `prefix_1` and so on."""
    found: list[str] = []
    for name in numbered(form, prefix):
        typed = form.text(name, 255)
        if not typed:
            continue
        known = ground.called(typed)
        if known is None:
            form.refuse(error_at, f"Nobody here is called {typed!r}: choose from the list.")
        elif known not in found:
            found.append(known)
    return found


def numbered(form: Form, prefix: str) -> Iterator[str]:
    """The form's fields of that prefix and a number, in order."""
    found = re.compile(rf"{re.escape(prefix)}_(\d{{1,3}})")
    numbers = sorted(int(match[1]) for name in form.values if (match := found.fullmatch(name)))
    return (f"{prefix}_{number}" for number in numbers)


# -- hours and days ---------------------------------------------------------------------------


def window(form: Form, ground: Ground) -> dict[str, str]:
    """The fields `start` and `end` as instants of the document."""
    start, end = moment(form, "start", ground.zone), moment(form, "end", ground.zone)
    if start and end and end <= start:
        form.refuse("end", "The end must be after the start.")
    return {"start": said(start), "end": said(end)}


def said(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def moment(form: Form, name: str, place: str) -> datetime | None:
    """A wall clock time as an instant.

    A time that comes twice must say which; one that never comes is refused (ROSTER.md, 3).
    """
    try:
        local = datetime.fromisoformat(form.values.get(name, "")).replace(tzinfo=None, second=0)
    except ValueError:
        form.refuse(name, "A date and a time, such as 2026-11-24 20:00.")
        return None
    if day_of(local.date().isoformat()) is None:
        form.refuse(name, "A date of this century.")
        return None
    first = instant(local, place)
    if wall(first, place) != local:
        form.refuse(
            name, f"The clock skips {local:%H:%M} that night. Use {wall(first, place):%H:%M}."
        )
        return None
    second = repeated(local, place)
    if second is None:
        return first
    which = form.values.get(f"{name}_which")
    if which not in ("first", "second"):
        form.refuse(name, f"{local:%H:%M} comes twice that night. Choose which one.")
    return second if which == "second" else first


def repeated(local: datetime, place: str) -> datetime | None:
    """The second instant at which the clock reads `local`; None: there is one only."""
    later = local.replace(tzinfo=zone(place), fold=1)
    if later.utcoffset() == later.replace(fold=0).utcoffset() or wall(later, place) != local:
        return None
    return later.astimezone(UTC)


def as_local(name: str, at: str, place: str) -> dict[str, str]:
    """An instant of the document as the fields of a form."""
    moment_ = datetime.fromisoformat(at)
    local = wall(moment_, place)
    fields = {name: local.strftime(LOCAL)}
    second = repeated(local.replace(second=0, microsecond=0), place)
    if second is not None:
        fields[f"{name}_which"] = "second" if moment_ >= second else "first"
    return fields


def window_fields(entry: Entry, place: str) -> dict[str, str]:
    return as_local("start", entry["start"], place) | as_local("end", entry["end"], place)


def weekdays(form: Form) -> list[str]:
    found = [day for day in WEEKDAYS if form.checked(f"day_{day}")]
    if not found:
        form.refuse("days", "Choose at least one weekday.")
    return found


def weekday_fields(entry: Entry) -> dict[str, str]:
    return {f"day_{day}": "yes" for day in entry.get("days") or WEEKDAYS}


def clock(form: Form, name: str) -> str:
    """A time of day; 24:00 is the day's end."""
    return "24:00" if form.values.get(name) == "24:00" else form.time(name)


def dates(form: Form, name: str) -> list[str]:
    """Dates separated by spaces, commas or lines."""
    typed = [one for one in SEPARATORS.split(form.values.get(name, "")) if one]
    found = [day_of(one) for one in typed[:DATES_MOST]]
    if None in found:
        wrong = typed[found.index(None)][:20]
        form.refuse(name, f"{wrong!r} is no date such as 2026-11-24.")
    return sorted({one.isoformat() for one in found if isinstance(one, date)})


def words(form: Form, name: str) -> list[str]:
    """Words separated by commas."""
    typed = form.text(name, 400) or ""
    return sorted({one.strip() for one in typed.split(",") if one.strip()})


def whole(form: Form, name: str, least: int, most: int, usual: int) -> int:
    """A whole number between two; `usual` when nothing was typed."""
    value = form.values.get(name, "")
    if not value:
        return usual
    try:
        found = int(value)
    except ValueError:
        found = least - 1
    if not least <= found <= most:
        form.refuse(name, f"A whole number from {least} to {most}.")
        return usual
    return found


def without_empty(entry: Entry) -> Entry:
    """Leave out what was not said."""
    return {name: value for name, value in entry.items() if value not in (None, "", [])}


def later(at: datetime, span: timedelta, place: str) -> datetime:
    """An instant moved on by the clock on the wall: 20:00 stays 20:00 over a clock change."""
    return instant(wall(at, place) + span, place)
