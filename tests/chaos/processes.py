"""Kill processes of the line at random and at every numbered point, and time how it comes back."""

import os
import random
import signal
import socket
import sqlite3
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chaos.processes_count import Count, count, left_behind
from chaos.processes_line import WORKERS, Line
from chaos.processes_people import Callers, cast
from chaos.processes_points import POINTS, arm, disarm, fired
from sqlalchemy import bindparam, func, select, update

from storage.errors import StoreDown
from storage.tables import errands, followups, heartbeats
from switchboard import offline_notes, snapshot

LOOK_SECONDS = 0.2
POINT_SECONDS = 3  # in which somebody passes an armed point, or another is tried
WARM_SECONDS = 60
# For everything to come to its end once nobody kills any more: a dial that died with its process
# is believed to ring for 60 s, and a clinician waits with it.
QUIET_SECONDS = 80
BEGINS_SECONDS = 3
_PUT_OFF = (
    update(followups)
    .where(followups.c.state == "due", followups.c.due_at <= bindparam("soon"))
    .values(due_at=bindparam("later"))
)
PEN_SECONDS = 1  # many times what any of ours writes for
STOPPED_SECONDS = (2.0, 13.0)  # some outlive the lease of 10 s, and wake up as zombies
START_SECONDS = 6  # of everything, on a machine that has nothing else to do
NAMES = ("web", "clock-1", "clock-2")


@dataclass
class Kill:
    """One process ended, or frozen, and how long its part of the work lay."""

    what: str
    name: str
    pid: int
    at: float
    deadly: bool
    seconds: float | None = None
    struck_again: bool = False  # whoever took over was ended or frozen too, before it was back
    waited: bool = False  # for another, frozen with SQLite's only pen in its hand


@dataclass
class Killer:
    """Who ends processes. `said` is told of each."""

    line: Line
    seed: int
    every_seconds: float
    said: Callable[[str], None]
    kills: list[Kill] = field(default_factory=list)
    passed: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.points: list[int] = []
        self.frozen: list[tuple[float, int]] = []

    def run(self, kills: int) -> None:
        while len(self.kills) < kills:
            began = time.monotonic()
            kill = self._at_a_point() if self.dice.random() < 0.6 else self._at_random()
            if kill:
                self.kills.append(kill)
                self.said(f"{len(self.kills):>5}  {kill.what}, {kill.name}")
            self._look(self.every_seconds - (time.monotonic() - began))
        self._look(STOPPED_SECONDS[1])

    def _at_random(self) -> Kill | None:
        name = self.dice.choice(NAMES)
        pids = self.line.pids(name)
        if name == "web" and self.dice.random() < 0.15:
            child = self.line.children["web"].process
            assert child is not None
            pids = [child.pid]
        if not pids or any(pid in pids for _, pid in self.frozen):
            return None
        pid, deadly = self.dice.choice(pids), self.dice.random() < 0.75
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL if deadly else signal.SIGSTOP)
            return self._kill("killed" if deadly else "frozen", name, pid, deadly=deadly)
        return None

    def _at_a_point(self) -> Kill | None:
        if not self.points:
            self.points = [*POINTS]
            self.dice.shuffle(self.points)
        number, deadly = self.points.pop(), self.dice.random() < 0.8
        owners = {pid: name for name in NAMES for pid in self.line.pids(name)}
        arm(self.line.points, number, "KILL" if deadly else "STOP")
        until = time.monotonic() + POINT_SECONDS
        while time.monotonic() < until:
            self._look(LOOK_SECONDS / 2)
            for pid, hit in fired(self.line.points):
                self.passed[hit] += 1
                what = f"{'killed' if deadly else 'frozen'} at {hit} ({POINTS[hit].says})"
                return self._kill(what, owners.get(pid, "web"), pid, deadly=deadly)
        if not disarm(self.line.points, number):  # taken in this very moment
            time.sleep(LOOK_SECONDS)
            for pid, hit in fired(self.line.points):
                self.passed[hit] += 1
                return self._kill(f"at {hit}", owners.get(pid, "web"), pid, deadly=deadly)
        return None

    def _kill(self, what: str, name: str, pid: int, *, deadly: bool) -> Kill:
        for earlier in self.kills:
            if earlier.name == name and earlier.seconds is None:
                earlier.struck_again = True
        if not deadly:
            wakes = time.monotonic() + self.dice.uniform(*STOPPED_SECONDS)
            self.frozen.append((wakes, pid))
        return Kill(what, name, pid, time.monotonic(), deadly)

    def _look(self, seconds: float) -> None:
        """Let time pass; thaw whom it is time to thaw, and see who is back."""
        until = time.monotonic() + max(seconds, 0)
        while True:
            for wakes, pid in list(self.frozen):
                if time.monotonic() >= wakes:
                    self.frozen.remove((wakes, pid))
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGCONT)
            for kill in self.kills:
                if kill.deadly and kill.seconds is None and self._back(kill):
                    kill.seconds = time.monotonic() - kill.at
            self._see_who_waits()
            if time.monotonic() >= until:
                return
            time.sleep(min(LOOK_SECONDS, max(until - time.monotonic(), 0)))

    def _see_who_waits(self) -> None:
        late = time.monotonic() - PEN_SECONDS
        out = [one for one in self.kills if one.deadly and one.seconds is None and one.at < late]
        if out and self.frozen and not all(one.waited for one in out) and _pen_taken(self.line):
            for one in out:
                one.waited = True

    def _back(self, kill: Kill) -> bool:
        """Somebody does its work again, and nothing that it had in hand is still in its hand."""
        pids = self.line.pids(kill.name)
        wanted = WORKERS if kill.name == "web" else 1
        frozen = {pid for _, pid in self.frozen}
        if kill.pid in pids or len(pids) < wanted or not frozen.isdisjoint(pids):
            return False
        worker = f"{socket.gethostname()}:{kill.pid}"
        with suppress(StoreDown, OSError):
            if kill.name == "web" and not healthy(self.line):
                return False
            with self.line.board.store.engine.connect() as there:
                held = select(func.count()).where(
                    errands.c.claimed_by == worker, errands.c.state == "claimed"
                )
                if there.execute(held).scalar_one():
                    return False
                return kill.name == "web" or _beaten(there, pids[0])
        return False


