"""Know who else is in a call, besides caller, clinician and the dispatcher asked back."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place, on SQLite too: the table's triggers stay.
    op.add_column("calls", sa.Column("guests", sa.JSON(), nullable=True))
    op.create_index("tasks_by_call", "tasks", ["call_id", "kind"], unique=False)


def downgrade() -> None:
    op.drop_index("tasks_by_call", "tasks")
    op.drop_column("calls", "guests")
