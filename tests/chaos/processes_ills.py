"""What befalls the database while processes are killed?"""

import random
import threading
from collections.abc import Callable, Mapping

BETWEEN_SECONDS = (5, 40)
ILL_SECONDS = (0.5, 4)

Ill = Callable[[float], None]  # it lasts so many seconds
Meanwhile = Callable[[threading.Event], None]


def befalling(ills: Mapping[str, Ill], seed: int, said: Callable[[str], None]) -> Meanwhile:
    """Every 5 to 40 s one of these ills, by its words, for some seconds; until the event."""
    dice = random.Random(seed)

    def meanwhile(over: threading.Event) -> None:
        while not over.wait(dice.uniform(*BETWEEN_SECONDS)):
            name, seconds = dice.choice(list(ills)), dice.uniform(*ILL_SECONDS)
            said(f"       {name} for {seconds:.1f} s")
            ills[name](seconds)

    return meanwhile
