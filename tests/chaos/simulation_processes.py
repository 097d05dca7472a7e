"""How do our processes die, freeze, and fail to reach the database or the carrier?

Each has numbered fault points: before a transaction opens, before and after its commit, before and
after a request to the carrier. A crash there is a BaseException, so that nothing of ours catches
it; what the process had in memory is gone with it, and its open transaction is rolled back.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from emulator.clock import VirtualClock
from emulator.http_client import InProcessClient
from storage.errors import StoreDown
from storage.store import Rows, Store
from switchboard.board import Board
from telephony.carrier import Carrier

if TYPE_CHECKING:
    from chaos.simulation_town import SimulatedTown

RESTART_SECONDS = (0.3, 1.5)  # a supervisor starts a new one
STATEMENT_SECONDS = 2.0  # storage.engine: then the database's own time-out strikes
SLOW_SECONDS = (0.2, 2.4)


class Crashed(BaseException):
    """The process died here (kill -9)."""


class WatchedClock(VirtualClock):
    """Somebody looks after every single thing that happens."""

    after: Callable[[], None] = staticmethod(lambda: None)

    def _step(self, end: float) -> bool:
        stepped = super()._step(end)
        if stepped:
            self.after()
        return stepped


class TroubledStore(Store):
    """A store whose database is away, slow, or does not say whether it committed."""

    def __init__(self, process: "Process", url: str) -> None:
        super().__init__(url, now=process.now)
        self.process = process

    def _open(self, engine: Any) -> Any:
        self.process.reach_the_database()
        return super()._open(engine)

    @contextmanager
    def begin(self) -> Iterator[Rows]:
        process = self.process
        process.point("opening")
        process.may_write()
        with super().begin() as rows:
            process.transactions += 1
            try:
                yield rows
            finally:
                process.transactions -= 1
            process.point("committing")
            process.may_fail("rolled back")
        process.town.mirror.stale = True
        process.point("committed")
        process.may_fail("lost commit")

    @contextmanager
    def read(self) -> Iterator[Rows]:
        with super().read() as rows:
            self.process.transactions += 1
            try:
                yield rows
            finally:
                self.process.transactions -= 1


class Asking(InProcessClient):
    """The way to the carrier, with a fault point at both ends."""

    def __init__(self, process: "Process") -> None:
        super().__init__(process.town.twilio)
        self.process = process

    def request(self, method: str, url: str, *given: Any, **named: Any) -> Any:
        if method != "GET":
            self.process.point("asking")
        self.process.town.asks(self.process, method, url, named)
        answer = super().request(method, url, *given, **named)
        if method != "GET":
            self.process.point("asked")
        return answer


class Process:
    """One of ours, `web` or `clock`: it may be down until an instant, then starts anew."""

    def __init__(self, town: "SimulatedTown", name: str, url: str) -> None:
        self.town, self.name, self.url = town, name, url
        self.luck = random.Random(f"{town.story.seed} {name}")
        self.points: Counter[str] = Counter()
        self.armed: list[list[Any]] = []  # [point, so many times to go]
        self.transactions = 0  # open now, in this single thread
        self.spent = 0.0  # seconds that slow statements cost the work in hand
        self.denied = False  # the work in hand found no database
        self.up_at = 0.0
        self.lives = 0
        self.store: TroubledStore | None = None
        self.start()

    def start(self) -> None:
        """A new process: nothing is remembered."""
        if self.store is not None:
            self.store.close()
        self.lives += 1
        self.transactions, self.spent = 0, 0.0
        self.store = TroubledStore(self, self.url)
        town = self.town
        self.board = Board(
            self.store,
            Carrier(town.settings, http_client=Asking(self)),
            town.settings,
            town.book,
            town.words,
            now=self.now,
            wake=self._wake,
            worker=f"{self.name}-{self.lives}",
            elapsed=lambda: town.clock.elapsed,
        )
        self._sweep_wanted = False

    def now(self) -> datetime:
        """This machine's clock, right or wrong."""
        return self.town.clock.now() + self.town.offset

    # -- running ----------------------------------------------------------------------------

    @property
    def down_for(self) -> float:
        """Seconds until it runs (again)."""
        return max(0.0, self.up_at - self.town.clock.elapsed)

    def freeze(self, seconds: float) -> None:
        self.up_at = max(self.up_at, self.town.clock.elapsed + seconds)

    def dies(self) -> None:
        """Its memory is gone now; the next one runs in a moment."""
        self.town.note(f"{self.name} dies")
        self.start()
        if self is self.town.web:
            self.town.app.extensions["board"] = self.board
        self.freeze(self.luck.uniform(*RESTART_SECONDS))

    def does(self, job: Callable[..., Any], *given: Any) -> Any:
        """Do it now unless down; dying in it is survived by everybody else."""
        if self.down_for:
            return None
        self.spent = 0.0
        try:
            return job(self.board, *given)
        except Crashed:
            self.dies()
        except StoreDown:
            pass  # the next tick tries again
        return None

    def every(self, seconds: float, job: Callable[..., Any], *given: Any) -> None:
        self.town.ticking.append(self.town.clock.every(seconds, lambda: self.does(job, *given)))

    def _wake(self) -> None:
        """After commit, in this process, soon: as the web process's sweeper thread does."""
        if not self._sweep_wanted:
            self._sweep_wanted = True
            self.town.clock.call_later(0.001, self._swept, self.lives)

    def _swept(self, life: int) -> None:
        from switchboard import clock

        if life != self.lives:
            return  # that process is gone, and its waking with it
        if self.down_for:
            self.town.clock.call_later(self.down_for, self._swept, life)
            return
        self._sweep_wanted = False
        self.does(clock.sweep)

    # -- what may go wrong ------------------------------------------------------------------

    def crash_at(self, point: str, times: int) -> None:
        """Die when this point is reached for the n-th time from now."""
        self.armed.append([point, times])

    def point(self, name: str) -> None:
        self.points[name] += 1
        for one in self.armed:
            if one[0] == name:
                one[1] -= 1
                if one[1] <= 0:
                    self.armed.remove(one)
                    raise Crashed(f"{self.name} {name}")

    def may_fail(self, what: str) -> None:
        chance = self.town.database.get(what, 0.0)
        if chance and self.luck.random() < chance:
            self.town.note(f"database: {what}")
            raise self._no(f"planned: {what}")

    def may_write(self) -> None:
        if self.town.clock.elapsed < self.town.read_only_until:
            raise self._no("planned: read-only")

    def reach_the_database(self) -> None:
        """Begin a transaction, or learn that there is no database; slowness costs time."""
        if self.town.clock.elapsed < self.town.away_until:
            raise self._no("planned: away")
        self.may_fail("refused")
        chance = self.town.database.get("slow", 0.0)
        if chance and self.luck.random() < chance:
            seconds = self.luck.uniform(*SLOW_SECONDS)
            self.spent += min(seconds, STATEMENT_SECONDS)
            self.town.note(f"database: {seconds:.1f} s for a statement")
            if seconds > STATEMENT_SECONDS:
                raise self._no("planned: statement timeout")

    def _no(self, why: str) -> StoreDown:
        self.denied = True
        return StoreDown(why)
