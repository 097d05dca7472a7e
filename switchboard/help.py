"""How does a clinician in a call ask for help without a sound, and who takes it up?

It is a task for supervisors: it stands on their pages until one of them takes it, whatever becomes
of the call, and is told by e-mail too.
"""

from storage.store import Rows
from storage.values import Task
from switchboard import notices, presence, tasks
from switchboard.board import Board

WANTED, UNHEARD = "help_wanted", "help_unheard"
TOLD = "A clinician asks for help in a call. Open the board."
TAKEN = "On it."


def ask(board: Board, call_id: str, person_id: str) -> bool:
    """The clinician of this call asks for help. False: it is not theirs now."""
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        if call is None or call.over or call.clinician_id != person_id:
            return False
        found = of_call(rows, call_id)
        if found and found.closed_at is None:
            return True
        now = board.now()
        tasks.open_for(rows, WANTED, "supervisor", now, call_id=call_id)
        for one in presence.supervisors(rows):
            notices.tell(rows, one.id, "help", TOLD, now, seen=True)
        if not presence.supervisor_reachable(rows, now, board.settings.desk_unheard_seconds):
            tasks.open_for(rows, UNHEARD, "coordinator", now, call_id=call_id)
        rows.audit.write(person_id, "help.asked", f"call:{call_id}", {}, now)
    return True


def take(board: Board, call_id: str, person_id: str) -> bool:
    """A supervisor takes it up. False: nobody asks, or somebody was first."""
    with board.store.begin() as rows:
        found, now = of_call(rows, call_id), board.now()
        if found is None or not tasks.close(rows, found.id, person_id, TAKEN, now):
            return False
        tasks.settle(rows, UNHEARD, "coordinator", person_id, TAKEN, now, call_id=call_id)
        rows.audit.write(person_id, "help.taken", f"call:{call_id}", {}, now)
    return True


def of_call(rows: Rows, call_id: str) -> Task | None:
    """The last time help was asked for in this call, taken up or not."""
    return rows.tasks.about(call_id, WANTED)


def wanted(rows: Rows) -> list[Task]:
    """Where help is asked for and nobody has taken it up, the longest first."""
    return [task for task in rows.tasks.open("supervisor") if task.kind == WANTED]
