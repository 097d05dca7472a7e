"""What goes wrong on purpose, and exactly when?

A plan decides per request from its own seed, so the same seed fails the same way. Every kind of
fault is a probability; `FaultPlan.of_seed` switches a random subset on.
"""

import math
import random
from dataclasses import dataclass, fields

from emulator.web import WebAnswer, WebError, WebRequest, WebResponse

NOTICES = frozenset(
    {
        "status",
        "conference-event",
        "amd",
        "recording-status",
        "message",
        "partial-speech",
        "text-status",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request; the default is nothing."""

    delay_seconds: float = 0.0  # before it is sent
    copies: int = 1  # 0: never sent (dropped)
    instead: WebAnswer | None = None  # answered by nobody: this comes back
    lose_answer: bool = False  # the application acts, the answer is lost
    copy_delay_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RestFault:
    """What happens to one REST request."""

    status: int = 0  # refused with this status before anything happens
    lose_answer: bool = False  # it happens, but the client sees a connection reset


NO_FAULT = Fault()
NO_REST_FAULT = RestFault()


@dataclass
class FaultPlan:
    """Probabilities, 0 to 1, each per request; `*_seconds_max` bounds the delays."""

    seed: int = 0
    delay: float = 0.0  # a notice arrives late, possibly after the call
    delay_seconds_max: float = 60.0  # up to 86400 is meant
    reorder: float = 0.0  # a short delay, enough to overtake
    duplicate: float = 0.0
    drop: float = 0.0  # a notice never arrives
    server_error: float = 0.0
    timeout: float = 0.0
    reset: float = 0.0
    lost_response: float = 0.0
    rest_429: float = 0.0
    rest_5xx: float = 0.0
    rest_lost_response: float = 0.0
    conference_lag: float = 0.0  # a new conference is not listed yet
    conference_lag_seconds: float = 5.0
    queue_error: float = 0.0  # <Enqueue> fails inside the carrier: QueueResult=system-error

    def __post_init__(self) -> None:
        self.check()
        self.random = random.Random(self.seed)

    def check(self) -> None:
        """Raises ValueError for a probability that is none: it would never or always happen."""
        for one in fields(self):
            value, most = getattr(self, one.name), 1.0 if _is_chance(one.name) else math.inf
            if isinstance(value, str) or (one.name != "seed" and not 0 <= value <= most):
                raise ValueError(f"{one.name}: expected a number from 0 to {most:g}: {value!r}")

    @classmethod
    def of_seed(cls, seed: int, probability: float = 0.1) -> "FaultPlan":
        """A random subset of the faults, each with the given probability per request."""
        plan = cls(seed=seed)
        names = [one.name for one in fields(cls) if _is_chance(one.name)]
        chosen = [name for name in names if plan.random.getrandbits(1)]
        for name in chosen:
            setattr(plan, name, probability)
        plan.check()
        return plan

    def _happens(self, probability: float) -> bool:
        return probability > 0 and self.random.random() < probability

    def decide(self, request: WebRequest) -> Fault:
        """The fate of one webhook attempt."""
        if request.kind in NOTICES:
            return self._notice()
        if self._happens(self.server_error):
            return Fault(instead=WebResponse(502, [("Content-Type", "text/html")], b"Bad Gateway"))
        if self._happens(self.timeout):
            return Fault(instead=WebError("rt", "planned: no answer"))
        if self._happens(self.reset):
            return Fault(instead=WebError("reset", "planned: connection reset"))
        copies = 2 if self._happens(self.duplicate) else 1
        return Fault(copies=copies, lose_answer=self._happens(self.lost_response))

    def _notice(self) -> Fault:
        if self._happens(self.drop):
            return Fault(copies=0)
        delay = self.random.uniform(0, 2.0) if self._happens(self.reorder) else 0.0
        if self._happens(self.delay):
            delay = self.random.uniform(0, self.delay_seconds_max)
        copies = 2 if self._happens(self.duplicate) else 1
        again = self.random.uniform(0, 5.0) if copies > 1 else 0.0
        return Fault(delay_seconds=delay, copies=copies, copy_delay_seconds=again)

    def decide_rest(self, method: str) -> RestFault:
        """The fate of one REST request."""
        if self._happens(self.rest_429):
            return RestFault(status=429)
        if self._happens(self.rest_5xx):
            return RestFault(status=self.random.choice((500, 503)))
        return RestFault(lose_answer=method != "GET" and self._happens(self.rest_lost_response))

    def listed_after_seconds(self) -> float:
        """How long a new conference stays out of the list."""
        return self.conference_lag_seconds if self._happens(self.conference_lag) else 0.0

    def queue_fails(self) -> bool:
        """Whether this <Enqueue> meets an error of the carrier's own."""
        return self._happens(self.queue_error)


def _is_chance(name: str) -> bool:
    return not name.endswith(("_max", "_seconds")) and name != "seed"


NO_FAULTS = FaultPlan()
