"""Which triggers announce a change to the pages, and which guard the audit?

Announcing in the database costs the hot path no round trip and cannot be forgotten. SQLite drops
a table's triggers when a batch migration copies the table: announce it again in that migration.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

ACTIONS = ("INSERT", "UPDATE", "DELETE")


def prepare() -> None:
    """PostgreSQL: the two functions that the triggers call."""
    if _postgresql():
        op.execute(
            "CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_notify('changes', TG_TABLE_NAME); RETURN NULL; END $$"
        )
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )


def announce(table: str, columns: Iterable[str] = ()) -> None:
    """Report each change of `table` as the topic of its name; of an update, only `columns`."""
    only = ", ".join(columns)
    if not _postgresql():
        topics = sa.table("changes", sa.column("topic"), sa.column("version"))
        op.bulk_insert(topics, [{"topic": table, "version": 0}])
    for action in ACTIONS:
        what = f"UPDATE OF {only}" if only and action == "UPDATE" else action
        name = f"{table}_announce_{action.lower()}"
        if _postgresql():
            op.execute(
                f"CREATE TRIGGER {name} AFTER {what} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION announce_change()"
            )
        else:
            count = f"UPDATE changes SET version = version + 1 WHERE topic = '{table}'"  # noqa: S608
            op.execute(f"CREATE TRIGGER {name} AFTER {what} ON {table} BEGIN {count}; END")


def hush(table: str) -> None:
    """Forget the topic of a table that goes: its triggers go with it."""
    if not _postgresql():
        op.execute(f"DELETE FROM changes WHERE topic = '{table}'")  # noqa: S608


def append_only(table: str) -> None:
    """Refuse to change or delete what was written."""
    if _postgresql():
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def forget() -> None:
    """PostgreSQL: the functions go after the tables; triggers go with their tables."""
    if _postgresql():
        op.execute("DROP FUNCTION announce_change()")
        op.execute("DROP FUNCTION refuse_change()")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
