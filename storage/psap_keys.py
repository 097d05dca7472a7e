"""Which keys do 911 centres have, and which of them are good?"""

from datetime import datetime

from sqlalchemy import insert, select, update

from storage.noun import Noun, Shape
from storage.tables import psap_keys
from storage.values import PsapKey

SHAPE = Shape(PsapKey, psap_keys)
_ALL = select(*SHAPE.columns).order_by(psap_keys.c.made_at, psap_keys.c.id)


class PsapKeys(Noun):
    """The keys of 911 centres."""

    __slots__ = ()

    def add(self, key: PsapKey) -> None:
        self.connection.execute(insert(psap_keys), SHAPE.facts(key))

    def get(self, key_id: str) -> PsapKey | None:
        """Return the key while it is good."""
        good = _ALL.where(psap_keys.c.id == key_id, psap_keys.c.ended_at.is_(None))
        return SHAPE.maybe(self._row(good))

    def all(self) -> list[PsapKey]:
        """Return every key that is good, oldest first."""
        return SHAPE.all(self._rows(_ALL.where(psap_keys.c.ended_at.is_(None))))

    def end(self, key_id: str, now: datetime) -> bool:
        """It stops at once; False: it was no good key."""
        good = update(psap_keys).where(psap_keys.c.id == key_id, psap_keys.c.ended_at.is_(None))
        return self._change(good.values(ended_at=now)) == 1
