"""Which mobile crews are there, and when was each one's page last open?"""

from datetime import datetime

from sqlalchemy import insert, select, update

from storage.noun import Noun, Shape
from storage.tables import crews
from storage.values import Crew

SHAPE = Shape(Crew, crews)
_ALL = select(*SHAPE.columns).order_by(crews.c.name, crews.c.id)


class Crews(Noun):
    """The mobile crews."""

    __slots__ = ()

    def add(self, crew: Crew) -> None:
        self.connection.execute(insert(crews), SHAPE.facts(crew))

    def get(self, crew_id: str) -> Crew | None:
        """Return the crew, also one that is no more."""
        return SHAPE.maybe(self._row(_ALL.where(crews.c.id == crew_id)))

    def all(self, *, also_ended: bool = False) -> list[Crew]:
        """Return the crews by name."""
        return SHAPE.all(self._rows(_ALL if also_ended else _ALL.where(crews.c.ended_at.is_(None))))

    def names(self) -> dict[str, str]:
        """Return each crew's name by id, also of those that are no more."""
        return {crew.id: crew.name for crew in self.all(also_ended=True)}

    def set_nonce(self, crew_id: str, nonce: str | None) -> bool:
        """Give its page another address, or none; False: there is no such crew."""
        there = update(crews).where(crews.c.id == crew_id, crews.c.ended_at.is_(None))
        return self._change(there.values(nonce=nonce)) == 1

    def end(self, crew_id: str, now: datetime) -> bool:
        """There is no such crew any more, and its page is off; False: there was none."""
        there = update(crews).where(crews.c.id == crew_id, crews.c.ended_at.is_(None))
        return self._change(there.values(nonce=None, ended_at=now)) == 1

    def seen(self, crew_id: str, now: datetime) -> None:
        """Their page was open now."""
        self._change(update(crews).where(crews.c.id == crew_id).values(seen_at=now))
