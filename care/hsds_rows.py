"""Can these rows be a directory? Every row is looked at; one that is wrong keeps all of them out.

Cells become text, numbers, dates (ISO) and times of day; what is empty is dropped, so that two
packages that say the same are equal. Fields that HSDS does not name are kept as text.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date

from care.hsds import CHOICES, TABLES, Bad, BadRows, Cell, Found, Package, Row, Table

CLOCK = r"(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?|24:00(?::00)?)"
TIME = re.compile(CLOCK + r"(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?")
DAYS = r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)"
# What is reckoned with must be readable: anything else in it would be read as "every day".
PATTERNS: dict[tuple[str, str], tuple[re.Pattern[str], str]] = {
    ("schedule", "byday"): (re.compile(rf"{DAYS}(?:, ?{DAYS})*"), "days such as MO,TU or 1SA"),
    ("schedule", "bymonthday"): (re.compile(r"-?\d{1,2}(?:, ?-?\d{1,2})*"), "days such as 1,15"),
    ("schedule", "byweekno"): (re.compile(r"-?\d{1,2}(?:, ?-?\d{1,2})*"), "weeks such as 1,2"),
    ("schedule", "timezone"): (re.compile(r"-?(?:\d|1[0-4])(?:\.\d+)?"), "hours from UTC"),
    ("schedule", "interval"): (re.compile(r"[1-9]\d{0,2}"), "a whole number such as 2"),
    ("schedule", "count"): (re.compile(r"[1-9]\d{0,3}"), "a whole number such as 10"),
}
NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?")
LONGEST = 20_000  # characters of a cell
ID_MOST = 80
EMPTY = ("", "null")  # the specification's own examples write null for nothing
# Replacing so many holds the one write lock of SQLite about a second; a webhook waits 3 s at most.
SERVICES_MOST = 20_000


def checked(found: Iterable[Found]) -> Package:
    """Return the package of these rows.

    Raises:
        BadRows: a row is wrong, its id is there twice, or it points to a row that is not there.
    """
    bad: list[Bad] = []
    taken: dict[str, dict[str, tuple[str, Row]]] = {name: {} for name in TABLES}
    for one in found:
        row = _row(TABLES[one.table], one, bad)
        key, known = str(row.get("id", "")), taken[one.table]
        if key in known:
            bad.append(Bad(one.where, "id", f"{key} is there already: {known[key][0]}"))
        elif key:
            known[key] = (one.where, row)
    bad += _loose_ends(taken)
    if len(taken["service"]) > SERVICES_MOST:
        bad.append(Bad("services", "", f"more than {SERVICES_MOST} services: divide them"))
    if not bad and not taken["service"]:
        bad.append(Bad("services", "", "there is no service in it"))
    if bad:
        raise BadRows(bad)
    rows = {name: [row for _, row in known.values()] for name, known in taken.items()}
    return {name: listed for name, listed in rows.items() if listed}


def _row(table: Table, found: Found, bad: list[Bad]) -> Row:
    row: Row = {}
    wrong: dict[str, str] = {}
    for field, written in found.cells.items():
        try:
            cell = _cell(table, field, written)
        except ValueError as why:
            wrong[field] = str(why)
            continue
        if cell is not None:
            row[field] = cell
    for field in sorted(table.needed - set(row) - set(wrong)):
        wrong[field] = "must not be empty"
    bad.extend(Bad(found.where, field, why) for field, why in wrong.items())
    return row


def _cell(table: Table, field: str, written: object) -> Cell | None:
    if written is None or (text := _text(written)) in EMPTY:
        return None
    most = ID_MOST if field == "id" else LONGEST
    if len(text) > most:
        raise ValueError(f"longer than {most} characters")
    choices = CHOICES.get((table.name, field))
    if choices and text not in choices:
        raise ValueError(f"{text[:40]!r} is none of: {', '.join(choices)}")
    pattern, such = PATTERNS.get((table.name, field), (None, ""))
    if pattern and not pattern.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not {such}")
    return KINDS[table.kinds.get(field, "")](text)


def _text(written: object) -> str:
    if isinstance(written, bool):
        return str(written).lower()
    return str(written).replace("\x00", "").strip()


def _number(text: str) -> Cell:
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no number")
    value = float(text)
    return int(value) if value.is_integer() else value


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no date such as 2026-11-24") from None


def _time(text: str) -> str:
    if not TIME.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no time such as 09:00")
    return text


def _as_it_is(text: str) -> str:
    return text


KINDS: dict[str, Callable[[str], Cell]] = {"": _as_it_is, "#": _number, "@": _date, "~": _time}


def _loose_ends(taken: dict[str, dict[str, tuple[str, Row]]]) -> list[Bad]:
    """The rows that point to a row that is not there."""
    return [
        Bad(where, field, f"there is no {target.replace('_', ' ')} {row[field]}")
        for name, known in taken.items()
        for where, row in known.values()
        for field, target in TABLES[name].points_to.items()
        if field in row and str(row[field]) not in taken[target]
    ]
