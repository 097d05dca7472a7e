"""Which talks of somebody have no finished record, and how do they come to write one later?

Whoever took a caller on a cell phone, or went off duty in the wrap-up, has no desk that waits for
their notes. The desk names those talks whenever they are free; one of them is opened like a
wrap-up, and whoever was off duty is off duty again afterwards. After a week the coordinator is
told, and the desk goes on naming the talk until they decide.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from storage.errors import Duplicate
from storage.records import Unwritten
from storage.store import Rows
from storage.values import Task
from switchboard import tasks
from switchboard.board import Board

LOOKED_BACK = timedelta(days=7)
TOLD_BACK = timedelta(days=14)  # what a clock missed that stood still for a week is told too
TOLD_MOST = 50  # in one sweep
KIND = "never_written"
ROLE = "coordinator"
FREE = ("off", "available", "paused")
OFF_DUTY = "off_duty"  # why a desk is in this wrap-up: nobody there is on duty


def of(rows: Rows, person_id: str, now: datetime) -> list[Unwritten]:
    """Their talks without a finished record, oldest first: of a week, and those told of since."""
    told = [task.call_id for task in rows.tasks.open(ROLE) if task.kind == KIND and task.call_id]
    return rows.records.unwritten(person_id, now - LOOKED_BACK, told)


def begin(board: Board, call_id: str, person_id: str) -> bool:
    """Open the wrap-up of a talk that is over. False: not theirs, finished, or they are busy."""
    with board.store.begin() as rows:
        now, desk = board.now(), rows.desks.get(person_id)
        known = {one.call_id for one in of(rows, person_id, now)}
        if desk is None or call_id not in known:
            return False
        why = OFF_DUTY if desk.state == "off" else None
        return rows.desks.set(person_id, "wrap_up", now, call_id, why, only_from=FREE)


def written(rows: Rows, call_id: str, person_id: str, now: datetime) -> None:
    """The record is finished: nothing is left to tell of it."""
    if told := rows.tasks.about(call_id, KIND):
        tasks.close(rows, told.id, person_id, "The record is written.", now)


def sweep(board: Board) -> None:
    """Put each talk of which nobody wrote for a week before the coordinators, once."""
    now = board.now()
    with board.store.read() as rows:
        since, until = now - TOLD_BACK, now - LOOKED_BACK
        untold = rows.records.never_written(since, until, KIND, TOLD_MOST)
    for call_id in untold:
        with suppress(Duplicate), board.store.begin() as rows:  # or another clock told it now
            text = tasks.WORDS[KIND]
            rows.tasks.add(Task(f"unwritten-{call_id}", KIND, ROLE, call_id, None, text, now))
