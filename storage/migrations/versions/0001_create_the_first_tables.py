"""Create the first tables: the call and its journal, errands, offers, desks, people, roster,
promises, records, and the audit that nobody can rewrite.

A migration never changes once released, so it imports no table of today.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.triggers import announce, append_only, forget, prepare

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ROLES = ("clinician", "coordinator", "supervisor", "administrator")
# What a page shows. Not hearing from a desk, nor a heartbeat of it: those happen all the time.
ANNOUNCED = {
    "calls": (),
    "offers": (),
    "desks": ("state", "call_id", "why"),
    "people": ("name", "phone", "languages", "skills", "active"),
    "shifts": (),
    "followups": (),
    "attempts": (),
    "tasks": (),
    "records": ("disposition", "finished_at"),
}


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("audit_by_object", "audit", ["object", "id"], unique=False)
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("leg_sid", sa.String(length=64), nullable=True),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("number_shown", sa.String(length=64), nullable=True),
        sa.Column("sip", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("hop", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("line_since", Instant, nullable=False),
        sa.Column("arrived_at", Instant, nullable=False),
        sa.Column("stage_since", Instant, nullable=False),
        sa.Column("deadline_at", Instant, nullable=True),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("laps", sa.Integer(), nullable=False),
        sa.Column("clinician_id", sa.String(length=40), nullable=True),
        sa.Column("clinician_leg", sa.String(length=64), nullable=True),
        sa.Column("clinician_here", sa.Boolean(), nullable=False),
        sa.Column("prefers", sa.String(length=40), nullable=True),
        sa.Column("answered_at", Instant, nullable=True),
        sa.Column("ended_at", Instant, nullable=True),
        sa.Column("ended_reason", sa.String(length=32), nullable=True),
        sa.Column("cut_offs", sa.Integer(), nullable=False),
        sa.Column("followup_id", sa.String(length=40), nullable=True),
        sa.Column("attempt_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("leg_sid", name=op.f("uq_calls_leg_sid")),
    )
    op.create_index("calls_by_arrival", "calls", ["arrived_at"], unique=False)
    op.create_index("calls_by_number", "calls", ["number_shown"], unique=False)
    op.create_index(
        "calls_due",
        "calls",
        ["deadline_at"],
        unique=False,
        postgresql_where=sa.text("stage <> 'ended'"),
    )
    op.create_index("calls_live", "calls", ["stage", "line_since"], unique=False)
    op.create_table(
        "changes",
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_changes")),
    )
    op.create_table(
        "errands",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("lease_until", Instant, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("settled_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errands")),
    )
    op.create_index("errands_by_target", "errands", ["target", "state"], unique=False)
    op.create_index(
        "errands_due",
        "errands",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('pending','claimed','unknown')"),
    )
    op.create_index(
        "errands_one_live",
        "errands",
        ["target"],
        unique=True,
        postgresql_where=sa.text("state in ('claimed','unknown')"),
        sqlite_where=sa.text("state in ('claimed','unknown')"),
    )
    op.create_table(
        "followups",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("consent_by", sa.String(length=80), nullable=True),
        sa.Column("consent_at", Instant, nullable=True),
        sa.Column("may_leave_message", sa.Boolean(), nullable=False),
        sa.Column("best_from", sa.String(length=5), nullable=False),
        sa.Column("best_until", sa.String(length=5), nullable=False),
        sa.Column("promised_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("attempts_max", sa.Integer(), nullable=False),
        sa.Column("attempts_made", sa.Integer(), nullable=False),
        sa.Column("prefers", sa.String(length=40), nullable=True),
        sa.Column("offered_to", sa.String(length=40), nullable=True),
        sa.Column("closed_reason", sa.String(length=40), nullable=True),
        sa.Column("closed_at", Instant, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followups")),
    )
    op.create_index("followups_by_number", "followups", ["number"], unique=False)
    op.create_index("followups_due", "followups", ["state", "due_at"], unique=False)
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "journal",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("inbox_key", sa.String(length=200), nullable=True),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("stage_before", sa.String(length=16), nullable=True),
        sa.Column("stage_after", sa.String(length=16), nullable=False),
        sa.Column("surprise", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("inbox_key", name=op.f("uq_journal_inbox_key")),
    )
    op.create_index("journal_by_call", "journal", ["call_id", "id"], unique=False)
    op.create_table(
        "offers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=True),
        sa.Column("followup_id", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("offered_at", Instant, nullable=False),
        sa.Column("lapses_at", Instant, nullable=False),
        sa.Column("settled_at", Instant, nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("phone_leg", sa.String(length=64), nullable=True),
        sa.Column("heard_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    op.create_index("offers_by_call", "offers", ["call_id"], unique=False)
    op.create_index("offers_by_person", "offers", ["person_id", "state"], unique=False)
    op.create_index("offers_live", "offers", ["state", "lapses_at"], unique=False)
    op.create_index(
        "offers_one_live",
        "offers",
        ["person_id", "channel"],
        unique=True,
        sqlite_where=sa.text("state = 'offered'"),
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("auto_answer", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", Instant, nullable=True),
        sa.Column("last_login_at", Instant, nullable=True),
        sa.Column("current_login_at", Instant, nullable=True),
        sa.Column("last_login_ip", sa.String(length=64), nullable=True),
        sa.Column("current_login_ip", sa.String(length=64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_people_fs_uniquifier")),
    )
    op.create_table(
        "records",
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=True),
        sa.Column("person_name", sa.String(length=120), nullable=True),
        sa.Column("callback_number", sa.String(length=32), nullable=True),
        sa.Column("incident", sa.String(length=64), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("finished_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_records")),
    )
    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("permissions", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_roles_name")),
    )
    op.create_table(
        "rosters",
        sa.Column("revision", Serial, autoincrement=True, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_rosters")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("for_role", sa.String(length=20), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=True),
        sa.Column("followup_id", sa.String(length=40), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("closed_at", Instant, nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("decision", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index("tasks_open", "tasks", ["for_role", "closed_at"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("followup_id", sa.String(length=40), nullable=False),
        sa.Column("number_of", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("heard_at", Instant, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("ended_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["followup_id"], ["followups.id"], name=op.f("fk_attempts_followup_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("attempts_once", "attempts", ["followup_id", "number_of"], unique=True)
    op.create_table(
        "desks",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("state_since", Instant, nullable=False),
        sa.Column("heard_at", Instant, nullable=True),
        sa.Column("active_at", Instant, nullable=True),
        sa.Column("idle_since", Instant, nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_desks_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_desks")),
    )
    op.create_table(
        "people_roles",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_people_roles_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name=op.f("fk_people_roles_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "role_id", name=op.f("pk_people_roles")),
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("tier", sa.String(length=12), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("local_start", sa.String(length=5), nullable=False),
        sa.Column("local_end", sa.String(length=5), nullable=False),
        sa.Column("end_days", sa.Integer(), nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_shifts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index("shifts_by_time", "shifts", ["ends_at", "starts_at"], unique=False)
    roles = sa.table("roles", sa.column("id", sa.Integer), sa.column("name", sa.String))
    op.bulk_insert(roles, [{"id": at, "name": name} for at, name in enumerate(ROLES, start=1)])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER SEQUENCE roles_id_seq RESTART WITH {len(ROLES) + 1}")
    prepare()
    for table, columns in ANNOUNCED.items():
        announce(table, columns)
    append_only("audit")


def downgrade() -> None:
    """Only for a database nobody uses yet: this deletes everything."""
    op.drop_table("shifts")
    op.drop_table("people_roles")
    op.drop_table("desks")
    op.drop_table("attempts")
    op.drop_table("tasks")
    op.drop_table("rosters")
    op.drop_table("roles")
    op.drop_table("records")
    op.drop_table("people")
    op.drop_table("offers")
    op.drop_table("journal")
    op.drop_table("heartbeats")
    op.drop_table("followups")
    op.drop_table("errands")
    op.drop_table("changes")
    op.drop_table("calls")
    op.drop_table("audit")
    forget()
