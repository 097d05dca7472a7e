"""Whose are the promises of somebody who is off, and who has them from now on?"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from routing.oncall import Timeline
from routing.roster import TIERS
from storage.store import Rows
from storage.values import FollowUp
from switchboard import promises, roster_book
from switchboard.board import Board


def whose_clinician_is_off(rows: Rows, of: Iterable[FollowUp], now: datetime) -> list[FollowUp]:
    """Those promises whose clinician is on call at no time of the window in which they are due."""
    theirs = [(one, *promises.window_ahead(one, now)) for one in of if one.prefers]
    if not theirs:
        return []
    active = {person.id for person in rows.people.all()}
    timeline = roster_book.timeline(rows, now, max(end for _, _, end in theirs))
    return [
        one
        for one, start, end in theirs
        if one.prefers not in active or not _on_call(timeline, one.prefers or "", start, end)
    ]


def _on_call(timeline: Timeline, person_id: str, start: datetime, end: datetime) -> bool:
    segments = (one for tier in TIERS for one in timeline.segments(tier, start, end))
    return any(person_id in one.people for one in segments)


def reassign(board: Board, followup_ids: Iterable[str], to: str | None, by: str) -> int:
    """Give open promises to one clinician (None: to whoever is free), all in one step.

    Returns how many were given; one that rings now, or is over, stays as it is.

    Raises:
        NotPossible: there is no such clinician any more.
    """
    given = 0
    with board.store.begin() as rows:
        person = rows.people.get(to) if to else None
        if to and (person is None or not person.active):
            raise promises.NotPossible("Choose somebody who works here.")
        now = board.now()
        for followup_id in followup_ids:
            one = rows.followups.lock(followup_id)
            if one is None or one.state not in ("due", "offered") or one.prefers == to:
                continue
            given += 1
            rows.followups.save(replace(one, prefers=to))
            facts = {"to": to or "the line"}
            rows.audit.write(by, "followup.reassigned", f"followup:{one.id}", facts, now)
    board.wake()
    return given
