"""What came of a contact, in the clinician's own words?"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, or_, select, update

from ivr.call import Stage
from storage.errors import Stale
from storage.noun import Noun, Shape
from storage.tables import calls, records, tasks
from storage.values import Record

SHAPE = Shape(Record, records)
_TALKED = (calls.c.stage == Stage.ENDED.value, calls.c.answered_at.is_not(None))
_FINISHED = exists().where(records.c.call_id == calls.c.id, records.c.finished_at.is_not(None))


class Unwritten(NamedTuple):
    """A talk that is over and whose record nobody finished."""

    call_id: str
    line: str
    answered_at: datetime


class Records(Noun):
    """The wrap-ups."""

    __slots__ = ()

    def get(self, call_id: str) -> Record | None:
        found = select(*SHAPE.columns).where(records.c.call_id == call_id)
        return SHAPE.maybe(self._row(found))

    def with_number(self, number: str, limit: int = 20) -> list[Record]:
        """Return the newest records of contacts from this number, shown or confirmed."""
        shown = select(calls.c.id).where(calls.c.number_shown == number)
        either = or_(records.c.callback_number == number, records.c.call_id.in_(shown))
        found = select(*SHAPE.columns).where(either).order_by(records.c.updated_at.desc())
        return SHAPE.all(self._rows(found.limit(limit)))

    def unwritten(
        self, clinician_id: str, since: datetime, older: Collection[str] = ()
    ) -> list[Unwritten]:
        """Return this clinician's talks that came in since then, or are among the `older` ones,
        are over and have no finished record, oldest first.
        """
        theirs = select(calls.c.id, calls.c.line, calls.c.answered_at).where(
            or_(calls.c.arrived_at >= since, calls.c.id.in_(older)),
            calls.c.clinician_id == clinician_id,
            *_TALKED,
            ~_FINISHED,
        )
        rows = self._rows(theirs.order_by(calls.c.arrived_at))
        return [Unwritten(row.id, row.line, row.answered_at) for row in rows]

    def never_written(self, since: datetime, until: datetime, task: str, limit: int) -> list[str]:
        """Return the talks that came in then, are over, have no finished record, and about which
        no task of that kind was ever opened, oldest first.
        """
        told = exists().where(tasks.c.call_id == calls.c.id, tasks.c.kind == task)
        then = calls.c.arrived_at.between(since, until)
        found = select(calls.c.id).where(then, *_TALKED, ~_FINISHED, ~told)
        return [row.id for row in self._rows(found.order_by(calls.c.arrived_at).limit(limit))]

    def dispositions(self, call_ids: list[str]) -> dict[str, str]:
        """Return what came of these calls, as far as it is written."""
        c = records.c
        known = select(c.call_id, c.disposition).where(c.call_id.in_(call_ids))
        found = self._rows(known.where(c.disposition.is_not(None))) if call_ids else []
        return {row.call_id: row.disposition for row in found}

    def save(self, record: Record, expected_version: int) -> Record:
        """Write the record as read at that version (0: the first save); return it as it is now.

        Raise Stale when another tab or person saved it meanwhile: nothing of theirs is lost.
        """
        saved = replace(record, version=expected_version + 1)
        if expected_version == 0:
            first = self._insert(records).values(SHAPE.facts(saved)).on_conflict_do_nothing()
            written = self._row(first.returning(records.c.call_id)) is not None
        else:
            same = update(records).where(
                records.c.call_id == record.call_id, records.c.version == expected_version
            )
            written = self._change(same, **SHAPE.facts(saved)) == 1
        if not written:
            raise Stale(f"record {record.call_id} is no longer at version {expected_version}")
        return saved
