"""Let people swap shifts and ask for time off."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
BACK = ("asked_of", "back_tier", "back_starts_at", "back_ends_at")


def upgrade() -> None:
    with op.batch_alter_table("cover_requests") as table:
        table.add_column(sa.Column("asked_of", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("back_tier", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("back_starts_at", Instant, nullable=True))
        table.add_column(sa.Column("back_ends_at", Instant, nullable=True))
        table.create_foreign_key(
            op.f("fk_cover_requests_asked_of"), "people", ["asked_of"], ["id"]
        )
    op.create_table(
        "time_off_requests",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("why", sa.String(length=300), nullable=True),
        sa.Column("settled_at", Instant, nullable=True),
        sa.Column("settled_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_time_off_requests_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off_requests")),
    )


def downgrade() -> None:
    """Requests are forgotten; what was agreed stays in the roster."""
    op.drop_table("time_off_requests")
    with op.batch_alter_table("cover_requests") as table:
        table.drop_constraint(op.f("fk_cover_requests_asked_of"), type_="foreignkey")
        for name in BACK:
            table.drop_column(name)
