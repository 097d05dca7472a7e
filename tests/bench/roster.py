"""What does it cost to know who is on call, beside a straightforward query on the same roster?"""

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench import report
from bench import roster_world as world
from bench.report import Row, Section, row
from bench.roster_world import BLOCK, NOW, YEAR

from routing.oncall import Timeline
from storage.store import Store
from switchboard import roster_book

HEAD = """# What it costs to know who is on call

Written by `./run bench roster`; run it again rather than edit this page.
"""
TAIL = """
## How to read it

- Ten people share a pattern, a week each in turn, days or nights, by staggered hours, over three
  tiers. All three ways must give one answer at each of 68 instants before anything is measured.
- Times are the process's own CPU, a median over the turns; saving is told by the clock. In brackets
  how many times ours it is: compare those, the rest is this machine's, that day.
- "A row a shift" is the manner of LinkedIn oncall: five years back and one ahead as rows of one
  indexed table. To read a year that a job has written down beforehand is faster than to compile it;
  but nobody has to run the job, and no answer can be older than the last save.
- A week's page is asked for by a coordinator who is signed in, four weeks in turn, and told by the
  clock: queries, shifts, strains, gaps and the HTML, without the network.
- "Every rule" is the manner of GoAlert, in Python: no table grows, but each instant asks them all.
- Ours, in a webhook: the question for the newest revision's number included.
"""
PEOPLE = (10, 1000, 10_000)
REVISIONS = 260  # a save a week for five years
LOOK_UP_US, INSIDE_MS, COMPILE_MS, LARGE_MS, SAVE_MS = 5.0, 1.0, 10.0, 1000.0, 1000.0
MS, US = 1e3, 1e6


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of CPU (of `saved`: of the clock) for a roster of so many people."""

    people: int
    patterns: int
    events: int
    compiled: float
    year: float
    look_up: float
    inside: float
    inside_later: float  # after five years of saves
    saved: float
    rows_at: float
    rows_year: float
    rules_at: float
    rules_year: float


def measured(url: str, people: int) -> Costs:
    wanted = world.kept(people)
    of = world.roster(wanted)
    rows, rules = world.Rows(of), world.Rules(wanted)
    timeline = Timeline.of(of, NOW - timedelta(days=1), NOW + BLOCK)
    agreed(timeline, rows, rules)
    times = max(3, 300 // people)
    store = Store(url)
    saved = save_and_ask(store, wanted)
    inside = look_up_inside(store)
    age(store, wanted)
    later = look_up_inside(store)
    store.close()
    return Costs(
        people,
        len(of.patterns),
        rows.many,
        cpu(lambda: Timeline.of(of, NOW, NOW + BLOCK), times),
        cpu(lambda: whole_year(Timeline.of(of, NOW, NOW + YEAR)), min(times, 5)),
        cpu(lambda: timeline.on("primary", NOW), 5, 20_000),
        inside,
        later,
        saved,
        cpu(lambda: rows.at(NOW), times),
        cpu(lambda: rows.between(NOW, NOW + YEAR), min(times, 5)),
        cpu(lambda: rules.at(NOW), times, 10),
        cpu(lambda: rules.between(NOW, NOW + YEAR), 1),
    )


def agreed(timeline: Timeline, rows: world.Rows, rules: world.Rules) -> None:
    """All three must give one answer, or nothing is compared."""
    for hours in range(0, 24 * 14, 5):
        moment = NOW + timedelta(hours=hours)
        ours = sorted((tier, who) for tier, on in timeline.at(moment).items() for who in on)
        assert ours == sorted(rows.at(moment)) == sorted(rules.at(moment)), moment


def whole_year(timeline: Timeline) -> int:
    tiers = ("primary", "backup", "supervisor")
    return sum(1 for tier in tiers for _ in timeline.segments(tier, NOW, NOW + YEAR))


def cpu(work: Callable[[], Any], turns: int, times: int = 1) -> float:
    """The median of the turns, of one call's CPU seconds."""
    found = []
    for _ in range(turns):
        gc.collect()
        began = process_time()
        for _ in range(times):
            work()
        found.append((process_time() - began) / times)
    return median(found)


def save_and_ask(store: Store, wanted: dict[str, Any]) -> float:
    """From pressing save until a process that knew nothing of it answers by it."""
    began = perf_counter()
    save(store, wanted)
    forget()
    with store.read() as rows:
        roster_book.timeline(rows, NOW, NOW).at(NOW)
    return perf_counter() - began


