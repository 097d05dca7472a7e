"""Four clocks, one PostgreSQL, thousands of attempts that are due: is each rung once, whoever dies?

What is real: `diversion clock` four times over, its errands, its leases, its look for evidence, its
deadlines and what the plan decides. What is not: each attempt stands as an acceptance left it, with
its clinician already there, since fifty thousand of those would take hours; no web process runs, so
that no webhook ever tells a clock what it did not hear; and the carrier is clocks_carrier.py, which
rings, lists what it rang, and breaks some lines before or after it rang.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from chaos import clocks_due as due_work
from chaos.clocks_carrier import Rung, carrier
from chaos.processes_line import environment
from sqlalchemy import Engine
from whole_line import settings

from storage.engine import open_for_migration

WAVE = 2000  # seeded at a time: the clocks are never without something due
LOOK_SECONDS = 0.1
SAID_SECONDS = 10
EARLY = 1.15  # what is given up is never rung: the last strike must not wait for it
NURSERY = Path(__file__).with_name("clocks_nursery.py")


@dataclass(frozen=True)
class Pace:
    """Seconds: of a lease, of quiet that is no evidence, of a freeze, of a request to the carrier.

    Shorter ones are for the suite and the bench; the command's run has the product's own. A freeze
    outlasts the lease, and never the quiet after it. `spread`: the attempts fall due within that.
    """

    lease: float = 10
    quiet: float = 120
    frozen: tuple[float, float] = (0.2, 15)
    request: float = 0
    spread: float = 0
    clocks: int = 4


@dataclass
class Outcome:
    """What became of every attempt, and what was done to the clocks meanwhile."""

    attempts: int
    clocks: int
    kills: int = 0
    freezes: int = 0
    cut: int = 0  # requests that the carrier broke off before it rang
    seconds: float = 0.0
    decided: int = 0  # not rung: the attempt failed, and the promise is due again
    twice: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # of what was rung once: seconds after due

    def bad(self) -> list[str]:
        """Everything that may not be."""
        spared = self.decided - self.kills - self.freezes - self.cut
        lost = [f"{spared} more were given up than anything was done to"] if spared > 0 else []
        return [*self.twice, *self.missed, *self.unexpected, *lost]

    def __str__(self) -> str:
        return (
            f"{self.attempts} attempts due, {self.clocks} clocks, {self.kills} killed, {self.freezes}"
            f" frozen, {self.cut} requests cut off, {self.seconds:.0f} s"
            f" ({self.attempts / self.seconds:.0f} a second): {len(self.twice)} twice,"
            f" {len(self.missed)} missed, {len(self.late)} rung once,"
            f" {self.decided} failed and due again"
        )


@dataclass
class Clocks:
    """The processes, and what is done to them."""

    nursery: subprocess.Popen
    dice: Random
    pace: Pace
    running: list[int] = field(default_factory=list)
    thaw: dict[int, float] = field(default_factory=dict)  # pid -> when it goes on

    def start(self) -> None:
        while len(self.running) < self.pace.clocks:
            assert self.nursery.stdin
            assert self.nursery.stdout
            self.nursery.stdin.write(b"another\n")
            self.nursery.stdin.flush()
            self.running.append(int(self.nursery.stdout.readline()))

    def strike(self, word: str) -> None:
        """Kill or freeze whichever: in the middle of whatever it does."""
        victim = self.dice.choice([pid for pid in self.running if pid not in self.thaw])
        if word == "freeze":
            os.kill(victim, signal.SIGSTOP)
            self.thaw[victim] = time.monotonic() + self.dice.uniform(*self.pace.frozen)
            return
        os.kill(victim, signal.SIGKILL)
        self.running.remove(victim)
        self.start()

    @property
    def awake(self) -> int:
        return len(self.running) - len(self.thaw)

    def go_on(self, *, all_of_them: bool = False) -> None:
        for pid, until in list(self.thaw.items()):
            if all_of_them or until <= time.monotonic():
                del self.thaw[pid]
                os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        for pid in self.running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.nursery.kill()
        self.nursery.communicate()


@contextmanager
def clocks(url: str, address: str, folder: Path, dice: Random, pace: Pace) -> Iterator[Clocks]:
    given = settings(url, "http://127.0.0.1:9", address).model_copy(
        update={"snapshot_dir": folder / "snapshot", "log_level": "error"}
    )
    with (folder / "clocks.log").open("ab") as log:
        nursery = subprocess.Popen(
            [sys.executable, str(NURSERY), str(pace.lease), str(pace.quiet)],
            env=environment(given, url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    them = Clocks(nursery, dice, pace)
    try:
        them.start()
        yield them
    finally:
        them.close()


@dataclass
class Storm:
    """One run: attempts fall due, clocks are struck as the work goes on, and all is counted."""

    engine: Engine
    rung: Rung
    them: Clocks
    outcome: Outcome
    strikes: list[str]  # in the order in which they come, evenly over the work
    said: Callable[[str], None]
    seeded: int = 0
    struck: int = 0
    told: float = 0.0

    def lasts(self) -> None:
        begun = time.monotonic()
        while self.seeded < self.outcome.attempts or due_work.unsettled(self.engine):
            self._more()
            self.them.go_on()
            self._strike()
            due_work.pass_on(self.engine)
            self._tell(time.monotonic() - begun)
            time.sleep(LOOK_SECONDS)
        self.outcome.seconds = time.monotonic() - begun

    def _more(self) -> None:
        left = self.outcome.attempts - self.seeded
        if left and due_work.pending(self.engine) < WAVE / 2:
            spread = self.them.pace.spread
            self.seeded += due_work.seed(self.engine, self.seeded, min(WAVE, left), spread)

    def _strike(self) -> None:
        share = len(self.rung.attempts) / self.outcome.attempts
        wanted = min(int(share * EARLY * len(self.strikes)) + 1, len(self.strikes))
        if self.struck < wanted and self.them.awake > 1:
            word = self.strikes[self.struck]
            self.them.strike(word)
            self.struck += 1
            self.outcome.kills += word == "kill"
            self.outcome.freezes += word == "freeze"

    def _tell(self, seconds: float) -> None:
        if seconds - self.told >= SAID_SECONDS:
            self.told = seconds
            done, struck = len(self.rung.attempts), self.outcome
            self.said(
                f"{seconds:5.0f} s: {done} of {struck.attempts} rung,"
                f" {struck.kills} killed, {struck.freezes} frozen"
            )


def happens(
    url: str,
    folder: Path,
    attempts: int,
    strikes: dict[str, int],
    seed: int,
    pace: Pace,
    said: Callable[[str], None] = lambda _words: None,
) -> Outcome:
    """Let `attempts` fall due, `kill` and `freeze` so many clocks meanwhile, and count.

    `url`: an upgraded database of our own.
    """
    outcome, dice = Outcome(attempts, pace.clocks), Random(seed)
    engine = open_for_migration(url)  # patient: clocks and seeds take the machine
    words = [word for word, many in strikes.items() for _ in range(many)]
    dice.shuffle(words)
    try:
        with (
            carrier(seed, pace.request) as (rung, address),
            clocks(url, address, folder, dice, pace) as them,
        ):
            Storm(engine, rung, them, outcome, words, said).lasts()
        count(engine, rung, outcome)
    finally:
        engine.dispose()
    return outcome


def count(engine: Engine, rung: Rung, outcome: Outcome) -> None:
    """An errand says done or abandoned; the carrier says how often each phone rang."""
    known = due_work.what_became(engine)
    outcome.cut = rung.cut
    outcome.unexpected = [f"{one} was rung, and never due" for one in rung.attempts.keys() - known]
    for name, became in known.items():
        rings = rung.attempts.get(name, ())
        told = f"{name} was rung {len(rings)} times: {became}"
        if len(rings) > 1:
            outcome.twice.append(told)
        elif rings and became.state == "done":
            outcome.late.append((rings[0] - became.due_at).total_seconds())
        elif not rings and became.decided:
            outcome.decided += 1
        else:
            outcome.missed.append(told)
    if len(known) != outcome.attempts:
        outcome.missed.append(f"{len(known)} attempts are known of {outcome.attempts}")
