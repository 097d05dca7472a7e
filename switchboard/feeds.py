"""What does a calendar that was given an address of ours show, and is the address still good?

An address is signed with `SECRET_KEY` and names its row; whoever renews it or switches it off
makes the old one worthless, and so does a person's deactivation.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from config.settings import Settings
from routing import coverage
from routing.oncall import Timeline
from routing.stretches import Shift, stretches
from storage.store import Rows
from storage.values import FollowUp, Person, RosterFeed
from switchboard import ics, roster_book
from switchboard.ics import Entry
from switchboard.roster_book import Book

KINDS = {
    "mine": "My shifts",
    "followups": "My follow-ups",
    "roster": "The whole roster",
    "gaps": "Gaps of the roster",
}
BEHIND, AHEAD = timedelta(days=14), timedelta(days=180)
ALARM = timedelta(hours=1)
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)


def address(settings: Settings, feed: RosterFeed) -> str:
    """Return where a calendar reads the feed: whoever knows it needs no password."""
    token = _signer(settings).dumps([feed.person_id, feed.kind, feed.nonce])
    return f"{settings.public_base_url}/feeds/{token}.ics"


def holder(settings: Settings, rows: Rows, token: str) -> tuple[Person, str] | None:
    """Return whose address it is and the feed's kind, while both are good."""
    try:
        person_id, kind, nonce = _signer(settings).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    known = any((one.kind, one.nonce) == (kind, nonce) for one in rows.roster_feeds.of(person_id))
    person = rows.people.get(person_id) if known else None
    return (person, kind) if person is not None and person.active else None


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar's text, and the mark by which a reader knows that nothing changed."""

    content: bytes

    @property
    def etag(self) -> str:
        """Return the mark."""
        return hashlib.sha256(self.content).hexdigest()[:32]


def written(rows: Rows, person: Person, kind: str, now: datetime) -> Feed:
    """Return the feed as the roster in force says; it slides by whole days."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start, end = today - BEHIND, today + AHEAD
    heading, (number, book) = rows.roster.newest(), roster_book.newest(rows)
    timeline = roster_book.timeline(rows, start, end)
    names = rows.people.names()
    if kind == "followups":
        entries = [_promise(one) for one in rows.followups.open_of(person.id)]
    elif kind == "gaps":
        entries = [*_gaps(book, timeline, today, end, roster_book.able(rows))]
    else:
        shifts = sorted(stretches(book.roster, start, end))
        mine = person.id if kind == "mine" else None
        entries = [_shift(one, names, mine) for one in shifts if mine in (None, one.person_id)]
    changed_at = heading.at if heading else today
    return Feed(ics.calendar(KINDS[kind], entries, number, changed_at))


def _shift(one: Shift, names: dict[str, str], mine: str | None) -> Entry:
    who = "On call" if mine else names.get(one.person_id, one.person_id)
    uid = _uid("shift", one.tier, one.person_id, one.starts_at.isoformat())
    alarm = ALARM if mine else None
    return Entry(uid, one.starts_at, one.ends_at, f"{who}: {one.tier}", alarm)


def _promise(one: FollowUp) -> Entry:
    """When to ring somebody; not whom. Another time is another entry."""
    closes = max(one.due_until or one.due_at, one.due_at + QUARTER)
    uid = _uid("follow-up", one.id, one.due_at.isoformat())
    attempt = f"attempt {one.attempts_made + 1} of {one.attempts_max}"
    return Entry(uid, one.due_at, min(closes, one.due_at + DAY), f"Follow-up, {attempt}", QUARTER)


def _gaps(
    book: Book, timeline: Timeline, start: datetime, end: datetime, able: coverage.Able
) -> Iterator[Entry]:
    for one in coverage.shortfalls(timeline, book.roster, start, end, able):
        lead = one.lacking[0].upper() + one.lacking[1:]
        uid = _uid("gap", one.tier, str(one.need), *one.skills, one.start.isoformat())
        yield Entry(uid, one.start, one.end, f"{lead}: {one.tier}", DAY)


def _uid(*parts: str) -> str:
    return f"{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:32]}@diversion-line"


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="roster-feed")
