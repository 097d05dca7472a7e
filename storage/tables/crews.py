"""Which mobile crews are there, and what were they asked for?"""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, text

from storage.tables.columns import Instant, metadata

crews = Table(  # the mobile crews, each with a page by a secret address; the secret is not here
    "crews",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("phone", String(32)),  # E.164, to ring them
    Column("nonce", String(40)),  # a renewed address has another one; None: the page is off
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("seen_at", Instant),  # when their page was last open, to the minute
    Column("ended_at", Instant),  # there is no such crew any more
)
crew_visits = Table(  # requests of a mobile crew, to their end (care.crew)
    "crew_visits",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("call_id", String(40)),
    Column("kind", String(10), nullable=False),  # first | second | after
    Column("facts", JSON, nullable=False),  # care.crew_details.FIELDS
    Column("requested_by", String(40), nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("asked", String(40)),
    Column("crew", String(40)),
    Column("state", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("read", Integer, nullable=False),
    Column("acknowledged_at", Instant),
    Column("en_route_at", Instant),
    Column("on_scene_at", Instant),
    Column("ended_at", Instant),
    Column("outcome", String(12)),
    Column("told_at", Instant),
    Column("lines", JSON, nullable=False),
    Index("crew_visits_by_call", "call_id"),  # read by the desk and the record
    Index("crew_visits_by_request", "requested_at"),  # read by the figures
    Index(  # read by the crews' pages, the board, every desk, and four times a minute
        "crew_visits_open",
        "requested_at",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
