"""Can everything be replaced under load, and does today's code go on upon tomorrow's tables?"""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from chaos.processes_line import running
from chaos.rolling import A_REVISION, rolls
from sqlalchemy import Connection, inspect, text
from whole_line import settings

from storage import migrate
from storage.engine import open_for_migration
from switchboard.board import make_board

RESTARTS = 3
LATER = [
    script.revision
    for script in ScriptDirectory.from_config(migrate._config()).walk_revisions()
    if script.down_revision
]


def test_everything_is_replaced_under_load_upon_tomorrows_tables(
    database_url: str, tmp_path: Path
) -> None:
    with running(database_url, tmp_path) as line:
        rolled = rolls(line, RESTARTS, migrated=True)
    print(rolled)
    assert not rolled.failed, rolled.failed
    assert not rolled.outcome.count.lost
    assert not rolled.outcome.count.dropped
    assert not rolled.outcome.accidents
    assert rolled.outcome.count.acknowledged > 10


def test_todays_code_starts_on_tomorrows_tables(database_url: str) -> None:
    """A process that dies between `release` and the restart must come back, not end the line."""
    engine = open_for_migration(database_url)
    with engine.begin() as connection:
        connection.execute(text(A_REVISION))
    engine.dispose()
    board = make_board(settings(database_url, "http://line.example.org", "http://127.0.0.1:9"))
    board.store.ping()
    board.store.close()


@pytest.mark.parametrize("revision", LATER)
def test_a_migration_only_expands(database_url: str, revision: str) -> None:
    """What yesterday's code reads is still there, and what it does not write may be left out."""
    script = ScriptDirectory.from_config(migrate._config()).get_revision(revision)
    migrate.downgrade(database_url, str(script.down_revision))
    before = shape(database_url)
    migrate.upgrade(database_url, revision)
    after = shape(database_url)
    for (table, name), column in before.items():
        kept = after.get((table, name))
        assert kept is not None, f"{revision} takes {table}.{name} away"
        assert str(kept["type"]) == str(column["type"]), f"{revision} changes {table}.{name}"
        assert kept["nullable"] or not column["nullable"], f"{revision} makes {table}.{name} needed"
    tables = {table for table, _ in before}
    for (table, name), column in after.items():
        if table in tables and (table, name) not in before:
            free = column["nullable"] or column["default"] is not None
            assert free, f"{revision}: yesterday's code cannot leave {table}.{name} out"


def shape(database_url: str) -> dict[tuple[str, str], dict]:
    engine = open_for_migration(database_url)
    with engine.connect() as connection:
        found = columns(connection)
    engine.dispose()
    return found


def columns(connection: Connection) -> dict[tuple[str, str], dict]:
    there = inspect(connection)
    return {
        (table, column["name"]): dict(column)
        for table in there.get_table_names()
        for column in there.get_columns(table)
    }
