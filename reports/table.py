"""How do figures leave the house? As CSV that a spreadsheet reads and never runs."""

import csv
import io
from collections.abc import Iterable, Sequence

from care.disposition import LABELS as OUTCOMES
from reports.figures import LABELS, STANDARD, Figures, Tally

# A cell that begins so would be taken for a formula (OWASP, CSV injection).
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
RATES = ("abandonment", "service_level_15", "service_level_20", "diverted")
SECONDS = ("speed_of_answer", "longest_delay", "handle_time")
Cell = str | int | float | None


def of_days(figures: Figures) -> str:
    """Return one line a day and one for all together, with outcomes and the standard measures."""
    header = ["Day", *LABELS.values(), *(f"Outcome: {word}" for word in OUTCOMES.values())]
    header += [f"{STANDARD[name]} (%)" for name in RATES]
    header += [f"{STANDARD[name]} (s)" for name in SECONDS]
    lines = [_line(day.isoformat(), tally) for day, tally in figures.days.items()]
    return csv_text(header, [*lines, _line("All days", figures.total)])


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
        *(None if span is None else round(span.total_seconds(), 1) for span in spans),
    ]


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
