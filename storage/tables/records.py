"""What is written down of a contact, and what did a 911 centre send ahead of it?"""

from sqlalchemy import JSON, Column, Date, Index, Integer, String, Table, Text, text

from storage.tables.columns import Answers, Instant, metadata

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
    Column("how", String(12), nullable=False),  # system | page | keypad | clinician
    Column("sender", String(40), nullable=False),  # the key's id, the leg's, or the clinician's
    Column("digest", String(64), nullable=False),  # of the message: a repeated one is no other
    Column("sent_at", Instant, nullable=False),  # as signed
    Column("received_at", Instant, nullable=False),
    Column("incident", String(64)),
    Column("number", String(32)),
    Column("facts", JSON, nullable=False),  # care.handoff.FIELDS
    Column("call_id", String(40)),  # None: its call has not come yet
    Column("matched", String(12)),  # incident number alone keypad by_hand
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
response_plans = Table(  # for who calls often: what helps; a version a row (care.response_plan)
    "response_plans",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", String(32), nullable=False),  # the person's; a number has one plan
    Column("person_name", String(120)),
    Column("helps", String(500), nullable=False),
    Column("avoid", String(500)),
    Column("limits", String(500)),
    Column("tell", String(300)),
    Column("agreed", String(12), nullable=False),  # yes | no
    Column("review_on", Date, nullable=False),  # a day of the house's wall clock
    Column("written_by", String(40), nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("ended_because", String(300)),  # this version ends it
    # read by the offer and the desk; two people write one version of a number's plan once
    Index("response_plans_by_number", "number", "version", unique=True),
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
