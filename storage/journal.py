"""What happened to a call, and which bytes did we answer?"""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import bindparam, insert, select

from storage.noun import Noun, Shape
from storage.tables import journal
from storage.values import JournalLine

SHAPE = Shape(JournalLine, journal)


class Missing(Enum):
    """No line has this inbox key; a line without an answer gives None."""

    MISSING = "missing"


MISSING = Missing.MISSING
_ANSWERED = select(journal.c.answer).where(journal.c.inbox_key == bindparam("key"))
_OF = select(*SHAPE.columns).where(journal.c.call_id == bindparam("of")).order_by(journal.c.id)
_LAST = (
    select(journal.c.at)
    .where(journal.c.call_id == bindparam("of"))
    .order_by(journal.c.id.desc())
    .limit(1)
)
_ADD = insert(journal)


class Journal(Noun):
    """The journal: append-only."""

    __slots__ = ()

    def answered(self, inbox_key: str) -> bytes | Missing | None:
        row = self._row(_ANSWERED, key=inbox_key)
        return MISSING if row is None else row.answer

    def add(
        self,
        call_id: str,
        at: datetime,
        inbox_key: str | None,
        event: str,
        facts: dict[str, Any],
        before: str | None,
        after: str,
        surprise: bool,
        answer: bytes | None,
    ) -> None:
        """Raise Duplicate when this webhook was taken in before: nothing of ours then stands."""
        line = {
            "call_id": call_id,
            "at": at,
            "inbox_key": inbox_key,
            "event": event,
            "facts": facts,
            "stage_before": None if before is None else str(before),
            "stage_after": str(after),
            "surprise": surprise,
            "answer": answer,
        }
        self.connection.execute(_ADD, line)

    def last_of(self, call_id: str) -> datetime | None:
        """Return when anything last happened to this call."""
        row = self._row(_LAST, of=call_id)
        return None if row is None else row.at

    def of(self, call_id: str) -> list[JournalLine]:
        return SHAPE.all(self._rows(_OF, of=call_id))
