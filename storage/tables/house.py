"""Who looked at what, which process ticks, and what has changed?"""

from sqlalchemy import JSON, BigInteger, Column, Float, Index, String, Table

from storage.tables.columns import Instant, Serial, metadata

audit = Table(  # append-only and hash-chained; reads are rows too
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("object", String(120), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_by_object", "object", "id"),  # read by the record's history
)
heartbeats = Table(  # which process ticks; the board turns red when none does
    "heartbeats",
    metadata,
    Column("process", String(80), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("seconds", Float, nullable=False),  # how long its last sweep took
)
changes = Table(  # SQLite's change notices, counted by triggers; PostgreSQL's NOTIFY needs no table
    "changes",
    metadata,
    Column("topic", String(40), primary_key=True),
    Column("version", BigInteger, nullable=False),
)
