"""Which processes tick, and when did each tick last?"""

from datetime import datetime

from sqlalchemy import Executable, String, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.noun import Noun, Shape
from storage.tables import heartbeats
from storage.values import Heartbeat

SHAPE = Shape(Heartbeat, heartbeats)
_ALL = select(*SHAPE.columns).order_by(heartbeats.c.at.desc())
_LATEST = _ALL.limit(1)
_NAMED = bindparam("named", type_=String)
_BEGIN = func.substr(heartbeats.c.process, 1, func.length(_NAMED))
_OF = _LATEST.where(_BEGIN == _NAMED)


def _beat(insert: "postgresql.Insert | sqlite.Insert") -> Executable:
    facts = {"at": insert.excluded.at, "seconds": insert.excluded.seconds}
    return insert.on_conflict_do_update(index_elements=["process"], set_=facts)


_BEAT = {
    "postgresql": _beat(postgresql.insert(heartbeats)),
    "sqlite": _beat(sqlite.insert(heartbeats)),
}


class Heartbeats(Noun):
    """The ticks; announced to no page."""

    __slots__ = ()

    def beat(self, process: str, at: datetime, seconds: float) -> None:
        """Keep that this process swept at `at`, and how long that took."""
        beat = _BEAT[self.connection.dialect.name]
        self._change(beat, process=process, at=at, seconds=seconds)

    def of(self, named: str) -> Heartbeat | None:
        """Return the newest tick of the processes whose names begin so; None: none ever ticked."""
        return SHAPE.maybe(self._row(_OF, named=named))

    def put_right(self, now: datetime, after: datetime) -> bool:
        """The clock was set back: no tick lies after `after` any more; False: none did."""
        late = update(heartbeats).where(heartbeats.c.at > after)
        return self._change(late.values(at=now)) > 0

    def latest(self) -> Heartbeat | None:
        """Return the newest tick of any process; None: nothing ever ticked."""
        return SHAPE.maybe(self._row(_LATEST))

    def all(self) -> list[Heartbeat]:
        return SHAPE.all(self._rows(_ALL))

    def forget(self, before: datetime) -> int:
        """Forget processes that ended long ago; return how many."""
        return self._change(delete(heartbeats).where(heartbeats.c.at < before))
