"""What must be done outside, who has claimed it, and what became of it?

Claimed by compare-and-swap; an outside effect happens after that commit. One live errand per
target: a target whose effect is under way, or whose outcome is unknown, is not touched again
(FAILURES R3); the unique index errands_one_live holds even where two claims race.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    TextClause,
    and_,
    bindparam,
    insert,
    or_,
    select,
    text,
    update,
)

from storage.noun import Moved, Noun, Shape, among, own
from storage.tables import errands
from storage.values import ErrandRow

SHAPE = Shape(ErrandRow, errands)

_waiting, _other = errands.alias("waiting"), errands.alias("other")
_OLDER = or_(
    _other.c.due_at < _waiting.c.due_at,
    and_(_other.c.due_at == _waiting.c.due_at, _other.c.id < _waiting.c.id),
)


def _another(*which: ColumnElement[bool] | TextClause) -> Exists:
    """Whether this target has another errand: one look into an index for each that waits.

    Without the offset PostgreSQL may join all that waits with all that waits; of twenty thousand
    that were not yet in its statistics no claim came back within a statement's time.
    """
    of_target = select(_other.c.id).where(_other.c.target == _waiting.c.target, *which)
    return of_target.offset(0).correlate(_waiting).exists()


_IN_HAND = _another(text("other.state in ('claimed','unknown')"))
_OLDER_ONE = _another(text("other.state = 'pending'"), _OLDER)  # it goes first
_CLAIMABLE = (
    select(_waiting.c.id)
    .where(text("waiting.state = 'pending'"), _waiting.c.due_at <= bindparam("now"))
    .where(~_IN_HAND, ~_OLDER_ONE)
    .order_by(_waiting.c.due_at)  # as errands_due has them: no more are looked at than are claimed
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=_waiting)
    .cte("claimable")  # as a plain subquery PostgreSQL may run it, and its limit, more than once
)
_CLAIM = (
    update(errands)
    .where(errands.c.id.in_(select(_CLAIMABLE.c.id)), errands.c.state == own("pending"))
    .values(
        state="claimed",
        claimed_by=bindparam("worker"),
        lease_until=bindparam("until"),
        tries=errands.c.tries + 1,
    )
    .returning(*SHAPE.columns)
)
_SETTLED = (
    update(errands)
    .where(errands.c.id == bindparam("errand"))
    .values(state=bindparam("as"), outcome=bindparam("why"), settled_at=bindparam("at"))
)
_SETTLE = _SETTLED.where(among(errands.c.state, ["pending", "unknown"]))
_SETTLE_OURS = _SETTLED.where(
    errands.c.claimed_by == bindparam("worker"), among(errands.c.state, ["claimed", "unknown"])
)
_STUCK = (
    update(errands)
    .where(text("state = 'claimed'"), errands.c.lease_until <= bindparam("now"))
    .values(state="unknown")
    .returning(*SHAPE.columns)
)
_ANY_DUE = (
    select(errands.c.id)
    .where(
        or_(
            and_(text("state = 'pending'"), errands.c.due_at <= bindparam("now")),
            and_(text("state = 'claimed'"), errands.c.lease_until <= bindparam("now")),
            and_(text("state = 'unknown'"), errands.c.due_at <= bindparam("now")),
        )
    )
    .limit(1)
)
_WORKERS = select(errands.c.claimed_by).where(text("state = 'claimed'")).distinct()
_ADD = insert(errands)


class Errands(Noun):
    """The outbox."""

    __slots__ = ()

    def add(self, call_id: str, items: Iterable[tuple[str, dict[str, Any], str, datetime]]) -> None:
        """Write (kind, facts, target, due_at) in one round trip; nothing to write costs none."""
        now = self.now()
        lines = [
            {
                "call_id": call_id,
                "kind": kind,
                "facts": facts,
                "target": target,
                "state": "pending",
                "due_at": due_at,
                "tries": 0,
                "created_at": now,
            }
            for kind, facts, target, due_at in items
        ]
        if lines:
            self.connection.execute(_ADD, lines)

    def any_due(self, now: datetime) -> bool:
        """Say whether there is anything to claim or to clear up: a tick's one cheap question."""
        return self._row(_ANY_DUE, now=now) is not None

    def claim_due(
        self, worker: str, now: datetime, lease_seconds: float = 10, limit: int = 20
    ) -> list[ErrandRow]:
        """Claim what is due, oldest first: each errand goes to exactly one worker.

        Raises:
            Duplicate: another worker took this target's other errand a moment ago.
        """
        until = now + timedelta(seconds=lease_seconds)
        claimed = self._rows(_CLAIM, now=now, most=limit, worker=worker, until=until)
        return sorted(SHAPE.all(claimed), key=lambda errand: (errand.due_at, errand.id))

    def settle(
        self, errand_id: int, state: str, outcome: str | None, now: datetime, worker: str = ""
    ) -> bool:
        """Write what became of it; False: it is not (or no longer) ours to say.

        `worker`: who claimed it; its word counts even after the lease, while nothing else is
        known. Without a worker it is the reconciler's word about what is pending or unknown.
        """
        settled = None if state == "unknown" else now
        told = {"errand": errand_id, "as": state, "why": outcome, "at": settled}
        if worker:
            return self._change(_SETTLE_OURS, **told, worker=worker) == 1
        return self._change(_SETTLE, **told) == 1

    def postpone(self, errand_id: int, due_at: datetime) -> bool:
        """Put a claimed or unknown errand back: only once it is certain that nothing happened."""
        change = update(errands).where(
            errands.c.id == errand_id, among(errands.c.state, ["claimed", "unknown"])
        )
        back = change.values(state="pending", due_at=due_at, claimed_by=None, lease_until=None)
        return self._change(back) == 1

    def stuck(self, now: datetime) -> list[ErrandRow]:
        """Turn expired leases into `unknown` and return them: evidence decides, not a retry."""
        return SHAPE.all(self._rows(_STUCK, now=now))

    def workers(self) -> list[str]:
        """Return who has errands in hand now."""
        return [row.claimed_by for row in self._rows(_WORKERS)]

    def orphaned(self, workers: list[str]) -> int:
        """Make what these workers had in hand `unknown` before its lease ends; returns how many."""
        theirs = and_(text("state = 'claimed'"), errands.c.claimed_by.in_(workers))
        return self._change(update(errands).where(theirs).values(state="unknown"))

    def unknown_due(self, now: datetime, limit: int = 20) -> list[ErrandRow]:
        """Return what is unknown and should be looked for now, the longest waiting first."""
        found = select(*SHAPE.columns).where(
            text("state = 'unknown'"), errands.c.due_at <= bindparam("now")
        )
        return SHAPE.all(self._rows(found.order_by(errands.c.due_at).limit(limit), now=now))

    def look_again(self, errand_id: int, at: datetime) -> bool:
        """No evidence yet about what is unknown: look again then."""
        change = update(errands).where(errands.c.id == errand_id, errands.c.state == own("unknown"))
        return self._change(change.values(due_at=at)) == 1

    def proven(self, target: str, name: str, value: str, outcome: str, now: datetime) -> bool:
        """Settle what was unknown about this target, if the errand's fact `name` is `value`."""
        change = update(errands).where(
            errands.c.target == target,
            text("state = 'unknown'"),
            errands.c.facts[name].as_string() == value,
        )
        return self._change(change.values(state="done", outcome=outcome, settled_at=now)) == 1

    def move(self, until: Moved) -> None:
        """The machine's clock was set back: what is not settled moves with it."""
        live = among(errands.c.state, ["pending", "claimed", "unknown"])
        for errand in SHAPE.all(self._rows(select(*SHAPE.columns).where(live))):
            due, lease = until(errand.due_at), until(errand.lease_until)
            change = update(errands).where(errands.c.id == errand.id, live)
            self._change(change.values(due_at=due, lease_until=lease))

    def get(self, errand_id: int) -> ErrandRow | None:
        return SHAPE.maybe(self._row(select(*SHAPE.columns).where(errands.c.id == errand_id)))

    def of(self, call_id: str) -> list[ErrandRow]:
        found = select(*SHAPE.columns).where(errands.c.call_id == call_id).order_by(errands.c.id)
        return SHAPE.all(self._rows(found))
