"""How many callers are answered in time by so many people, and how many give up? Erlang-A.

The queue M/M/n+M: arrivals at random, talks and patience exponential, the longest waiting first.
With endless patience it is Erlang-C. An arriving caller who meets n + q others (q of them waiting)
is next after q + 1 of them left; summed over q, the density of an answered caller's wait t is
    P(n) n mu exp(-(n mu + theta) t + (lambda / theta) (1 - exp(-theta t)))
(Palm 1957; Mandelbaum and Zeltyn, "Service engineering in action", 2007, section 2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, expm1

HOUR_SECONDS = 3600
STEPS = 400  # of Simpson's rule; even
ENOUGH = 1e-12
PEOPLE_MOST = 1000


@dataclass(frozen=True, slots=True)
class Load:
    """What comes in. `patience_seconds`: mean time until somebody gives up; None: they never do."""

    calls_per_hour: float
    handle_seconds: float  # talk and wrap-up together, the mean
    patience_seconds: float | None = None

    @property
    def erlangs(self) -> float:
        """How many people are busy on average if nobody gives up."""
        return self.calls_per_hour * self.handle_seconds / HOUR_SECONDS


def answered_within(load: Load, people: int, seconds: float) -> float:
    """Return the share of all callers who are answered within so many seconds (0 to 1)."""
    if people <= 0:
        return 0.0 if load.calls_per_hour else 1.0
    if not load.calls_per_hour:
        return 1.0
    at_full, fewer = _full(load, people)
    served = people / load.handle_seconds
    step = seconds / STEPS
    inside = sum(
        weight * _density(load, served, number * step) for number, weight in enumerate(_weights())
    )
    return fewer + at_full * served * inside * step / 3


def abandoned(load: Load, people: int) -> float:
    """Return the share of callers who give up (0 to 1); of endless patience nobody."""
    theta = _rate(load.patience_seconds)
    if not theta or not load.calls_per_hour:
        return 0.0
    at_full, _ = _full(load, people)
    queue = sum(waiting * share for waiting, share in _longer(load, people, theta))
    return theta * at_full * queue / (load.calls_per_hour / HOUR_SECONDS)


def needed(load: Load, share: float, seconds: float) -> int:
    """Return the fewest people, at least one, who answer `share` of all callers in time.

    Raises:
        ValueError: a thousand would not do.
    """
    for people in range(1, PEOPLE_MOST + 1):
        if answered_within(load, people, seconds) >= share:
            return people
    raise ValueError(f"{load} needs more than {PEOPLE_MOST} people")


def _full(load: Load, people: int) -> tuple[float, float]:
    """How often exactly all are busy and nobody waits, and how often somebody is free."""
    blocked = 1.0  # Erlang-B, by its recurrence
    for number in range(1, people + 1):
        blocked = load.erlangs * blocked / (number + load.erlangs * blocked)
    theta = _rate(load.patience_seconds)
    arrivals, served = load.calls_per_hour / HOUR_SECONDS, people / load.handle_seconds
    if not theta:
        if arrivals >= served:
            return 0.0, 0.0  # the line grows without end
        at_full = 1 / (1 / blocked + arrivals / (served - arrivals))
        return at_full, at_full * (1 / blocked - 1)
    at_full = 1 / (1 / blocked + sum(share for _, share in _longer(load, people, theta)))
    return at_full, at_full * (1 / blocked - 1)


def _longer(load: Load, people: int, theta: float) -> Iterator[tuple[int, float]]:
    """How often 1, 2, 3 ... wait, beside how often all are busy and nobody does."""
    arrivals, served = load.calls_per_hour / HOUR_SECONDS, people / load.handle_seconds
    share, waiting = 1.0, 0
    while share > ENOUGH or served + waiting * theta < arrivals:  # or they are still growing
        waiting += 1
        share *= arrivals / (served + waiting * theta)
        yield waiting, share


def _density(load: Load, served: float, wait: float) -> float:
    arrivals, theta = load.calls_per_hour / HOUR_SECONDS, _rate(load.patience_seconds)
    if not theta:
        return exp((arrivals - served) * wait)
    return exp(-(served + theta) * wait - arrivals / theta * expm1(-theta * wait))


def _weights() -> list[int]:
    """Of Simpson's rule: 1, 4, 2, 4 ... 4, 1."""
    return [1, *(4 if number % 2 else 2 for number in range(1, STEPS)), 1]


def _rate(seconds: float | None) -> float:
    return 1 / seconds if seconds else 0.0
