"""What happened to a call, which bytes did we answer, and what does the step still change?"""

from datetime import datetime
from enum import Enum

from sqlalchemy import bindparam, insert, null, select, text, update

from storage.noun import Noun, Shape
from storage.tables import journal
from storage.values import JournalLine, NewLine

SHAPE = Shape(JournalLine, journal)
NEW = Shape(NewLine, journal)


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
_OWES = text("effects IS NOT NULL")  # the words of the index journal_owing
_OWING = select(journal.c.id).where(_OWES).order_by(journal.c.id).limit(bindparam("most"))
_LOCK = select(*SHAPE.columns).where(journal.c.id == bindparam("line_id"), _OWES).with_for_update()
_CLEAR = update(journal).where(journal.c.id == bindparam("line_id")).values(effects=null())


class Journal(Noun):
    """The journal: append-only, but for the effects that a line still owes."""

    __slots__ = ()

    def answered(self, inbox_key: str) -> bytes | Missing | None:
        row = self._row(_ANSWERED, key=inbox_key)
        return MISSING if row is None else row.answer

    def add(self, *lines: NewLine) -> None:
        """Raise Duplicate when this webhook was taken in before: nothing of ours then stands."""
        self.connection.execute(_ADD, [NEW.facts(line) for line in lines])

    def last_of(self, call_id: str) -> datetime | None:
        """Return when anything last happened to this call."""
        row = self._row(_LAST, of=call_id)
        return None if row is None else row.at

    def of(self, call_id: str) -> list[JournalLine]:
        return SHAPE.all(self._rows(_OF, of=call_id))

    def owing(self, limit: int = 50) -> list[int]:
        """Return the lines with effects to carry out, oldest first: lock each before acting."""
        return [row.id for row in self._rows(_OWING, most=limit)]

    def lock_owing(self, line_id: int) -> JournalLine | None:
        """Hold the line until the transaction ends; None: another sweep carried it out."""
        return SHAPE.maybe(self._row(_LOCK, line_id=line_id))

    def carried_out(self, line_id: int) -> None:
        """Nothing is owed any more."""
        self._change(_CLEAR, line_id=line_id)
