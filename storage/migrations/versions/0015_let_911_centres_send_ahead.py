"""Let 911 centres send ahead what they know: their messages, and the keys they send them with."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.triggers import announce, hush

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
WAITING = sa.text("call_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "handoff_cards",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_at", Instant, nullable=False),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("incident", sa.String(length=64), nullable=True),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=True),
        sa.Column("matched", sa.String(length=12), nullable=True),
        sa.Column("not_call", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_cards")),
    )
    op.create_index("handoff_cards_once", "handoff_cards", ["line", "digest"], unique=True)
    op.create_index("handoff_cards_by_call", "handoff_cards", ["call_id"])
    op.create_index(
        "handoff_cards_waiting",
        "handoff_cards",
        ["received_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    announce("handoff_cards")
    op.create_table(
        "psap_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("ended_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_psap_keys")),
    )


def downgrade() -> None:
    """What was sent ahead is forgotten; every key stops."""
    op.drop_table("psap_keys")
    op.drop_table("handoff_cards")
    hush("handoff_cards")
