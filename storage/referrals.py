"""To which services were people referred, and did they go?"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select, text, update

from care.referral import Line, Referral, State
from storage.errors import Stale
from storage.noun import Noun, Shape
from storage.tables import records, referrals

SHAPE = Shape(Referral, referrals)
_c = referrals.c
_ALL = select(*SHAPE.columns).order_by(_c.made_at, _c.id)
_OPEN = _ALL.where(text("referrals.settled_at IS NULL"))  # the words of the index


def _value(row: Row[Any]) -> Referral:
    facts = dict(zip(SHAPE.names, row, strict=True))
    facts["state"] = State(facts["state"])
    facts["lines"] = tuple(_line(one) for one in facts["lines"])
    return Referral(**facts)


def _line(facts: dict[str, Any]) -> Line:
    then = facts["appointment_at"]
    told = {"appointment_at": datetime.fromisoformat(then) if then else None}
    return Line(**facts | told | {"at": datetime.fromisoformat(facts["at"])})


def _facts(referral: Referral) -> dict[str, Any]:
    lines = [
        {
            "at": one.at.isoformat(),
            "by": one.by,
            "what": one.what,
            "words": one.words,
            "appointment_at": one.appointment_at.isoformat() if one.appointment_at else None,
        }
        for one in referral.lines
    ]
    return SHAPE.facts(referral) | {"state": referral.state.value, "lines": lines}


class Referrals(Noun):
    """The referrals."""

    __slots__ = ()

    def add(self, referral: Referral) -> bool:
        """Write it; False: it was made before."""
        add = self._insert(referrals).values(_facts(referral)).on_conflict_do_nothing()
        return self._row(add.returning(_c.id)) is not None

    def get(self, referral_id: str) -> Referral | None:
        row = self._row(_ALL.where(_c.id == referral_id))
        return _value(row) if row else None

    def lock(self, referral_id: str) -> Referral | None:
        """Hold it until the transaction ends."""
        row = self._row(_ALL.where(_c.id == referral_id).with_for_update())
        return _value(row) if row else None

    def save(self, referral: Referral) -> None:
        """Write the whole of it; it must have been locked in this transaction."""
        facts = _facts(referral)
        same = update(referrals).where(_c.id == facts.pop("id"))
        if self._change(same.values(facts)) != 1:
            raise Stale(f"no referral {referral.id}")

    def of_call(self, call_id: str) -> list[Referral]:
        """Return those made in this contact, oldest first."""
        return self._all(_ALL.where(_c.call_id == call_id))

    def of_person(self, number: str | None, call_ids: Collection[str]) -> list[Referral]:
        """Return those made in these contacts, or of a person with this number.

        The number may have been confirmed in the record after the referral was made.
        """
        theirs: list[ColumnElement[bool]] = [_c.call_id.in_(call_ids)]
        if number:
            confirmed = select(records.c.call_id).where(records.c.callback_number == number)
            theirs += [_c.number == number, _c.call_id.in_(confirmed)]
        return self._all(_ALL.where(or_(*theirs)))

    def open(self, limit: int = 200) -> list[Referral]:
        """Return those of which nobody said what came of them."""
        return self._all(_OPEN.limit(limit))

    def between(self, start: datetime, end: datetime) -> list[Referral]:
        """Return those made in [start, end), oldest first."""
        return self._all(_ALL.where(_c.made_at >= start, _c.made_at < end))

    def _all(self, query: Select[Any]) -> list[Referral]:
        return [_value(row) for row in self._rows(query)]
