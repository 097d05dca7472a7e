"""Somebody does not work here any more: who has what was theirs, and who is told?

Whoever they are talking with keeps them until the talk is over (FAILURES B18). Their shifts are
gaps from that moment: switchboard/coverage_watch.py tells of those.
"""

from datetime import datetime

from storage import ids
from storage.store import Rows
from storage.values import Task
from switchboard import followups, notices
from switchboard.board import Board

KIND = "clinician_left"
OPEN_DESK = ("available", "paused", "wrap_up")


def leaves(board: Board, rows: Rows, person_id: str, now: datetime) -> None:
    """Nothing is offered to them any more; the coordinator learns which promises were theirs.

    Called in the transaction that deactivates the person.
    """
    rows.desks.set(person_id, "off", now, only_from=OPEN_DESK)
    followups.step_back(board, rows, rows.offers.of_person(person_id), "deactivated", now)
    theirs = len(rows.followups.open_of(person_id))
    if theirs:
        _tell(rows, rows.people.names()[person_id], theirs, now)


def _tell(rows: Rows, name: str, theirs: int, now: datetime) -> None:
    promised = "1 promised call" if theirs == 1 else f"{theirs} promised calls"
    text = (
        f"{name} does not work here any more and leaves {promised}, offered to whoever is free. "
        "Give them to somebody who can prepare for them."
    )
    rows.tasks.add(Task(ids.new(), KIND, "coordinator", None, None, text, now))
    notices.to_coordinators(rows, text, now)
