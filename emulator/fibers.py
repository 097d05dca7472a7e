"""How can one leg wait for many things, and stop waiting the instant somebody hangs up?

A fiber is a coroutine driven by our clock instead of an event loop. It is never resumed from
inside another one (a wake-up is planned, not performed), and cancelling it unwinds it at once.
"""

from collections.abc import Callable, Coroutine, Generator
from inspect import CORO_CLOSED, CORO_RUNNING, getcoroutinestate
from typing import Any, Generic, TypeVar

from emulator.clock import Clock

T = TypeVar("T")
Work = Coroutine[Any, None, object]
# A town that is dropped is collected in any order: a parent may end a child that is gone already.
UNWOUND = (CORO_CLOSED, CORO_RUNNING)


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
    """One coroutine on the clock, cancellable from outside at any await.

    The coroutine is made at its first step, so that one never started leaves nothing behind.
    """

    __slots__ = ("__weakref__", "_clock", "_coro", "_doomed", "_make", "_turn", "done", "running")

    def __init__(self, clock: Clock, fn: Callable[..., Work], *args: Any) -> None:
        self._clock = clock
        self._make: tuple[Callable[..., Work], tuple[Any, ...]] = (fn, args)
        self._coro: Work | None = None
        self._turn = 0
        self._doomed: str | None = None
        self.running = False
        self.done = False
        clock.call_later(0, self._step, 0)

    def _step(self, turn: int) -> None:
        if self.done or turn != self._turn:
            return
        if self._coro is None:
            fn, args = self._make
            self._coro = fn(*args)
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
        """Unwind at once; a fiber that cancels itself first comes to its next await."""
        if self.done:
            return
        if self.running:
            self._doomed = why
            return
        self.done = True
        if self._coro is None or getcoroutinestate(self._coro) in UNWOUND:
            return
        try:
            self._coro.throw(Cancelled(why))
        except (Cancelled, StopIteration):
            return
        raise RuntimeError("a fiber awaited something while it was being cancelled")

    def abandon(self) -> None:
        """Never run again: the town is being taken down."""
        if not self.running and not self.done:
            self.done = True
            if self._coro is not None:
                self._coro.close()


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
