"""Does every page hear of every change, whoever made it, and does the watcher outlive a failure?"""

import queue
from dataclasses import replace

import psycopg
import pytest
from private_postgres import plain
from store.conftest import NOON

from storage.store import Store
from storage.values import NewLine

SECONDS = 20  # a busy machine's; what is expected comes in a tenth of one


class Page:
    """Hears what changed, as an open page does."""

    def __init__(self, store):
        self.heard = queue.SimpleQueue()
        self.watcher = store.watch(self.heard.put)

    def next(self):
        return self.heard.get(timeout=SECONDS)

    def until(self, topic):
        """Hear until this topic came, and return all that came."""
        topics = set()
        while topic not in topics:
            topics |= self.next()
        return topics


@pytest.fixture
def page(store):
    opened = Page(store)
    assert opened.next() == {"*"}  # it listens now
    yield opened
    opened.watcher.stop()


@pytest.fixture
def other(database_url):
    """Another process's store."""
    opened = Store(database_url)
    yield opened
    opened.close()


def test_a_commit_of_another_process_is_heard_by_its_topic(page, other, a_call):
    with other.begin() as rows:
        rows.calls.add(a_call())
    assert page.until("calls") == {"calls"}


def test_our_own_commit_is_heard_too(page, store, an_offer):
    with store.begin() as rows:
        rows.offers.add([an_offer()])
    assert page.until("offers") == {"offers"}


def test_what_was_taken_back_is_not_heard(page, other, a_call):
    def abandon():
        with other.begin() as rows:
            rows.calls.add(a_call())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        abandon()
    with other.begin() as rows:
        rows.changes.bump("board")
    assert page.until("board") == {"board"}


def test_a_desk_that_is_only_heard_from_wakes_nobody(page, other, a_person):
    with other.begin() as rows:
        rows.people.add(a_person("ana"))
        rows.desks.on_duty("ana", NOON)
    assert page.until("desks") <= {"people", "desks"}
    with other.begin() as rows:
        rows.desks.beat("ana", NOON, active=True)
        rows.heartbeats.beat("clock", NOON, 0.1)
        line = NewLine("call-0", NOON, None, "Waited", {}, None, "waiting", False, None)
        rows.journal.add(line)
    with other.begin() as rows:
        rows.changes.bump("board")
    assert page.until("board") - {"people", "desks"} == {"board"}


def test_a_saved_call_is_heard_and_costs_no_round_trip_more(page, other, a_call):
    call = a_call()
    with other.begin() as rows:
        rows.calls.add(call)
    page.until("calls")
    with other.round_trips() as trips, other.begin() as rows:
        rows.calls.save(replace(call, laps=1))
    assert trips.count == 3
    assert page.until("calls") == {"calls"}


def test_a_topic_that_is_no_table_may_be_announced_again_and_again(page, other):
    for _ in range(2):
        with other.begin() as rows:
            rows.changes.bump("board")
        assert page.until("board") == {"board"}


def test_a_handler_that_fails_does_not_end_the_watching(store, a_call):
    heard = queue.SimpleQueue()

    def fails(topics):
        heard.put(topics)
        raise ZeroDivisionError

    watcher = store.watch(fails)
    assert heard.get(timeout=SECONDS) == {"*"}
    with store.begin() as rows:
        rows.calls.add(a_call())
    assert heard.get(timeout=SECONDS) == {"calls"}
    watcher.stop()


def test_a_lost_connection_is_made_again_and_anything_may_have_changed(
    postgres_database, monkeypatch
):
    monkeypatch.setattr("storage.watch.AGAIN_SECONDS", 0.01)
    store = Store(postgres_database)
    page = Page(store)
    assert page.next() == {"*"}
    with psycopg.connect(plain(postgres_database), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert page.next() == {"*"}
    with store.begin() as rows:
        rows.changes.bump("board")
    assert page.until("board") == {"board"}
    page.watcher.stop()
    store.close()


def test_a_database_that_comes_late_is_heard_in_the_end(tmp_path, monkeypatch):
    from storage.migrate import upgrade

    monkeypatch.setattr("storage.watch.AGAIN_SECONDS", 0.01)
    url = f"sqlite:///{tmp_path / 'late.db'}"
    store = Store(url)
    page = Page(store)
    upgrade(url)
    assert page.next() == {"*"}
    page.watcher.stop()
    store.close()
