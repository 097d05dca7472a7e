"""What came of a contact, in the clinician's own words?"""

from dataclasses import replace

from sqlalchemy import or_, select, update

from storage.errors import Stale
from storage.noun import Noun, Shape
from storage.tables import calls, records
from storage.values import Record

SHAPE = Shape(Record, records)


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
