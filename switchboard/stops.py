"""How does a promise stop before it is kept: consent revoked, a wrong number, they called us?

What stops one promise to a number stops every other to it: it is the same telephone that rings.
"""

from dataclasses import replace
from datetime import datetime

from callbacks.plan import Outcome, after
from ivr.call import Stage
from ivr.events import PromiseStopped
from storage.store import Rows
from storage.values import FollowUp
from switchboard import calls, effects, followups, tasks
from switchboard.board import Board

HOW = ("spoken", "written")  # how somebody said that they revoke their consent


def revoke(board: Board, followup_id: str, person_id: str, by: str, how: str) -> int:
    """Consent ends, as `by` said (`how`: one of HOW); returns how many promises stopped.

    0: nothing is open to that number, or there is no such promise.
    """
    with board.store.begin() as rows:
        one, now = rows.followups.get(followup_id), board.now()
        if one is None:
            return 0
        stopped = number(board, rows, one.number, Outcome.WITHDRAWN, now)
        for each in stopped:
            rows.followups.save(replace(each, revoked_at=now, revoked_by=by, revoked_how=how))
            facts = {"how": how}
            rows.audit.write(person_id, "consent.revoked", f"followup:{each.id}", facts, now)
    effects.carry_out(board)
    board.wake()
    return len(stopped)


def wrong_number(board: Board, followup_id: str, person_id: str) -> int:
    """The number is wrong, or somebody else's now; returns how many promises stopped."""
    with board.store.begin() as rows:
        one, now = rows.followups.get(followup_id), board.now()
        stopped = number(board, rows, one.number, Outcome.WRONG_NUMBER, now) if one else []
        for each in stopped:
            rows.audit.write(person_id, "followup.wrong_number", f"followup:{each.id}", {}, now)
    effects.carry_out(board)
    board.wake()
    return len(stopped)


def number(board: Board, rows: Rows, rung: str, outcome: Outcome, now: datetime) -> list[FollowUp]:
    """Stop every open promise to this number; returns them as they are now."""
    stopped = (
        _stop(board, rows, one.id, outcome, now) for one in rows.followups.open_by_number(rung)
    )
    return [one for one in stopped if one]


def ringing(board: Board, rows: Rows, one: FollowUp, outcome: Outcome, now: datetime) -> bool:
    """End the attempt of a locked promise if nobody has answered it; False: none was ringing."""
    made = rows.attempts.of(one.id)
    call = rows.calls.lock(made[-1].call_id) if made and one.state == "placing" else None
    if call is None or call.answered_at or call.stage not in (Stage.CONNECTING, Stage.CALLING):
        return False
    calls.take(board, rows, call, PromiseStopped(at=now, why=outcome))
    return True


def _stop(
    board: Board, rows: Rows, followup_id: str, outcome: Outcome, now: datetime
) -> FollowUp | None:
    followups.cancel_offers(rows, followup_id, outcome, now)
    one = rows.followups.lock(followup_id)
    if one is None or one.state in ("kept", "closed"):
        return None
    ringing(board, rows, one, outcome, now)
    decision = after(outcome, followups.facts_of(one), now, board.house)
    stopped = replace(
        one,
        state=decision.state,
        closed_reason=decision.closed_reason,
        closed_at=now,
        offered_to=None,
    )
    rows.followups.save(stopped)
    if decision.task:
        tasks.open_for(rows, decision.task, "coordinator", now, followup_id=one.id)
    return stopped
