"""What happened, second by second: what each leg heard, and every HTTP exchange?

`timeline.text()` is what a failing test should print; `silence(leg)` measures dead air.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from emulator.clock import Clock
from emulator.sounds import Sound

if TYPE_CHECKING:
    from emulator.legs import Leg

QUIET = frozenset({"silence"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: `about` is a CallSid or the name of a thing, `what` a verb, `text` the rest."""

    at: datetime
    about: str
    what: str
    text: str


@dataclass(slots=True)
class Exchange:
    """One webhook attempt or REST request, from the first byte to the last."""

    at: datetime
    kind: str
    leg_sid: str
    method: str
    url: str
    sent: dict[str, str]
    status: int | None = None  # None: no answer (see `failure`)
    seconds: float = 0.0
    answered: str = ""
    failure: str = ""


class Timeline:
    """The emulator's memory, bounded: the oldest lines go first."""

    def __init__(
        self, clock: Clock, entries_max: int = 200_000, exchanges_max: int = 50_000
    ) -> None:
        self._clock = clock
        self.started_at = clock.now()
        self.entries: deque[Entry] = deque(maxlen=entries_max)
        self.exchanges: deque[Exchange] = deque(maxlen=exchanges_max)

    def note(self, leg: "Leg | None", what: str, text: str = "") -> None:
        about = leg.sid if leg is not None else ""
        self.entries.append(Entry(self._clock.now(), about, what, text))

    def sound(self, leg: "Leg", item: Sound | None) -> None:
        if item is not None:
            said = f'{item.kind} "{item.text}"' if item.text else item.kind
            self.note(leg, "hears", said)

    def exchange(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    def text(self, legs: Iterable["Leg"] = ()) -> str:
        """Everything in order of time; with `legs`, only what concerns those."""
        wanted = {leg.sid for leg in legs}
        lines = [
            (entry.at, order, f"{entry.about or '-':34}  {entry.what} {entry.text}".rstrip())
            for order, entry in enumerate(self.entries)
            if not wanted or entry.about in wanted
        ]
        lines += [
            (one.at, order, f"{one.leg_sid or '-':34}  {describe(one)}")
            for order, one in enumerate(self.exchanges)
            if not wanted or one.leg_sid in wanted
        ]
        lines.sort(key=lambda line: line[0])
        return "\n".join(f"{self._offset(at):>12}  {text}" for at, _, text in lines)

    def _offset(self, at: datetime) -> str:
        seconds = (at - self.started_at).total_seconds()
        return f"{seconds:.3f}s"


def describe(one: Exchange) -> str:
    telling = ("CallStatus", "Digits", "QueueResult", "DialCallStatus", "StatusCallbackEvent")
    facts = " ".join(f"{key}={one.sent[key]}" for key in telling if one.sent.get(key))
    outcome = one.failure or str(one.status)
    answered = " ".join(one.answered.split())[:300]
    parts = [f"<{one.kind}> {one.method} {one.url}", facts, f"-> {outcome}", answered]
    return f"{' '.join(part for part in parts if part)} ({one.seconds:.3f} s)"


def silence(leg: "Leg", at_least_seconds: float = 0.0) -> list[tuple[datetime, float]]:
    """Stretches in which a connected leg heard nothing: (start, seconds), joined, in order.

    A pressed key ends one and begins the next: a telephone sounds its own keys.
    """
    if leg.answered_at is None:
        return []
    end = leg.ended_at or leg.town.clock.now()
    stretches: list[tuple[datetime, float]] = []
    for one in leg.heard:
        seconds = one.seconds if one.seconds is not None else (end - one.at).total_seconds()
        if one.kind not in QUIET or one.at < leg.answered_at:
            continue
        if stretches and stretches[-1][0] + timedelta(seconds=stretches[-1][1]) == one.at:
            start, before = stretches.pop()
            stretches.append((start, before + seconds))
        else:
            stretches.append((one.at, seconds))
    whole = [part for one in stretches for part in _between_keys(leg, *one)]
    return [one for one in whole if one[1] > 0 and one[1] >= at_least_seconds]


def _between_keys(leg: "Leg", at: datetime, seconds: float) -> Iterator[tuple[datetime, float]]:
    end = at + timedelta(seconds=seconds)
    edges = [at, *(key for key in leg.pressed_at if at < key < end), end]
    for start, stop in pairwise(edges):
        yield start, (stop - start).total_seconds()


def first_sound(leg: "Leg") -> float | None:
    """Seconds from pick-up to the first thing that is not silence; None: nothing yet."""
    if leg.answered_at is None:
        return None
    for one in leg.heard:
        if one.kind not in QUIET and one.at >= leg.answered_at:
            return (one.at - leg.answered_at).total_seconds()
    return None
