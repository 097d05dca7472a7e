"""Which visits of a mobile crew are open, and how far is each?"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, text, update

from care.crew import Line, State, Visit
from storage.errors import Stale
from storage.noun import Noun, Shape
from storage.tables import crew_visits

SHAPE = Shape(Visit, crew_visits)
_c = crew_visits.c
_ALL = select(*SHAPE.columns).order_by(_c.requested_at, _c.id)
_OPEN = _ALL.where(text("crew_visits.ended_at IS NULL"))  # the words of the index


def _value(row: Row[Any]) -> Visit:
    facts = dict(zip(SHAPE.names, row, strict=True))
    facts["state"] = State(facts["state"])
    facts["lines"] = tuple(_line(one) for one in facts["lines"])
    return Visit(**facts)


def _line(facts: dict[str, Any]) -> Line:
    at, fields = datetime.fromisoformat(facts["at"]), tuple(facts.get("fields", ()))
    return Line(**(facts | {"at": at, "fields": fields}))


def _facts(visit: Visit) -> dict[str, Any]:
    return SHAPE.facts(visit) | {
        "state": visit.state.value,
        "lines": [_told(one) for one in visit.lines],
    }


def _told(line: Line) -> dict[str, Any]:
    """A line without what it does not say."""
    facts = {name: getattr(line, name) for name in Line.__slots__}
    said = {name: value for name, value in facts.items() if value}
    return said | {"at": line.at.isoformat(), "what": str(line.what), "fields": list(line.fields)}


class CrewVisits(Noun):
    """The visits of mobile crews."""

    __slots__ = ()

    def add(self, visit: Visit) -> bool:
        """Write it; False: it was asked for before."""
        add = self._insert(crew_visits).values(_facts(visit)).on_conflict_do_nothing()
        return self._row(add.returning(_c.id)) is not None

    def get(self, visit_id: str) -> Visit | None:
        row = self._row(_ALL.where(_c.id == visit_id))
        return _value(row) if row else None

    def lock(self, visit_id: str) -> Visit | None:
        """Hold it until the transaction ends."""
        row = self._row(_ALL.where(_c.id == visit_id).with_for_update())
        return _value(row) if row else None

    def save(self, visit: Visit) -> None:
        """Write the whole of it; it must have been locked in this transaction."""
        facts = _facts(visit)
        same = update(crew_visits).where(_c.id == facts.pop("id"))
        if self._change(same.values(facts)) != 1:
            raise Stale(f"no visit {visit.id}")

    def of_call(self, call_id: str) -> list[Visit]:
        """Return the visits asked for in this contact, oldest first."""
        return self._all(_ALL.where(_c.call_id == call_id))

    def open(self, limit: int = 200) -> list[Visit]:
        """Return those that are neither cleared nor called off."""
        return self._all(_OPEN.limit(limit))

    def since(self, start: datetime, limit: int = 200) -> list[Visit]:
        """Return those asked for since then, over or not."""
        return self._all(_ALL.where(_c.requested_at >= start).limit(limit))

    def between(self, start: datetime, end: datetime) -> list[Visit]:
        """Return those asked for in [start, end), oldest first."""
        return self._all(_ALL.where(_c.requested_at >= start, _c.requested_at < end))

    def _all(self, query: Select[Any]) -> list[Visit]:
        return [_value(row) for row in self._rows(query)]
