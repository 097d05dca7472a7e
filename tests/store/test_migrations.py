"""Do the migrations make exactly the tables of tables.py, and does a wrong database say so?"""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from storage import migrate, revision
from storage.engine import open_for_migration
from storage.errors import NewerDatabase, NotMigrated
from storage.store import Store
from storage.tables import metadata
from switchboard import roster_book
from switchboard.__main__ import main

# What a page shows, and what must be heard when it changes (storage/migrations/triggers.py).
ANNOUNCED = {
    "calls", "offers", "desks", "people", "rosters", "roster_drafts", "followups", "attempts", "tasks", "records",
    "rescues", "handoff_cards", "crew_visits", "referrals", "response_plans", "texts", "text_numbers",
}  # fmt: skip


@pytest.fixture
def engine(database_url):
    opened = open_for_migration(database_url)
    yield opened
    opened.dispose()


def test_migrations_and_metadata_agree(engine):
    """Apart from `shifts`, which stays for yesterday's code (ADR 9)."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _parents: (kind, name) != ("table", "shifts"),
            },
        )
        assert compare_metadata(context, metadata) == []


def test_indexes_are_partial_and_unique_where_the_metadata_says(engine):
    found = {
        index["name"]: index
        for table in metadata.tables
        for index in inspect(engine).get_indexes(table)
    }
    option = f"{engine.dialect.name}_where"
    for table in metadata.tables.values():
        for index in table.indexes:
            there = found[index.name]
            assert bool(there["unique"]) == index.unique, index.name
            assert there["column_names"] == [column.name for column in index.columns]
            where = index.dialect_options[engine.dialect.name]["where"] is not None
            assert (option in there.get("dialect_options", {})) == where, index.name


def test_all_is_taken_back_and_made_again(engine, database_url):
    migrate.downgrade(database_url, "base")
    assert revision.current(database_url) is None
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate.upgrade(database_url)
    assert revision.current(database_url) == revision.head()
    assert set(metadata.tables) < set(inspect(engine).get_table_names())


def test_a_start_knows_the_revisions_that_alembic_knows():
    """It reads them off the file names, and does not import Alembic for it."""
    script = ScriptDirectory.from_config(migrate._config())
    assert list(reversed(revision.known())) == [one.revision for one in script.walk_revisions()]
    assert revision.head() == script.get_current_head()
    code = "import sys, webhooks; sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_migrating_twice_changes_nothing(database_url):
    migrate.upgrade(database_url)
    revision.check(database_url)


def test_the_roles_of_the_house_are_there(engine):
    with engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM roles ORDER BY id")).scalars().all()
        connection.execute(text("INSERT INTO roles (name) VALUES ('auditor')"))  # numbered after
    assert names == ["clinician", "coordinator", "supervisor", "administrator"]


@pytest.mark.parametrize("table", sorted(ANNOUNCED))
def test_every_table_a_page_shows_announces_its_changes(engine, table):
    query = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :of",
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(:of) "
        "AND NOT tgisinternal",
    }[engine.dialect.name]
    with engine.connect() as connection:
        assert connection.execute(text(query), {"of": table}).scalar() == 3


def test_a_new_database_must_be_migrated_first(tmp_path):
    with pytest.raises(NotMigrated, match="no tables yet"):
        revision.check(f"sqlite:///{tmp_path / 'new.db'}")


def test_a_database_of_a_newer_version_is_left_alone(engine, database_url):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase, match="9999"):
        revision.check(database_url)


def test_a_migration_that_fails_changes_nothing(database_url, engine, monkeypatch):
    migrate.downgrade(database_url, "base")

    def fails(_table):
        raise ZeroDivisionError

    monkeypatch.setattr("storage.migrations.triggers.append_only", fails)
    with pytest.raises(ZeroDivisionError):
        migrate.upgrade(database_url)
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_it_works_as_an_installed_package_too(root, tmp_path):
    """From another folder, with nothing around it but the rooms that storage needs."""
    for room in ("storage", "ivr"):
        shutil.copytree(root / room, tmp_path / "site" / room)
    code = f"from storage.migrate import upgrade; upgrade('sqlite:///{tmp_path / 'line.db'}')"
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "site")},
        check=True,
    )
    revision.check(f"sqlite:///{tmp_path / 'line.db'}")


ROSTER_BEFORE = {
    "zone": "America/Chicago",
    "patterns": [{"tier": "primary", "start": "00:00", "end": "24:00", "people": ["Ana Lopez"]}],
    "overrides": [],
    "people": {"Ana Lopez": {"skills": ["youth"]}, "b@example.org": {}},
}


@pytest.mark.parametrize("edited", [False, True])
def test_a_roster_and_its_edited_shifts_become_one_document(database_url, engine, edited):
    migrate.downgrade(database_url, "0005")
    with engine.begin() as connection:
        for who, name, email in (
            ("a", "Ana Lopez", "a@example.org"),
            ("b", "Ben", "b@example.org"),
        ):
            connection.execute(
                text(
                    "INSERT INTO people (id, name, email, languages, skills, zone, auto_answer,"
                    " active, fs_uniquifier, created_at) VALUES (:id, :name, :email, '[]', '[]',"
                    " 'UTC', true, true, :id, '2026-11-01')"
                ),
                {"id": who, "name": name, "email": email},
            )
        connection.execute(
            text(
                "INSERT INTO rosters (revision, at, actor, reason, document)"
                " VALUES (1, '2026-11-01', 'cora', 'imported', :document)"
            ),
            {"document": json.dumps(ROSTER_BEFORE)},
        )
        connection.execute(
            text(
                "INSERT INTO shifts (id, person_id, tier, zone, local_date, local_start, local_end,"
                " end_days, starts_at, ends_at, version) VALUES ('s', 'b', 'primary', 'UTC',"
                " '2026-11-03', '00:00', '00:00', 1, '2026-11-03', '2026-11-04', 1)"
            )
        )
        if edited:
            connection.execute(
                text(
                    "INSERT INTO audit (at, actor, action, object, facts, prev_hash, hash) VALUES"
                    " ('2026-11-02', 'cora', 'shift.changed', 'roster', '{}', '', '')"
                )
            )
    migrate.upgrade(database_url)
    store = Store(database_url)
    with store.read() as rows:
        number, book = roster_book.newest(rows)
        at = datetime(2026, 11, 3, 12, tzinfo=UTC)
        on_call = [
            roster_book.timeline(rows, moment, moment).on("primary", moment)
            for moment in (at, at + timedelta(days=1))
        ]
    store.close()
    assert number == (2 if edited else 1)
    assert book.document["people"] == {"a": {"skills": ["youth"]}, "b": {}}
    assert on_call == [("b",) if edited else ("a",), ("a",)]


def test_a_command_on_a_database_without_tables_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    monkeypatch.setattr("sys.argv", ["diversion", "roster", "who", "--at", "2026-11-26T18:00:00Z"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("diversion: the database has no tables yet; ")
    assert "diversion release" in said
    assert "Traceback" not in said


def test_a_release_whose_processes_could_not_start_changes_nothing(tmp_path, monkeypatch, capsys):
    (tmp_path / "line.toml").write_text("[lines", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    monkeypatch.setenv("LINE_FILE", str(tmp_path / "line.toml"))
    monkeypatch.setattr("sys.argv", ["diversion", "release"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "line.toml:1: expected valid TOML" in capsys.readouterr().err
    assert not (tmp_path / "new.db").exists()
