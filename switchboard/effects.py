"""What does a step change in our own tables, in the very transaction of its event?

What must be done outside (the carrier) becomes a row in `errands`, carried out after commit.
"""

from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any

from ivr import errands as e
from ivr.call import Call, Stage
from ivr.step import Step
from storage.store import Rows
from switchboard import followups, promises, tasks, voice
from switchboard.board import Board

HERE = timedelta(seconds=25)  # a desk heard from since is a desk somebody sits at


def apply(board: Board, rows: Rows, before: Call, step: Step, at: datetime) -> None:
    """Carry out the step's inner effects and write down its outer ones."""
    call = step.call
    if call.stage is Stage.TALKING and before.stage is not Stage.TALKING and call.clinician_id:
        rows.desks.set(call.clinician_id, "talking", at, call_id=call.id)
    outside = []
    for errand in step.errands:
        fact = _outside(errand, board, call)
        if fact is None:
            _inside(errand, board, rows, before, at)
        else:
            outside.append((type(errand).__name__, fact[0], fact[1], at))
    if outside:
        rows.errands.add(call.id, outside)


# -- outside: facts and target of the errand's row --------------------------------------------


@singledispatch
def _outside(errand: e.Errand, board: Board, call: Call) -> tuple[dict[str, Any], str] | None:
    return None


@_outside.register
def _(errand: e.MoveCaller, board: Board, call: Call) -> tuple[dict[str, Any], str]:
    document = voice.render(board, call, errand.replies).decode()
    since = call.stage_since.isoformat()  # a move is wanted while its stage lasts
    facts = {"sid": call.leg_sid, "twiml": document, "since": since}
    return facts, f"move:{call.id}:{call.hop}"


@_outside.register
def _(errand: e.EndLeg, board: Board, call: Call) -> tuple[dict[str, Any], str] | None:
    sid = errand.sid or (call.clinician_leg if errand.whose == "clinician" else call.leg_sid)
    return {"sid": sid or "", "reason": str(errand.reason)}, f"end:{sid}"


@_outside.register
def _(_errand: e.CheckRoom, board: Board, call: Call) -> tuple[dict[str, Any], str]:
    returning = call.stage is Stage.DISPATCHER
    return {
        "room": call.room,
        "sid": call.leg_sid,
        "label": "psap" if returning else "clinician",
        "leg": (call.psap_leg if returning else call.clinician_leg) or "",
    }, f"look:{call.id}:{call.stage_since.timestamp()}"


@_outside.register
def _(errand: e.DialPerson, board: Board, call: Call) -> tuple[dict[str, Any], str]:
    return {"attempt": errand.attempt_id}, f"followup:{call.followup_id}"


@_outside.register
def _(_errand: e.RingPsap, board: Board, call: Call) -> tuple[dict[str, Any], str]:
    return {}, f"psap:{call.id}"


# -- inside: our own rows ---------------------------------------------------------------------


@singledispatch
def _inside(errand: e.Errand, board: Board, rows: Rows, call: Call, at: datetime) -> None:
    """OfferToDesks needs no row: every sweep looks for callers in line without an offer."""


@_inside.register
def _(errand: e.CancelOffers, board: Board, rows: Rows, call: Call, at: datetime) -> None:
    for offer in rows.offers.cancel(call.id, errand.why, at):
        if offer.phone_leg:
            facts = {"sid": offer.phone_leg, "reason": errand.why}
            rows.errands.add(call.id, [("EndLeg", facts, f"end:{offer.phone_leg}", at)])


@_inside.register
def _(errand: e.FreeClinician, board: Board, rows: Rows, call: Call, at: datetime) -> None:
    # Whoever took the call on a cell phone has no desk that waits for their notes.
    rows.desks.leave_call(
        errand.clinician_id,
        "wrap_up" if errand.talked else "available",
        at,
        heard_since=at - HERE,
        call_id=call.id if errand.talked else None,
        idle_since=at,
    )


@_inside.register
def _(errand: e.LoseClinician, board: Board, rows: Rows, call: Call, at: datetime) -> None:
    state, why = ("paused", "missed_offer") if errand.missed else ("available", None)
    rows.desks.leave_call(errand.clinician_id, state, at, heard_since=at - HERE, why=why)


@_inside.register
def _(_errand: e.OpenCallback, board: Board, rows: Rows, call: Call, at: datetime) -> None:
    promises.promise_callback(board, rows, call, at)


@_inside.register
def _(errand: e.RecordAttempt, board: Board, rows: Rows, call: Call, at: datetime) -> None:
    followups.record(board, rows, errand.attempt_id, errand.outcome, at)


@_inside.register
def _(errand: e.Alert, board: Board, rows: Rows, call: Call, at: datetime) -> None:
    tasks.open_for(rows, errand.kind, errand.for_role, at, call_id=call.id)
