"""Whom did we promise to call back, and which promise is due?"""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update

from storage.errors import Stale
from storage.noun import Noun, Shape, own
from storage.tables import followups, texts
from storage.values import FollowUp

SHAPE = Shape(FollowUp, followups)
OPEN = ("due", "offered", "placing")
_ALL = select(*SHAPE.columns).order_by(followups.c.due_at, followups.c.id)
_GET = _ALL.where(followups.c.id == bindparam("followup_id"))
_LOCK = _GET.with_for_update()
_DUE = (
    select(*SHAPE.columns)
    .where(followups.c.state == own("due"), followups.c.due_at <= bindparam("now"))
    .order_by(followups.c.risk.desc(), followups.c.due_at, followups.c.id)
)


_REMINDED = exists().where(texts.c.followup_id == followups.c.id)
_TO_REMIND = _ALL.where(
    followups.c.state == own("due"),
    followups.c.kind == own("followup"),
    followups.c.due_at > bindparam("now"),
    followups.c.due_at <= bindparam("until"),
    followups.c.attempts_made == 0,
    followups.c.texts_agreed_at.is_not(None),
    followups.c.texts_revoked_at.is_(None),
    ~_REMINDED,
)


class FollowUps(Noun):
    """The promises."""

    __slots__ = ()

    def add(self, followup: FollowUp) -> None:
        self.connection.execute(insert(followups), SHAPE.facts(followup))

    def get(self, followup_id: str) -> FollowUp | None:
        return SHAPE.maybe(self._row(_GET, followup_id=followup_id))

    def lock(self, followup_id: str) -> FollowUp | None:
        """Hold it until the transaction ends; lock its call first, if any."""
        return SHAPE.maybe(self._row(_LOCK, followup_id=followup_id))

    def save(self, followup: FollowUp) -> None:
        """Write the whole promise; it must have been locked in this transaction."""
        facts = SHAPE.facts(followup)
        if self._change(update(followups).where(followups.c.id == facts.pop("id")), **facts) != 1:
            raise Stale(f"no follow-up {followup.id}")

    def due(self, now: datetime, limit: int = 20) -> list[FollowUp]:
        """Return what is due: by risk, then the longest; lock each before acting."""
        return SHAPE.all(self._rows(_DUE.limit(limit), now=now))

    def to_remind(self, now: datetime, until: datetime, limit: int = 500) -> list[FollowUp]:
        """Return what falls due by then, with consent to a text and none written down yet."""
        return SHAPE.all(self._rows(_TO_REMIND.limit(limit), now=now, until=until))

    def of_call(self, call_id: str) -> list[FollowUp]:
        """Return the promises that came from this contact."""
        return SHAPE.all(self._rows(_ALL.where(followups.c.call_id == call_id)))

    def open_by_number(self, number: str) -> list[FollowUp]:
        """Return what is still promised to this number: they may reach us first."""
        kept = _ALL.where(followups.c.number == number, followups.c.state.in_(OPEN))
        return SHAPE.all(self._rows(kept))

    def open_of(self, person_id: str, limit: int = 500) -> list[FollowUp]:
        """Return what this clinician has still to keep, by due time."""
        theirs = _ALL.where(followups.c.prefers == person_id, followups.c.state.in_(OPEN))
        return SHAPE.all(self._rows(theirs.limit(limit)))

    def of_number(self, number: str, limit: int = 100) -> list[FollowUp]:
        """Return every promise to this number, open or not, the newest first."""
        found = select(*SHAPE.columns).where(followups.c.number == number)
        newest = found.order_by(followups.c.promised_at.desc(), followups.c.id)
        return SHAPE.all(self._rows(newest.limit(limit)))

    def list(self, *states: str, limit: int = 200) -> list[FollowUp]:
        """Return the promises in these states (none named: any), by due time."""
        found = _ALL.where(followups.c.state.in_(states)) if states else _ALL
        return SHAPE.all(self._rows(found.limit(limit)))

    def late(self, now: datetime, usual: timedelta) -> tuple[int, int]:
        """Return how many are due, and how many open ones are past the window they were due in.

        `usual`: how long after it fell due, of a promise that names no window.
        """
        c = followups.c
        unsaid = and_(c.due_until.is_(None), c.due_at <= now - usual)
        due = and_(c.state == own("due"), c.due_at <= now)
        past = or_(c.due_until <= now, unsaid)
        counted = select(
            func.count().filter(due).label("due"), func.count().filter(past).label("past")
        ).where(c.state.in_(OPEN))
        row = self._rows(counted)[0]
        return row.due, row.past

    def counts(self) -> dict[str, int]:
        """Return how many promises are in each state."""
        by_state = select(followups.c.state, func.count().label("promises")).group_by(
            followups.c.state
        )
        return {row.state: row.promises for row in self._rows(by_state)}