def save(store: Store, wanted: dict[str, Any]) -> None:
    with store.begin() as rows:
        number, _ = roster_book.newest(rows)
        roster_book.save(
            rows, wanted, "bench", "a save", NOW, based_on=number, leave_uncovered="a bench"
        )


def forget() -> None:
    for books in (roster_book._books, roster_book._drafts):
        books.clear()


def age(store: Store, wanted: dict[str, Any]) -> None:
    """Five years of saves, straight into the table: each is a whole revision."""
    with store.begin() as rows:
        for week in range(REVISIONS):
            number, _ = roster_book.newest(rows)
            digest = f"{week:064}" if week + 1 < REVISIONS else roster_book.digest(wanted)
            document = wanted if week + 1 == REVISIONS else {"zone": world.ZONE}
            rows.roster.add(document, digest, "bench", "a week", NOW, based_on=number)


def look_up_inside(store: Store) -> float:
    """The whole question inside a transaction, its statement included."""
    with store.read() as rows:
        return cpu(lambda: roster_book.timeline(rows, NOW, NOW).at(NOW), 5, 200)


def line(patterns: int = world.PATTERNS_OF_A_LINE) -> float:
    """One line of the usual size: 28 days compiled, in seconds of CPU."""
    of = world.roster(world.of_patterns(patterns))
    return cpu(lambda: Timeline.of(of, NOW, NOW + BLOCK), 30)


# -- told -------------------------------------------------------------------------------------


def sections(found: Iterable[Costs]) -> list[Section]:
    each = list(found)
    size = [
        Row("patterns", tuple(f"{one.patterns:,}" for one in each)),
        Row("shifts of six years, as rows", tuple(f"{one.events:,}" for one in each)),
    ]
    return [
        Section("The roster measured", size),
        Section("One instant", instant(each)),
        Section("A year, every change of it", year(each)),
        Section("Compiling and saving", compiling(each, line())),
    ]


def instant(each: list[Costs]) -> list[Row]:
    look_ups = [one.look_up * US for one in each]
    inside = [one.inside * MS for one in each]
    cells = (f"{figure:.2f} µs" for figure in look_ups)
    return [
        row("ours, in process", cells, look_ups, LOOK_UP_US, " µs"),
        row("ours, in a webhook", (f"{a:.2f} ms" for a in inside), inside, INSIDE_MS, " ms"),
        Row(
            f"the same after {REVISIONS} saves",
            tuple(f"{a.inside_later / a.inside:.2f} ×" for a in each),
        ),
        beside("a row a shift, indexed", each, lambda a: a.rows_at, lambda a: a.look_up),
        beside("every rule asked in turn", each, lambda a: a.rules_at, lambda a: a.look_up),
    ]


def year(each: list[Costs]) -> list[Row]:
    return [
        Row("ours, compiled and walked", tuple(f"{a.year * MS:.0f} ms" for a in each)),
        beside("a row a shift, read", each, lambda a: a.rows_year, lambda a: a.year),
        beside("every rule, hour by hour", each, lambda a: a.rules_year, lambda a: a.year),
    ]


def compiling(each: list[Costs], line_seconds: float) -> list[Row]:
    blocks, saves = [a.compiled * MS for a in each], [a.saved * MS for a in each]
    line_ms = line_seconds * MS
    first = f"28 days of {world.PATTERNS_OF_A_LINE} patterns"
    return [
        row(first, (f"{line_ms:.1f} ms", *[""] * (len(each) - 1)), [line_ms], COMPILE_MS, " ms"),
        row("28 days", (f"{a:.1f} ms" for a in blocks), blocks, LARGE_MS, " ms"),
        row("saved, and answered by", (f"{a:.0f} ms" for a in saves), saves, SAVE_MS, " ms"),
    ]


def beside(
    what: str, each: list[Costs], of: Callable[[Costs], float], ours: Callable[[Costs], float]
) -> Row:
    """Their time, and how many times ours it is."""
    cells = tuple(f"{of(one) * MS:.3g} ms ({of(one) / ours(one):.3g} ×)" for one in each)
    return Row(what, cells)


def page(columns: Sequence[str], found: Iterable[Section], facts: Iterable[str]) -> str:
    return report.page(columns, found, facts, HEAD, TAIL)
