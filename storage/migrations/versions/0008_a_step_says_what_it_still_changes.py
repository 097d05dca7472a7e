"""A line of the journal says what its step still changes in our own tables.

Yesterday's code writes no effects and carries its own out at once, so both may run side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OWING = sa.text("effects IS NOT NULL")


def upgrade() -> None:
    op.add_column("journal", sa.Column("effects", sa.JSON(), nullable=True))
    op.create_index("journal_owing", "journal", ["id"], sqlite_where=OWING, postgresql_where=OWING)


def downgrade() -> None:
    op.drop_index("journal_owing", table_name="journal")
    op.drop_column("journal", "effects")
