"""How does a test wait for something outside itself, with a limit and without a bare sleep?"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
POLL_SECONDS = 0.02


def until(probe: Callable[[], T | None], *, seconds: float, what: str = "what was expected") -> T:
    """The probe's first true answer; AssertionError when none came within `seconds`."""
    pause, give_up_at = threading.Event(), time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if found := probe():
            return found
        pause.wait(POLL_SECONDS)
    raise AssertionError(f"{what} did not come within {seconds} s")
