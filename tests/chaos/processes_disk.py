"""A small disk of the database's own, and who fills it. Mounting one needs root, on Linux."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos.processes_ills import Ill

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


def ills(disk: Path) -> dict[str, Ill]:
    """The disk is full: whatever is written there is refused."""
    return {"the database's disk full": lambda seconds: _full(disk / "filled", seconds)}


def _full(file: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    with file.open("wb", buffering=0) as there:
        while time.monotonic() < until:
            try:
                there.write(BLOCK)
            except OSError:  # full; whatever becomes free is taken as well
                time.sleep(0.02)
    file.unlink()
