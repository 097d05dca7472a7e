"""Which rooms are there, and which files are ours?"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PURE = frozenset({"ivr", "routing", "callbacks", "care"})
ROOMS = PURE | {
    "config",
    "console",
    "door",
    "emulator",
    "reports",
    "storage",
    "switchboard",
    "telephony",
    "webhooks",
}


def files() -> Iterator[Path]:
    """Every Python file of every room, relative to the root."""
    for room in sorted(ROOMS):
        here = ROOT / room
        found = here.rglob("*.py") if here.is_dir() else [here.with_suffix(".py")]
        yield from (path.relative_to(ROOT) for path in sorted(found))


def files_of_tests() -> Iterator[Path]:
    yield from (path.relative_to(ROOT) for path in sorted((ROOT / "tests").rglob("*.py")))
