"""Which shifts were confirmed, when and by whom?"""

from datetime import datetime

from sqlalchemy import select

from storage.noun import Noun, Shape
from storage.tables import shift_confirmations
from storage.values import ShiftConfirmation

SHAPE = Shape(ShiftConfirmation, shift_confirmations)


class ShiftConfirmations(Noun):
    """The confirmations of shifts."""

    __slots__ = ()

    def add(self, one: ShiftConfirmation) -> bool:
        """False: these hours were confirmed before, and that stands."""
        new = self._insert(shift_confirmations).values(SHAPE.facts(one))
        made = new.on_conflict_do_nothing().returning(shift_confirmations.c.person_id)
        return self._row(made) is not None

    def after(self, moment: datetime) -> list[ShiftConfirmation]:
        """Return those of shifts that begin after that moment."""
        found = select(*SHAPE.columns).where(shift_confirmations.c.starts_at > moment)
        return SHAPE.all(self._rows(found))
