"""Has a crew the visit on its page yet? A page that is closed hears nothing, and says nothing."""

from dataclasses import replace
from datetime import datetime

from care.crew import LINES_MOST, Line, State, Step, Visit

ASKED = ("requested", "asked", Step.GIVE_BACK)  # from each of these on, a crew is asked anew


def opened(visit: Visit, by: str, at: datetime) -> Visit:
    """It is on the page of this crew; the same visit when that was noted since it was asked for."""
    noted = any(one.by == by for one in _openings(visit))
    if noted or visit.over or len(visit.lines) >= LINES_MOST:
        return visit
    return replace(visit, lines=(*visit.lines, Line(at, by, "opened")))


def unopened(visit: Visit) -> bool:
    """Whether it is asked for, and no crew's page has shown it since."""
    return visit.state is State.REQUESTED and not _openings(visit)


def _openings(visit: Visit) -> list[Line]:
    found: list[Line] = []
    for one in visit.lines:
        if one.what in ASKED:
            found = []
        elif one.what == "opened":
            found.append(one)
    return found
