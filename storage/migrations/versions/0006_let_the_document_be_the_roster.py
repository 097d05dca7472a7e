"""Let the document be the roster: people are named by id, and nothing reads the shifts any more.

What was changed in the shifts since the last document was kept becomes an exact plan of it. The
table itself stays for yesterday's code, which may still run; a later version takes it away.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.triggers import announce, hush

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
NAMING = {"person", "by", "people", "groups"}

rosters = sa.table(
    "rosters",
    sa.column("revision", sa.BigInteger),
    sa.column("at", Instant),
    sa.column("actor", sa.String),
    sa.column("reason", sa.String),
    sa.column("document", sa.JSON),
    sa.column("digest", sa.String),
)
people = sa.table("people", sa.column("id", sa.String), sa.column("name"), sa.column("email"))
shifts = sa.table(
    "shifts",
    sa.column("person_id", sa.String),
    sa.column("tier", sa.String),
    sa.column("zone", sa.String),
    sa.column("starts_at", Instant),
    sa.column("ends_at", Instant),
)
audit = sa.table("audit", sa.column("at", Instant), sa.column("action", sa.String))


def upgrade() -> None:
    digest = sa.Column("digest", sa.String(length=64), nullable=False, server_default="-")
    op.add_column("rosters", digest)
    op.add_column("rosters", sa.Column("speaks_from", Instant, nullable=True))
    connection = op.get_bind()
    ids = _ids(connection)
    newest = None
    for row in connection.execute(sa.select(rosters).order_by(rosters.c.revision)).all():
        newest = row
        by_id = _renamed(row.document, ids)
        same = rosters.c.revision == row.revision
        change = sa.update(rosters).where(same)
        connection.execute(change, {"document": by_id, "digest": _digest(by_id)})
    _keep_the_edits(connection, newest, ids)
    announce("rosters")


def _ids(connection: sa.Connection) -> dict[str, str]:
    known = connection.execute(sa.select(people)).all()
    return {row.email: row.id for row in known} | {row.name: row.id for row in known}


def _renamed(value: Any, ids: dict[str, str], path: str = "") -> Any:
    if isinstance(value, list):
        return [_renamed(each, ids, path) for each in value]
    if isinstance(value, dict) and path == ".people":
        return {ids.get(name, name): facts for name, facts in value.items()}
    if isinstance(value, dict):
        return {name: _renamed(each, ids, f"{path}.{name}") for name, each in value.items()}
    names_somebody = path.rsplit(".", 1)[-1] in NAMING
    return ids.get(value, value) if names_somebody and isinstance(value, str) else value


def _keep_the_edits(connection: sa.Connection, newest: Any, ids: dict[str, str]) -> None:
    written = connection.execute(sa.select(shifts)).all()
    edits = sa.select(sa.func.count()).where(audit.c.action.like("shift.%"))
    if newest is not None:
        edits = edits.where(audit.c.at > newest.at)
    if not written or not connection.execute(edits).scalar():
        return
    start, end = min(row.starts_at for row in written), max(row.ends_at for row in written)
    document = _renamed(newest.document, ids) if newest is not None else {"zone": written[0].zone}
    document["overrides"] = []  # they are in the shifts, as are one-offs, swaps and time off
    document["swaps"] = []
    document["time_off"] = []
    document["one_offs"] = []
    document["exact_plans"] = [
        {
            "tier": tier,
            "start": _said(start),
            "end": _said(end),
            "shifts": [
                {"person": row.person_id, "start": _said(row.starts_at), "end": _said(row.ends_at)}
                for row in written
                if row.tier == tier
            ],
        }
        for tier in ("primary", "backup", "supervisor")
    ]
    line = {
        "revision": newest.revision + 1 if newest is not None else 1,
        "at": datetime.now(UTC),
        "actor": "migration",
        "reason": "shifts edited by hand, as an exact plan",
        "document": document,
        "digest": _digest(document),
    }
    connection.execute(sa.insert(rosters), line)


def _said(at: datetime) -> str:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def _digest(document: Any) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def downgrade() -> None:
    """Only for a database nobody uses yet: documents saved since then name people by id."""
    hush("rosters")
    for action in ("insert", "update", "delete"):
        on = " ON rosters" if op.get_bind().dialect.name == "postgresql" else ""
        op.execute(f"DROP TRIGGER rosters_announce_{action}{on}")
    for name in ("speaks_from", "digest"):
        op.drop_column("rosters", name)
