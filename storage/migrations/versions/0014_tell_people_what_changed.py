"""Tell people what changed: at their desk, and by e-mail."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("seen_at", Instant, nullable=True),
        sa.Column("mail_state", sa.String(length=12), nullable=False),
        sa.Column("mail_due_at", Instant, nullable=False),
        sa.Column("mail_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_notices_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("notices_owed", "notices", ["mail_state", "mail_due_at"])
    op.create_index("notices_unseen", "notices", ["person_id", "seen_at"])


def downgrade() -> None:
    """What was told is forgotten."""
    op.drop_table("notices")
