"""A caller is gone before the end: how are they rung back within the hour, and never in a storm?

By calling us they asked for somebody; ringing back goes on with that call (docs/adr/0016). It is a
callback like one asked for by key, offered to people and dialled by one of them.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from callbacks import plan
from ivr.call import Call, Kind
from storage.store import Rows
from storage.values import FollowUp
from switchboard import arrivals, promises, tasks, voice
from switchboard.board import Board
from telephony import forms

MOST = 3  # of one number in `WITHIN`; then a human decides
WITHIN = timedelta(hours=24)


def ring_back(board: Board, rows: Rows, call_id: str, at: datetime) -> None:
    """Open a callback for whoever left the call, or bring an open one forward."""
    call = rows.calls.lock(call_id)
    if call is None or not _usable(board, rows, call, at):
        return
    number = call.number_shown or ""
    waiting = [one for one in rows.followups.open_by_number(number) if one.kind == "callback"]
    if waiting:
        _bring_forward(rows, waiting[0].id, at)
        return
    made = [one for one in rows.followups.of_number(number) if _by_itself(one, at)]
    if len(made) >= MOST:
        tasks.open_for(rows, "left_again", "supervisor", at, followup_id=made[0].id)
        return
    rows.followups.add(_promise(board, call, at))


def settle(rows: Rows, call_id: str, now: datetime) -> None:
    """The clinician's wrap-up says that the talk had come to its end: nobody is rung back."""
    for one in rows.followups.of_call(call_id):
        if one.consent_how == plan.CALLED_US and one.state == "due":
            locked = rows.followups.lock(one.id)
            if locked and locked.state == "due":
                rows.followups.save(
                    replace(locked, state="closed", closed_reason=plan.TALK_OVER, closed_at=now)
                )


def _usable(board: Board, rows: Rows, call: Call, at: datetime) -> bool:
    """A number of this country, nobody's of ours, not flooding us, and not on our line again."""
    number = call.number_shown
    if not board.plans.house.ring_back or call.kind is not Kind.INBOUND or number is None:
        return False
    if not voice.could_ring(board, number):
        return False
    if not forms.same_country(number, board.line(call.line).number):
        return False
    if arrivals.flooded(board, rows, call.line, at):  # their numbers may be anybody's
        return False
    if any(one.number_shown == number for one in rows.calls.live()):
        return False
    return call.clinician_id is None or _in_wrap_up(rows, call)


def _in_wrap_up(rows: Rows, call: Call) -> bool:
    """Whoever had them can say at the desk whether the talk was over; on a cell phone not."""
    if call.answered_at is None:
        return True
    desk = rows.desks.get(call.clinician_id or "")
    return desk is not None and (desk.call_id, desk.state) == (call.id, "wrap_up")


def _by_itself(one: FollowUp, at: datetime) -> bool:
    recent = one.promised_at > at - WITHIN
    return one.consent_how == plan.CALLED_US and recent and one.closed_reason != plan.TALK_OVER


def _bring_forward(rows: Rows, followup_id: str, at: datetime) -> None:
    """They left again: one callback is enough, and it is due now."""
    one = rows.followups.lock(followup_id)
    if one is None or one.state != "due":
        return
    since = at if one.consent_how == plan.CALLED_US else one.promised_at
    closes = at + plan.CALLBACK_WITHIN
    rows.followups.save(replace(one, due_at=at, due_until=closes, promised_at=since))


def _promise(board: Board, call: Call, at: datetime) -> FollowUp:
    talked = call.answered_at is not None
    waited = int((at - call.arrived_at).total_seconds())
    gone = f"Left after {waited // 60}:{waited % 60:02d}, before anybody answered."
    return replace(
        promises.callback(board, call, at),
        consent_by="the caller, who called us",
        consent_how=plan.CALLED_US,
        promised_at=at,
        prefers=call.clinician_id or call.prefers,
        note="The call ended in the middle of the talk." if talked else gone,
    )
