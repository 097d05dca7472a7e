"""How are the figures told: as a table on the screen and as docs/benchmarks.md?"""

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from math import ceil
from statistics import median

BUSY = 3.0  # a load at which two cores are no longer ours
PACKAGES = ("flask", "gunicorn", "sqlalchemy", "psycopg")
HEAD = """# What it costs and how long it takes

Written by `./run bench`; run it again rather than edit this page. Every address is 127.0.0.1.
"""
TAIL = """
## How to read it

- Costs are the web process's own CPU time, asked of the process before and after each turn, and
  told as a ratio to a bare Flask view (`return "ok"`) that the same gunicorn worker serves on the
  same connections with the same form. The turns alternate, and the ratio is the median over the
  rounds, so a busy neighbour disturbs all kinds alike. The microseconds beside it are this
  machine's, that day, and vary by a factor of two and more.
- Requests are real: signed, the carrier's two dozen fields, a CallSid of their own, laps at the
  address that the answer before named. Eight connections, as many as the database pool keeps.
- "In the kernel" is the share of that CPU which the kernel used; on SQLite it is mostly the commit
  that waits for the disk (`synchronous=FULL`, on purpose: a promise must survive a power cut).
- The private PostgreSQL runs on the same machine without waiting for its disk, so its commits are
  faster than yours; its own CPU time is not counted.
- Latencies of a lone request, and above all every p99, are noisy on a shared machine: they are the
  first to suffer when others work on it. The load while measuring stands in the first lines.
- The journey is played as in the demo (web, clock, emulator) by a visitor who does what the desk's
  page does. The caller hears "Here's a counselor" before the two are joined; that sentence's
  length is part of accept to talking. Only sound is left out: a genuine softphone adds some 20 ms.
- Round trips are counted exactly, begin and commit included, and are the same everywhere.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; `met` is None where no goal was set."""

    what: str
    cells: Sequence[str]
    goal: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "MISSED", None: ""}[self.met]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=tuple)
    columns: Sequence[str] = ()  # its own, where it does not speak of the page's


def row(what: str, cells: Iterable[str], figures: Iterable[float], goal: float, unit: str) -> Row:
    """A row with a goal that every database's figure has to keep."""
    met = all(figure <= goal for figure in figures)
    return Row(what, tuple(cells), f"≤ {goal:g}{unit}", met)


def p99(figures: Iterable[float]) -> float:
    """The figure that 99 % do not exceed; of few figures, the largest."""
    ranked = sorted(figures)
    return ranked[ceil(0.99 * len(ranked)) - 1]


def middle(figures: Iterable[float]) -> float:
    return median(figures)


# -- rendering --------------------------------------------------------------------------------


def text(columns: Sequence[str], sections: Iterable[Section]) -> str:
    return "\n".join(line for section in sections for line in told(columns, section))


def told(columns: Sequence[str], section: Section) -> list[str]:
    lines = table(columns, section)
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    body = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return ["", section.title, *(f"  {line}" for line in body), *(f"  {n}" for n in section.notes)]


def page(
    columns: Sequence[str],
    sections: Iterable[Section],
    facts: Iterable[str],
    head: str = HEAD,
    tail: str = TAIL,
) -> str:
    parts = [head, *(f"- {fact}\n" for fact in facts)]
    for section in sections:
        head, *body = table(columns, section)
        rules = ["---", *("--:" for _ in section.columns or columns), "---", "---"]
        lines = "".join(f"| {' | '.join(line)} |\n" for line in (head, rules, *body))
        notes = "".join(f"\n{note}\n" for note in section.notes)
        parts.append(f"\n## {section.title}\n\n{lines}{notes}")
    return "".join([*parts, tail])


def table(columns: Sequence[str], section: Section) -> list[list[str]]:
    body = [[one.what, *one.cells, one.goal, one.verdict] for one in section.rows]
    return [["", *(section.columns or columns), "goal", ""], *body]


def missed(sections: Iterable[Section]) -> list[str]:
    return [one.what for section in sections for one in section.rows if one.met is False]


# -- the machine, without its name ------------------------------------------------------------


AGAIN = "`./run bench` (some five minutes); `--rounds 2 --quick` only tries it out"


def machine(loads: tuple[float, float], server: str | None, again: str = AGAIN) -> list[str]:
    """Date, cores, system and versions; no host name, no path."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    databases = f"SQLite {sqlite3.sqlite_version}" + (f", PostgreSQL {server}" if server else "")
    busy = ": others were at work, so trust the ratios only" if max(loads) > BUSY else ""
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {system()}",
        f"Python {platform.python_version()}, {packages}, {databases}",
        f"load {loads[0]:.1f} before and {loads[1]:.1f} after{busy}",
        f"again: {again}",
    ]


def system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()
