"""Who keeps asking whether somebody is with the person in danger?

The rules are care/rescue.py's; here each step is locked, written, audited, and asked about until
it is closed.
"""

from collections.abc import Callable
from datetime import datetime

from care import rescue as rules
from care.rescue import Rescue
from storage import ids
from storage.store import Rows
from switchboard import presence, tasks
from switchboard.board import Board

UNCONFIRMED = "rescue_unconfirmed"  # the task

Change = Callable[[Rescue, datetime], Rescue]


class NoSuchRescue(LookupError):
    """There is none, or it is not this person's."""


def begin(board: Board, call_id: str, person_id: str) -> Rescue:
    """Open an imminent risk about a contact; the open one, where there is one."""
    with board.store.begin() as rows:
        call = rows.calls.lock(call_id)
        if call is None:
            raise NoSuchRescue(call_id)
        found = rows.rescues.of_call(call_id)
        if found and found.closed_at is None:
            return found
        now = board.now()
        opened = rules.begin(ids.new(), call_id, person_id, now, call.line)
        rows.rescues.add(opened)
        _note(rows, person_id, "rescue.opened", opened, now)
    return opened


def change(board: Board, rescue_id: str, person_id: str, what: str, how: Change) -> Rescue:
    """Apply one rule of care.rescue, audited as `rescue.<what>`.

    Raises:
        NoSuchRescue: there is none.
        NotYet: the rule does not allow it yet.
    """
    with board.store.begin() as rows:
        found = rows.rescues.lock(rescue_id)
        if found is None:
            raise NoSuchRescue(rescue_id)
        now = board.now()
        changed = how(found, now)
        rows.rescues.save(changed)
        _note(rows, person_id, f"rescue.{what}", changed, now)
        if changed.contact_at or changed.closed_at:
            _settle_tasks(rows, changed, person_id, now)
    return changed


def _note(rows: Rows, person_id: str, action: str, rescue: Rescue, now: datetime) -> None:
    facts = {"call": rescue.call_id, "steps": list(rescue.tried)}
    rows.audit.write(person_id, action, f"rescue:{rescue.id}", facts, now)


def _settle_tasks(rows: Rows, rescue: Rescue, person_id: str, now: datetime) -> None:
    said = "Contact confirmed, or closed."
    tasks.settle(rows, UNCONFIRMED, "supervisor", person_id, said, now, call_id=rescue.call_id)


def sweep(board: Board) -> None:
    """Ask again about each rescue whose time has come, louder each time. Idempotent."""
    now = board.now()
    with board.store.read() as rows:
        due = rows.rescues.to_ask(now)
    for rescue_id in due:
        with board.store.begin() as rows:
            found = rows.rescues.lock(rescue_id)
            if found is None or found.ask_at is None or found.ask_at > now:
                continue  # somebody answered, or another sweep asked
            asked = rules.ask(found, now)
            rows.rescues.save(asked)
            if rules.tells_supervisor(asked):
                tasks.open_for(rows, UNCONFIRMED, "supervisor", now, call_id=asked.call_id)
                _alarm(board, rows, asked, now)


def _alarm(board: Board, rows: Rows, rescue: Rescue, now: datetime) -> None:
    """No supervisor could be told: whoever plans the roster learns it at once."""
    if not presence.supervisor_reachable(rows, now, board.settings.desk_unheard_seconds):
        tasks.open_for(rows, "no_supervisor", "coordinator", now, call_id=rescue.call_id)


def ask_now(rescue: Rescue, now: datetime) -> bool:
    """Whether the question stands before people's eyes: due, or asked in vain before."""
    return rescue.ask_at is not None and (rescue.asked > 0 or rescue.ask_at <= now)
