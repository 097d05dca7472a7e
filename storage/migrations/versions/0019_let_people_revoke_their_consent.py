"""Whoever agreed to be called may revoke it: who said so, how and when stays with the promise.

Yesterday's code reads and writes on: every new column may be empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=80), nullable=True),
        sa.Column("revoked_how", sa.String(length=20), nullable=True),
    )


def upgrade() -> None:
    for column in columns():
        op.add_column("followups", column)


def downgrade() -> None:
    for column in columns():
        op.drop_column("followups", column.name)
