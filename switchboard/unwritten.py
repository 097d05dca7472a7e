"""Which talks of somebody have no finished record, and how do they come to write one later?

Whoever took a caller on a cell phone, or went off duty in the wrap-up, has no desk that waits for
their notes. The desk names those talks whenever they are free; one of them is opened like a
wrap-up, and whoever was off duty is off duty again afterwards.
"""

from datetime import datetime, timedelta

from storage.records import Unwritten
from storage.store import Rows
from switchboard.board import Board

LOOKED_BACK = timedelta(days=7)
FREE = ("off", "available", "paused")
OFF_DUTY = "off_duty"  # why a desk is in this wrap-up: nobody there is on duty


def of(rows: Rows, person_id: str, now: datetime) -> list[Unwritten]:
    """Their talks of the last days without a finished record, oldest first."""
    return rows.records.unwritten(person_id, now - LOOKED_BACK)


def begin(board: Board, call_id: str, person_id: str) -> bool:
    """Open the wrap-up of a talk that is over. False: not theirs, finished, or they are busy."""
    with board.store.begin() as rows:
        now, desk = board.now(), rows.desks.get(person_id)
        known = {one.call_id for one in of(rows, person_id, now)}
        if desk is None or call_id not in known:
            return False
        why = OFF_DUTY if desk.state == "off" else None
        return rows.desks.set(person_id, "wrap_up", now, call_id, why, only_from=FREE)
