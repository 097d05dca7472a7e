"""Who is next in the waiting line, and whom may this clinician serve?"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ivr.call import IN_LINE, Call

AGEING_SECONDS = 60  # one point of priority is worth so much waiting
STRANGER_SECONDS = 20  # after that a caller gets anybody, with an interpreter if need be


def in_order(calls: Iterable[Call], ageing_seconds: float = AGEING_SECONDS) -> list[Call]:
    """Callers in line, the next one first: by place, and by the wait alone within a priority.

    One point of priority is worth `ageing_seconds` of waiting. So a caller is overtaken only by
    those who came less than that much, for each point between them, after: nobody starves.
    """
    waiting = [call for call in calls if call.stage in IN_LINE]
    return sorted(waiting, key=lambda call: (place(call, ageing_seconds), call.line_since, call.id))


def place(call: Call, ageing_seconds: float = AGEING_SECONDS) -> datetime:
    """The instant at which a caller without priority would have come to stand there."""
    return call.line_since - timedelta(seconds=call.priority * ageing_seconds)


def in_line_by(calls: Iterable[Call], now: datetime) -> list[Call]:
    """Those whose wait has begun: who pressed nothing in a flood is offered later."""
    return [call for call in calls if call.line_since <= now]


def speaks(languages: Iterable[str], call: Call) -> bool:
    """Whether somebody with these languages shares one with the caller."""
    return call.language in set(languages)


def head_for(
    calls: Iterable[Call],
    person_id: str,
    languages: Iterable[str],
    ageing_seconds: float = AGEING_SECONDS,
) -> Call | None:
    """The caller this clinician gets: cut off from them, else the first in line.

    Late binding (DESIGN, telephone design 2): whoever accepts gets the head of the line, a caller
    in a language they share before one who would need an interpreter.
    """
    line = in_order(calls, ageing_seconds)
    theirs = [call for call in line if call.prefers == person_id and call.cut_offs]
    shared = [call for call in line if speaks(languages, call)]
    return next(iter(theirs or shared or line), None)
