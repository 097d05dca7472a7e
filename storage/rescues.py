"""Which imminent risks are open, and when must somebody be asked?"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from care.rescue import Rescue, Taken
from storage.errors import Stale
from storage.noun import Noun, Shape
from storage.tables import rescues

SHAPE = Shape(Rescue, rescues)
_ALL = select(*SHAPE.columns).order_by(rescues.c.opened_at, rescues.c.id)


def _value(row: Row[Any]) -> Rescue:
    facts = dict(zip(SHAPE.names, row, strict=True))
    facts["steps"] = tuple(
        Taken(one["step"], datetime.fromisoformat(one["at"]), one["by"], one["note"])
        for one in facts["steps"]
    )
    return Rescue(**facts)


def _facts(rescue: Rescue) -> dict[str, Any]:
    steps = [
        {"step": one.step, "at": one.at.isoformat(), "by": one.by, "note": one.note}
        for one in rescue.steps
    ]
    return SHAPE.facts(rescue) | {"steps": steps}


class Rescues(Noun):
    """The imminent risks."""

    __slots__ = ()

    def add(self, rescue: Rescue) -> None:
        self.connection.execute(insert(rescues), _facts(rescue))

    def lock(self, rescue_id: str) -> Rescue | None:
        """Hold it until the transaction ends."""
        row = self._row(_ALL.where(rescues.c.id == rescue_id).with_for_update())
        return _value(row) if row else None

    def save(self, rescue: Rescue) -> None:
        """Write the whole of it; it must have been locked in this transaction."""
        facts = _facts(rescue)
        same = update(rescues).where(rescues.c.id == facts.pop("id"))
        if self._change(same.values(facts)) != 1:
            raise Stale(f"no rescue {rescue.id}")

    def of_call(self, call_id: str) -> Rescue | None:
        """Return the newest one of this contact."""
        newest = _ALL.where(rescues.c.call_id == call_id).order_by(None)
        row = self._row(newest.order_by(rescues.c.opened_at.desc()).limit(1))
        return _value(row) if row else None

    def open(self, limit: int = 200) -> list[Rescue]:
        """Return those that nobody has closed."""
        found = _ALL.where(rescues.c.closed_at.is_(None)).limit(limit)
        return [_value(row) for row in self._rows(found)]

    def to_ask(self, now: datetime, limit: int = 50) -> list[str]:
        """Return the ids of those whose time to ask has come; lock each before asking."""
        due = select(rescues.c.id).where(rescues.c.closed_at.is_(None), rescues.c.ask_at <= now)
        return [row.id for row in self._rows(due.order_by(rescues.c.ask_at).limit(limit))]
