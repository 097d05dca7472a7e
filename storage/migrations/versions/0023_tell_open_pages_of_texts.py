"""Open pages are told that a text was sent, became something or came in, and who wrote STOP.

Yesterday's code reads and writes on: only triggers are added.
"""

from alembic import op

from storage.migrations.triggers import ACTIONS, announce, hush

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("texts", "text_numbers")


def upgrade() -> None:
    for table in TABLES:
        announce(table)


def downgrade() -> None:
    on = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        for action in ACTIONS:
            where = f" ON {table}" if on else ""
            op.execute(f"DROP TRIGGER {table}_announce_{action.lower()}{where}")
        hush(table)
