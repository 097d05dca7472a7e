"""What becomes of a call that comes in?"""

from datetime import datetime, timedelta
from typing import Any

from ivr.call import Call, Kind, Stage
from ivr.events import Arrived, LegEnded
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
            answer = calls.enter(board, rows, call, (event,), inbox_key)
    except Duplicate:  # its twin was faster; or other news of this leg was: its end, a note
        return calls.handle_leg(board, facts.call_sid, inbox_key, _known_already)
    board.wake()
    return answer


def came_and_left(board: Board, facts: ArrivalFacts, inbox_key: str) -> None:
    """A call's end is told before its arrival, or instead of it: both are kept (FAILURES R2, C3).

    Nobody is offered a caller who is gone, and whoever called is in the figures.
    """
    now = board.now()
    both = (Arrived(at=now, next_at=now), LegEnded(at=now))
    try:
        with board.store.begin() as rows:
            calls.enter(board, rows, newcomer(board, facts, now), both, inbox_key)
    except Duplicate:  # the arrival came in this very moment
        calls.handle_leg(board, facts.call_sid, inbox_key, lambda _call, at: LegEnded(at=at))


def _known_already(_call: Call, at: datetime) -> Arrived:
    return Arrived(at=at, next_at=at)


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
