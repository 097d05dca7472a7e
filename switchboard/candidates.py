"""Who could be told of a caller now, and what is known of each desk and phone?"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from routing.offers import Candidate
from storage.desks import IN_A_CALL
from storage.store import Rows
from storage.values import Desk, Person
from switchboard import presence

OFF = "off"
UNHEARD = "unheard"


def on_call(people: Iterable[Candidate]) -> list[Candidate]:
    """Return those who are on call: the others are at a desk, and never told."""
    return [one for one in people if one.tiers]


def here(rows: Rows, now: datetime, unheard_seconds: float) -> list[Candidate]:
    """Return everybody who is on call now, and whoever else has an open desk (`tiers` empty)."""
    tiers = presence.tiers_now(rows, now)
    desks = {desk.person_id: desk for desk in rows.desks.all()}
    heard_since = now - timedelta(seconds=unheard_seconds)
    return [
        _candidate(person, tiers.get(person.id, frozenset()), desks.get(person.id), heard_since)
        for person in rows.people.all()
        if person.id in tiers or _state(desks.get(person.id), heard_since) not in (OFF, UNHEARD)
    ]


def _candidate(
    person: Person, tiers: frozenset[str], desk: Desk | None, heard_since: datetime
) -> Candidate:
    state = _state(desk, heard_since)
    ready = state == "available"
    busy = state in IN_A_CALL
    return Candidate(
        person.id,
        tiers,
        person.languages,
        desk=ready,
        active_at=desk.active_at if desk else None,
        idle_since=desk.idle_since if desk else None,
        phone=bool(person.phone) and not busy and not ready,
        busy=busy,
        state=state,
        state_since=_since(desk, state),
        has_phone=bool(person.phone),
    )


def _state(desk: Desk | None, heard_since: datetime) -> str:
    """The desk's state; an open desk that is not heard from is not offered calls."""
    if desk is None:
        return OFF
    heard = desk.heard_at is not None and desk.heard_at > heard_since
    return UNHEARD if desk.state == "available" and not heard else desk.state


def _since(desk: Desk | None, state: str) -> datetime | None:
    if desk is None:
        return None
    return desk.heard_at if state == UNHEARD else desk.state_since
