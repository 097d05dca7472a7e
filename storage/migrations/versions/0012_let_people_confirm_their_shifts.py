"""Let people confirm their shifts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "shift_confirmations",
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("confirmed_at", Instant, nullable=False),
        sa.Column("confirmed_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_shift_confirmations_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "starts_at", "ends_at", "tier", "person_id", name=op.f("pk_shift_confirmations")
        ),
    )


def downgrade() -> None:
    """Every shift to come is asked about again."""
    op.drop_table("shift_confirmations")
