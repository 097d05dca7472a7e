"""How does a directory stand in HSDS's tabular data package? A CSV file for each table."""

import csv
import io
from collections.abc import Iterator, Mapping

from care.hsds import BY_FILE, TABLES, Found, Package, Unreadable
from care.hsds_rows import checked

csv.field_size_limit(2**20)


def read(files: Mapping[str, str]) -> tuple[Package, list[str]]:
    """Return the package of these files (name -> text), and the files that were left out.

    Raises:
        Unreadable: a file is no CSV, or has no headings.
        BadRows: see care.hsds_rows.checked.
    """
    if "services.csv" not in files:
        raise Unreadable("There is no services.csv: it is the one file that HSDS needs.")
    known = {name: text for name, text in files.items() if name in BY_FILE}
    left_out = sorted(set(files) - set(known))
    rows = [one for name, text in known.items() for one in _rows(name, text)]
    return checked(rows), left_out


def _rows(file: str, text: str) -> Iterator[Found]:
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        headings = [one.strip() for one in next(lines, [])]
        if "id" not in headings:
            raise Unreadable(f"{file}: the first row must name the columns, and one must be id.")
        for number, cells in enumerate(lines, start=2):
            if any(cell.strip() for cell in cells):
                yield _row(file, number, headings, cells)
    except csv.Error as error:
        raise Unreadable(f"{file} row {lines.line_num} is no CSV: {error}.") from error


def _row(file: str, number: int, headings: list[str], cells: list[str]) -> Found:
    where = f"{file} row {number}"
    if len(cells) > len(headings):
        raise Unreadable(f"{where} has more cells than there are headings.")
    named = zip(headings, cells, strict=False)
    return Found(BY_FILE[file], where, {name: cell for name, cell in named if name})


def write(package: Package) -> dict[str, str]:
    """Return the package as files: name -> text. Tables without a row have none."""
    return {TABLES[name].file: _written(name, package) for name in TABLES if package.get(name)}


def _written(name: str, package: Package) -> str:
    known = TABLES[name].fields
    more = {field for row in package[name] for field in row if field not in known}
    out = io.StringIO(newline="")
    lines = csv.DictWriter(out, (*known, *sorted(more)), restval="")
    lines.writeheader()
    lines.writerows(package[name])
    return out.getvalue()
