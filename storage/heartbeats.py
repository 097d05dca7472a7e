"""Which processes tick, and when did each tick last?"""

from datetime import datetime

from sqlalchemy import delete, select, update

from storage.noun import Noun, Shape
from storage.tables import heartbeats
from storage.values import Heartbeat

SHAPE = Shape(Heartbeat, heartbeats)
_ALL = select(*SHAPE.columns).order_by(heartbeats.c.at.desc())


class Heartbeats(Noun):
    """The ticks; announced to no page."""

    __slots__ = ()

    def beat(self, process: str, at: datetime, seconds: float) -> None:
        """Keep that this process swept at `at`, and how long that took."""
        beat = self._insert(heartbeats).values(process=process, at=at, seconds=seconds)
        facts = {"at": at, "seconds": seconds}
        self._change(beat.on_conflict_do_update(index_elements=["process"], set_=facts))

    def of(self, named: str) -> Heartbeat | None:
        """Return the newest tick of the processes whose names begin so; None: none ever ticked."""
        theirs = heartbeats.c.process.startswith(named, autoescape=True)
        return SHAPE.maybe(self._row(_ALL.where(theirs).limit(1)))

    def put_right(self, now: datetime, after: datetime) -> bool:
        """The clock was set back: no tick lies after `after` any more; False: none did."""
        late = update(heartbeats).where(heartbeats.c.at > after)
        return self._change(late.values(at=now)) > 0

    def latest(self) -> Heartbeat | None:
        """Return the newest tick of any process; None: nothing ever ticked."""
        return SHAPE.maybe(self._row(_ALL.limit(1)))

    def all(self) -> list[Heartbeat]:
        return SHAPE.all(self._rows(_ALL))

    def forget(self, before: datetime) -> int:
        """Forget processes that ended long ago; return how many."""
        return self._change(delete(heartbeats).where(heartbeats.c.at < before))
