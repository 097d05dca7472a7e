"""People who agreed to it are reminded by text; who wrote STOP is never texted again.

Yesterday's code reads and writes on: every new column may be empty, and the tables are new.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("texts_agreed_at", Instant, nullable=True),
        sa.Column("texts_agreed_by", sa.String(length=80), nullable=True),
        sa.Column("texts_agreed_how", sa.String(length=20), nullable=True),
        sa.Column("texts_revoked_at", Instant, nullable=True),
        sa.Column("texts_revoked_by", sa.String(length=80), nullable=True),
        sa.Column("texts_revoked_how", sa.String(length=20), nullable=True),
    )


def upgrade() -> None:
    for column in columns():
        op.add_column("followups", column)
    op.create_table(
        "texts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("followup_id", sa.String(length=40), nullable=True),
        sa.Column("sid", sa.String(length=64), nullable=True),
        sa.Column("told_at", Instant, nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texts")),
        sa.UniqueConstraint("sid", name=op.f("uq_texts_sid")),
    )
    op.create_index("texts_once", "texts", ["followup_id"], unique=True)
    op.create_index("texts_by_number", "texts", ["number", "at"])
    owed = sa.text("state = 'owed'")
    op.create_index("texts_owed", "texts", ["at"], sqlite_where=owed, postgresql_where=owed)
    op.create_table(
        "text_numbers",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("opted_out_at", Instant, nullable=True),
        sa.Column("opted_in_at", Instant, nullable=True),
        sa.Column("answered_at", Instant, nullable=True),
        sa.Column("agreed_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_text_numbers")),
    )


def downgrade() -> None:
    """Who wrote STOP is forgotten: switch texts off before."""
    op.drop_table("text_numbers")
    op.drop_table("texts")
    for column in columns():
        op.drop_column("followups", column.name)
