"""Who is on call, who asks to change that, and who was told of it?"""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table

from storage.tables.columns import Instant, Serial, metadata

rosters = Table(  # every version of the exchange document (ROSTER.md), people named by their ids
    "rosters",
    metadata,
    Column("revision", Serial, primary_key=True, autoincrement=True),  # 1, 2, 3 without holes
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("digest", String(64), nullable=False, server_default="-"),  # of the document
    Column("speaks_from", Instant),  # what was over before was dropped; None: it tells all
    Column("document", JSON, nullable=False),
)
roster_drafts = Table(  # what a coordinator has changed and not yet published; one each
    "roster_drafts",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("based_on", BigInteger, nullable=False),  # the revision it was begun with
    Column("document", JSON, nullable=False),
    Column("steps", JSON, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
roster_feeds = Table(  # the secret addresses by which calendars read the roster
    "roster_feeds",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(10), primary_key=True),  # mine roster gaps followups
    Column("nonce", String(40), nullable=False),  # a renewed address has another one
    Column("made_at", Instant, nullable=False),
)
cover_requests = Table(  # shifts that colleagues may take, and who took them
    "cover_requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("tier", String(20), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("note", String(200)),
    Column("state", String(20), nullable=False),  # storage.cover_requests
    Column("asked_at", Instant, nullable=False),
    Column("taken_by", ForeignKey("people.id")),
    Column("why", String(300)),  # what a coordinator has to agree to
    Column("settled_at", Instant),
    Column("settled_by", String(40)),
    # a swap: of whom it is asked, and which of their hours are given back for it
    Column("asked_of", ForeignKey("people.id")),
    Column("back_tier", String(20)),
    Column("back_starts_at", Instant),
    Column("back_ends_at", Instant),
)
time_off_requests = Table(  # who asks to be on call for nothing, and what became of it
    "time_off_requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("note", String(200)),
    Column("state", String(20), nullable=False),  # asked granted declined withdrawn
    Column("asked_at", Instant, nullable=False),
    Column("why", String(300)),  # what a coordinator has to agree to
    Column("settled_at", Instant),
    Column("settled_by", String(40)),
)
shift_confirmations = Table(  # whose yes there is to which hours: other hours need another yes
    "shift_confirmations",
    metadata,
    Column("starts_at", Instant, primary_key=True),  # first: those to come are read by it
    Column("ends_at", Instant, primary_key=True),
    Column("tier", String(20), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("confirmed_at", Instant, nullable=False),
    Column("confirmed_by", String(40), nullable=False),  # themselves, or a coordinator
)
notices = Table(  # what somebody of the house is told, at their desk and by e-mail
    "notices",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),  # moved reminder watch help
    Column("text", String(500), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant),
    # owed sending sent failed; still `sending` long after: it may have gone, and is not sent again
    Column("mail_state", String(12), nullable=False),
    Column("mail_due_at", Instant, nullable=False),
    Column("mail_tries", Integer, nullable=False),
    Index("notices_owed", "mail_state", "mail_due_at"),  # read by switchboard.mail, every 15 s
    Index("notices_unseen", "person_id", "seen_at"),  # read by the desk
)
