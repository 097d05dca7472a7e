"""How can one leg wait for many things, and stop waiting the instant somebody hangs up?

A fiber is a coroutine driven by our clock instead of an event loop. It is never resumed from
inside another one (a wake-up is planned, not performed), and cancelling it unwinds it at once.
"""

from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

from emulator.clock import Clock

T = TypeVar("T")


class Cancelled(BaseException):
    """Thrown into a fiber that must stop; `why` says what happened to it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Signal(Generic[T]):
    """Something that will happen at most once; the first value counts."""

    __slots__ = ("_then", "is_set", "value")

    def __init__(self) -> None:
        self.is_set = False
        self.value: T | None = None
        self._then: list[Callable[[], object]] = []

    def set(self, value: T) -> None:
        if self.is_set:
            return
        self.is_set, self.value = True, value
        then, self._then = self._then, []
        for fn in then:
            fn()

    def then(self, fn: Callable[[], object]) -> None:
        if self.is_set:
            fn()
        else:
            self._then.append(fn)

    def __await__(self) -> Generator["Signal[T]", None, T]:
        if not self.is_set:
            yield self
        return self.value  # type: ignore[return-value]  # set() gave it


class Fiber:
    """One coroutine on the clock, cancellable from outside at any await."""

    __slots__ = ("_clock", "_coro", "_doomed", "_turn", "done", "running")

    def __init__(self, clock: Clock, coro: Coroutine[Any, None, object]) -> None:
        self._clock, self._coro = clock, coro
        self._turn = 0
        self._doomed: str | None = None
        self.running = False
        self.done = False
        clock.call_later(0, self._step, 0)

    def _step(self, turn: int) -> None:
        if self.done or turn != self._turn:
            return
        self._turn += 1
        self.running = True
        try:
            signal = self._coro.send(None)
        except (StopIteration, Cancelled):
            self.done = True
            return
        finally:
            self.running = False
        if self._doomed is not None:
            self.cancel(self._doomed)
        else:
            expected = self._turn
            signal.then(lambda: self._clock.call_later(0, self._step, expected))

    def cancel(self, why: str) -> None:
        if self.done:
            return
        if self.running:  # it cancels itself: let it come to its next await first
            self._doomed = why
            return
        self.done = True
        try:
            self._coro.throw(Cancelled(why))
        except (Cancelled, StopIteration):
            return
        raise RuntimeError("a fiber awaited something while it was being cancelled")


async def sleep(clock: Clock, seconds: float) -> None:
    await either(clock, seconds)


async def either(clock: Clock, seconds: float | None, *signals: Signal[Any]) -> bool:
    """Wait for the first of some signals, at most `seconds`; True when a signal came first."""
    woken: Signal[bool] = Signal()
    for signal in signals:
        signal.then(lambda: woken.set(True))
    timer = None if seconds is None else clock.call_later(seconds, woken.set, False)
    try:
        return await woken
    finally:
        if timer is not None:
            timer.cancel()
