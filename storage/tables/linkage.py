"""Where can somebody be referred to, and who was?"""

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, String, Table, Text, text

from storage.tables.columns import Instant, metadata

directory = Table(  # the referral directory as it was imported last; and what somebody looks at
    "directory",
    metadata,
    Column("id", String(60), primary_key=True),  # current, or draft-<person>
    Column("imported_at", Instant, nullable=False),
    Column("imported_by", String(80), nullable=False),
    Column("source", String(200), nullable=False),  # the name of the file
    Column("services", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # of the package: another one says another thing
    Column("package", LargeBinary, nullable=False),  # care.hsds.Package, JSON, deflated
)
directory_services = Table(  # the same, to be searched: a service a row (care.directory)
    "directory_services",
    metadata,
    Column("id", String(80), primary_key=True),  # of HSDS
    Column("words", Text, nullable=False),  # in lower case
    Column("facts", JSON, nullable=False),
)
referrals = Table(  # to services, to their end (care.referral)
    "referrals",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("call_id", String(40), nullable=False),
    Column("number", String(32)),
    Column("person_name", String(120)),
    Column("service_id", String(80)),  # no foreign key: the directory is replaced, this stays
    Column("service_name", String(300), nullable=False),
    Column("service_phone", String(120)),
    Column("consent", String(12), nullable=False),
    Column("consent_by", String(80)),
    Column("shared", Text, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("state", String(12), nullable=False),
    Column("appointment_at", Instant),
    Column("settled_at", Instant),
    Column("lines", JSON, nullable=False),
    Index("referrals_by_call", "call_id"),  # read by the desk and the record
    Index("referrals_by_number", "number"),  # read by the desk and the follow-up: did they go?
    Index("referrals_by_day", "made_at"),  # read by the figures
    Index(  # read by the referrals page
        "referrals_open",
        "made_at",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
)
