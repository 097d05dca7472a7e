"""Know while a 911 dispatcher is on the caller's own leg, as the clinician said."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
COLUMNS = ("shared_since", "shared_until")


def upgrade() -> None:
    # Added in place, on SQLite too: the table's triggers stay.
    for name in COLUMNS:
        op.add_column("calls", sa.Column(name, Instant, nullable=True))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("calls", name)
