"""Let a number have a response plan, in versions.

Yesterday's code knows nothing of the table and goes on without it.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.triggers import announce, hush

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "response_plans",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("person_name", sa.String(length=120), nullable=True),
        sa.Column("helps", sa.String(length=500), nullable=False),
        sa.Column("avoid", sa.String(length=500), nullable=True),
        sa.Column("limits", sa.String(length=500), nullable=True),
        sa.Column("tell", sa.String(length=300), nullable=True),
        sa.Column("agreed", sa.String(length=12), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("written_by", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_because", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_response_plans")),
    )
    op.create_index(
        "response_plans_by_number", "response_plans", ["number", "version"], unique=True
    )
    announce("response_plans")


def downgrade() -> None:
    """Every response plan is forgotten."""
    op.drop_table("response_plans")
    hush("response_plans")
