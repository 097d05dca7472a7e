"""Is a transaction short, whole, and counted; is a database that fails called by its name?"""

import sqlite3
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location

import psycopg
import pytest
from private_postgres import plain
from sqlalchemy import text
from store.conftest import NOON

import storage.engine
from storage.engine import address
from storage.errors import StoreDown
from storage.store import Store
from storage.values import NewLine


def journal(rows, call, key):
    stages = (None, "greeting")
    rows.journal.add(NewLine(call.id, NOON, key, "Arrived", {}, *stages, False, b"<Response/>"))


def test_an_arrival_takes_four_round_trips(store, a_call):
    call = a_call()
    with store.round_trips() as trips, store.begin() as rows:
        journal(rows, call, "arrived")
        rows.calls.add(call)
    assert trips.count == 4, trips.statements


def test_a_lap_takes_five_round_trips_and_six_with_errands(store, a_call):
    call = a_call()
    with store.begin() as rows:
        rows.calls.add(call)
    with store.round_trips() as trips, store.begin() as rows:
        lap = rows.calls.lock_for_lap(call.id, "lap")
        rows.calls.save(replace(lap.call, laps=1))
        journal(rows, call, "lap")
        assert trips.count == 4
        rows.errands.add(call.id, [("Alert", {}, "a", NOON), ("Alert", {}, "b", NOON)])
    assert trips.count == 6, trips.statements


def test_only_the_counting_thread_is_counted(store):
    from threading import Thread

    with store.round_trips() as trips:
        other = Thread(target=store.ping)
        other.start()
        other.join()
    assert trips.count == 0


def test_a_reader_sees_one_picture(store, a_call):
    with store.read() as rows:
        assert rows.calls.live() == []
        with store.begin() as others:
            others.calls.add(a_call())
        assert rows.calls.live() == []


def test_postgresql_refuses_to_write_while_reading(postgres_database, a_call):
    store = Store(postgres_database)
    with pytest.raises(StoreDown), store.read() as rows:
        rows.calls.add(a_call())
    store.close()


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgres://a@db/line", "postgresql+psycopg"),
        ("postgresql://a@db/line", "postgresql+psycopg"),
        ("postgresql+psycopg://a@db/line", "postgresql+psycopg"),
        ("sqlite:///var/line.db", "sqlite"),
    ],
)
def test_the_host_may_spell_the_address_its_own_way(given, driver):
    assert address(given).drivername == driver


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused_by_name(url):
    with pytest.raises(ValueError, match="DATABASE_URL"):
        Store(url)


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/line.db", "postgresql://nobody@127.0.0.1:1/line"]
)
def test_a_database_that_is_not_there_is_down(url):
    store = Store(url)
    with pytest.raises(StoreDown):
        store.ping()
    with pytest.raises(StoreDown), store.begin():
        pass
    store.close()


def test_a_file_that_is_no_database_is_down(tmp_path):
    (tmp_path / "line.db").write_bytes(b"not a database, " * 100)
    store = Store(f"sqlite:///{tmp_path / 'line.db'}")
    with pytest.raises(StoreDown):
        store.ping()
    store.close()


def test_sqlite_locked_by_another_process_is_down(sqlite_database, monkeypatch):
    monkeypatch.setattr("storage.engine.SECONDS", 0.05)
    store = Store(sqlite_database)
    other = sqlite3.connect(sqlite_database.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreDown, match="locked"), store.begin():
        pass
    with store.read() as rows:  # a reader does not mind
        assert rows.calls.live() == []
    other.rollback()
    with store.begin():
        pass
    other.close()
    store.close()


def test_a_second_writing_thread_does_not_wait_forever(sqlite_database, monkeypatch):
    monkeypatch.setattr("storage.store.GATE_SECONDS", 0.05)
    store = Store(sqlite_database)
    with store.begin(), pytest.raises(StoreDown, match="writing for too long"), store.begin():
        pass
    with store.begin():
        pass
    store.close()


def test_sqlite_is_as_careful_as_it_can_be(sqlite_database):
    shipped = spec_from_file_location("as_shipped", storage.engine.__file__)
    as_shipped = module_from_spec(shipped)  # conftest.py has made the other one careless
    shipped.loader.exec_module(as_shipped)
    engine = as_shipped.open_engine(sqlite_database)
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 2000,
    }


def test_postgresql_gives_up_on_a_statement(postgres_database):
    store = Store(postgres_database)
    with store.engine.connect() as connection:
        given = connection.execute(text("SHOW statement_timeout")).scalar()
        assert given == "2s"
        connection.execute(text("SET statement_timeout = '20ms'"))
        with pytest.raises(StoreDown, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(5)"))
    store.close()


def end_every_connection(url):
    with psycopg.connect(plain(url), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_dead_connections_are_replaced_before_anything_is_done(postgres_database, a_call):
    store = Store(postgres_database)
    with store.begin(), store.begin():  # two in the pool
        pass
    end_every_connection(postgres_database)
    call = a_call()
    with store.begin() as rows:
        rows.calls.add(call)
    with store.read() as rows:
        assert rows.calls.get(call.id) == call
    store.close()


def test_a_connection_lost_in_the_middle_is_down_and_nothing_stands(postgres_database, a_call):
    store = Store(postgres_database)

    def lose_it():
        with store.begin() as rows:
            rows.calls.add(a_call())
            end_every_connection(postgres_database)
            rows.calls.live()

    with pytest.raises(StoreDown) as down:
        lose_it()
    assert down.value.lost
    with store.read() as rows:
        assert rows.calls.live() == []
    store.close()
