"""What time is it in the emulator, and what happens next?

Two clocks, one interface. On the virtual one a month passes in a second and the same seed tells
the same story; the real one runs the same code on an asyncio loop.
"""

import heapq
import random
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

EMPTY_MIN = 500  # entries called off before the diary is worth copying


class Handle(Protocol):
    """Something planned that can still be called off."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """Everything in the engine takes its time, its timers and its chance from here."""

    random: random.Random

    def now(self) -> datetime: ...
    def call_later(self, seconds: float, fn: Callable[..., object], *args: Any) -> Handle: ...
    def every(self, seconds: float, fn: Callable[[], object]) -> Handle: ...


class _Planned:
    """One entry of the virtual clock's diary; empty once it was called off."""

    __slots__ = ("_clock", "args", "fn")

    def __init__(
        self, clock: "VirtualClock", fn: Callable[..., object], args: tuple[Any, ...]
    ) -> None:
        self._clock, self.args = clock, args
        self.fn: Callable[..., object] | None = fn

    def cancel(self) -> None:
        if self.fn is not None:
            self.fn, self.args = None, ()
            self._clock.called_off()


class _Repeat:
    """A call that plans itself anew until it is cancelled."""

    def __init__(self, clock: Clock, seconds: float, fn: Callable[[], object]) -> None:
        self._clock, self._seconds, self._fn = clock, seconds, fn
        self._next = clock.call_later(seconds, self._run)

    def _run(self) -> None:
        self._next = self._clock.call_later(self._seconds, self._run)
        self._fn()

    def cancel(self) -> None:
        self._next.cancel()


class VirtualClock:
    """Time that moves only when told to, exactly from one planned instant to the next."""

    def __init__(self, start: datetime, seed: int = 0) -> None:
        if start.tzinfo is None:
            raise ValueError("start: expected an aware datetime")
        self.start = start.astimezone(UTC)
        self.seed = seed
        self.random = random.Random(seed)
        self._elapsed = 0.0
        self._now = self.start
        self._order = 0
        # (instant, order of planning, what): no two are equal, so what is planned is never compared
        self._diary: list[tuple[float, int, _Planned]] = []
        self._empty = 0

    def now(self) -> datetime:
        return self._now

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._elapsed

    def call_later(self, seconds: float, fn: Callable[..., object], *args: Any) -> Handle:
        self._order += 1
        planned = _Planned(self, fn, args)
        at = self._elapsed + seconds if seconds > 0 else self._elapsed
        heapq.heappush(self._diary, (at, self._order, planned))
        return planned

    def called_off(self) -> None:
        """A day of time limits that nobody waits for any more must not slow the next call down."""
        self._empty += 1
        if self._empty > EMPTY_MIN and self._empty * 2 > len(self._diary):
            self._diary = [entry for entry in self._diary if entry[2].fn is not None]
            heapq.heapify(self._diary)
            self._empty = 0

    def every(self, seconds: float, fn: Callable[[], object]) -> Handle:
        return _Repeat(self, seconds, fn)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; whatever is due runs in order, at its own instant."""
        end = self._elapsed + seconds
        while self._step(end):
            pass
        self._reach(end)

    def run_until(self, predicate: Callable[[], object], timeout_seconds: float) -> bool:
        """Let time pass until `predicate()` holds; False when it did not within the timeout."""
        end = self._elapsed + timeout_seconds
        while not predicate():
            if not self._step(end):
                self._reach(end)
                return bool(predicate())
        return True

    def _step(self, end: float) -> bool:
        """Do the next thing that is due by `end`; False when there is none."""
        while self._diary and self._diary[0][0] <= end:
            at, _, planned = heapq.heappop(self._diary)
            if planned.fn is None:
                self._empty -= 1
                continue
            fn, args = planned.fn, planned.args
            planned.fn = None  # done: calling it off changes nothing any more
            self._reach(at)
            fn(*args)
            return True
        return False

    def _reach(self, elapsed: float) -> None:
        if elapsed > self._elapsed:
            self._elapsed = elapsed
            self._now = self.start + timedelta(seconds=elapsed)


class RealClock:
    """The wall clock, with its timers on an asyncio loop (the engine lives on that one thread)."""

    def __init__(self, loop: AbstractEventLoop | None = None, seed: int | None = None) -> None:
        self._loop = loop or get_running_loop()
        self.random = random.Random(seed)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def call_later(self, seconds: float, fn: Callable[..., object], *args: Any) -> Handle:
        if seconds <= 0:
            return self._loop.call_soon(fn, *args)
        return self._loop.call_later(seconds, fn, *args)

    def every(self, seconds: float, fn: Callable[[], object]) -> Handle:
        return _Repeat(self, seconds, fn)
