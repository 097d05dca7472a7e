"""How many could take a 911 centre's caller now, and how soon? True, cheap, nobody by name."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

import structlog

from config.lines import Line
from ivr.call import IN_LINE, Call, Kind
from ivr.replies import HangUp, Say, SayAll
from switchboard import candidates, voice
from switchboard.board import Board

log = structlog.get_logger()

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

    @property
    def aloud(self) -> tuple[Say, ...]:
        """The same as prompts."""
        if self.ready:
            soon = (
                () if self.seconds is None else (Say("ready_soon", {"seconds": f"{self.seconds}"}),)
            )
            return (_many("ready", self.ready), *soon)
        if self.waiting:
            return (_many("ready_waiting", self.waiting),)
        return (Say("ready_backups" if self.backups else "ready_nobody"),)


def _many(key: str, count: int) -> Say:
    return Say(f"{key}_one") if count == 1 else Say(f"{key}_many", {"count": str(count)})


def _callers(count: int) -> str:
    return "1 caller is" if count == 1 else f"{count} callers are"


def now_of(board: Board) -> Readiness:
    """What is true at this moment, for every line alike."""
    now = board.now()
    with board.store.read() as rows:
        unheard = board.settings.desk_unheard_seconds
        people = candidates.on_call(candidates.here(rows, now, unheard))
        found = rows.calls.waiting_and_recent(CALLS_MOST)
    waiting = sum(call.stage in IN_LINE for call in found)
    desks = sum(person.desk for person in people)
    phones = sum(person.phone for person in people)
    ready = max(0, desks - waiting)
    return Readiness(ready, waiting, phones, _usual(found, now - LOOKED_BACK) if ready else None)


def rung(board: Board, line: Line) -> bytes:
    """What a 911 centre hears that rings its beacon: in each of the line's languages, then the end.

    Whatever goes wrong here, nobody is rung for it and no call is kept.
    """
    said: tuple[Say, ...] = (Say("ready_unknown"),)
    try:
        if not board.standby.away(board.now()):
            said = now_of(board).aloud
    except Exception:
        log.exception("nobody could be counted")
    others = (SayAll(one.key, one.words) for one in said)
    beacon = replace(voice.nobody(board), line=line.id, language=line.language)
    return voice.render(board, beacon, (*said, *others, HangUp()))


def _usual(found: list[Call], since: datetime) -> int | None:
    waits = [
        call.answered_at - call.arrived_at
        for call in found
        if call.kind is Kind.INBOUND and call.answered_at and call.arrived_at >= since
    ]
    if len(waits) < CALLS_LEAST:
        return None
    return max(1, round(median(wait.total_seconds() for wait in waits)))
