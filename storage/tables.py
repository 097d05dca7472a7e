"""Which tables are there, and what does each column mean?

Times are aware UTC (`Instant`); identifiers that leave the house are random text (`ids.new`).
An index names the reader it serves.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
    true,
)
from sqlalchemy.types import DateTime, TypeDecorator

from ivr.call import Coming, Guest, How, Role

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# 64-bit everywhere (FAILURES D24); SQLite needs plain INTEGER to number rows itself.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps it naive, so the zone is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone: storage takes aware instants only")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.replace(tzinfo=UTC)


class Answers(TypeDecorator[dict[str, str]]):
    """Named answers as JSON; none were asked where a row is older than the column."""

    impl = JSON
    cache_ok = True

    def process_result_value(
        self,
        value: dict[str, str] | None,
        dialect: Dialect,  # noqa: ARG002  (its signature)
    ) -> dict[str, str]:
        return value or {}


class Guests(TypeDecorator[tuple[Guest, ...]]):
    """Who else is in a call, as JSON; nobody where a row is older than the column."""

    impl = JSON
    cache_ok = True

    def process_bind_param(
        self,
        value: tuple[Guest, ...] | None,
        dialect: Dialect,  # noqa: ARG002  (its signature)
    ) -> list[dict[str, Any]] | None:
        return [asdict(one) | {"since": one.since.isoformat()} for one in value or ()] or None

    def process_result_value(
        self,
        value: list[dict[str, Any]] | None,
        dialect: Dialect,  # noqa: ARG002  (its signature)
    ) -> tuple[Guest, ...]:
        return tuple(_guest(one) for one in value or ())


def _guest(facts: dict[str, Any]) -> Guest:
    told = {
        "role": Role(facts["role"]),
        "state": Coming(facts["state"]),
        "how": facts["how"] and How(facts["how"]),
        "since": datetime.fromisoformat(facts["since"]),
    }
    return Guest(**facts | told)


# -- the call ---------------------------------------------------------------------------------

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
    # read by storage.calls.waiting and .live, on every offer and board refresh
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

# -- the people of the house ------------------------------------------------------------------

people = Table(  # storage/people.py maps Flask-Security's User onto this table
    "people",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("email", String(255), nullable=False, unique=True),
    Column("phone", String(32)),  # backup cell phone, E.164
    Column("languages", JSON, nullable=False),  # ["en", "es"]
    Column("skills", JSON, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("auto_answer", Boolean, nullable=False),  # "at desk, headset on"
    Column("active", Boolean, nullable=False),
    Column("password", String(255)),
    Column("fs_uniquifier", String(64), nullable=False, unique=True),
    Column("confirmed_at", Instant),
    Column("last_login_at", Instant),
    Column("current_login_at", Instant),
    Column("last_login_ip", String(64)),
    Column("current_login_ip", String(64)),
    Column("login_count", Integer),
    Column("tf_primary_method", String(64)),
    Column("tf_totp_secret", String(255)),
    Column("created_at", Instant, nullable=False),
)
roles = Table(
    "roles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("description", String(255)),
    Column("permissions", JSON),
)
people_roles = Table(
    "people_roles",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)

desks = Table(  # a clinician's state now; one row per person who ever went on duty
    "desks",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    # off | available | paused | connecting | talking | wrap_up
    Column("state", String(12), nullable=False),
    Column("state_since", Instant, nullable=False),
    Column("heard_at", Instant),  # last heartbeat; unheard for 25 s is not offered calls
    Column("active_at", Instant),  # last key or pointer at the desk
    Column("idle_since", Instant, nullable=False),  # end of the last call: longest idle goes first
    Column("call_id", String(40)),
    Column("why", String(40)),  # paused: missed_offer | asked
)

# -- the roster -------------------------------------------------------------------------------

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

# -- promises ---------------------------------------------------------------------------------

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

# -- the record -------------------------------------------------------------------------------

records = Table(  # the wrap-up of a contact
    "records",
    metadata,
    Column("call_id", String(40), primary_key=True),
    Column("author", String(40), nullable=False),
    Column("version", Integer, nullable=False),  # optimistic lock of the autosave
    Column("disposition", String(40)),
    Column("person_name", String(120)),
    Column("callback_number", String(32)),  # confirmed by a human
    Column("incident", String(64)),  # the PSAP's incident number
    Column("notes", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("finished_at", Instant),  # wrap-up closed
    Column("answers", Answers),  # care.questions
    Index("records_by_number", "callback_number"),  # read by storage.records.with_number
)
rescues = Table(  # imminent risks, asked about until a named person closes them (care.rescue)
    "rescues",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("call_id", String(40), nullable=False),
    Column("opened_by", String(40), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("consent", String(12)),  # given | refused | not_asked
    Column("steps", JSON, nullable=False),  # what was tried: step, at, by, note
    Column("psap", String(40)),  # the line whose 911 centre was asked
    Column("sent_at", Instant),
    Column("ask_at", Instant),  # when "contact confirmed?" is asked next
    Column("asked", Integer, nullable=False),
    Column("contact_at", Instant),
    Column("contact_by", String(40)),
    Column("closed_at", Instant),
    Column("closed_by", String(40)),
    Column("closing", String(500)),
    Index("rescues_open", "closed_at", "ask_at"),  # read by switchboard.rescues, every half minute
    Index("rescues_by_call", "call_id"),  # read by the desk
)
handoff_cards = Table(  # what 911 centres sent ahead, a message a row (care.handoff)
    "handoff_cards",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("line", String(40), nullable=False),
    Column("how", String(12), nullable=False),  # system | page | clinician
    Column("sender", String(40), nullable=False),  # the key's id, or the clinician's
    Column("digest", String(64), nullable=False),  # of the message: a repeated one is no other
    Column("sent_at", Instant, nullable=False),  # as signed
    Column("received_at", Instant, nullable=False),
    Column("incident", String(64)),
    Column("number", String(32)),
    Column("facts", JSON, nullable=False),  # care.handoff.FIELDS
    Column("call_id", String(40)),  # None: its call has not come yet
    Column("matched", String(12)),  # incident number alone by_hand
    Column("not_call", String(40)),  # a clinician said that it is not about this call
    Index("handoff_cards_once", "line", "digest", unique=True),  # read before one is added
    Index("handoff_cards_by_call", "call_id"),  # read by the desk and the record
    Index(  # read by every sweep while somebody waits
        "handoff_cards_waiting",
        "received_at",
        sqlite_where=text("call_id IS NULL"),
        postgresql_where=text("call_id IS NULL"),
    ),
)
psap_keys = Table(  # by which a 911 centre's system or people speak to us; the secret is not here
    "psap_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("line", String(40), nullable=False),
    Column("kind", String(10), nullable=False),  # system | page
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("ended_at", Instant),
)
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
