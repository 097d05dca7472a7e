"""How is a list of events written so that every calendar reads it? (RFC 5545)

Times are UTC: a calendar shows them in the zone of whoever looks, also on the nights of 23 and 25
hours. Nothing recurs: each event is what the roster says of that day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LINE_BYTES = 75  # longer lines are folded (3.1)
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; `uid` stays while it is the same promise, `end` is excluded."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    alarm: timedelta | None = None  # before the start


def calendar(name: str, entries: Iterable[Entry], revision: int, changed_at: datetime) -> bytes:
    """Return the whole calendar; `revision` counts the changes, so a reader keeps the newest."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//diversion-line//roster//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
    ]
    for entry in entries:
        lines += _event(entry, revision, changed_at)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(entry: Entry, revision: int, changed_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{_at(changed_at)}"
    yield f"DTSTART:{_at(entry.start)}"
    yield f"DTEND:{_at(entry.end)}"
    yield f"SEQUENCE:{revision}"
    yield f"SUMMARY:{_text(entry.summary)}"
    yield "TRANSP:OPAQUE"
    if entry.alarm is not None:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(entry.summary)}"
        yield f"TRIGGER:-PT{int(entry.alarm.total_seconds()) // 60}M"
        yield "END:VALARM"
    yield "END:VEVENT"


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    return words.translate(ESCAPED)


def _folded(line: str) -> Iterator[str]:
    """At most 75 bytes each; what goes on begins with a blank, and no character is cut."""
    if len(line) <= LINE_BYTES and line.isascii():  # nearly every line
        yield line
        return
    part = ""
    for character in line:
        if len((part + character).encode()) > LINE_BYTES:
            yield part
            part = " "
        part += character
    yield part
