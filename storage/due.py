"""Is there anything for a sweep to do? One question, so that an idle tick costs one round trip."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, or_, select, text

from care.handoff import BEFORE
from ivr.call import IN_LINE
from storage.noun import Noun, among, own
from storage.tables import calls, errands, followups, handoff_cards, journal, offers

_NOW: BindParameter[datetime] = bindparam("now")
_WAITING = exists().where(among(calls.c.stage, [stage.value for stage in IN_LINE]))
# The words of the partial indexes calls_due and errands_due, so that they serve these questions.
_DEADLINE = exists().where(text("calls.stage <> 'ended'"), calls.c.deadline_at <= _NOW)
_ORPHANED = exists().where(
    offers.c.state == own("offered"),
    calls.c.id == offers.c.call_id,
    ~among(calls.c.stage, [stage.value for stage in IN_LINE]),
)
_LAPSED = exists().where(offers.c.state == own("offered"), offers.c.lapses_at <= _NOW)
_ERRAND = exists().where(
    text("errands.state in ('pending','claimed','unknown')"),
    or_(
        and_(errands.c.state == own("pending"), errands.c.due_at <= _NOW),
        and_(errands.c.state == own("claimed"), errands.c.lease_until <= _NOW),
        and_(errands.c.state == own("unknown"), errands.c.due_at <= _NOW),
    ),
)
_EFFECT = exists(select(journal.c.id).where(text("journal.effects IS NOT NULL")))
_CARD = exists().where(
    text("handoff_cards.call_id IS NULL"),
    handoff_cards.c.received_at >= bindparam("cards_since"),
    handoff_cards.c.line == calls.c.line,
    among(calls.c.stage, [stage.value for stage in IN_LINE]),
)
_PROMISE = exists().where(followups.c.state == own("due"), followups.c.due_at <= _NOW)


class Due(NamedTuple):
    """Which parts of a sweep have something to do."""

    effects: bool
    deadlines: bool
    cards: bool
    line: bool
    errands: bool
    promises: bool


def _column(name: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return condition.label(name)


_ASK = select(
    _column("effects", _EFFECT),
    _column("deadlines", _DEADLINE),
    _column("cards", _CARD),
    _column("line", or_(_WAITING, _LAPSED, _ORPHANED)),
    _column("errands", _ERRAND),
    _column("promises", _PROMISE),
)


class Dues(Noun):
    """What is due."""

    __slots__ = ()

    def at(self, now: datetime) -> Due:
        """Say which parts of a sweep have something to do at `now`."""
        row = self.connection.execute(_ASK, {"now": now, "cards_since": now - BEFORE}).one()
        return Due(*(bool(part) for part in row))
