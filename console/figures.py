"""The figures: what happened on each day, in columns whose sums agree."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request

from care.contract import CAME_TO
from care.crew import State
from care.crew_details import OUTCOMES as ENDS_OF_VISITS
from care.disposition import LABELS as OUTCOMES
from console.crew_words import SHORT_KINDS
from console.forms import day_of
from console.here import board, house_zone_name, now, store
from reports import crews, figures, handoffs, table
from reports.figures import LABELS, STANDARD, Figures
from routing.wallclock import wall

DAYS_USUAL, DAYS_MOST = 28, 366
# What stands beside each other must add up: calls are the sum of what they came to.
COLUMNS = ("calls", *figures.CAME_TO)
SERVICE = ("within_15", "within_20")
PROMISES = ("promised", "kept", "unreached")
REFERRALS = ("referred", "referral_kept", "referral_missed")


def install(console: Blueprint) -> None:
    console.add_url_rule("/figures", "figures", page)
    console.add_url_rule("/figures.csv", "figures_csv", as_csv)


def page() -> str:
    shown = read()
    return render_template(
        "figures/page.html",
        figures=shown,
        total=shown.total,
        busiest=max((tally.calls for tally in shown.days.values()), default=0) or 1,
        columns=(*COLUMNS, *SERVICE, *PROMISES),
        labels=LABELS,
        standard=STANDARD,
        rates=table.RATES,
        spans=table.SECONDS,
        outcomes=OUTCOMES,
        came_to=CAME_TO,
        centres=centres(shown),
        visits=visits(shown),
        referrals=REFERRALS,
    )


def centres(shown: Figures) -> list[tuple[str, int, handoffs.Centre]]:
    """Each 911 centre's name, the seconds its line promises, and what became of its calls."""
    lines = [line for line in board().book.lines.values() if line.kind == "psap"]
    deadlines = {line.id: line.accept_within_seconds for line in lines}
    with store().read() as rows:
        found = handoffs.read(rows, shown.first, shown.last, shown.zone, deadlines)
    return [(line.name, line.accept_within_seconds, found[line.id]) for line in lines]


def visits(shown: Figures) -> dict[str, Any]:
    """What the mobile crews did: by kind of response, and all together."""
    with store().read() as rows:
        kinds = crews.read(rows, shown.first, shown.last, shown.zone)
    together = crews.total(kinds.values())
    minutes = board().book.crews.arrive_within_minutes
    return {
        "rows": [(SHORT_KINDS[kind], one) for kind, one in kinds.items()],
        "total": together,
        "came_to": crews.CAME_TO,
        "measured": [(word, together.measures[state]) for state, word in crews.MEASURED.items()],
        "outcomes": ENDS_OF_VISITS,
        "minutes": minutes,
        "in_time": together.measures[State.ON_SCENE].within(timedelta(minutes=minutes)),
        "arrived": together.measures[State.ON_SCENE].count,
    }


def as_csv() -> Response:
    shown = read()
    with store().read() as rows:
        of_crews = crews.by_day(rows, shown.first, shown.last, shown.zone)
    name = f"figures-{shown.first.isoformat()}-{shown.last.isoformat()}.csv"
    return Response(
        table.of_days(shown, of_crews),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def read() -> Figures:
    first, last = asked()
    with store().read() as rows:
        return figures.read(rows, first, last, house_zone_name(), now())


def asked() -> tuple[date, date]:
    """The first and the last day, both included, in the house's zone; four weeks when unclear."""
    today = wall(now(), house_zone_name()).date()
    usual = today - timedelta(days=DAYS_USUAL - 1)
    first = day_of(request.args.get("from", "")) or usual
    last = day_of(request.args.get("to", "")) or today
    if not first <= last < first + timedelta(days=DAYS_MOST):
        return usual, today
    return first, last
