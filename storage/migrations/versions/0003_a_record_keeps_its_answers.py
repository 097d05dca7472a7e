"""A record keeps the answers to its further questions: assessment, safety plan, what was avoided.

Yesterday's code reads and writes on: the new column may be empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("records", sa.Column("answers", sa.JSON(), nullable=True))
    op.create_index("records_by_number", "records", ["callback_number"], unique=False)


def downgrade() -> None:
    op.drop_index("records_by_number", "records")
    op.drop_column("records", "answers")
