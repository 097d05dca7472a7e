"""Who is next in the waiting line, and whom may this clinician serve?"""

from collections.abc import Iterable

from ivr.call import IN_LINE, Call

STRANGER_SECONDS = 20  # after that a caller gets anybody, with an interpreter if need be


def in_order(calls: Iterable[Call]) -> list[Call]:
    """Callers in line, the next one first: priority, then the longest wait."""
    waiting = [call for call in calls if call.stage in IN_LINE]
    return sorted(waiting, key=lambda call: (-call.priority, call.line_since, call.id))


def speaks(languages: Iterable[str], call: Call) -> bool:
    """Whether somebody with these languages shares one with the caller."""
    return call.language in set(languages)


def head_for(calls: Iterable[Call], person_id: str, languages: Iterable[str]) -> Call | None:
    """The caller this clinician gets: cut off from them, else the first in line.

    Late binding (DESIGN, telephone design 2): whoever accepts gets the head of the line, a caller
    in a language they share before one who would need an interpreter.
    """
    line = in_order(calls)
    theirs = [call for call in line if call.prefers == person_id]
    shared = [call for call in line if speaks(languages, call)]
    return next(iter(theirs or shared or line), None)
