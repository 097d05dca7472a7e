"""`./run simulate`: is any caller ever lost, in any of these stories?"""

from __future__ import annotations

import argparse
import fcntl
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]

import private_postgres  # noqa: E402
from chaos.simulation_databases import (  # noqa: E402
    PostgresGround,
    SqliteGround,
    sqlite_template,
)
from chaos.simulation_run import Outcome, tell  # noqa: E402
from chaos.simulation_shrink import shortest, told  # noqa: E402
from chaos.simulation_story import KINDS, Story, draw  # noqa: E402
from chaos.simulation_town import memory  # noqa: E402
from chaos.small_world import worlds  # noqa: E402

EVERY_SECONDS = 10
grounds: dict[str, Any] = {}  # of this worker process


def main() -> int:
    given = parsed()
    work = [(story, kind) for story in stories(given) for kind in given.databases]
    began, counts, broken = time.monotonic(), Counter(), []
    with workers(given.databases, given.jobs) as pool:
        for outcome in pool.imap_unordered(one, work):
            counted(counts, outcome, given, began, len(work))
            if not outcome.good:
                broken.append(outcome)
        seconds = time.monotonic() - began
        for outcome in sorted(broken, key=lambda one: one.story.seed)[: given.shown]:
            print(pool.apply(explained, (outcome, given.databases[0], not given.as_drawn)))
    many = counts["stories"]
    print(
        f"{many} stories, {counts['webhooks']} webhooks, {counts['events']} events in "
        f"{seconds:.0f} s ({many / seconds:.1f} a second); {len(broken)} broken"
    )
    return 1 if broken else 0


def stories(given: argparse.Namespace) -> list[Story]:
    if given.small_world:
        return list(worlds())
    return [draw(seed, given.faults) for seed in given.seeds]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run simulate", description=__doc__)
    parser.add_argument("--seeds", type=seeds, default=range(300), help="A..B, or one seed")
    parser.add_argument("--faults", type=kinds, default=KINDS, help=f"of {','.join(KINDS)}")
    parser.add_argument("--small-world", action="store_true", help="every order of seven events")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="sqlite")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--hash", action="store_true", help="print the hash of every story's log")
    parser.add_argument("--shown", type=int, default=3, help="broken stories told in full (3)")
    parser.add_argument("--as-drawn", action="store_true", help="tell them without shortening")
    given = parser.parse_args()
    both = ("sqlite", "postgres")
    given.databases = both if given.database == "both" else (given.database,)
    return given


def seeds(written: str) -> range:
    first, dots, last = written.partition("..")
    return range(int(first), int(last) if dots else int(first) + 1)


def kinds(written: str) -> tuple[str, ...]:
    named = tuple(written.split(","))
    unknown = set(named) - set(KINDS)
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: expected some of {KINDS}")
    return named


def counted(
    counts: Counter[str], outcome: Outcome, given: argparse.Namespace, began: float, total: int
) -> None:
    counts.update(stories=1, webhooks=outcome.webhooks, events=outcome.events)
    if given.hash:
        print(f"seed {outcome.story.seed}: {outcome.hash}")
    if not outcome.good:
        print(f"seed {outcome.story.seed}: invariant {outcome.broken} at {outcome.at:.2f} s")
    seconds = time.monotonic() - began
    if seconds > counts["said"] + EVERY_SECONDS:
        counts["said"] = int(seconds)
        print(f"{counts['stories']} of {total}, {counts['stories'] / seconds:.1f} a second")
    sys.stdout.flush()


# -- the workers ------------------------------------------------------------------------------


@contextmanager
def workers(databases: tuple[str, ...], jobs: int) -> Iterator[Any]:
    """So many processes, each with a database of its own kind or kinds."""
    with tempfile.TemporaryDirectory(prefix="simulate-", dir=memory()) as made:
        folder = Path(made)
        template = sqlite_template(folder)
        server = ""
        with Path(tempfile.mkdtemp(prefix="diversion-simulate-"), "session.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if "postgres" in databases:
                if private_postgres.binaries() is None:
                    sys.exit(private_postgres.INSTALL)
                server = private_postgres.start(Path(held.name))
            context = multiprocessing.get_context("spawn")
            with context.Pool(jobs, ready, (template, folder, server)) as pool:
                yield pool


def ready(template: Path, folder: Path, server: str) -> None:
    grounds["sqlite"] = SqliteGround(template, folder)
    if server:
        grounds["postgres"] = PostgresGround(server)


def one(work: tuple[Story, str]) -> Outcome:
    story, kind = work
    return tell(story, grounds[kind].fresh())


def explained(outcome: Outcome, kind: str, shorten: bool) -> str:
    """The shortest story that breaks the same invariant, and the carrier's timeline of it."""

    def fails(story: Story) -> bool:
        return tell(story, grounds[kind].fresh()).broken == outcome.broken

    story = shortest(outcome.story, fails) if shorten else outcome.story
    again = tell(story, grounds[kind].fresh())
    shown = again if again.broken == outcome.broken else outcome
    return (
        f"\nInvariant {shown.broken} at {shown.at:.3f} s: {shown.why}\n\nThe story:\n"
        f"{told(shown.story)}\n\nWhat happened:\n{shown.timeline}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
