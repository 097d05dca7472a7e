"""Who promised to be on call, and who is really there?

Being on call is a promise (the roster); being on duty is a fact (a desk that is heard from).
"""

from collections import defaultdict
from datetime import datetime, timedelta

from storage.store import Rows
from storage.values import Person
from switchboard import roster_book
from switchboard.board import Board

ON_DUTY = ("available", "paused", "connecting", "talking", "wrap_up", "asked", "joined")


def tiers_now(rows: Rows, now: datetime) -> dict[str, frozenset[str]]:
    """Who is on call at `now`, and in which tiers."""
    tiers: dict[str, set[str]] = defaultdict(set)
    for tier, people in roster_book.timeline(rows, now, now).at(now).items():
        for person in people:
            tiers[person].add(tier)
    return {person: frozenset(found) for person, found in tiers.items()}


def on_duty(rows: Rows, now: datetime, unheard_seconds: float) -> frozenset[str]:
    """Whose desks are open and heard from, busy or not."""
    since = now - timedelta(seconds=unheard_seconds)
    return frozenset(
        desk.person_id
        for desk in rows.desks.all()
        if desk.state in ON_DUTY and desk.heard_at and desk.heard_at > since
    )


def supervisors(rows: Rows) -> list[Person]:
    """Everybody of the house who is one."""
    return [person for person in rows.people.all() if "supervisor" in person.roles]


def supervisor_reachable(rows: Rows, now: datetime, unheard_seconds: float) -> bool:
    """Whether one sits at a desk, or is on call with a telephone."""
    here, on_call = on_duty(rows, now, unheard_seconds), tiers_now(rows, now)
    return any(p.id in here or (p.id in on_call and p.phone) for p in supervisors(rows))


def go_on_duty(board: Board, person_id: str) -> None:
    """The desk is open, heard, and may be told of callers."""
    with board.store.begin() as rows:
        rows.desks.on_duty(person_id, board.now())
    board.wake()


def go_off_duty(board: Board, person_id: str) -> bool:
    """Close the desk. False: not now, a caller is with this clinician or on the way."""
    from switchboard import followups

    with board.store.begin() as rows:
        now = board.now()
        closed = rows.desks.set(
            person_id, "off", now, only_from=("available", "paused", "wrap_up", "off")
        )
        if closed:
            live = rows.offers.of_person(person_id)
            rows.offers.settle([offer.id for offer in live], "refused", "went_off_duty", now)
            for offer in live:
                if offer.kind == "followup":  # the promise goes back on the list
                    followups.withdraw_offer(board, rows, offer, now)
    board.wake()
    return closed


def beat(board: Board, person_id: str, *, active: bool) -> None:
    """The desk is heard; `active`: a key or the pointer moved in the last minute."""
    with board.store.begin() as rows:
        rows.desks.beat(person_id, board.now(), active=active)


def back(board: Board, person_id: str) -> bool:
    """A paused clinician says they are back. False: they were not paused."""
    with board.store.begin() as rows:
        returned = rows.desks.set(person_id, "available", board.now(), only_from=("paused",))
    board.wake()
    return returned


def pause(board: Board, person_id: str) -> bool:
    """A clinician asks not to be offered calls for now. False: they are not available."""
    with board.store.begin() as rows:
        return rows.desks.set(
            person_id, "paused", board.now(), why="asked", only_from=("available",)
        )
