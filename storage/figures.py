"""What does the figures page count? The few columns of every contact of a period."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from storage.store import Rows
from storage.tables import calls, followups, records, referrals

ROWS_AT_ONCE = 1000


class Contact(NamedTuple):
    """One inbound call, and what its record says came of it."""

    arrived_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None
    line: str
    disposition: str | None


class Promise(NamedTuple):
    """One promise to call back, and what became of it."""

    promised_at: datetime
    kind: str
    state: str
    closed_reason: str | None


class Referred(NamedTuple):
    """One referral, and how far it is (care.referral.State)."""

    made_at: datetime
    state: str


def contacts(rows: Rows, start: datetime, end: datetime) -> Iterator[Contact]:
    """Yield the inbound calls that arrived in [start, end), oldest first."""
    query = (
        select(
            calls.c.arrived_at,
            calls.c.answered_at,
            calls.c.ended_at,
            calls.c.ended_reason,
            calls.c.line,
            records.c.disposition,
        )
        .outerjoin(records, records.c.call_id == calls.c.id)
        .where(calls.c.kind == "inbound", calls.c.arrived_at >= start, calls.c.arrived_at < end)
        .order_by(calls.c.arrived_at)
    )
    found = rows.calls.connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})
    return (Contact(*row) for row in found)


def promises(rows: Rows, start: datetime, end: datetime) -> Iterator[Promise]:
    """Yield the promises made in [start, end)."""
    query = select(
        followups.c.promised_at, followups.c.kind, followups.c.state, followups.c.closed_reason
    ).where(followups.c.promised_at >= start, followups.c.promised_at < end)
    found = rows.calls.connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})
    return (Promise(*row) for row in found)


def referred(rows: Rows, start: datetime, end: datetime) -> Iterator[Referred]:
    """Yield the referrals made in [start, end)."""
    made = referrals.c.made_at
    query = select(made, referrals.c.state).where(made >= start, made < end)
    found = rows.calls.connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})
    return (Referred(*row) for row in found)
