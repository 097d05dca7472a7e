"""Is due work done once and in time, whoever dies, and what does claiming it cost?"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from bench import clocks_store, report
from bench.report import Row, Section, middle, p99, row
from chaos import clocks_due
from chaos.clocks import Outcome, Pace, clocks, happens
from chaos.clocks_carrier import Rung, carrier
from sqlalchemy import Engine, text

from storage.engine import open_for_migration
from storage.store import Store
from switchboard import errands

HEAD = """# Whether due work is done once, and in time

Written by `./run bench clocks`; run it again rather than edit this page.
"""
TAIL = """
## How to read it

- An attempt to ring somebody is an errand as an accepted follow-up leaves it. Three processes of
  `diversion clock` carry it out; a carrier of the bench rings, and takes up to 0.2 s about it. Under
  kills a lease is 2 s and the quiet after it 3 s, in production 10 s and 120 s.
- "Failed, due again": whoever had that one in hand was killed before the carrier rang, or the
  carrier broke off; the plan has it rung in half an hour. It is neither lost nor rung.
- APScheduler's job store is asked as its manual says: one process, since it may not be shared,
  date jobs, no limit on lateness. It takes a job out of its table before the job has run, so
  that a process that dies takes with it all that it had begun to hand out.
- The bare loop, on the same connections: claim the next by one `UPDATE … RETURNING`, mark it done
  by another, each its own transaction. Ours besides keeps to one live errand of a telephone, and
  makes each row a value. The two alternate, one by one; both are a median.
- The carrier breaks off some of ours before or after it rang, and none of its store's.
- Lateness is from when an attempt was due until the carrier rang; nobody was killed.
- Memory is a clock's resident set after 200 attempts and at the end.
"""
CLOCKS, ATTEMPTS, KILLS, REQUEST_SECONDS = 3, 300, 100, 0.2
SPREAD_SECONDS = 20
CLAIMS = 500
WARM, MORE = 200, 600
LATE_SECONDS, SHARE, GROWTH = 1.0, 0.8, 1.05
LEASE, QUIET = 2, 3
CARRIER_SEED = 1


@dataclass(frozen=True, slots=True)
class Theirs:
    """What became of as many date jobs in APScheduler's store."""

    kills: int
    rung: int
    twice: int
    late: list[float]


@dataclass(frozen=True, slots=True)
class Found:
    """The figures of one run."""

    killed: Outcome
    calm: Outcome
    store_killed: Theirs
    store_calm: Theirs
    share: float  # of the bare loop's rate
    rate: float  # claimed and marked in a second
    grown: float


def measured(new: Callable[[], str], folder: Path, said: Callable[[str], None]) -> Found:
    """`new()` makes a fresh, migrated PostgreSQL database."""
    burst = Pace(lease=LEASE, quiet=QUIET, request=REQUEST_SECONDS, clocks=CLOCKS)
    even = Pace(lease=LEASE, quiet=QUIET, clocks=CLOCKS, spread=SPREAD_SECONDS)
    rate, share = claiming(new())
    said("claimed and marked")
    killed = happens(new(), folder, ATTEMPTS, {"kill": KILLS}, CARRIER_SEED, burst)
    said(str(killed))
    calm = happens(new(), folder, ATTEMPTS, {}, CARRIER_SEED, even)
    said(str(calm))
    store_killed = theirs(new(), kills=KILLS, request=REQUEST_SECONDS, spread=0)
    store_calm = theirs(new(), kills=0, request=0, spread=SPREAD_SECONDS)
    said("its store")
    return Found(killed, calm, store_killed, store_calm, share, rate, memory(new(), folder))


# -- beside APScheduler's job store ---------------------------------------------------------------


def theirs(url: str, *, kills: int, request: float, spread: float) -> Theirs:
    """One scheduler with its own store, killed as often as there is anything left to kill it for."""
    with carrier(CARRIER_SEED, request, breaks=False) as (rung, address):
        due = clocks_store.plan(url, address, ATTEMPTS, spread)
        struck, running, engine = 0, start(url), open_for_migration(url)
        while waits(engine, rung):
            time.sleep(0.1)
            share = len(rung.attempts) / ATTEMPTS
            if struck < kills and rung.attempts and share * kills > struck:
                running.kill()
                running.wait()
                running, struck = start(url), struck + 1
        running.kill()
        running.wait()
        engine.dispose()
        late = [(rings[0] - due[one]).total_seconds() for one, rings in rung.attempts.items()]
        twice = sum(len(rings) > 1 for rings in rung.attempts.values())
        return Theirs(struck, len(rung.attempts), twice, late)


def start(url: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, clocks_store.__file__, url])


