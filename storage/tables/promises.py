"""What was promised, what was tried and texted, and what must somebody decide?"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
    text,
    true,
)

from storage.tables.columns import Instant, metadata

followups = Table(
    "followups",
    metadata,
    Column("id", String(40), primary_key=True),
    Column(
        "kind", String(12), nullable=False
    ),  # followup | callback (promised to a waiting caller)
    Column("call_id", String(40)),  # the contact it comes from
    Column("state", String(12), nullable=False),  # due offered placing kept closed
    Column("name", String(120)),
    Column(
        "number", String(32), nullable=False
    ),  # confirmed by a human, or the caller's own choice
    Column("zone", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("line", String(40), nullable=False),  # whose number is shown
    Column("consent_by", String(80)),  # who gave it; None: no consent, never dialled
    Column("consent_at", Instant),
    Column("may_leave_message", Boolean, nullable=False),
    Column("best_from", String(5), nullable=False),  # HH:MM in `zone`
    Column("best_until", String(5), nullable=False),
    Column("promised_at", Instant, nullable=False),  # when the promise was made
    Column("due_at", Instant, nullable=False),
    Column("attempts_max", Integer, nullable=False),
    Column("attempts_made", Integer, nullable=False),
    Column("prefers", String(40)),  # the clinician who knows the person
    Column("offered_to", String(40)),
    # kept reached_us unreached withdrawn wrong_number no_consent, or a named person's word
    Column("closed_reason", String(40)),
    Column("closed_at", Instant),
    Column("note", Text),
    Column("template", String(20)),  # which plan of followups.toml; None: a callback
    Column("due_until", Instant),  # the end of the window it is due in: overdue afterwards
    # the plan's rules as they were when it was promised
    Column("spacing_minutes", Integer, nullable=False, server_default=text("240")),
    Column("urgent", Boolean, nullable=False, server_default=true()),  # rings on days off too
    Column("risk", Integer, nullable=False, server_default=text("0")),  # larger is offered first
    Column("consent_how", String(20)),  # spoken | written | by_key
    Column("zone_confirmed", Boolean, nullable=False, server_default=false()),  # not a guess
    Column("message", String(40)),  # which neutral words may be left; None: none
    Column("tell_if_unreached", String(200)),  # who asked to be told
    Column("revoked_at", Instant),  # their consent ended: nothing rings them any more
    Column("revoked_by", String(80)),  # who said so
    Column("revoked_how", String(20)),  # spoken | written
    # consent to a reminder by text, a fact of its own
    Column("texts_agreed_at", Instant),
    Column("texts_agreed_by", String(80)),
    Column("texts_agreed_how", String(20)),  # spoken | written
    Column("texts_revoked_at", Instant),
    Column("texts_revoked_by", String(80)),
    Column("texts_revoked_how", String(20)),
    Index("followups_due", "state", "due_at"),  # read by switchboard.followups, every tick
    Index("followups_by_number", "number"),  # read on arrival: they call us first
)
attempts = Table(
    "attempts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("followup_id", ForeignKey("followups.id"), nullable=False),
    Column("number_of", Integer, nullable=False),  # 1 is the first
    Column("person_id", String(40), nullable=False),  # the clinician
    Column("call_id", String(40), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("heard_at", Instant),  # the first word was claimed (FAILURES R4)
    # reached voicemail no_answer busy failed wrong_number withdrawn reached_us interrupted
    Column("outcome", String(20)),
    Column("ended_at", Instant),
    Index("attempts_once", "followup_id", "number_of", unique=True),  # two clocks, one dial
)
texts = Table(  # reminders sent, and texts that came in, whose words are not kept
    "texts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(10), nullable=False),  # reminder, or what it asked: callbacks.heard
    Column("number", String(32), nullable=False),  # the person's
    Column("line", String(40), nullable=False),
    Column("at", Instant, nullable=False),  # written down, or received
    Column("state", String(12), nullable=False),  # storage.texts
    Column("followup_id", String(40)),
    Column("sid", String(64), unique=True),  # the carrier's
    Column("told_at", Instant),  # when its state became what it is
    Column("why", String(40)),  # the carrier's code, or what forbade it
    Column("answer", LargeBinary),  # what a text that came in was answered
    Index("texts_once", "followup_id", unique=True),  # one reminder a promise, two clocks or not
    Index("texts_by_number", "number", "at"),  # read before each reminder: how many went lately
    Index(  # read by storage.texts.never_left, every few seconds
        "texts_owed",
        "at",
        sqlite_where=text("state = 'owed'"),
        postgresql_where=text("state = 'owed'"),
    ),
)
text_numbers = Table(  # who wrote STOP, to any of our numbers; and who was answered when
    "text_numbers",
    metadata,
    Column("number", String(32), primary_key=True),
    Column("opted_out_at", Instant),  # never texted from then on; None: not, or no longer
    Column("opted_in_at", Instant),
    Column("answered_at", Instant),  # that nobody reads texts: once a day
    Column("agreed_at", Instant),  # somebody of the house asked for texts at this number of theirs
)
tasks = Table(  # what a named human must decide: the coordinator's list
    "tasks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(40), nullable=False),  # followup_unreached | nobody_on_call | carrier ...
    Column("for_role", String(20), nullable=False),
    Column("call_id", String(40)),
    Column("followup_id", String(40)),
    Column("text", String(300), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", String(80)),
    Column("decision", String(200)),
    Index("tasks_by_call", "call_id", "kind"),  # read by the desk in a call: is help on its way?
    Index("tasks_open", "for_role", "closed_at"),  # read by the coordinator's list and the board
)
