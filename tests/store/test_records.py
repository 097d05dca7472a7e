"""Is a clinician's note never lost to another tab, and is the audit never rewritten?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from store.conftest import NOON
from store.racing import race

from storage import audit
from storage.audit import FIRST
from storage.errors import Stale
from storage.values import Heartbeat, Record

A_RECORD = Record("call-0", "ana", 0, None, None, None, None, "She slept.", NOON)


def test_each_save_is_one_version_on(store):
    with store.begin() as rows:
        first = rows.records.save(A_RECORD, 0)
        second = rows.records.save(replace(first, notes="She slept well."), first.version)
        assert (first.version, second.version) == (1, 2)
        assert rows.records.get("call-0") == second
        assert rows.records.get("another") is None


@pytest.mark.parametrize("version", [0, 2])
def test_another_tab_overwrites_nothing(store, version):
    with store.begin() as rows:
        rows.records.save(A_RECORD, 0)
    with pytest.raises(Stale), store.begin() as rows:
        rows.records.save(replace(A_RECORD, notes=""), version)
    with store.read() as rows:
        assert rows.records.get("call-0").notes == "She slept."


def write(store, object_="record:call-0", **facts):
    with store.begin() as rows:
        rows.audit.write("ana", "record.read", object_, facts, NOON)


def test_the_audit_is_a_chain_that_can_be_checked(store):
    with store.begin() as rows:
        assert rows.audit.verify() is None
        assert rows.audit.head() == (0, FIRST)
    write(store, fields=("notes", "número"), deep={"b": 1, "a": None, "c": 0.1})
    write(store, "record:call-1")
    with store.read() as rows:
        (line,) = rows.audit.of("record:call-0")
        assert (line.id, line.prev_hash, line.at) == (1, FIRST, NOON)
        assert line.facts["fields"] == ["notes", "número"]
        assert rows.audit.head() == (2, rows.audit.of("record:call-1")[0].hash)
        assert rows.audit.verify() is None


def test_what_is_taken_back_leaves_no_gap_in_the_chain(store):
    with pytest.raises(ZeroDivisionError):
        abandon(store)
    write(store)
    with store.read() as rows:
        assert rows.audit.head()[0] == 1
        assert rows.audit.verify() is None


def abandon(store):
    with store.begin() as rows:
        rows.audit.write("ana", "record.read", "record:call-0", {}, NOON)
        raise ZeroDivisionError


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'ben'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_audit(store, change):
    write(store)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(change))


def test_postgresql_refuses_to_empty_the_audit(postgres_database):
    from storage.store import Store

    store = Store(postgres_database)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text("TRUNCATE audit"))
    store.close()


TAMPERING = {
    "a changed actor": ("UPDATE audit SET actor = 'ben' WHERE id = 2", 2),
    "changed facts": ("UPDATE audit SET facts = '{}' WHERE id = 2", 2),
    "a changed time": ("UPDATE audit SET at = '2026-11-02 00:00:00.000000' WHERE id = 3", 3),
    "a missing line": ("DELETE FROM audit WHERE id = 2", 2),
    "a missing first line": ("DELETE FROM audit WHERE id = 1", 1),
    "a forged seal": ("UPDATE audit SET hash = prev_hash WHERE id = 3", 3),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_whoever_gets_past_the_triggers_is_found(store, how):
    for number in range(3):
        write(store, number=number)
    statement, broken = TAMPERING[how]
    with store.engine.begin() as connection:
        disarm(connection)
        connection.execute(text(statement))
    with store.read() as rows:
        assert rows.audit.verify() == broken


def disarm(connection):
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        return
    for action in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER audit_append_only_{action}"))


def test_writers_at_the_same_moment_make_one_chain(store, database_url):
    def line(shared, number, racer):
        write(shared, number=number, racer=racer)

    race(database_url, 10, line)
    with store.read() as rows:
        assert rows.audit.head()[0] == 40
        assert rows.audit.verify() is None


def test_a_long_audit_is_checked_to_its_end(store, monkeypatch):
    monkeypatch.setattr(audit, "_NEXT", audit._NEXT.limit(2))
    for number in range(5):
        write(store, number=number)
    with store.read() as rows:
        assert len(list(rows.audit._lines())) == 5


def test_a_process_is_known_by_its_last_tick(store):
    later = NOON + timedelta(seconds=1)
    with store.begin() as rows:
        assert rows.heartbeats.latest() is None
        rows.heartbeats.beat("clock-1", NOON, 0.1)
        rows.heartbeats.beat("clock-2", NOON, 0.2)
        rows.heartbeats.beat("clock-1", later, 0.3)
        assert rows.heartbeats.latest() == Heartbeat("clock-1", later, 0.3)
        assert [beat.process for beat in rows.heartbeats.all()] == ["clock-1", "clock-2"]
        assert rows.heartbeats.forget(later) == 1