def _pen_taken(line: Line) -> bool:
    """SQLite has one writer, and whoever was frozen while it wrote keeps everybody from it."""
    store = line.board.store
    if store.dialect != "sqlite":
        return False
    pen = sqlite3.connect(str(store.engine.url.database), timeout=PEN_SECONDS, isolation_level=None)
    with closing(pen):
        try:
            pen.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def _beaten(there, pid: int) -> bool:
    name = f"clock {socket.gethostname()}:{pid}"
    return there.execute(select(heartbeats).where(heartbeats.c.process == name)).first() is not None


def healthy(line: Line) -> bool:
    try:
        with urllib.request.urlopen(f"{line.settings.public_base_url}/healthz", timeout=2) as said:
            return said.status == 200
    except OSError:
        return False


@dataclass
class Outcome:
    count: Count
    kills: list[Kill]
    passed: Counter[int]
    accidents: list[str]
    answers: int
    slow: float = 1.0  # how many times slower than usual this machine is now

    @property
    def recoveries(self) -> list[float]:
        """In seconds, of each that was left to recover: a freeze of 13 s is no recovery's length."""
        left = [one for one in self.kills if not one.struck_again and not one.waited]
        return sorted(one.seconds for one in left if one.seconds is not None)

    def at(self, share: float) -> float:
        """The recovery that so great a share of the kills did not exceed, in seconds."""
        found = self.recoveries
        return found[min(len(found) - 1, int(share * len(found)))] if found else 0.0

    def bad(self) -> list[str]:
        never = [f"never came back: {k.what}" for k in self.kills if k.deadly and k.seconds is None]
        return [*self.count.bad(), *never, *self.accidents]

    def __str__(self) -> str:
        return (
            f"{self.count}\n{len(self.kills)} kills ({sum(k.deadly for k in self.kills)} deadly) at"
            f" {len(self.passed)} of {len(POINTS)} points and at random; recovery median"
            f" {self.at(0.5):.1f} s, p99 {self.at(0.99):.1f} s of {len(self.recoveries)} that were not"
            f" struck again before they were back, nor waited for a frozen writer ("
            f"{sum(one.waited for one in self.kills)} did); {self.answers} talks ended at desks;"
            f" the machine {self.slow:.1f} times slower than a quiet one"
        )


def happens(
    line: Line,
    kills: int,
    seed: int,
    *,
    every_seconds: float = 2.0,
    said: Callable[[str], None] = lambda _words: None,
    meanwhile: Callable[[threading.Event], None] | None = None,
) -> Outcome:
    """Load, kills, quiet, and the count. `meanwhile` disturbs the database until its event."""
    began = time.monotonic()
    people = cast(line)
    until(lambda: all(line.pids(name) for name in NAMES) and healthy(line), WARM_SECONDS)
    until(lambda: snapshot.path(line.settings).exists(), WARM_SECONDS)
    slow = max(1.0, (time.monotonic() - began) / START_SECONDS)
    callers, killer = Callers(line, seed), Killer(line, seed, every_seconds, said)
    over = threading.Event()
    other = threading.Thread(target=meanwhile or (lambda _over: None), args=(over,), daemon=True)
    callers.start()
    other.start()
    killer.run(kills)
    over.set()
    other.join()
    callers.stopping.set()
    callers.join()
    _come_to_rest(line, callers, killer)
    for one in people:
        one.stopping.set()
    for one in people:
        one.join()
    answers = sum(one.answers for one in people)
    slow = max(slow, os.getloadavg()[0] / (os.cpu_count() or 1))  # others may have come since
    found = count(line, callers.legs, slow)
    found.lost += [f"acceptance of {o}" for one in people for o in _undone(line, one.accepted)]
    return Outcome(found, killer.kills, killer.passed, line.accidents, answers, slow)


def _come_to_rest(line: Line, callers: Callers, killer: Killer) -> None:
    until(lambda: all(leg.final for leg in callers.legs), QUIET_SECONDS, killer._look)
    callers.hang_up_all()
    killer._look(1)
    until(lambda: not _live(line), QUIET_SECONDS, killer._look)  # and counted in that moment


def _live(line: Line) -> bool:
    """Whether anything is under way. Of hundreds of callers many are to be rung back: what of that
    has not begun is put off until tomorrow, or this would not end for hours.
    """
    if offline_notes.left_over(line.board):
        return True
    now = datetime.now(UTC)
    when = {"soon": now + timedelta(seconds=BEGINS_SECONDS), "later": now + timedelta(days=1)}
    with suppress(StoreDown), line.board.store.engine.begin() as there:
        put_off = there.execute(_PUT_OFF, when).rowcount
        return bool(put_off or left_behind(there))
    return True


def _undone(line: Line, accepted: dict[str, str]) -> list[str]:
    """Acceptances that a clinician was told of and that the database does not know."""
    with line.board.store.read() as rows:
        return [
            one
            for one in accepted
            if (kept := rows.offers.get(one)) is None or kept.state != "accepted"
        ]


def until(
    holds: Callable[[], object], seconds: float, wait: Callable[[float], object] = time.sleep
) -> bool:
    """Wait for it, so long at most; whether it came to hold."""
    give_up_at = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > give_up_at:
            return False
        wait(LOOK_SECONDS)
    return True
