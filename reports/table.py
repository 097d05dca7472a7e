"""How do figures leave the house? As CSV that a spreadsheet reads and never runs."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from care.crew_details import OUTCOMES as ENDS_OF_VISITS
from care.disposition import LABELS as OUTCOMES
from reports import crews
from reports.crews import Visits
from reports.figures import LABELS, STANDARD, Figures, Tally

# A cell that begins so would be taken for a formula (OWASP, CSV injection).
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
RATES = ("abandonment", "service_level_15", "service_level_20", "diverted")
SECONDS = ("speed_of_answer", "longest_delay", "handle_time")
Cell = str | int | float | None


def of_days(figures: Figures, visits: Mapping[date, Visits]) -> str:
    """Return one line a day and one for all together, with outcomes and the standard measures,
    and what the mobile crews did (`visits`, for each of the days).
    """
    header = ["Day", *LABELS.values(), *(f"Outcome: {word}" for word in OUTCOMES.values())]
    header += [f"{STANDARD[name]} (%)" for name in RATES]
    header += [f"{STANDARD[name]} (s)" for name in SECONDS]
    days = figures.days.items()
    lines = [_line(day.isoformat(), tally) + _of_crews(visits[day]) for day, tally in days]
    together = _line("All days", figures.total) + _of_crews(crews.total(visits.values()))
    return csv_text([*header, *_crew_header()], [*lines, together])


def _crew_header() -> list[str]:
    came_to = (f"Crews: {word.lower()}" for word in crews.CAME_TO.values())
    ends = (f"Crews ended: {word}" for word in ENDS_OF_VISITS.values())
    spans = (f"Crews: {word.lower()}" for word in crews.MEASURED.values())
    measured = (
        f"{word} ({what})" for word in spans for what in ("visits", "median s", "longest s")
    )
    return ["Crews: asked for", *came_to, "Crews: not acknowledged in time", *ends, *measured]


def _of_crews(visits: Visits) -> list[Cell]:
    counts = [visits.asked, *(visits.came_to[key] for key in crews.CAME_TO), visits.unheard]
    ends = [visits.outcomes[key] for key in ENDS_OF_VISITS]
    measured: list[Cell] = []
    for state in crews.MEASURED:
        one = visits.measures[state]
        measured += [one.count, _seconds(one.middle), _seconds(one.longest)]
    return [*counts, *ends, *measured]


def _line(name: str, tally: Tally) -> list[Cell]:
    counts = [tally.counts[key] for key in LABELS]
    outcomes = [tally.outcomes[key] for key in OUTCOMES]
    rates = [getattr(tally, key) for key in RATES]
    spans = [getattr(tally, key) for key in SECONDS]
    return [
        name,
        *counts,
        *outcomes,
        *(None if rate is None else round(100 * rate, 1) for rate in rates),
        *(_seconds(span) for span in spans),
    ]


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 1)


def csv_text(header: Sequence[str], lines: Iterable[Sequence[Cell]]) -> str:
    """Return CSV (RFC 4180); words that a spreadsheet would run are quoted with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_tame(cell) for cell in header])
    writer.writerows([_tame(cell) for cell in line] for line in lines)
    return out.getvalue()


def _tame(cell: Cell) -> Cell:
    """Numbers stay numbers, also negative ones."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(RUNS):
        return f"'{cell}"
    return cell
