"""Let a coordinator draft the roster: changes that are not yet published, one draft each."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.triggers import announce, hush

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_drafts",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_roster_drafts_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_roster_drafts")),
    )
    announce("roster_drafts")


def downgrade() -> None:
    """Unpublished changes are lost; what was published stays."""
    op.drop_table("roster_drafts")
    hush("roster_drafts")
