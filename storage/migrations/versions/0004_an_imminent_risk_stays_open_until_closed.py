"""An imminent risk stays open until a named person closes it: a table of its own."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.triggers import announce, hush

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rescues",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("opened_by", sa.String(length=40), nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("consent", sa.String(length=12), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("psap", sa.String(length=40), nullable=True),
        sa.Column("sent_at", Instant, nullable=True),
        sa.Column("ask_at", Instant, nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("contact_at", Instant, nullable=True),
        sa.Column("contact_by", sa.String(length=40), nullable=True),
        sa.Column("closed_at", Instant, nullable=True),
        sa.Column("closed_by", sa.String(length=40), nullable=True),
        sa.Column("closing", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescues")),
    )
    op.create_index("rescues_open", "rescues", ["closed_at", "ask_at"], unique=False)
    op.create_index("rescues_by_call", "rescues", ["call_id"], unique=False)
    announce("rescues")


def downgrade() -> None:
    op.drop_table("rescues")
    hush("rescues")
