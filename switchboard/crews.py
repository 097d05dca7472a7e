"""How is a mobile crew asked for, followed to the scene, and never forgotten?

The rules are care/crew.py's; here each step is locked, written and audited, and a request that
nobody acknowledges in time is told to those who oversee until a crew takes it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from care import crew as rules
from care import crew_details, crew_seen
from care.crew import Line, Refused, State, Step, Visit
from routing.wallclock import wall
from storage.store import Rows
from storage.values import Crew
from switchboard import notices, readings, tasks
from switchboard.board import Board
from switchboard.readings import Reading

UNACKNOWLEDGED = "crew_unacknowledged"  # the task
LEFT = "left_before_crew"  # the task
TOLD_TO = ("coordinator", "supervisor")

Change = Callable[[Visit, datetime], Visit]


class NoSuchVisit(LookupError):
    """There is none, or it is not this person's."""


def request(
    board: Board,
    visit_id: str,
    person_id: str,
    kind: str,
    facts: dict[str, str],
    *,
    asked: str | None = None,
    call_id: str | None = None,
) -> Visit:
    """Ask a crew (None: any); asked twice with the same id it is one visit.

    Raises:
        Refused: a detail is missing, or there is no such kind.
    """
    wanted = {name: facts[name] for name in crew_details.NAMES if facts.get(name)}
    wrong = crew_details.refused(wanted)
    if wrong or kind not in crew_details.KINDS:
        raise Refused(" ".join(wrong.values()) or "Choose the kind of response.")
    now = board.now()
    first = (Line(now, person_id, "requested", asked or "", version=1),)
    due = now + within(board)
    visit = Visit(visit_id, call_id, kind, wanted, person_id, now, due, asked, lines=first)
    with board.store.begin() as rows:
        if not rows.crew_visits.add(visit):
            return rows.crew_visits.get(visit_id) or visit
        _note(rows, person_id, "requested", visit, now)
    return visit


def within(board: Board) -> timedelta:
    """How long a request may stand before it is told that nobody acknowledges."""
    return timedelta(seconds=board.book.crews.acknowledge_within_seconds)


def change(board: Board, visit_id: str, by: str, what: str, how: Change) -> Visit:
    """Apply one rule of care.crew, audited as `crew.<what>`; nothing is written when it changes
    nothing.

    Raises:
        NoSuchVisit: there is none.
        Refused: the rule refuses it.
    """
    with board.store.begin() as rows:
        found = rows.crew_visits.lock(visit_id)
        if found is None:
            raise NoSuchVisit(visit_id)
        now = board.now()
        changed = how(found, now)
        if changed == found:
            return found
        rows.crew_visits.save(changed)
        if changed.state is State.ON_SCENE and found.state is not State.ON_SCENE:
            _into_record(rows, changed, by, now)
        if what == Step.GIVE_BACK:
            _tell(rows, changed, now)
        if len(changed.lines) > len(found.lines):
            _note(rows, by, what, changed, now)
        _settle(rows, by, now)
        _settle_leaving(rows, changed, by, now)
    return changed


def step(
    board: Board,
    visit_id: str,
    which: Step,
    crew: str | None,
    by: str,
    *,
    words: str = "",
    seen: int = 0,
) -> Visit:
    """Take a step for a crew. `seen`: the version of the details on the page that was tapped.

    Raises:
        NoSuchVisit, Refused: as change.
    """

    def how(visit: Visit, at: datetime) -> Visit:
        moved = rules.take(visit, which, crew, by, at, words=words)
        taken = visit.state is State.REQUESTED and moved.crew is not None
        return replace(moved, read=min(seen, moved.version)) if taken else moved

    return change(board, visit_id, by, which.value, how)


def _note(rows: Rows, by: str, what: str, visit: Visit, now: datetime) -> None:
    """Who did what, and which details; never what they say."""
    facts: dict[str, Any] = {"call": visit.call_id, "state": visit.state.value, "crew": visit.crew}
    if fields := visit.lines[-1].fields:
        facts |= {"fields": list(fields)}
    rows.audit.write(by, f"crew.{what}", f"crew_visit:{visit.id}", facts, now)


def _into_record(rows: Rows, visit: Visit, by: str, now: datetime) -> None:
    """A record that was finished before the crew arrived says that it did; an open one is told
    at the desk, where it is being written.
    """
    kept = rows.records.get(visit.call_id) if visit.call_id else None
    if kept is None or kept.finished_at is None or "responded_1" in kept.answers:
        return
    answers = kept.answers | {"responded_1": "yes"}
    rows.records.save(replace(kept, answers=answers, updated_at=now), kept.version)
    facts = {"fields": ["outcome"]}
    rows.audit.write(by, "record.changed", f"record:{visit.call_id}", facts, now)


# -- who has read it ----------------------------------------------------------------------------


def note_reading(board: Board, reader: str, visits: list[Visit]) -> None:
    """One line of the audit for each reader and visit, before it is shown."""
    readings.note(board, reader, [Reading("crew.read", f"crew_visit:{one.id}") for one in visits])


