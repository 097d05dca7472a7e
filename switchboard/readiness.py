"""How many could take a 911 centre's caller now, and how soon? True, cheap, nobody by name."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from ivr.call import Kind
from storage.store import Rows
from switchboard import candidates
from switchboard.board import Board

LOOKED_BACK, CALLS_MOST, CALLS_LEAST = timedelta(hours=24), 50, 3  # a guess from fewer is none


@dataclass(frozen=True, slots=True)
class Readiness:
    """`seconds`: as callers of the last day waited, in the middle; None: nobody can say."""

    ready: int  # at a desk, free, and not needed by who waits already
    waiting: int
    backups: int  # telephones of those on call who are at no desk
    seconds: int | None

    @property
    def in_words(self) -> str:
        """One sentence for a dispatcher, honest when nobody is there."""
        if self.ready:
            who = "1 clinician" if self.ready == 1 else f"{self.ready} clinicians"
            soon = f", about {self.seconds} seconds" if self.seconds is not None else ""
            return f"{who} ready{soon}."
        if self.waiting:
            return f"Nobody is free: {_callers(self.waiting)} waiting."
        if self.backups:
            return "Nobody is at a desk: backup telephones would be rung."
        return "Nobody can be reached: your caller would be passed to the partner line."


def _callers(count: int) -> str:
    return "1 caller is" if count == 1 else f"{count} callers are"


def now_of(board: Board) -> Readiness:
    """What is true at this moment, for every line alike."""
    now = board.now()
    with board.store.read() as rows:
        unheard = board.settings.desk_unheard_seconds
        people = candidates.on_call(candidates.here(rows, now, unheard))
        waiting = len(rows.calls.waiting())
        seconds = _usual(board, rows)
    desks = sum(person.desk for person in people)
    phones = sum(person.phone for person in people)
    ready = max(0, desks - waiting)
    return Readiness(ready, waiting, phones, seconds if ready else None)


def _usual(board: Board, rows: Rows) -> int | None:
    since = board.now() - LOOKED_BACK
    waits = [
        call.answered_at - call.arrived_at
        for call in rows.calls.recent(CALLS_MOST)
        if call.kind is Kind.INBOUND and call.answered_at and call.arrived_at >= since
    ]
    if len(waits) < CALLS_LEAST:
        return None
    return max(1, round(median(wait.total_seconds() for wait in waits)))
