"""Is this field of a document what it should be? Every error names its place."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from routing import wallclock
from routing.roster import RosterError, Tier

T = TypeVar("T")
Absent = TypeVar("Absent")
Word = TypeVar("Word", bound=StrEnum)
Reader = Callable[[Any, str], T]

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
TELEPHONE = re.compile(r"\+?(?:[ ().-]*[0-9]){7,15}")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
# Near the ends of Python's calendar a wall clock, or the day before, has no date.
YEARS = range(1900, 3000)
OF_THESE_YEARS = f"of the years {YEARS[0]} to {YEARS[-1]}"
FIRST = datetime(YEARS.start, 1, 1, tzinfo=UTC)
LAST = datetime(YEARS.stop, 1, 1, tzinfo=UTC) - timedelta.resolution
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REMARKS = frozenset({"id", "name", "note", "reason"})  # said to people, never read by a rule


class Item:
    """One object of the document; a field it does not know is an error, not a silence."""

    def __init__(self, value: Any, path: str, known: str) -> None:
        """Open `value`, whose fields are the words of `known`."""
        if not isinstance(value, dict):
            raise RosterError(path, "expected an object")
        unknown = sorted(set(value) - set(known.split()) - REMARKS)
        if unknown:
            raise RosterError(self._join(path, unknown[0]), f"unknown field; known are {known}")
        self.value, self.path = value, path

    def need(self, name: str, read: Reader[T]) -> T:
        """Read a field that must be there."""
        if self.value.get(name) is None:
            raise RosterError(self.at(name), "is missing")
        return read(self.value[name], self.at(name))

    def may(self, name: str, read: Reader[T], absent: Absent) -> T | Absent:
        """Read a field that may be absent."""
        return absent if self.value.get(name) is None else self.need(name, read)

    def at(self, name: str) -> str:
        """Return the field's place in the document."""
        return self._join(self.path, name)

    @staticmethod
    def _join(path: str, name: str) -> str:
        return f"{path}.{name}" if path else name


def text(value: Any, path: str) -> str:
    """Read words that are not blank."""
    if not isinstance(value, str) or not value.strip():
        raise RosterError(path, f"expected a name, not {value!r}")
    return value


def telephone(value: Any, path: str) -> str:
    """Read a telephone number as people write it: 7 to 15 digits, and what stands between."""
    if not isinstance(value, str) or not TELEPHONE.fullmatch(value):
        raise RosterError(path, f"expected a number such as +13145550121, not {value!r}")
    return value


def address(value: Any, path: str) -> str:
    """Read an e-mail address."""
    if not isinstance(value, str) or not ADDRESS.fullmatch(value):
        raise RosterError(path, f"expected an address such as ana@example.org, not {value!r}")
    return value


def many(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """Read a list of what `read` reads."""

    def read_all(value: Any, path: str) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise RosterError(path, f"expected a list, not {value!r}")
        return tuple(read(one, f"{path}[{index}]") for index, one in enumerate(value))

    return read_all


def whole(least: int, most: int) -> Reader[int]:
    """Read a whole number from `least` to `most`."""

    def read(value: Any, path: str) -> int:
        if type(value) is not int or not least <= value <= most:
            raise RosterError(path, f"expected a whole number {least} to {most}, not {value!r}")
        return value

    return read


def number(value: Any, path: str) -> float:
    """Read a number that is not negative."""
    if type(value) not in {int, float} or not 0 <= value < float("inf"):
        raise RosterError(path, f"expected a number of at least 0, not {value!r}")
    return float(value)


def word(words: type[Word]) -> Reader[Word]:
    """Read one of a few words."""

    def read(value: Any, path: str) -> Word:
        if not isinstance(value, str) or value not in set(words):
            raise RosterError(path, f"expected one of {', '.join(words)}, not {value!r}")
        return words(value)

    return read


tier = word(Tier)


def zone(value: Any, path: str) -> str:
    """Read the name of an IANA zone."""
    try:
        wallclock.zone(text(value, path))
    except wallclock.UnknownZone as error:
        raise RosterError(path, str(error), "unknown_zone") from None
    return str(value)


def clock(value: Any, path: str) -> timedelta:
    """Read HH:MM as time since midnight; 24:00 is the day's end."""
    if not isinstance(value, str) or not CLOCK.fullmatch(value):
        raise RosterError(path, f"expected a time HH:MM, not {value!r}")
    hours, minutes = value.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def day(value: Any, path: str) -> date:
    """Read an ISO date."""
    try:
        found = date.fromisoformat(value) if DATE.fullmatch(str(value)) else None
    except (ValueError, TypeError):
        found = None
    if found is None:
        raise RosterError(path, f"expected a date such as 2026-01-31, not {value!r}")
    if found.year not in YEARS:
        raise RosterError(path, f"expected a date {OF_THESE_YEARS}, not {value!r}")
    return found


def moment(value: Any, path: str) -> datetime:
    """Read an ISO instant with its offset, as aware UTC."""
    try:
        found = datetime.fromisoformat(value).astimezone(UTC) if _offset_said(value) else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        wanted = "an instant with its offset, such as 2026-01-31T08:00:00Z"
        raise RosterError(path, f"expected {wanted}, not {value!r}")
    if found.year not in YEARS:
        raise RosterError(path, f"expected an instant {OF_THESE_YEARS}, not {value!r}")
    return found


def _offset_said(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


def weekday(value: Any, path: str) -> int:
    """Read mon to sun as 0 to 6."""
    if value not in WEEKDAYS:
        raise RosterError(path, f"expected one of {', '.join(WEEKDAYS)}, not {value!r}")
    return WEEKDAYS.index(value)


def weekdays(value: Any, path: str) -> frozenset[int]:
    """Read a list of weekdays that names at least one."""
    found = frozenset(many(weekday)(value, path))
    if not found:
        raise RosterError(path, "expected at least one weekday")
    return found
