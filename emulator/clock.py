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
    """One entry of the virtual clock's diary."""

    __slots__ = ("args", "at", "fn", "order")

    def __init__(
        self, at: float, order: int, fn: Callable[..., object] | None, args: tuple[Any, ...]
    ) -> None:
        self.at, self.order, self.fn, self.args = at, order, fn, args

    def __lt__(self, other: "_Planned") -> bool:
        return (self.at, self.order) < (other.at, other.order)

    def cancel(self) -> None:
        self.fn, self.args = None, ()


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
        self._order = 0
        self._diary: list[_Planned] = []

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self._elapsed)

    def call_later(self, seconds: float, fn: Callable[..., object], *args: Any) -> Handle:
        self._order += 1
        planned = _Planned(self._elapsed + max(0.0, seconds), self._order, fn, args)
        heapq.heappush(self._diary, planned)
        return planned

    def every(self, seconds: float, fn: Callable[[], object]) -> Handle:
        return _Repeat(self, seconds, fn)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; whatever is due runs in order, at its own instant."""
        end = self._elapsed + seconds
        while self._step(end):
            pass
        self._elapsed = max(self._elapsed, end)

    def run_until(self, predicate: Callable[[], object], timeout_seconds: float) -> bool:
        """Let time pass until `predicate()` holds; False when it did not within the timeout."""
        end = self._elapsed + timeout_seconds
        while not predicate():
            if not self._step(end):
                self._elapsed = max(self._elapsed, end)
                return bool(predicate())
        return True

    def _step(self, end: float) -> bool:
        while self._diary and self._diary[0].at <= end:
            planned = heapq.heappop(self._diary)
            if planned.fn is not None:
                self._elapsed = max(self._elapsed, planned.at)
                planned.fn(*planned.args)
                return True
        return False


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
