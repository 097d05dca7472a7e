"""What becomes of a call that comes in?"""

from datetime import datetime, timedelta
from typing import Any

from ivr.call import Call, Kind, Stage
from ivr.events import Arrived
from ivr.flow import advance
from storage import ids
from storage.errors import Duplicate
from storage.store import Rows
from switchboard import calls, voice
from switchboard.board import Board
from telephony.forms import ArrivalFacts


def arrive(board: Board, facts: ArrivalFacts, inbox_key: str) -> bytes:
    """A call came in: keep it, answer it, and let offers leave at once.

    Returns the TwiML to answer with; a repeated webhook gets the same bytes (FAILURES R1).
    """
    now = board.now()
    call = newcomer(board, facts, now)
    try:
        with board.store.begin() as rows:
            event = Arrived(at=now, next_at=now, **_flood(board, rows, call))
            step = advance(call, event)
            answer = voice.render(board, step.call, step.replies)
            rows.journal.add(calls.line_of(call, event, step, inbox_key, answer))
            rows.calls.add(step.call)
    except Duplicate:
        return calls.answered(board, inbox_key)
    board.wake()
    return answer


def _flood(board: Board, rows: Rows, call: Call) -> dict[str, Any]:
    """A line on which far too many arrive asks for a digit."""
    if not flooded(board, rows, call.line, call.arrived_at):
        return {}
    later = call.arrived_at + timedelta(seconds=board.book.storm.later_seconds)
    return {"digit": voice.screen_digit(call.id), "later_at": later}


def flooded(board: Board, rows: Rows, line_id: str, now: datetime) -> bool:
    """Whether far too many arrived on a general line lately; a 911 line is never flooded."""
    storm = board.book.storm
    if board.line(line_id).kind == "psap":
        return False
    since = now - timedelta(seconds=storm.flood_within_seconds)
    return rows.calls.arrivals(line_id, since, storm.flood_arrivals) >= storm.flood_arrivals


def newcomer(board: Board, facts: ArrivalFacts, at: datetime) -> Call:
    """A call that came in at `at`, before anything happened to it."""
    line = board.book.dialled(facts.to)
    return Call(
        id=ids.new(),
        kind=Kind.INBOUND,
        leg_sid=facts.call_sid,
        line=line.id,
        number_shown=facts.number_shown,
        language=line.language,
        stage=Stage.GREETING,
        arrived_at=at,
        stage_since=at,
        line_since=at,
        priority=line.priority,
        sip=facts.sip,
    )
