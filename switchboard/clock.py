"""What is due now? One sweep, run by any process, as often as it likes, harmless twice.

No timer lives in memory (FAILURES R7): deadlines are columns, APScheduler is only the tick.
"""

import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from config.lines import TIERS
from ivr.call import Call, Stage
from ivr.events import Event, WaitElapsed
from routing.escalation import standing
from storage.due import Due
from storage.errors import StoreDown
from switchboard import (
    calls,
    candidates,
    confirmations,
    coverage_watch,
    crews,
    effects,
    errands,
    followups,
    handoffs,
    mail,
    offers,
    offline,
    offline_notes,
    orphans,
    presence,
    reconcile,
    rescues,
    response_plans,
    set_back,
    text_sending,
    unwritten,
)
from switchboard.board import Board

log = structlog.get_logger()

TICK_SECONDS = 0.5
BEAT_SECONDS = 2  # the board turns red after 5 without one
RECONCILE_SECONDS = 30
RESCUE_SECONDS = 15
COVERAGE_SECONDS = 60
ORPHAN_SECONDS = 1
MAIL_SECONDS = 15
TEXT_SECONDS = 5
FORGET_SECONDS = 600
REVIEW_SECONDS = 600
UNWRITTEN_SECONDS = 600
ROUNDS_MAX = 10

Part = Callable[[Board], None]


def sweep(board: Board) -> None:
    """What steps still owe, deadlines, offers, errands, follow-ups.

    Each part goes on when another fails. An idle sweep asks the database one question.
    """
    due = _due(board)
    first: list[Part] = []
    if offline_notes.left_over(board):  # a caller led elsewhere must not be moved again
        first.append(offline_notes.replay)
    if due.effects or first:  # nobody is offered anything before desks are as steps left them
        first.append(effects.carry_out)
    if first:
        if not _done(board, first):
            return
        due = _due(board)
    _done(board, _parts(due))


def _due(board: Board) -> Due:
    with board.store.read() as rows:
        return rows.due.at(board.now())


def _parts(due: Due) -> list[Part]:
    parts: list[Part] = []
    if due.deadlines:
        parts.append(_deadlines)
    if due.cards:  # before the offer, which shows them
        parts.append(handoffs.match)
    if due.line or due.deadlines:
        parts.append(offers.sweep)
    if due.errands or parts:
        parts.append(_errands)
    if due.promises:
        parts.append(followups.sweep)
    return parts


def _done(board: Board, parts: list[Part]) -> bool:
    """Do each part. False: the database went away."""
    for part in parts:
        try:
            part(board)
        except StoreDown as down:
            log.warning("sweep cut short", part=part.__name__, why=str(down))
            return False
        except Exception:
            log.exception("sweep failed", part=part.__name__)
    return True


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
        empty, nobody = _reach(board, at)
        first_wait = call.line_since == call.arrived_at  # the partner line was not tried yet
        nobody = nobody and first_wait
        rung, next_at = standing(ladder, call.line_since, at, empty, nobody=nobody)
        last = ladder.rungs[rung].kind == "partner"
        return WaitElapsed(at=at, rung=rung, pass_on=last, nobody=last and nobody, next_at=next_at)

    return event


def _reach(board: Board, at: datetime) -> tuple[frozenset[tuple[str, str]], bool]:
    """Rungs on which nobody can be reached now, and whether there is nobody at all to wait for."""
    unheard = board.settings.desk_unheard_seconds
    with board.store.read() as rows:
        people = candidates.on_call(candidates.here(rows, at, unheard))
        on_duty = presence.on_duty(rows, at, unheard)
    desks = {tier for p in people if p.desk for tier in p.tiers}
    phones = {tier for p in people if p.phone for tier in p.tiers}
    empty = frozenset(
        [("desks", tier) for tier in TIERS if tier not in desks]
        + [("phones", tier) for tier in TIERS if tier not in phones]
    )
    there = {p.person_id for p in people} & on_duty
    return empty, not (there or phones)


def beat(board: Board, name: str, sweeps: Part = sweep) -> None:
    """Sweep, and show the board that sweeping works and how long it took."""
    began = time.monotonic()
    set_back.notice(board, name)
    sweeps(board)
    with board.store.begin() as rows:
        rows.heartbeats.beat(name, board.now(), time.monotonic() - began)
    board.beaten[name] = board.elapsed()


class Runner:
    """A thread that sweeps when woken: offers leave with the webhook, not with the next tick.

    Between sweeps it keeps this process ready to answer without the database.
    """

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
        offline.tend(board)
        board.carrier.warm()
        tended = time.monotonic()
        while True:
            woken = self._wanted.wait(offline.TEND_SECONDS)
            self._wanted.clear()
            if woken:
                self._sweep(board)
            if time.monotonic() - tended >= offline.TEND_SECONDS:
                offline.tend(board)
                tended = time.monotonic()

    @staticmethod
    def _sweep(board: Board) -> None:
        try:
            sweep(board)
        except Exception:  # the database went away: the clock sweeps when it is back
            log.exception("sweep failed")


def run(board: Board) -> None:
    """The clock process: tick until told to stop (SIGTERM drains the tick in hand)."""
    from apscheduler.schedulers.blocking import BlockingScheduler

    scheduler = BlockingScheduler(timezone="UTC")
    every = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    name = f"clock {board.worker}"
    signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown(wait=True))
    for job, seconds, given in (
        (sweep, TICK_SECONDS, (board,)),
        (beat, BEAT_SECONDS, (board, name)),
        (orphans.release, ORPHAN_SECONDS, (board,)),
        (offline.tend, offline.TEND_SECONDS, (board,)),
        (reconcile.run, RECONCILE_SECONDS, (board,)),
        (rescues.sweep, RESCUE_SECONDS, (board,)),
        (crews.sweep, RESCUE_SECONDS, (board,)),
        (coverage_watch.sweep, COVERAGE_SECONDS, (board,)),
        (confirmations.sweep, COVERAGE_SECONDS, (board,)),
        (mail.sweep, MAIL_SECONDS, (board,)),
        (text_sending.sweep, TEXT_SECONDS, (board,)),
        (handoffs.forget, FORGET_SECONDS, (board,)),
        (response_plans.sweep, REVIEW_SECONDS, (board,)),
        (unwritten.sweep, UNWRITTEN_SECONDS, (board,)),
    ):
        scheduler.add_job(job, "interval", seconds=seconds, args=given, **every)
    board.carrier.warm()
    scheduler.add_job(reconcile.run, args=(board,), misfire_grace_time=None)
    scheduler.start()
