"""Whom does a change of the roster concern within two days, and what are they told?

A notice is written with its cause, in one transaction. It stands at the person's desk until they
have seen it, and is owed by e-mail (switchboard/mail.py). It says nothing of a caller.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from routing.moves import Move, moved
from routing.oncall import Timeline
from routing.stretches import Shift
from routing.wallclock import wall
from storage import ids
from storage.store import Rows
from storage.values import Notice

NEAR = timedelta(hours=48)
TEXT_MOST = 500


def of_change(
    rows: Rows, before: Timeline, after: Timeline, zone: str, actor: str, now: datetime
) -> None:
    """Tell everybody but the `actor` which hours of the next two days they gain or lose."""
    changed = moved(before, after, now, now + NEAR)
    here = {one.id for one in rows.people.all()} - {actor} if changed else set()
    for one in changed:
        if one.person in here:
            tell(rows, one.person, "moved", _words(one.moves, zone), now)


def reminders(rows: Rows, shifts: Iterable[Shift], zone: str, now: datetime) -> list[Notice]:
    """Return what is still to be told of these shifts; the desk asks about them by itself."""
    here = {one.id for one in rows.people.all()}
    due = {_reminder_id(one): one for one in shifts if one.person_id in here}
    new = due.keys() - rows.notices.known(due)
    return [
        Notice(name, one.person_id, "reminder", _reminder(one, zone), now, now, "owed", now)
        for name, one in due.items()
        if name in new
    ]


def _reminder_id(one: Shift) -> str:
    """Other hours are another shift, of which they are reminded anew."""
    told = f"{one.person_id} {one.tier} {one.starts_at.isoformat()} {one.ends_at.isoformat()}"
    return f"r{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _reminder(one: Shift, zone: str) -> str:
    hours = f"{one.tier}, {_hours(one.starts_at, one.ends_at, zone)}"
    return f"You are on call soon: {hours}. Please say that you will be there, or ask for cover."


def to_coordinators(rows: Rows, text: str, now: datetime) -> None:
    """Tell by e-mail what stands among the tasks too."""
    for one in rows.people.all():
        if "coordinator" in one.roles:
            tell(rows, one.id, "watch", text, now, seen=True)


def tell(
    rows: Rows, person_id: str, kind: str, text: str, now: datetime, *, seen: bool = False
) -> None:
    """Write one notice; `seen`: it stands elsewhere on their pages already."""
    at = now if seen else None
    rows.notices.add(Notice(ids.new(), person_id, kind, text[:TEXT_MOST], now, at, "owed", now))


def _words(moves: Iterable[Move], zone: str) -> str:
    return f"The roster changed within two days. {' '.join(_said(moves, zone))}"


def _said(moves: Iterable[Move], zone: str) -> Iterator[str]:
    for one in moves:
        verb = "You are now on call" if one.gains else "You are no longer on call"
        yield f"{verb}: {one.tier}, {_hours(one.start, one.end, zone)}."


def _hours(start: datetime, end: datetime, zone: str) -> str:
    since, last = wall(start, zone), wall(end, zone)
    until = f"{last:%H:%M}" if last.date() == since.date() else f"{last:%a %-d %b %H:%M}"
    return f"{since:%a %-d %b %H:%M} to {until} ({zone})"
