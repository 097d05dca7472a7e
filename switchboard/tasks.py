"""What must a named human decide?"""

from datetime import datetime

from storage import ids
from storage.store import Rows
from storage.values import Task

WORDS = {
    "partner_failed": "The partner line did not answer a caller. Check its number and call it.",
    "dispatcher_failed": "A dispatcher's return line did not answer. Check the PSAP's number.",
    "cover_wanted": "A shift is to change hands and needs your yes. See the roster, Cover.",
    "time_off_wanted": "Somebody asks for time off and needs your yes. See the roster, Time off.",
    "nobody_on_call": "Nobody is on call now. Fill the gap in the roster.",
    "followup_unreached": "A promised follow-up was not reached. Decide: letter, visit, or close.",
    "followup_wrong_number": "A follow-up reached a wrong number. Find the right one, or close.",
    "left_again": "Somebody left our line again and again today. Decide whether to ring them.",
    "came_offline": "A caller came while the database was away. Decide: ring back, or close.",
    "rescue_unconfirmed": "Somebody is in danger. Is anybody with them?",
    "help_wanted": "A clinician asks for help in a call. Take it up on the board.",
    "help_unheard": "A clinician asks for help and no supervisor can be reached. Find one.",
    "no_supervisor": "A person is in danger and no supervisor can be reached. Find one.",
    "crew_unacknowledged": "A mobile crew was asked for and nobody has acknowledged. See Crews.",
    "left_before_crew": "A clinician's telephone left a caller before the mobile crew was there.",
    "never_written": "A talk of a week ago has no finished record. Ask its clinician to write it.",
    "response_plan_review": "A response plan is due for review. Write it anew, or end it.",
    "effect_failed": "What followed a call was not written down. Look at its history, and do it.",
    "carrier_refused": "The carrier refused to ring a phone. Check the number and the account.",
}

# What such a task asks for ends it, on a page of its own; a decision would only hide it.
NEVER_DECIDED = frozenset(
    {"response_plan_review", "rescue_unconfirmed", "crew_unacknowledged", "help_wanted"}
)


def open_for(
    rows: Rows,
    kind: str,
    role: str,
    at: datetime,
    *,
    call_id: str | None = None,
    followup_id: str | None = None,
) -> None:
    """Put a task before people of `role`; one open task of a kind and subject is enough."""
    for task in rows.tasks.open():
        if (task.kind, task.call_id, task.followup_id) == (kind, call_id, followup_id):
            return
    rows.tasks.add(
        Task(
            id=ids.new(),
            kind=kind,
            for_role=role,
            call_id=call_id,
            followup_id=followup_id,
            text=WORDS.get(kind, kind),
            opened_at=at,
        )
    )


def settle(
    rows: Rows,
    kind: str,
    role: str,
    by: str,
    decision: str,
    at: datetime,
    *,
    call_id: str | None = None,
) -> None:
    """Close every open task of a kind (about a call): what it asked for has come about."""
    for task in rows.tasks.open(role):
        if task.kind == kind and call_id in (None, task.call_id):
            rows.tasks.close(task.id, by=by, decision=decision, now=at)


def close(rows: Rows, task_id: str, by: str, decision: str, at: datetime) -> bool:
    """A named person decided. False: it was closed before."""
    return rows.tasks.close(task_id, by=by, decision=decision, now=at)
