"""Which shifts do the events of an iCalendar file tell? (RFC 5545; read by icalendar.)"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from routing.roster import TIERS
from routing.wallclock import DAY

TIER_NAMES = tuple(str(tier) for tier in TIERS)
MAILTO = "mailto:"


@dataclass(frozen=True, slots=True)
class Event:
    """An event as a shift. Times without a zone are the roster's wall clock."""

    people: tuple[str, ...]  # e-mail addresses of those invited, else the name in the summary
    tier: str
    start: datetime | str
    end: datetime | str
    why: str = ""  # why it is no shift


def events(text: str) -> Iterator[Event]:
    """Yield the calendar's events in order.

    Raises:
        ValueError: it is no calendar.
    """
    from icalendar import Calendar  # here: a start does not wait for it

    for found in Calendar.from_ical(text).walk("VEVENT"):
        yield _event(found)


def _event(found: Any) -> Event:
    summary = str(found.get("SUMMARY", ""))
    name, tier = _said(summary)
    people = _invited(found) or ((name,) if name else ())
    why = _why(found)
    if why:
        return Event(people, tier, "", "", why)
    start = found.get("DTSTART")
    if not start:
        return Event(people, tier, "", "")
    begins = _moment(start.dt)
    try:
        return Event(people, tier, begins, _end(found, begins))
    except OverflowError:
        return Event(people, tier, begins, "", "no calendar has its end")


def _end(found: Any, begins: datetime) -> datetime | str:
    """The end that is written, or by the duration, which counts elapsed hours (3.8.5.3)."""
    if end := found.get("DTEND"):
        return _moment(end.dt)
    if length := found.get("DURATION"):
        exact = begins.astimezone(UTC) if begins.tzinfo else begins
        lasts: timedelta = length.dt
        return exact + lasts
    return "" if isinstance(found["DTSTART"].dt, datetime) else begins + DAY


def _why(found: Any) -> str:
    if found.errors:
        name, words = found.errors[0]
        return f"{name or 'a line'} cannot be read: {str(words)[:100]}"
    if found.get("RRULE") or found.get("RDATE"):
        return "it repeats: write each shift as an event of its own, or add a pattern"
    if str(found.get("STATUS", "")).upper() == "CANCELLED":
        return "it is cancelled"
    return ""


def _said(summary: str) -> tuple[str, str]:
    """A name and a tier, as our own feeds write them: `Ana Ruiz: backup`."""
    name, _, tier = summary.rpartition(":")
    if tier.strip().casefold() in TIER_NAMES:
        return name.strip(), tier.strip().casefold()
    return summary.strip(), ""


def _invited(found: Any) -> tuple[str, ...]:
    listed = found.get("ATTENDEE", [])
    several = listed if isinstance(listed, list) else [listed]
    addresses = [str(one) for one in several]
    return tuple(one[len(MAILTO) :] for one in addresses if one.casefold().startswith(MAILTO))


def _moment(at: date | datetime) -> datetime:
    """A whole day begins at midnight."""
    return at if isinstance(at, datetime) else datetime.combine(at, time.min)
