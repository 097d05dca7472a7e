"""Who asks for time off, and what became of it?"""

from datetime import datetime

from sqlalchemy import insert, or_, select, update

from storage.noun import Noun, Shape
from storage.tables import time_off_requests
from storage.values import TimeOffRequest

SHAPE = Shape(TimeOffRequest, time_off_requests)
_ALL = select(*SHAPE.columns)


class TimeOffRequests(Noun):
    """The requests for time off."""

    __slots__ = ()

    def add(self, request: TimeOffRequest) -> None:
        self.connection.execute(insert(time_off_requests), SHAPE.facts(request))

    def get(self, request_id: str) -> TimeOffRequest | None:
        return SHAPE.maybe(self._row(_ALL.where(time_off_requests.c.id == request_id)))

    def pending(self, now: datetime) -> list[TimeOffRequest]:
        """Return those asked for and not over, the soonest first."""
        c = time_off_requests.c
        found = _ALL.where(c.state == "asked", c.ends_at > now)
        return SHAPE.all(self._rows(found.order_by(c.starts_at, c.id)))

    def settled(self, since: datetime, limit: int = 40) -> list[TimeOffRequest]:
        """Return the newest that were settled since then, or are not over."""
        c = time_off_requests.c
        found = _ALL.where(c.state != "asked", or_(c.settled_at >= since, c.ends_at > since))
        return SHAPE.all(self._rows(found.order_by(c.starts_at.desc(), c.id).limit(limit)))

    def move(self, request: TimeOffRequest) -> bool:
        """Settle what is asked; False when somebody was faster."""
        c = time_off_requests.c
        change = update(time_off_requests).where(c.id == request.id, c.state == "asked")
        return self._change(change, **SHAPE.facts(request)) == 1