def waits(engine: Engine, rung: Rung) -> bool:
    """Whether its table still holds a job, or one that it has handed out may yet ring."""
    if clocks_store.waiting(engine):
        return True
    before = len(rung.attempts)
    time.sleep(3)
    return len(rung.attempts) > before


# -- claiming and marking -------------------------------------------------------------------------


def claiming(url: str) -> tuple[float, float]:
    """How many a second ours claims and marks, and its share of what the bare loop does."""
    store = Store(url)
    board: Any = SimpleNamespace(store=store, worker="bench", now=lambda: datetime.now(UTC))
    clocks_due.seed(store.engine, 0, 2 * CLAIMS + 1, 0)
    with store.engine.begin() as there:
        there.execute(text("ANALYZE"))  # as PostgreSQL does by itself within a minute
    ours, bare = [], []
    errand = errands._next(board)
    for _ in range(CLAIMS):
        began = time.perf_counter()
        errand = errands._next(board, errand, "CA1")  # as a clock goes from one to the next
        ours.append(time.perf_counter() - began)
        bare.append(timed(lambda: claimed_barely(store)))
    store.close()
    return 1 / middle(ours), middle(bare) / middle(ours)


def timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def claimed_barely(store: Store) -> None:
    now = datetime.now(UTC)
    next_one = "SELECT id FROM errands WHERE state = 'pending' AND due_at <= :now ORDER BY due_at"
    claim = (
        "UPDATE errands SET state = 'claimed', claimed_by = 'bench', lease_until = :now"
        f" WHERE id = ({next_one} LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"
    )
    with store.begin() as rows:
        one = rows.errands.connection.execute(text(claim), {"now": now}).scalar_one()
    mark = text("UPDATE errands SET state = 'done', settled_at = :now WHERE id = :one")
    with store.begin() as rows:
        rows.errands.connection.execute(mark, {"now": now, "one": one})


def memory(url: str, folder: Path) -> float:
    """How much larger the largest clock is at the end than after its first attempts."""
    store, pace = Store(url), Pace(clocks=CLOCKS)
    with (
        carrier(CARRIER_SEED) as (_, address),
        clocks(url, address, folder, Random(CARRIER_SEED), pace) as them,
    ):
        sizes = []
        for first, many in ((0, WARM), (WARM, MORE)):
            clocks_due.seed(store.engine, first, many, 0)
            while clocks_due.pending(store.engine):
                time.sleep(0.5)
            sizes.append([resident(pid) for pid in them.running])
    store.close()
    return max(after / before for before, after in zip(*sizes, strict=True))


def resident(pid: int) -> int:
    """Kilobytes."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise LookupError(pid)


# -- told -------------------------------------------------------------------------------------


def sections(found: Found) -> list[Section]:
    return [
        Section(f"{ATTEMPTS} attempts due at once, and clocks killed", under_kills(found)),
        Section(f"{ATTEMPTS} attempts within {SPREAD_SECONDS} s, nobody killed", in_time(found)),
        Section("Claiming and marking", cost(found)),
    ]


def under_kills(found: Found) -> list[Row]:
    ours, store = found.killed, found.store_killed
    return [
        Row("clocks killed", (f"{ours.kills}",), f"≥ {KILLS}", ours.kills >= KILLS),
        none_of("rung twice", ours.twice),
        none_of("lost", ours.missed),
        Row("rung once", (f"{len(ours.late)}",)),
        Row("failed, due again", (f"{ours.decided}",)),
        Row("its store: process killed", (f"{store.kills}",)),
        Row("its store: rung twice", (f"{store.twice}",)),
        Row("its store: lost", (f"{ATTEMPTS - store.rung}",)),
    ]


def none_of(what: str, found: list[str]) -> Row:
    return row(what, (f"{len(found)}",), (len(found),), 0, "")


def in_time(found: Found) -> list[Row]:
    late, store = p99(found.calm.late), found.store_calm.late
    return [
        Row("late, in the middle", (f"{middle(found.calm.late):.2f} s",)),
        row("late, p99", (f"{late:.2f} s",), (late,), LATE_SECONDS, " s"),
        Row("its store: in the middle", (f"{middle(store):.2f} s",)),
        Row("its store: p99", (f"{p99(store):.2f} s",)),
    ]


def cost(found: Found) -> list[Row]:
    return [
        Row("claimed and marked, one process", (f"{found.rate:.0f} a second",)),
        Row("of the bare loop", (f"{found.share:.2f}",), f"≥ {SHARE}", found.share >= SHARE),
        row("memory after, of before", (f"{found.grown:.2f}",), (found.grown,), GROWTH, ""),
    ]


def page(columns: Sequence[str], found: Iterable[Section], facts: Iterable[str]) -> str:
    return report.page(columns, found, facts, HEAD, TAIL)
