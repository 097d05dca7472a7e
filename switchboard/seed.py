"""What does the demo start with? A believable month of a line, the same each time.

Everything here is fictional: people, numbers (+1 314 555 01xx), notes.
"""

from datetime import datetime, timedelta
from typing import Any

from config.lines import LineBook
from ivr.call import Call
from routing import named, stretches
from routing.oncall import Timeline
from storage import seeding
from storage.directory import prepare
from storage.store import Rows, Store
from storage.values import Person
from switchboard import (
    directory,
    roster_book,
    seed_cast,
    seed_crews,
    seed_directory,
    seed_plans,
)
from switchboard.seed_history import Month
from switchboard.seed_promises import Dice, History

SEED = 911
LINES = ("riverton", "lakeside", "general")  # of config/line.toml
RETOLD = 60  # of the latest calls, how many have a journal
# Who signs in by link in the demo, and must be on call whenever it starts.
AT_THE_DESK = {
    "primary": "ana@example.org",
    "backup": "ben@example.org",
    "supervisor": "sam@example.org",
}
HELD_FOR = timedelta(hours=12)
TOLD = timedelta(days=35)  # how far back the month's calls ask who was on call


def fill(store: Store, now: datetime, *, book: LineBook | None = None, fresh: bool = False) -> bool:
    """Put the month before `now` and the coming months' roster into an empty database.

    With `fresh` everything there is removed first. A database that has people in it keeps what
    it has. Either way the demo's people are on call from now on. False: nothing was planted.
    """
    with store.begin() as rows:
        if fresh:
            seeding.wipe(rows)
        planted = not rows.people.all(active_only=False)
        if planted:
            _plant(rows, Dice(SEED), now, _lines(book))
        _hold_the_line(rows, now)
    return planted


def _plant(rows: Rows, dice: Dice, now: datetime, lines: tuple[str, ...]) -> None:
    staff = seed_cast.staff(dice)
    for person in staff:
        rows.people.add(person)
    on_call = _plant_roster(rows, now, staff)
    told = Month(dice, now, on_call, lines).tell()
    sam = next(person.id for person in staff if "supervisor" in person.roles)
    plans = list(seed_plans.plans(Dice(SEED), told, sam, now))
    seeding.plant(
        rows,
        {
            "calls": told.calls,
            "records": told.records,
            "followups": list(told.followups.values()),
            "attempts": told.attempts,
            "tasks": told.tasks,
            "response_plans": plans,
            "crews": seed_crews.crews(now, staff[0].id),
            "journal": [line for call in _latest(told) for line in _journal(call)],
        },
    )
    offered = directory.Offered(seed_directory.SOURCE, seed_directory.package(), [])
    prepared = prepare(offered.package, offered.services)
    cora = next(person.id for person in staff if "coordinator" in person.roles)
    rows.directory.replace(prepared, offered.source, cora, now - timedelta(days=12))
    for one in seed_directory.referrals(Dice(SEED), told, now):
        rows.referrals.add(one)
    for visit in seed_crews.visits(Dice(SEED), told, now):
        rows.crew_visits.add(visit)


def _plant_roster(rows: Rows, now: datetime, staff: list[Person]) -> Timeline:
    exchange = seed_cast.roster(now)
    by_id = named.renamed(exchange, {person.name: person.id for person in staff})
    cora = next(person.id for person in staff if "coordinator" in person.roles)
    roster_book.save(rows, by_id, cora, "imported", now, based_on=0, whole=True)
    return roster_book.timeline(rows, now - TOLD, now)


def _hold_the_line(rows: Rows, now: datetime) -> None:
    """Whoever tries the demo must be on call, on whichever day and hour it is started."""
    number, book = roster_book.newest(rows)
    timeline = book.timeline(now, now + HELD_FOR)
    held = []
    for tier, email in AT_THE_DESK.items():
        person = rows.people.by_email(email)
        if person is None or person.id in timeline.on(tier, now):
            continue
        runs = stretches.runs(timeline, tier, now, now + HELD_FOR)
        ends = min([now + HELD_FOR, *(one.starts_at for one in runs if one.person_id == person.id)])
        held.append(
            {"tier": tier, "person": person.id, "start": now.isoformat(), "end": ends.isoformat()}
        )
    if held:
        one_offs = [*book.document.get("one_offs", ()), *held]
        wanted = book.document | {"one_offs": one_offs}
        roster_book.save(rows, wanted, "demo", "the demo's people are here", now, based_on=number)


def _lines(book: LineBook | None) -> tuple[str, ...]:
    """Return the lines' ids, the general one last."""
    if book is None:
        return LINES
    return tuple(sorted(book.lines, key=lambda name: book.lines[name].kind == "general"))


def _latest(told: History) -> list[Call]:
    return sorted(told.calls, key=lambda call: call.arrived_at)[-RETOLD:]


def _journal(call: Call) -> list[dict[str, Any]]:
    """Return what the record page shows of a call's way."""
    steps = [(call.arrived_at, "Arrived", "greeting")]
    if call.answered_at:
        steps.append((call.answered_at, "ClinicianArrived", "talking"))
    if call.ended_at:
        steps.append((call.ended_at, "LegEnded", "ended"))
    befores = [None, *(stage for _, _, stage in steps)]
    return [
        {
            "call_id": call.id,
            "at": at,
            "inbox_key": None,
            "event": event,
            "facts": {},
            "stage_before": before,
            "stage_after": stage,
            "surprise": False,
            "answer": None,
        }
        for before, (at, event, stage) in zip(befores, steps, strict=False)
    ]
