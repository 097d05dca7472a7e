"""Which shifts are colleagues asked to take, and what became of it?"""

from datetime import datetime

from sqlalchemy import insert, or_, select, update

from storage.noun import Noun, Shape
from storage.tables import cover_requests
from storage.values import CoverRequest

SHAPE = Shape(CoverRequest, cover_requests)
_ALL = select(*SHAPE.columns)
WANTED = ("open", "proposed")  # cover that anybody may take; a swap that one colleague is asked for
TAKEN = ("taken", "accepted")  # the same, said yes to, and a coordinator has to agree
PENDING = (*WANTED, *TAKEN)


class CoverRequests(Noun):
    """The requests for cover."""

    __slots__ = ()

    def add(self, request: CoverRequest) -> None:
        self.connection.execute(insert(cover_requests), SHAPE.facts(request))

    def get(self, request_id: str) -> CoverRequest | None:
        return SHAPE.maybe(self._row(_ALL.where(cover_requests.c.id == request_id)))

    def pending(self, now: datetime) -> list[CoverRequest]:
        """Return those not settled whose shift has not begun, the soonest first."""
        c = cover_requests.c
        found = _ALL.where(c.state.in_(PENDING), c.starts_at > now)
        return SHAPE.all(self._rows(found.order_by(c.starts_at, c.id)))

    def settled(self, since: datetime, limit: int = 20) -> list[CoverRequest]:
        """Return the newest that were settled or have expired since then."""
        c = cover_requests.c
        over = or_(c.settled_at >= since, c.starts_at.between(since, self.now()))
        found = _ALL.where(over).order_by(c.starts_at.desc(), c.id)
        return SHAPE.all(self._rows(found.limit(limit)))

    def move(self, request: CoverRequest, state: str) -> bool:
        """Write it, if it is still in `state`; False when somebody was faster."""
        c = cover_requests.c
        change = update(cover_requests).where(c.id == request.id, c.state == state)
        return self._change(change, **SHAPE.facts(request)) == 1
