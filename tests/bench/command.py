"""What does a webhook cost, and how long does a caller wait? `./run bench`, on both databases.

`./run bench roster` asks instead what it costs to know who is on call, `./run bench clocks` whether
due work is done once and in time.
"""

import argparse
import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypeVar

import private_postgres
import psycopg
from bench import (
    clocks,
    cost,
    desk,
    figures,
    report,
    roster,
    roster_page,
    round_trips,
    served,
    streams,
)

from config import logs
from storage.migrate import upgrade

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
CLOCKS_PAGE = ROOT / "docs" / "benchmarks-clocks.md"
ROSTER_PAGE = ROOT / "docs" / "benchmarks-roster.md"
T = TypeVar("T")
NewDatabase = Callable[[], str]


@dataclass(frozen=True)
class Amounts:
    rounds: int = 6
    lone: int = 200
    journeys: int = 20
    webhooks: int = 300
    starts: int = 3


def main() -> int:
    given = parsed()
    os.chdir(ROOT)
    logs.configure("error")
    if given.what == "roster":
        return of_the_roster(given.quick)
    if given.what == "clocks":
        return of_the_clocks(given.quick)
    amounts = Amounts(given.rounds, 40, 2, 30, 1) if given.quick else Amounts(given.rounds)
    before = os.getloadavg()[0]
    with databases() as (found, server):
        columns = list(found)
        sections = measured(found, amounts)
    print(report.text(columns, sections))
    facts = report.machine((before, os.getloadavg()[0]), server)
    print("\n" + "\n".join(facts))
    if not given.quick:
        PAGE.write_text(report.page(columns, sections, facts), encoding="utf-8")
        print(f"written to {PAGE.relative_to(ROOT)}")
    for what in report.missed(sections):
        print(f"goal missed: {what}")
    return 0


def of_the_roster(quick: bool) -> int:
    before, found = os.getloadavg()[0], []
    folder = Path(tempfile.mkdtemp(prefix="diversion-bench-"))
    new = sqlite(folder)
    for people in roster.PEOPLE[: 1 if quick else None]:
        began = time.monotonic()
        found.append(roster.measured(new(), people))
        say(f"{people:,} people: {time.monotonic() - began:.0f} s")
    page = roster_page.measured(new(), folder, asked=20 if quick else roster_page.ASKED)
    shutil.rmtree(folder)
    columns = [f"{one.people:,} people" for one in found]
    sections = [*roster.sections(found), roster_page.section(page)]
    print(report.text(columns, sections))
    if not quick:
        facts = report.machine((before, os.getloadavg()[0]), None, "`./run bench roster`")
        ROSTER_PAGE.write_text(roster.page(columns, sections, facts), encoding="utf-8")
        print(f"written to {ROSTER_PAGE.relative_to(ROOT)}")
    return 0


def of_the_clocks(quick: bool) -> int:
    """On PostgreSQL: several processes that all write are what it is for."""
    before = os.getloadavg()[0]
    with databases() as (known, server), tempfile.TemporaryDirectory() as folder:
        if server is None:
            return 1
        sections = clocks.sections(clocks.measured(known["PostgreSQL"], Path(folder), say))
    print(report.text(["PostgreSQL"], sections))
    if not quick:
        facts = report.machine((before, os.getloadavg()[0]), server, "`./run bench clocks`")
        CLOCKS_PAGE.write_text(clocks.page(["PostgreSQL"], sections, facts), encoding="utf-8")
        print(f"written to {CLOCKS_PAGE.relative_to(ROOT)}")
    for what in report.missed(sections):
        print(f"goal missed: {what}")
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument(
        "what", nargs="?", choices=("webhooks", "roster", "clocks"), default="webhooks"
    )
    parser.add_argument("--rounds", type=int, default=Amounts.rounds, help="turns of each kind (6)")
    parser.add_argument("--quick", action="store_true", help="few of each; writes no page")
    return parser.parse_args()


def measured(found: dict[str, NewDatabase], amounts: Amounts) -> list[report.Section]:
    """Each part on each database in turn."""
    costs = each("cost", found, lambda u, at: cost.measured(u, at, amounts.rounds, amounts.lone))
    return [
        figures.costs(costs),
        figures.lone(costs),
        figures.trips(each("round trips", found, lambda url, _at: round_trips.counted(url))),
        figures.journeys(
            each("the served path", found, lambda u, at: desk.measured(u, at, amounts.journeys))
        ),
        figures.crowds(
            each("streams", found, lambda u, at: streams.measured(u, at, amounts.webhooks))
        ),
        figures.starts(each("starting", found, lambda u, at: started(u, at, amounts.starts))),
    ]


def each(
    what: str, found: dict[str, NewDatabase], measure: Callable[[str, Path], T]
) -> dict[str, T]:
    figures_of: dict[str, T] = {}
    for name, new in found.items():
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="diversion-bench-") as logs_folder:
            figures_of[name] = measure(new(), Path(logs_folder))
        say(f"{what}, {name}: {time.monotonic() - began:.0f} s")
    return figures_of


def started(url: str, at: Path, times: int) -> list[float]:
    return [served.seconds_to_serve(url, at) for _ in range(times)]


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


# -- databases of our own ---------------------------------------------------------------------


@contextmanager
def databases() -> Iterator[tuple[dict[str, NewDatabase], str | None]]:
    """By name, how to make a fresh, migrated database; and PostgreSQL's version, if it is here."""
    folder = Path(tempfile.mkdtemp(prefix="diversion-bench-"))
    with (folder / "session.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # until this lock is free, the private PostgreSQL lives
        found: dict[str, NewDatabase] = {"SQLite": sqlite(folder)}
        server = None
        if private_postgres.binaries() is None:
            say(f"on SQLite only: {private_postgres.INSTALL}")
        else:
            url = private_postgres.start(folder / "session.lock")
            private_postgres.migrated_template(url)
            found["PostgreSQL"] = postgres(url)
            server = server_version(url)
        yield found, server
    shutil.rmtree(folder, ignore_errors=True)


def sqlite(folder: Path) -> NewDatabase:
    numbers = count()

    def new() -> str:
        url = f"sqlite:///{folder / f'line{next(numbers)}.db'}"
        upgrade(url)
        return url

    return new


def postgres(url: str) -> NewDatabase:
    numbers = count()
    return lambda: private_postgres.create(url, f"bench_{next(numbers)}")


def server_version(url: str) -> str:
    with psycopg.connect(private_postgres.plain(url)) as connection:
        return connection.info.parameter_status("server_version") or "?"
