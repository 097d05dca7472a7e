"""What is kept of a call, of what is owed for it, and of who was asked?"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from storage.tables.columns import Guests, Instant, Serial, metadata

calls = Table(
    "calls",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(12), nullable=False),  # inbound | followup
    # the caller's (person's) leg; None: a follow-up whose person has not been rung yet
    Column("leg_sid", String(64), unique=True),
    Column("line", String(40), nullable=False),  # id of the line in line.toml
    Column("number_shown", String(64)),  # None: withheld. Never assumed to be a number to call back
    Column("sip", JSON, nullable=False),  # SIP X- headers the PSAP sent, bounded, untrusted
    Column("language", String(8), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("hop", Integer, nullable=False),  # number of voice answers given; in every URL we render
    Column("priority", Integer, nullable=False),  # larger goes first in the waiting line
    Column("line_since", Instant, nullable=False),  # place in the waiting line
    Column("arrived_at", Instant, nullable=False),
    Column("stage_since", Instant, nullable=False),
    Column("deadline_at", Instant),  # when the stage must be looked at again; a sweep reads it
    Column("rung", Integer, nullable=False),  # of the escalation ladder, 0 is the first
    Column("laps", Integer, nullable=False),
    Column("clinician_id", String(40)),  # who accepted
    Column("clinician_leg", String(64)),
    Column("clinician_here", Boolean, nullable=False),  # their leg is in the conference
    Column("prefers", String(40)),  # offered first: the clinician we were cut off from
    Column("answered_at", Instant),  # first moment of talking
    Column("ended_at", Instant),
    Column("ended_reason", String(32)),  # see ivr.call.Ended
    Column("cut_offs", Integer, nullable=False),
    Column("followup_id", String(40)),
    Column("attempt_id", String(40)),
    Column("psap", String(12)),  # ringing failed coming here together: the dispatcher asked back
    Column("psap_leg", String(64)),
    Column("psap_since", Instant),  # when the 911 centre's own line was rung; stays when they left
    Column("returned_at", Instant),  # first moment with the dispatcher
    # while the dispatcher was on the caller's own leg, as the clinician said
    Column("shared_since", Instant),
    Column("shared_until", Instant),
    Column("guests", Guests(none_as_null=True)),  # who else is in the call; None: nobody
    # read by switchboard.clock.sweep, every second
    Index("calls_due", "deadline_at", postgresql_where=text("stage <> 'ended'")),
    # read by storage.calls.waiting and .live, on every offer and board refresh, and by
    # .over_after_cut_off, every 30 s
    Index("calls_live", "stage", "line_since"),
    # read by reports and the record page
    Index("calls_by_arrival", "arrived_at"),
    # read by the offer card: earlier contacts from the number shown
    Index("calls_by_number", "number_shown"),
)
journal = Table(  # inbox and history in one: what happened to a call, and the bytes answered
    "journal",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("call_id", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("inbox_key", String(200), unique=True),  # None: an event of our own, not a webhook
    Column("event", String(40), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("stage_before", String(16)),
    Column("stage_after", String(16), nullable=False),
    Column("surprise", Boolean, nullable=False),  # the event did not belong to the stage
    Column("answer", LargeBinary),  # the TwiML we answered; a duplicate gets the same bytes
    # what the step still changes in our own tables, [name, facts] each; None: nothing, or done
    Column("effects", JSON(none_as_null=True)),
    Index("journal_by_call", "call_id", "id"),  # read by the record page and tests
    Index(  # read by every sweep
        "journal_owing",
        "id",
        sqlite_where=text("effects IS NOT NULL"),
        postgresql_where=text("effects IS NOT NULL"),
    ),
)
errands = Table(  # outbox: what must be done outside, written with its cause
    "errands",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("call_id", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("target", String(120), nullable=False),  # one live errand per target (FAILURES R3)
    Column("state", String(12), nullable=False),  # pending claimed done refused unknown abandoned
    Column("due_at", Instant, nullable=False),
    Column("claimed_by", String(80)),
    Column("lease_until", Instant),
    Column("tries", Integer, nullable=False),
    Column("outcome", Text),  # sid, or the carrier's error
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Index(  # read by switchboard.errands.next_due, every tick
        "errands_due", "due_at", postgresql_where=text("state in ('pending','claimed','unknown')")
    ),
    Index("errands_by_target", "target", "state"),  # read before a second effect on one target
    Index(  # holds "one live errand per target" even where two claims race (FAILURES R3)
        "errands_one_live",
        "target",
        unique=True,
        postgresql_where=text("state in ('claimed','unknown')"),
        sqlite_where=text("state in ('claimed','unknown')"),
    ),
)
offers = Table(
    "offers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(12), nullable=False),  # call | followup
    Column("call_id", String(40)),
    Column("followup_id", String(40)),
    Column("person_id", String(40), nullable=False),
    Column("channel", String(8), nullable=False),  # desk | phone
    Column("state", String(12), nullable=False),  # offered accepted refused lapsed cancelled
    Column("offered_at", Instant, nullable=False),
    Column("lapses_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("why", String(40)),  # taken | caller_left | preempted | declined's reason ...
    Column("phone_leg", String(64)),  # channel phone: the cell phone's leg
    Column("heard_at", Instant),  # the phone's first word was claimed (FAILURES R4)
    Index("offers_live", "state", "lapses_at"),  # read by switchboard.offers, every tick
    Index(  # one live offer a person and channel, whoever sweeps (FAILURES, invariant 8)
        "offers_one_live",
        "person_id",
        "channel",
        unique=True,
        sqlite_where=text("state = 'offered'"),
        postgresql_where=text("state = 'offered'"),
    ),
    Index("offers_by_person", "person_id", "state"),  # read by the desk
    Index("offers_by_call", "call_id"),  # read by the record page
)
traces = Table(  # why each person was told of a caller, or not: a line when that changes
    "traces",
    metadata,
    Column("call_id", String(40), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("revision", BigInteger, nullable=False),  # of the roster
    Column("rung", Integer, nullable=False),
    Column("verdicts", JSON, nullable=False),  # those that changed (routing.verdicts)
)
