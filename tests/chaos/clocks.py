"""Four clocks, one PostgreSQL, thousands of attempts that are due: is each rung once, whoever dies?

A clock is killed, or frozen for longer than its lease and let go on, every second or so. Whatever a
clock had in hand then is settled by the carrier's own list, or given up and planned again.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from chaos.clocks_carrier import Rung, carrier
from chaos.processes_line import environment
from sqlalchemy import func, insert, select, text
from whole_line import settings

from storage.store import Store
from storage.tables import attempts, calls, errands, followups

CLOCKS = 4
WAVE = 1000  # seeded at a time: the line is never without something due
FROZEN_SECONDS = (0.2, 12.0)  # the lease of an errand is ten
LOOK_SECONDS = 0.2
CHILD = Path(__file__).with_name("clocks_child.py")


@dataclass
class Outcome:
    """What became of every attempt, and what was done to the clocks meanwhile."""

    due: int
    kills: int = 0
    freezes: int = 0
    seconds: float = 0.0
    ended: Counter[str] = field(default_factory=Counter)  # errands by state
    twice: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.twice or self.missed or self.unexpected)

    def __str__(self) -> str:
        return (
            f"{self.due} attempts due, {CLOCKS} clocks, {self.kills} killed, {self.freezes} frozen,"
            f" {self.seconds:.0f} s ({self.due / self.seconds:.0f} a second): {len(self.twice)} twice,"
            f" {len(self.missed)} missed, {self.ended['abandoned']} planned again, unrung"
        )


@dataclass
class Clocks:
    """The processes, and what is done to them."""

    environ: dict[str, str]
    log: Path
    dice: Random
    quiet: float
    running: list[subprocess.Popen] = field(default_factory=list)
    thaw: dict[int, float] = field(default_factory=dict)  # pid -> when it goes on

    def start(self) -> None:
        while len(self.running) < CLOCKS:
            with self.log.open("ab") as log:
                self.running.append(
                    subprocess.Popen(
                        [sys.executable, str(CHILD), str(self.quiet)],
                        env=self.environ,
                        stdout=log,
                        stderr=log,
                    )
                )

    def strike(self, outcome: Outcome, at_work: set[int]) -> None:
        """Kill or freeze one that has begun to work: who dies while starting proves nothing."""
        victims = [one for one in self.running if one.pid in at_work - self.thaw.keys()]
        if not victims:
            return
        victim = self.dice.choice(victims)
        if self.dice.random() < 0.5:
            outcome.freezes += 1
            victim.send_signal(signal.SIGSTOP)
            self.thaw[victim.pid] = time.monotonic() + self.dice.uniform(*FROZEN_SECONDS)
            return
        outcome.kills += 1
        victim.kill()
        victim.wait()
        self.running.remove(victim)
        self.start()

    def go_on(self, *, all_of_them: bool = False) -> None:
        for pid, until in list(self.thaw.items()):
            if all_of_them or until <= time.monotonic():
                del self.thaw[pid]
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        self.go_on(all_of_them=True)
        for one in self.running:
            one.kill()
            one.wait()


def happens(
    url: str,
    folder: Path,
    due: int,
    seed: int,
    *,
    every_seconds: float,
    quiet_seconds: float,
    said: Callable[[str], None] = lambda _words: None,
) -> Outcome:
    """Seed, strike, wait for quiet, count. `url`: an upgraded PostgreSQL of our own."""
    outcome, dice = Outcome(due), Random(seed)
    store = Store(url)
    with (
        carrier(seed) as (rung, address),
        clocks(url, address, folder, dice, quiet_seconds) as them,
    ):
        begun, seeded, struck = time.monotonic(), 0, time.monotonic()
        while True:
            left, pending = open_errands(store), open_errands(store, "pending")
            if seeded < due and pending < WAVE:
                seeded += seed_wave(store, seeded, min(WAVE, due - seeded))
                said(f"{seeded} due, {len(rung.attempts)} rung, {outcome.kills} killed")
            elif seeded >= due and not left:
                break
            them.go_on()
            if time.monotonic() - struck > every_seconds and pending:
                them.strike(outcome, at_work(store))
                struck = time.monotonic()
            end_rung_calls(store)
            time.sleep(LOOK_SECONDS)
        outcome.seconds = time.monotonic() - begun
    count(store, rung, outcome)
    store.close()
    return outcome


@contextmanager
def clocks(url: str, address: str, folder: Path, dice: Random, quiet: float) -> Iterator[Clocks]:
    given = settings(url, "http://127.0.0.1:9", address).model_copy(
        update={"snapshot_dir": folder / "snapshot", "log_level": "error"}
    )
    them = Clocks(environment(given, url), folder / "clocks.log", dice, quiet)
    them.start()
    try:
        yield them
    finally:
        them.close()


# -- what is due ------------------------------------------------------------------------------


def seed_wave(store: Store, first: int, many: int) -> int:
    """Clinicians are there, phones are to ring: one errand each, due now, every number another."""
    now = datetime.now(UTC)
    numbers = range(first, first + many)
    with store.engine.begin() as there:
        there.execute(insert(followups), [_followup(n, now) for n in numbers])
        there.execute(insert(attempts), [_attempt(n, now) for n in numbers])
        there.execute(insert(calls), [_call(n, now) for n in numbers])
        there.execute(insert(errands), [_errand(n, now) for n in numbers])
    return many


def _followup(n: int, now: datetime) -> dict[str, object]:
    return {
        "id": f"promise-{n}",
        "kind": "followup",
        "state": "placing",
        "number": f"+999{n:09}",  # no country has this code: nobody's number
        "zone": "UTC",
        "language": "en",
        "line": "riverton",
        "consent_by": "the person",
        "may_leave_message": False,
        "best_from": "00:00",
        "best_until": "24:00",
        "promised_at": now,
        "due_at": now,
        "attempts_max": 3,
        "attempts_made": 1,
    }


def _attempt(n: int, now: datetime) -> dict[str, object]:
    return {
        "id": f"try-{n}",
        "followup_id": f"promise-{n}",
        "number_of": 1,
        "person_id": "ana",
        "call_id": f"call-{n}",
        "started_at": now,
    }


def _call(n: int, now: datetime) -> dict[str, object]:
    return {
        "id": f"call-{n}",
        "kind": "followup",
        "leg_sid": f"none-{n}",
        "line": "riverton",
        "number_shown": f"+999{n:09}",
        "language": "en",
        "stage": "calling",
        "arrived_at": now,
        "stage_since": now,
        "line_since": now,
        "deadline_at": now + timedelta(days=1),
        "clinician_id": "ana",
        "followup_id": f"promise-{n}",
        "attempt_id": f"try-{n}",
        "hop": 0,
        "priority": 0,
        "rung": 0,
        "laps": 0,
        "clinician_here": True,
        "cut_offs": 0,
        "sip": {},
    }


def _errand(n: int, now: datetime) -> dict[str, object]:
    return {
        "call_id": f"call-{n}",
        "kind": "DialPerson",
        "facts": {"attempt": f"try-{n}"},
        "target": f"followup:promise-{n}",
        "state": "pending",
        "due_at": now,
        "tries": 0,
        "created_at": now,
    }


def at_work(store: Store) -> set[int]:
    """The process ids of clocks that have had an attempt in hand."""
    claimed = select(errands.c.claimed_by).where(errands.c.claimed_by.is_not(None)).distinct()
    with store.engine.connect() as there:
        return {int(name.rpartition(":")[2]) for name in there.execute(claimed).scalars()}


def open_errands(store: Store, *states: str) -> int:
    live = errands.c.state.in_(states or ["pending", "claimed", "unknown"])
    with store.engine.connect() as there:
        return int(there.execute(select(func.count()).where(live)).scalar_one())


def end_rung_calls(store: Store) -> None:
    """Nobody picks up: what was rung is over, and the clocks need not look at it any more."""
    with store.engine.begin() as there:
        there.execute(
            text(
                "UPDATE calls SET stage='ended', ended_reason='unreached', ended_at=now()"
                " WHERE stage='calling' AND leg_sid LIKE 'CA%'"
            )
        )


# -- what became of it ------------------------------------------------------------------------


def count(store: Store, rung: Rung, outcome: Outcome) -> None:
    """An errand says done or abandoned; the carrier says how often each phone rang."""
    with store.engine.connect() as there:
        states = {row.id: row.state for row in there.execute(_states())}
    outcome.ended = Counter(states.values())
    outcome.unexpected = [one for one in rung.attempts if one not in states]
    outcome.twice = [one for one, legs in rung.attempts.items() if len(legs) > 1]
    for n in range(outcome.due):
        state, legs = states.get(f"try-{n}"), rung.attempts.get(f"try-{n}", [])
        if (state, bool(legs)) not in (("done", True), ("abandoned", False)):
            outcome.missed.append(f"try-{n} is {state}, rung {len(legs)} times")


def _states():
    return select(errands.c.facts["attempt"].as_string().label("id"), errands.c.state)
