"""What is due now? One sweep, run by any process, as often as it likes, harmless twice.

No timer lives in memory (FAILURES R7): deadlines are columns, APScheduler is only the tick.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from ivr.call import Call, Stage
from ivr.events import Event, WaitElapsed
from routing.escalation import standing
from switchboard import calls, errands, followups, offers, reconcile
from switchboard.board import Board

log = structlog.get_logger()

TICK_SECONDS = 0.5
RECONCILE_SECONDS = 30
ROUNDS_MAX = 10


def sweep(board: Board) -> None:
    """Deadlines, offers, errands, follow-ups. Each part goes on when another fails."""
    for part in (_deadlines, offers.sweep, _errands, followups.sweep):
        try:
            part(board)
        except Exception:
            log.exception("sweep failed", part=part.__name__)


def _errands(board: Board) -> None:
    for _ in range(ROUNDS_MAX):
        if not errands.run_due(board):
            return


def _deadlines(board: Board) -> None:
    for call_id in calls.due(board):
        calls.happened(board, call_id, _elapsed(board))


def _elapsed(board: Board) -> Callable[[Call, datetime], Event]:
    def event(call: Call, at: datetime) -> Event:
        if call.stage not in (Stage.GREETING, Stage.WAITING):
            return WaitElapsed(at=at)
        ladder = board.ladder(call.line)
        rung, next_at = standing(ladder, call.line_since, at, _empty(board, at))
        last = ladder.rungs[rung].kind == "partner"
        return WaitElapsed(at=at, rung=rung, pass_on=last, next_at=next_at)

    return event


def _empty(board: Board, at: datetime) -> frozenset[tuple[str, str]]:
    """Rungs on which nobody could be reached at all: skipped at once."""
    with board.store.read() as rows:
        people = offers.candidates(board, rows, at)
    desks = {tier for p in people if p.desk for tier in p.tiers}
    phones = {tier for p in people if p.phone for tier in p.tiers}
    tiers = ("primary", "backup", "supervisor")
    return frozenset(
        [("desks", t) for t in tiers if t not in desks]
        + [("phones", t) for t in tiers if t not in phones]
    )


def tick(board: Board, name: str) -> None:
    """One sweep, and a heartbeat that the board shows."""
    began = time.monotonic()
    sweep(board)
    with board.store.begin() as rows:
        rows.heartbeats.beat(name, board.now(), time.monotonic() - began)


class Runner:
    """A thread that sweeps when woken: offers leave with the webhook, not with the next tick."""

    def __init__(self) -> None:
        """Ready, not started: a forked worker starts its own at its first waking."""
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def serve(self, board: Board) -> None:
        """Start sweeping for `board` when woken."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, args=(board,), name="sweeper", daemon=True
                )
                self._thread.start()

    def wake(self) -> None:
        """Sweep soon."""
        self._wanted.set()

    def _run(self, board: Board) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            sweep(board)


def run(board: Board) -> None:
    """The clock process: tick until told to stop (SIGTERM drains the tick in hand)."""
    from apscheduler.schedulers.blocking import BlockingScheduler

    scheduler = BlockingScheduler(timezone="UTC")
    every = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    name = f"clock {board.worker}"
    scheduler.add_job(tick, "interval", seconds=TICK_SECONDS, args=(board, name), **every)
    scheduler.add_job(reconcile.run, "interval", seconds=RECONCILE_SECONDS, args=(board,), **every)
    reconcile.run(board)
    scheduler.start()
