"""Know the dispatcher's leg: how far the 911 centre's own line is, once it was asked back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
COLUMNS = (
    ("psap", sa.String(length=12)),
    ("psap_leg", sa.String(length=64)),
    ("psap_since", Instant),
    ("returned_at", Instant),
)


def upgrade() -> None:
    # Added in place, on SQLite too: the table's triggers stay.
    for name, kind in COLUMNS:
        op.add_column("calls", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("calls", name)
