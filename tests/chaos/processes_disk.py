"""A small disk of the database's own, and who fills it. Mounting one needs root, on Linux."""

import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos.processes_postgres import BETWEEN_SECONDS, ILL_SECONDS

MEGABYTES = 256
BLOCK = bytes(65536)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of some megabytes at `folder`; whether there could be one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "diversion-chaos", folder]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:  # no Linux
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fills(disk: Path, seed: int, said: Callable[[str], None]) -> Callable[[threading.Event], None]:
    """Every 5 to 40 s the disk is full for some seconds: whatever is written there is refused."""
    dice = random.Random(seed)

    def meanwhile(over: threading.Event) -> None:
        while not over.wait(dice.uniform(*BETWEEN_SECONDS)):
            seconds = dice.uniform(*ILL_SECONDS)
            said(f"       the database's disk full for {seconds:.1f} s")
            _full(disk / "filled", seconds)

    return meanwhile


def _full(file: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    with file.open("wb", buffering=0) as there:
        while time.monotonic() < until:
            try:
                there.write(BLOCK)
            except OSError:  # full; whatever becomes free is taken as well
                time.sleep(0.02)
    file.unlink()
