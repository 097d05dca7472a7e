"""Which figures are goals, and how does each measurement become rows of the report?"""

from collections.abc import Iterable, Mapping, Sequence

from bench.cost import ARRIVED, BARE, LAP, LAP_ONLY, Cost
from bench.desk import Journey
from bench.report import Row, Section, middle, p99, row
from bench.streams import Outcome

NAMES = {
    BARE: "a bare Flask view",
    LAP_ONLY: "signature and a lap's TwiML, nothing kept",
    ARRIVED: "/voice/arrived, whole",
    LAP: "a lap of the wait, whole",
}
# PERFORMANCE: ratios to the bare view's CPU, and milliseconds of a lone request's 99th percentile.
RATIO_GOALS = {LAP_ONLY: 2.3, ARRIVED: 5.0, LAP: 5.0}
LONE_MS_GOALS = {"SQLite": 10.0, "PostgreSQL": 15.0}
TRIPS_MOST, TRIPS_GOAL = 6, 4
OFFER_MS, TALKING_MS, START_SECONDS = 500.0, 1500.0, 1.0
MS = 1000.0


def costs(found: Mapping[str, Cost]) -> Section:
    rows = [cost_row(kind, found.values()) for kind in NAMES]
    sweeps = tuple(
        f"{middle(one.sweep) / middle(one.cpu[BARE]):.1f} ({middle(one.sweep):.0f} µs)"
        for one in found.values()
    )
    rows.append(Row("the sweep an arrival wakes, after its answer", sweeps))
    return Section("CPU a request, as a ratio to the bare view", rows)


def cost_row(kind: str, found: Iterable[Cost]) -> Row:
    each = list(found)
    cells = tuple(
        f"{one.ratio(kind):.2f} ({middle(one.cpu[kind]):.0f} µs, "
        f"{middle(one.kernel[kind]):.0%} in the kernel)"
        for one in each
    )
    if kind not in RATIO_GOALS:
        return Row(NAMES[kind], cells)
    ratios = [one.ratio(kind) for one in each]
    return row(NAMES[kind], cells, ratios, RATIO_GOALS[kind], "")


def lone(found: Mapping[str, Cost]) -> Section:
    rows = []
    for kind, name in NAMES.items():
        rows.append(Row(f"{name}, median", lone_cells(found, kind, middle)))
        rows.append(lone_p99(found, kind))
    return Section("A lone request: times the bare view's median (and ms)", rows)


def lone_p99(found: Mapping[str, Cost], kind: str) -> Row:
    cells, name = lone_cells(found, kind, p99), f"{NAMES[kind]}, p99"
    if kind not in (ARRIVED, LAP):
        return Row(name, cells)
    met = all(p99(one.lone[kind]) * MS <= LONE_MS_GOALS[base] for base, one in found.items())
    goal = " / ".join(f"≤ {LONE_MS_GOALS[base]:g} ms" for base in found)
    return Row(name, cells, goal, met)


def lone_cells(found: Mapping[str, Cost], kind: str, of: object) -> tuple[str, ...]:
    assert callable(of)
    return tuple(
        f"{of(one.lone[kind]) / middle(one.lone[BARE]):.1f} ({of(one.lone[kind]) * MS:.2f} ms)"
        for one in found.values()
    )


def trips(found: Mapping[str, Mapping[str, Sequence[Sequence[str]]]]) -> Section:
    kinds = sorted({kind for counts in found.values() for kind in counts})
    rows = []
    for kind in kinds:
        most = [max(map(len, counts[kind])) for counts in found.values()]
        rows.append(row(kind, (f"{many}" for many in most), most, TRIPS_MOST, ""))
    kept = sum(
        1 for kind in kinds if all(max(map(len, one[kind])) <= TRIPS_GOAL for one in found.values())
    )
    note = f"{kept} of {len(kinds)} kinds keep the goal of {TRIPS_GOAL}."
    held = "tests/store/test_round_trips_of_webhooks.py holds six for every kind."
    return Section("SQL round trips of each kind of webhook, the most met", rows, (note, held))


def journeys(found: Mapping[str, Sequence[Journey]]) -> Section:
    rows: list[Row] = []
    parts = (
        ("transfer to the stream's notice", "notice", None),
        ("transfer to the offer on the page", "shown", OFFER_MS),
        ("Answer pressed to the call is theirs", "claimed", None),
        ("Answer pressed to the caller hears who comes", "announced", None),
        ("Answer pressed to talking", "talking", TALKING_MS),
    )
    for name, part, goal in parts:
        for what, of in (("median", middle), ("p99", p99)):
            figures = [of(getattr(one, part) * MS for one in each) for each in found.values()]
            rows.append(journey_row(f"{name}, {what}", figures, goal))
    many = len(next(iter(found.values())))
    return Section(
        "The served path, in ms (and as a share of the goal)", rows, (f"{many} calls each.",)
    )


def journey_row(name: str, figures: Sequence[float], goal: float | None) -> Row:
    if goal is None:
        return Row(name, tuple(f"{figure:.0f}" for figure in figures))
    cells = (f"{figure:.0f} ({figure / goal:.2f})" for figure in figures)
    return row(name, cells, figures, goal, " ms")


def crowds(found: Mapping[str, Outcome]) -> Section:
    each = list(found.values())
    right = [one.refused == 9 * one.allowed and one.opened == one.allowed for one in each]
    rows = [
        Row(
            "streams asked for: opened, refused with 503 and Retry-After",
            tuple(
                f"{one.opened + one.refused + one.other}: {one.opened}, {one.refused}"
                for one in each
            ),
            f"{each[0].allowed} open",
            all(right),
        ),
        Row(
            "webhooks sent: succeeded",
            tuple(f"{len(one.storm) + len(one.crowd)}: {one.succeeded:.0%}" for one in each),
            "100%",
            all(one.succeeded == 1 for one in each),
        ),
        crowd_row("a webhook's median with the streams open", each, middle),
        crowd_row("a webhook's p99 with the streams open", each, p99),
    ]
    return Section("Ten times the allowed desks", rows)


def crowd_row(name: str, each: Iterable[Outcome], of: object) -> Row:
    assert callable(of)
    return Row(name, tuple(f"{of(a.seconds for a in one.crowd) * MS:.1f} ms" for one in each))


def starts(found: Mapping[str, Sequence[float]]) -> Section:
    figures = [middle(each) for each in found.values()]
    cells = (f"{figure:.2f} s" for figure in figures)
    return Section(
        "Starting",
        [row("start to the first healthy answer, median", cells, figures, START_SECONDS, " s")],
    )
