"""A follow-up keeps the plan it was promised by: its due window, spacing, risk and consent.

Yesterday's code reads and writes on: every new column may be empty or has a default.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

def columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("template", sa.String(length=20), nullable=True),
        sa.Column("due_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spacing_minutes", sa.Integer(), nullable=False, server_default=sa.text("240")),
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("risk", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("consent_how", sa.String(length=20), nullable=True),
        sa.Column("zone_confirmed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("message", sa.String(length=40), nullable=True),
        sa.Column("tell_if_unreached", sa.String(length=200), nullable=True),
    )


def upgrade() -> None:
    for column in columns():
        op.add_column("followups", column)


def downgrade() -> None:
    for column in columns():
        op.drop_column("followups", column.name)
