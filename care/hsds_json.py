"""How does a directory stand in HSDS's JSON? Each service with all that belongs to it inside.

Read from a list of services, from one service, or from a page as an HSDS API answers it
(`contents`). The same row may be written in several places, as the specification's examples do:
it must say the same in each.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from care.hsds import (
    HANGING,
    NESTED,
    SINGLE,
    TABLES,
    Bad,
    BadRows,
    Found,
    Package,
    Unreadable,
)
from care.hsds_rows import checked

DEEPEST = 12


def read(document: object) -> tuple[Package, list[str]]:
    """Return the package of these services, and the names of what was left out.

    Raises:
        Unreadable: it is no list of services.
        BadRows: see care.hsds_rows.checked.
    """
    if isinstance(document, dict):
        document = document.get("contents", [document])
    if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
        raise Unreadable("This is no list of services.")
    reading = _Reading()
    for number, service in enumerate(document):
        reading.take("service", service, f"services[{number}]", {})
    if reading.bad:
        raise BadRows(reading.bad)
    return checked(reading.found.values()), sorted(reading.left_out)


class _Reading:
    """The rows found so far, each once."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Found] = {}
        self.bad: list[Bad] = []
        self.left_out: set[str] = set()

    def take(self, table: str, said: dict[str, Any], where: str, held: dict[str, object]) -> None:
        """Take a row with all that is in it; `held`: the fields that say who holds it."""
        if where.count(".") > DEEPEST:
            raise Unreadable(f"{where} is too deep for a directory.")
        cells = {name: one for name, one in said.items() if not isinstance(one, dict | list)}
        for name, (target, field) in SINGLE.get(table, {}).items():
            one = said.get(name)
            if isinstance(one, dict):
                cells[field] = one.get("id")
                self.take(target, one, f"{where}.{name}", self._programs(target, cells))
        # who holds it is known from where it stands, unless the row says so itself
        self._keep(table, where, {**held, **{n: c for n, c in cells.items() if c is not None}})
        for name, target in self._lists(table, said, where):
            for number, one in enumerate(said[name]):
                holder = _holder(target, table, cells.get("id"))
                self.take(target, one, f"{where}.{name}[{number}]", holder)

    def _programs(self, target: str, cells: dict[str, Any]) -> dict[str, object]:
        """A service's program is its organization's, which JSON does not say again."""
        return {"organization_id": cells.get("organization_id")} if target == "program" else {}

    def _lists(self, table: str, said: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
        """The lists of rows in this row, and of which table each is."""
        known = NESTED.get(table, {}) | HANGING
        single = SINGLE.get(table, {})
        for name, one in said.items():
            if name in known and isinstance(one, list) and all(isinstance(o, dict) for o in one):
                yield name, known[name]
            elif name in known and one:
                self.bad.append(Bad(where, name, "must be a list of objects"))
            elif isinstance(one, dict | list) and one and name not in single:
                self.left_out.add(f"{table}.{name}")

    def _keep(self, table: str, where: str, cells: dict[str, object]) -> None:
        key = (table, str(cells.get("id") or where))
        before = self.found.get(key)
        if before is None:
            self.found[key] = Found(table, where, cells)
            return
        for name, cell in cells.items():
            kept = before.cells.setdefault(name, cell)
            if cell is not None and kept is not None and str(kept) != str(cell):
                why = f"{cell!r:.40}, but {before.where} says {kept!r:.40} under the same id"
                self.bad.append(Bad(where, name, why))


def _holder(target: str, table: str, held_by: object) -> dict[str, object]:
    """The fields in which a row of a list names who holds it."""
    if target == "attribute":
        return {"link_id": held_by, "link_entity": table}
    if target == "metadata":
        return {"resource_id": held_by, "resource_type": table}
    return {f"{table}_id": held_by}


# -- writing ------------------------------------------------------------------------------------


def write(package: Package) -> list[dict[str, Any]]:
    """Return every service with all that belongs to it inside."""
    return _Writing(carried(package)).services()


def carried(package: Package) -> Package:
    """What of a package its JSON can carry: the rows that belong to a service.

    A row that only names one of the others loses that name.
    """
    kept = package
    while (cut := _cut(kept)) != kept:
        kept = cut
    return kept


def _cut(package: Package) -> Package:
    reached = _Writing(package).reached()
    kept: Package = {}
    for name, rows in package.items():
        points_to, needed = TABLES[name].points_to, TABLES[name].needed
        for row in rows:
            cells = {
                field: cell
                for field, cell in row.items()
                if field not in points_to or (points_to[field], str(cell)) in reached
            }
            if (name, str(row["id"])) in reached and needed <= cells.keys():
                kept.setdefault(name, []).append(cells)
    return kept


class _Writing:
    """The rows by id, and by who holds them."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.by_id = {name: {str(row["id"]): row for row in rows} for name, rows in package.items()}
        self.held: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        for name, rows in package.items():
            holders = {} if name in HANGING.values() else TABLES[name].points_to
            for row in rows:
                for field, target in holders.items():
                    if field in row and field == f"{target}_id":
                        self.held[name, target, str(row[field])].append(row)
        self._hang("attribute", "link_id", "link_entity")
        self._hang("metadata", "resource_id", "resource_type")

    def reached(self) -> set[tuple[str, str]]:
        """Table and id of every row that is inside of a service."""
        found: set[tuple[str, str]] = set()
        ahead = [("service", row) for row in self.package.get("service", ())]
        while ahead:
            table, row = ahead.pop()
            if (table, str(row["id"])) not in found:
                found.add((table, str(row["id"])))
                ahead += [(target, one) for _, target, one in self._inside(table, row)]
        return found

    def _inside(self, table: str, row: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """What a row holds: by which name, of which table, which row."""
        for name, (target, field) in SINGLE.get(table, {}).items():
            one = self.by_id.get(target, {}).get(str(row.get(field)))
            if one is not None:
                yield name, target, one
        for name, target in (NESTED.get(table, {}) | HANGING).items():
            for one in self.held.get((target, table, str(row["id"])), ()):
                yield name, target, one

    def services(self) -> list[dict[str, Any]]:
        """Every service, whole."""
        return [self._whole("service", row, ()) for row in self.package.get("service", ())]

    def _hang(self, name: str, field: str, entity: str) -> None:
        """Attributes and metadata name the table of their holder; some publishers another."""
        for row in self.package.get(name, ()):
            holder = str(row[field])
            having = [table for table, rows in self.by_id.items() if holder in rows]
            said = str(row[entity])
            for table in (said,) if said in having else having:
                self.held[name, table, holder].append(row)

    def _whole(
        self, table: str, row: dict[str, Any], around: tuple[tuple[str, str], ...]
    ) -> dict[str, Any]:
        """A row with all that it holds, but for what is around it."""
        said, around = dict(row), (*around, (table, str(row["id"])))
        for name, target, one in self._inside(table, row):
            if (target, str(one["id"])) in around:
                continue
            whole = self._whole(target, one, around)
            if name in SINGLE.get(table, {}):
                said[name] = whole
            else:
                said.setdefault(name, []).append(whole)
        return said
