"""Which calls are there, which one is locked by us, and who is next in the waiting line?

Lock order in the whole house, against deadlocks: call, then offers, desks, follow-up, audit.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Row,
    and_,
    bindparam,
    extract,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from ivr.call import IN_LINE, Call, Ended, Kind, Psap, Stage
from routing.line import AGEING_SECONDS
from storage.errors import Stale
from storage.noun import Noun, among, own
from storage.tables import calls, desks, journal, offers

NAMES = tuple(field.name for field in fields(Call))
COLUMNS = tuple(calls.c[name] for name in NAMES)
_BEGAN = extract("epoch", calls.c.line_since)
# as routing.line.place: one point of priority is worth so many seconds of waiting
LINE_ORDER = (_BEGAN - calls.c.priority * AGEING_SECONDS, calls.c.line_since, calls.c.id)
LIVE = tuple(stage.value for stage in Stage if stage is not Stage.ENDED)


class Seen(NamedTuple):
    """A locked call, and whether this webhook was answered before, with which bytes."""

    call: Call | None
    answered: bytes | None
    seen: bool


class Lap(NamedTuple):
    """A locked call, whether this webhook was answered before, and the truth for the lap."""

    call: Call | None
    answered: bytes | None
    seen: bool
    position: int  # place in the waiting line, 1 is next
    ringing: int  # people being rung about callers just now; whoever accepts takes the head
    busy: int  # clinicians who are with a caller


def of_row(row: Sequence[Any]) -> Call:
    facts = dict(zip(NAMES, row, strict=False))
    facts["kind"], facts["stage"] = Kind(facts["kind"]), Stage(facts["stage"])
    facts["leg_sid"] = facts["leg_sid"] or ""
    if facts["ended_reason"]:
        facts["ended_reason"] = Ended(facts["ended_reason"])
    if facts["psap"]:
        facts["psap"] = Psap(facts["psap"])
    return Call(**facts)


def _facts(call: Call) -> dict[str, Any]:
    facts = {name: getattr(call, name) for name in NAMES}
    facts["kind"], facts["stage"] = call.kind.value, call.stage.value
    facts["leg_sid"] = call.leg_sid or None  # several follow-ups may have no leg yet
    facts["ended_reason"] = call.ended_reason and call.ended_reason.value
    facts["psap"] = call.psap and call.psap.value
    return facts


_ALL = select(*COLUMNS)
_GET = _ALL.where(calls.c.id == bindparam("call_id"))
_LOCK = _GET.with_for_update()
_BY_LEG = _ALL.where(calls.c.leg_sid == bindparam("leg_sid"))
_IN_LINE = among(calls.c.stage, [stage.value for stage in IN_LINE])
_WAITING = _ALL.where(_IN_LINE).order_by(*LINE_ORDER)
_LIVE = _ALL.where(among(calls.c.stage, LIVE)).order_by(calls.c.arrived_at)
_ARRIVALS = select(func.count()).select_from(
    select(calls.c.id)
    .where(calls.c.line == bindparam("came_in_on"), calls.c.arrived_at >= bindparam("since"))
    .limit(bindparam("most"))
    .subquery()
)

_this = journal.c.inbox_key == bindparam("inbox_key")
ANSWER = (
    select(journal.c.id).where(_this).scalar_subquery().label("seen"),
    select(journal.c.answer).where(_this).scalar_subquery().label("answer"),
)
_WITH_ANSWER = select(*COLUMNS, *ANSWER).with_for_update(of=calls)
_LOCK_WITH_ANSWER = _WITH_ANSWER.where(calls.c.id == bindparam("call_id"))
_LOCK_ACCEPTED = _WITH_ANSWER.where(
    calls.c.id == offers.c.call_id,
    offers.c.id == bindparam("offer_id"),
    offers.c.person_id == bindparam("person_id"),
    offers.c.state == own("accepted"),
)
_LOCK_LEG_WITH_ANSWER = _WITH_ANSWER.where(calls.c.leg_sid == bindparam("leg_sid"))

_ahead = calls.alias("ahead")


def _place(of: FromClause) -> ColumnElement[Any]:
    return extract("epoch", of.c.line_since) - of.c.priority * bindparam("ageing", type_=Integer)


_POSITION = (
    select(func.count())
    .where(
        among(_ahead.c.stage, [stage.value for stage in IN_LINE]),
        or_(
            _place(_ahead) < _place(calls),
            and_(_place(_ahead) == _place(calls), _ahead.c.line_since < calls.c.line_since),
        ),
    )
    .correlate(calls)
    .scalar_subquery()
)
_RINGING = (
    select(func.count(offers.c.person_id.distinct()))
    .where(
        offers.c.state == own("offered"),
        offers.c.kind == own("call"),
        offers.c.lapses_at > bindparam("now"),
    )
    .scalar_subquery()
)
_BUSY = (
    select(func.count())
    .where(among(desks.c.state, ["connecting", "talking", "joined"]))
    .scalar_subquery()
)
_TRUTH = (_POSITION.label("ahead"), _RINGING.label("ringing"), _BUSY.label("busy"))
_LOCK_FOR_LAP = (
    select(*COLUMNS, *ANSWER, *_TRUTH)
    .where(calls.c.id == bindparam("call_id"))
    .with_for_update(of=calls)
)
_ADD = insert(calls)
_SAVE = update(calls).where(calls.c.id == bindparam("saved_id"))
# Whatever happens to a caller in line changes one of these: an answer counts a hop; a stage, a
# rung and the dispatcher's leg change themselves.
_CLAIM = _SAVE.where(
    calls.c.stage == bindparam("seen_stage"),
    calls.c.stage_since == bindparam("seen_since"),
    calls.c.hop == bindparam("seen_hop"),
    calls.c.rung == bindparam("seen_rung"),
    calls.c.psap.is_not_distinct_from(bindparam("seen_psap")),
    calls.c.psap_leg.is_not_distinct_from(bindparam("seen_psap_leg")),
)
# `stage <> 'ended'` stands in the index too: PostgreSQL must see the same words
_DUE = (
    select(calls.c.id)
    .where(text("stage <> 'ended'"), calls.c.deadline_at <= bindparam("now"))
    .order_by(calls.c.deadline_at)
)


class Calls(Noun):
    """The calls."""

    __slots__ = ()

    def add(self, call: Call) -> None:
        """Raise Duplicate when the leg is known already."""
        self.connection.execute(_ADD, _facts(call))

    def get(self, call_id: str) -> Call | None:
        return self._maybe(self._row(_GET, call_id=call_id))

    def lock(self, call_id: str) -> Call | None:
        """Hold the call until the transaction ends; nobody else decides about it meanwhile."""
        return self._maybe(self._row(_LOCK, call_id=call_id))

    def lock_with_answer(self, call_id: str, inbox_key: str) -> Seen:
        """Lock, and look for an earlier answer to this webhook, in one round trip.

        Its twin may commit while we wait for the lock; then `seen` is False and journal.add
        raises Duplicate: leave the transaction and read journal.answered.
        """
        row = self._row(_LOCK_WITH_ANSWER, call_id=call_id, inbox_key=inbox_key)
        if row is None:
            return self._unknown_call(inbox_key)
        return self._seen(row)

    def lock_leg_with_answer(self, leg_sid: str, inbox_key: str) -> Seen:
        """As lock_with_answer, for the call whose caller's (person's) leg this is."""
        return self._seen(self._row(_LOCK_LEG_WITH_ANSWER, leg_sid=leg_sid, inbox_key=inbox_key))

    def lock_accepted(self, offer_id: str, person_id: str, inbox_key: str) -> Seen:
        """As lock_with_answer, for the call that this person has by accepting this offer."""
        accepted = {"offer_id": offer_id, "person_id": person_id}
        return self._seen(self._row(_LOCK_ACCEPTED, inbox_key=inbox_key, **accepted))

    def lock_for_lap(
        self, call_id: str, inbox_key: str, ageing_seconds: int = AGEING_SECONDS
    ) -> Lap:
        """As lock_with_answer, and what the caller may truly be told, in one round trip."""
        asked = {"call_id": call_id, "inbox_key": inbox_key, "now": self.now()}
        row = self._row(_LOCK_FOR_LAP, ageing=ageing_seconds, **asked)
        if row is None:
            return Lap(*self._unknown_call(inbox_key), position=0, ringing=0, busy=0)
        seen = row.seen is not None
        return Lap(of_row(row), row.answer, seen, row.ahead + 1, row.ringing, row.busy)

    def by_leg(self, leg_sid: str) -> Call | None:
        """Return the call whose caller's (person's) leg this is."""
        return self._maybe(self._row(_BY_LEG, leg_sid=leg_sid))

    def save(self, call: Call) -> None:
        """Write the whole call; it must have been locked in this transaction."""
        facts = _facts(call)
        if self._change(_SAVE, saved_id=facts.pop("id"), **facts) != 1:
            raise Stale(f"no call {call.id}")

    def arrivals(self, line: str, since: datetime, most: int) -> int:
        """Say how many calls came in on a line since then, counting no further than `most`."""
        return int(self._rows(_ARRIVALS, came_in_on=line, since=since, most=most)[0][0])

    def claim(self, seen: Call, then: Call) -> bool:
        """Write the whole call if it still is as it was seen, unlocked; False: somebody was first.

        The compare-and-set by which one clinician wins a caller.
        """
        facts = _facts(then)
        facts |= {"seen_stage": seen.stage.value, "seen_since": seen.stage_since}
        facts |= {"seen_hop": seen.hop, "seen_rung": seen.rung, "saved_id": facts.pop("id")}
        facts |= {"seen_psap": seen.psap and seen.psap.value, "seen_psap_leg": seen.psap_leg}
        return self._change(_CLAIM, **facts) == 1

    def waiting(self) -> list[Call]:
        """Return the waiting line, head first, not locked."""
        return self._all(_WAITING)

    def waiting_and_recent(self, limit: int) -> list[Call]:
        """Return the waiting line and the newest calls, in one look and in no order."""
        newest = select(_ahead.c.id).order_by(_ahead.c.arrived_at.desc()).limit(limit)
        return self._all(_ALL.where(or_(_IN_LINE, calls.c.id.in_(newest))))

    def live(self) -> list[Call]:
        """Return every call that has not ended, oldest first."""
        return self._all(_LIVE)

    def over_after_cut_off(self, since: datetime, came_since: datetime) -> list[Call]:
        """Return the calls that were cut off once, stood in line after `came_since`, and ended
        after `since`.
        """
        over = _ALL.where(calls.c.stage == Stage.ENDED.value, calls.c.line_since >= came_since)
        return self._all(over.where(calls.c.ended_at >= since, calls.c.cut_offs > 0))

    def due(self, now: datetime, limit: int = 50) -> list[str]:
        """Return ids of calls whose stage must be looked at: lock each before deciding."""
        return [row.id for row in self._rows(_DUE.limit(limit), now=now)]

    def earlier(self, number: str, before: datetime, limit: int = 5) -> list[Call]:
        """Return the contacts from this number shown that arrived before, newest first."""
        found = _ALL.where(calls.c.number_shown == number, calls.c.arrived_at < before)
        return self._all(found.order_by(calls.c.arrived_at.desc()).limit(limit))

    def on_line(self, line: str, since: datetime, limit: int) -> list[Call]:
        """Return the calls that came in on a line since then, newest first; no follow-ups."""
        found = _ALL.where(calls.c.line == line, calls.c.kind == Kind.INBOUND.value)
        newest = found.where(calls.c.arrived_at >= since).order_by(calls.c.arrived_at.desc())
        return self._all(newest.limit(limit))

    def recent(self, limit: int = 50, before: datetime | None = None) -> list[Call]:
        """Return the calls that arrived before an instant (None: now), newest first."""
        found = _ALL.order_by(calls.c.arrived_at.desc(), calls.c.id).limit(limit)
        return self._all(found if before is None else found.where(calls.c.arrived_at < before))

    def between(
        self, start: datetime, end: datetime, limit: int = 1000, after: Call | None = None
    ) -> list[Call]:
        """Return a page of the calls that arrived in [start, end), oldest first, after `after`."""
        found = _ALL.where(calls.c.arrived_at >= start, calls.c.arrived_at < end)
        if after is not None:
            found = found.where(
                or_(
                    calls.c.arrived_at > after.arrived_at,
                    and_(calls.c.arrived_at == after.arrived_at, calls.c.id > after.id),
                )
            )
        return self._all(found.order_by(calls.c.arrived_at, calls.c.id).limit(limit))

    def _seen(self, row: Row[Any] | None) -> Seen:
        if row is None:
            return Seen(None, None, seen=False)
        return Seen(of_row(row), row.answer, row.seen is not None)

    def _maybe(self, row: Row[Any] | None) -> Call | None:
        return None if row is None else of_row(row)

    def _all(self, statement: Any) -> list[Call]:
        return [of_row(row) for row in self._rows(statement)]

    def _unknown_call(self, inbox_key: str) -> Seen:
        known = self._row(select(journal.c.answer).where(_this), inbox_key=inbox_key)
        return Seen(None, known and known.answer, known is not None)
