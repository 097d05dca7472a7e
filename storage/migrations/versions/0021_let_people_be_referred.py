"""Let people be referred: the directory of services, and each referral to its end.

Yesterday's code knows none of these tables and goes on without them.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.triggers import announce, hush

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "directory",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("imported_at", Instant, nullable=False),
        sa.Column("imported_by", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("package", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory")),
    )
    op.create_table(
        "directory_services",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_services")),
    )
    op.create_table(
        "referrals",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("person_name", sa.String(length=120), nullable=True),
        sa.Column("service_id", sa.String(length=80), nullable=True),
        sa.Column("service_name", sa.String(length=300), nullable=False),
        sa.Column("service_phone", sa.String(length=120), nullable=True),
        sa.Column("consent", sa.String(length=12), nullable=False),
        sa.Column("consent_by", sa.String(length=80), nullable=True),
        sa.Column("shared", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("appointment_at", Instant, nullable=True),
        sa.Column("settled_at", Instant, nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_index("referrals_by_call", "referrals", ["call_id"])
    op.create_index("referrals_by_number", "referrals", ["number"])
    op.create_index("referrals_by_day", "referrals", ["made_at"])
    op.create_index(
        "referrals_open",
        "referrals",
        ["made_at"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    announce("referrals")


def downgrade() -> None:
    """The directory and what people were referred to is forgotten."""
    op.drop_table("referrals")
    hush("referrals")
    op.drop_table("directory_services")
    op.drop_table("directory")
