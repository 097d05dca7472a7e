"""One caller, two clinicians, seven events: every order of them, and a hang-up at every boundary.

Each is a story like those drawn from a seed, watched by the same invariants, but nothing of it is
left to chance: not what anybody does, nor in which order, nor how soon after one another.
"""

from collections.abc import Iterator
from itertools import combinations, product

from chaos.simulation_story import CallerPart, ClinicianPart, Story, Trouble
from town import RIVERTON

# What a clinician does, in this order; the seventh event is the caller's.
HABITS = {
    "talks": ("answers", "dials in", "presses End"),
    "drops": ("answers", "dials in", "hangs up"),
    "goes": ("answers", "browser lost", "dials in"),
    "thinks again": ("declines", "answers", "dials in"),
}
EACH = 3
PACES = (0.05, 3.0)  # one upon the other; and with all that follows in between
FIRST_AT = 3.0  # both have been offered the caller
NEVER = 9_999.0
BACK_SECONDS = 20.0


def worlds() -> Iterator[Story]:
    """Every one of them."""
    orders = list(combinations(range(2 * EACH), EACH))
    boundaries = (*range(2 * EACH + 1), None)
    every = product(product(HABITS, repeat=2), orders, boundaries, PACES)
    for seed, (habits, anas, boundary, pace) in enumerate(every):
        yield _world(seed, habits, anas, boundary, pace)


def _world(
    seed: int, habits: tuple[str, ...], anas: tuple[int, ...], boundary: int | None, pace: float
) -> Story:
    left = {"ana": list(HABITS[habits[0]]), "ben": list(HABITS[habits[1]])}
    troubles = []
    for n in range(2 * EACH):
        who = "ana" if n in anas else "ben"
        troubles.append(Trouble(FIRST_AT + n * pace, left[who].pop(0), who, BACK_SECONDS))
    hangs_up_at = None if boundary is None else FIRST_AT + (boundary - 0.5) * pace
    return Story(
        seed=seed,
        start="at night",
        callers=(CallerPart(0.0, RIVERTON, "+13145550150", hangs_up_at=hangs_up_at),),
        clinicians=(_slow("Ana"), _slow("Ben")),
        troubles=tuple(troubles),
    )


def _slow(name: str) -> ClinicianPart:
    """Somebody who does nothing but what the story says."""
    return ClinicianPart(
        name,
        "primary",
        answers=("ignore",),
        talks_for=NEVER,
        wraps_up_after=NEVER,
        back_after=NEVER,
    )
