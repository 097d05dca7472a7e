"""Let a mobile crew be asked for: the crews, and each visit to its end."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.triggers import announce, hush

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "crews",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("nonce", sa.String(length=40), nullable=True),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("seen_at", Instant, nullable=True),
        sa.Column("ended_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crews")),
    )
    op.create_table(
        "crew_visits",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("requested_by", sa.String(length=40), nullable=False),
        sa.Column("requested_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=True),
        sa.Column("asked", sa.String(length=40), nullable=True),
        sa.Column("crew", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", Instant, nullable=True),
        sa.Column("en_route_at", Instant, nullable=True),
        sa.Column("on_scene_at", Instant, nullable=True),
        sa.Column("ended_at", Instant, nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("told_at", Instant, nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crew_visits")),
    )
    op.create_index("crew_visits_by_call", "crew_visits", ["call_id"])
    op.create_index("crew_visits_by_request", "crew_visits", ["requested_at"])
    op.create_index(
        "crew_visits_open",
        "crew_visits",
        ["requested_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    announce("crew_visits")


def downgrade() -> None:
    """What crews were asked for is forgotten; every page of theirs stops."""
    op.drop_table("crew_visits")
    op.drop_table("crews")
    hush("crew_visits")