def note_opening(board: Board, crew_id: str, visits: list[Visit]) -> list[Visit]:
    """They are on a crew's page: the desk hears it, and the audit, once for each time of asking.

    Returns them as they are then.
    """
    by, now = f"crew:{crew_id}", board.now()

    def how(visit: Visit, at: datetime) -> Visit:
        return crew_seen.opened(visit, by, at)

    return [
        one if how(one, now) == one else change(board, one.id, by, "read", how) for one in visits
    ]


# -- nobody acknowledges ------------------------------------------------------------------------


def sweep(board: Board) -> None:
    """Tell of each request that nobody acknowledges, and keep it before people's eyes until a
    crew takes it, whatever anybody decided about the task. Idempotent.
    """
    now = board.now()
    with board.store.read() as rows:
        late = [one for one in rows.crew_visits.open() if rules.late(one, now)]
        stands = any(task.kind == UNACKNOWLEDGED for task in rows.tasks.open())
    if not late or (stands and all(one.told_at for one in late)):
        return
    with board.store.begin() as rows:
        for one in late:
            found = rows.crew_visits.lock(one.id)
            if found and rules.late(found, now):  # no crew, and no other sweep, was faster
                _tell(rows, found, now)


def _tell(rows: Rows, visit: Visit, now: datetime) -> None:
    tasks.open_for(rows, UNACKNOWLEDGED, "coordinator", now)
    if visit.told_at:
        return
    told = rules.told(visit, now)
    rows.crew_visits.save(told)
    for person in rows.people.all():
        if not set(TOLD_TO).isdisjoint(person.roles):
            text = _words(visit, person.zone)
            notices.tell(rows, person.id, "crew", text, now, seen=True)
    _note(rows, "clock", "told", told, now)


def _words(visit: Visit, zone: str) -> str:
    asked_at = wall(visit.requested_at, zone)
    return f"A mobile crew was asked for at {asked_at:%H:%M} ({zone}). Nobody has acknowledged it."


def _settle(rows: Rows, by: str, now: datetime) -> None:
    """The task goes when no request of which it tells stands any more."""
    if not any(rules.late(one, now) for one in rows.crew_visits.open()):
        tasks.settle(rows, UNACKNOWLEDGED, "coordinator", by, "Taken, or called off.", now)


# -- whoever left without a word ----------------------------------------------------------------


def note_lost(rows: Rows, call_id: str, person_id: str, now: datetime) -> None:
    """Their telephone left the call, and nobody could ask: the question waits at their desk, and a
    coordinator sees that it does. It goes when they have the caller again.
    """
    for one in rows.crew_visits.of_call(call_id):
        found = rows.crew_visits.lock(one.id) if one.keeps_clinician else None
        if found and found.keeps_clinician:
            _note_line(rows, rules.left(found, "", person_id, now), "left", person_id, now)
            tasks.open_for(rows, LEFT, "coordinator", now, call_id=call_id)


def note_back(rows: Rows, call_id: str, person_id: str, now: datetime) -> None:
    """They have the caller again."""
    for one in rows.crew_visits.of_call(call_id):
        if person_id in rules.unexplained(one) and (found := rows.crew_visits.lock(one.id)):
            back = rules.came_back(found, person_id, now)
            _note_line(rows, back, "came_back", person_id, now)
            _settle_leaving(rows, back, person_id, now)


def _note_line(rows: Rows, visit: Visit, what: str, by: str, now: datetime) -> None:
    rows.crew_visits.save(visit)
    _note(rows, by, what, visit, now)


def unexplained_by(rows: Rows, person_id: str) -> list[Visit]:
    """The visits whose caller this person left without saying why, the oldest first."""
    owed = [task.call_id for task in rows.tasks.open("coordinator") if task.kind == LEFT]
    visits = (visit for call_id in owed for visit in rows.crew_visits.of_call(call_id or ""))
    return [visit for visit in visits if person_id in rules.unexplained(visit)]


def _settle_leaving(rows: Rows, visit: Visit, by: str, now: datetime) -> None:
    """The task goes when everybody who left this call has said why, or is back."""
    if visit.call_id is None:
        return
    if not any(rules.unexplained(one) for one in rows.crew_visits.of_call(visit.call_id)):
        said = "Said why, or came back."
        tasks.settle(rows, LEFT, "coordinator", by, said, now, call_id=visit.call_id)


# -- what a desk shows --------------------------------------------------------------------------


def at_desk(rows: Rows, person_id: str, call_id: str | None) -> tuple[Visit, ...]:
    """The visits of the contact at somebody's desk, over or not; and those they asked for."""
    of_call = rows.crew_visits.of_call(call_id) if call_id else []
    known = {one.id for one in of_call}
    mine = [one for one in rows.crew_visits.open() if one.requested_by == person_id]
    return (*of_call, *(one for one in mine if one.id not in known))


def by_id(rows: Rows) -> dict[str, Crew]:
    """Every crew, also those that are no more."""
    return {one.id: one for one in rows.crews.all(also_ended=True)}
