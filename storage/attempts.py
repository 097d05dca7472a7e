"""How often did we try to keep a promise, and what came of each try?"""

from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from storage.noun import Noun, Shape
from storage.tables import attempts
from storage.values import Attempt

SHAPE = Shape(Attempt, attempts)
_ALL = select(*SHAPE.columns).order_by(attempts.c.followup_id, attempts.c.number_of)
_HEAR = (
    update(attempts)
    .where(
        attempts.c.id == bindparam("attempt_id"),
        attempts.c.heard_at.is_(None),
        attempts.c.outcome.is_(None),
    )
    .values(heard_at=bindparam("now"))
)


class Attempts(Noun):
    """The tries."""

    __slots__ = ()

    def add(self, attempt: Attempt) -> None:
        """Raise Duplicate when this number of try was made already: two clocks, one dial."""
        self.connection.execute(insert(attempts), SHAPE.facts(attempt))

    def get(self, attempt_id: str) -> Attempt | None:
        return SHAPE.maybe(self._row(_ALL.where(attempts.c.id == attempt_id)))

    def of(self, followup_id: str) -> list[Attempt]:
        return SHAPE.all(self._rows(_ALL.where(attempts.c.followup_id == followup_id)))

    def hear(self, attempt_id: str, now: datetime) -> bool:
        """Claim the first word; False: an accidental second dial, or too late: hang up unheard."""
        return self._change(_HEAR, attempt_id=attempt_id, now=now) == 1

    def settle(self, attempt_id: str, outcome: str, now: datetime) -> bool:
        """Write what came of it; the clinician's later word replaces the carrier's."""
        ended = func.coalesce(attempts.c.ended_at, now)
        change = update(attempts).where(attempts.c.id == attempt_id)
        return self._change(change.values(outcome=outcome, ended_at=ended)) == 1
