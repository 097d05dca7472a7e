"""Is every webhook taken in once, and does its twin get the same bytes?"""

import pytest
from store.conftest import NOON
from store.racing import race

from storage.errors import Duplicate
from storage.journal import MISSING
from storage.values import NewLine


def add(rows, key, answer=b"<Response/>", call_id="call-0"):
    facts, stages = {"a": [1]}, ("waiting", "waiting")
    rows.journal.add(NewLine(call_id, NOON, key, "Waited", facts, *stages, False, answer))


def test_a_line_comes_back_as_it_was_written(store):
    with store.begin() as rows:
        add(rows, "key")
        add(rows, None, None)  # an event of our own
        add(rows, None, None)
    with store.read() as rows:
        first, *others = rows.journal.of("call-0")
    assert (first.inbox_key, first.facts, first.answer) == ("key", {"a": [1]}, b"<Response/>")
    assert (first.at, first.stage_before, first.surprise) == (NOON, "waiting", False)
    assert [line.inbox_key for line in others] == [None, None]


def test_an_answer_is_found_by_its_key(store):
    with store.begin() as rows:
        add(rows, "answered")
        add(rows, "silent", None)
        assert rows.journal.answered("answered") == b"<Response/>"
        assert rows.journal.answered("silent") is None
        assert rows.journal.answered("never") is MISSING


def test_a_twin_takes_its_whole_transaction_back(store, a_call):
    with store.begin() as rows:
        add(rows, "key")

    def arrive_again():
        with store.begin() as rows:
            rows.calls.add(a_call())
            add(rows, "key")

    with pytest.raises(Duplicate):
        arrive_again()
    with store.read() as rows:
        assert rows.calls.live() == []


def test_the_lock_tells_whether_this_was_answered(store, a_call):
    call = a_call()
    with store.begin() as rows:
        rows.calls.add(call)
        add(rows, "answered", call_id=call.id)
        add(rows, "silent", None)
    with store.begin() as rows:
        assert rows.calls.lock_with_answer(call.id, "answered") == (call, b"<Response/>", True)
        assert rows.calls.lock_with_answer(call.id, "silent") == (call, None, True)
        assert rows.calls.lock_with_answer(call.id, "never") == (call, None, False)
        assert rows.calls.lock_with_answer("nobody", "answered") == (None, b"<Response/>", True)
        assert rows.calls.lock_with_answer("nobody", "never") == (None, None, False)


def test_the_lap_knows_the_place_in_line_and_who_is_rung(store, a_call, an_offer):
    from datetime import timedelta

    first, second = a_call(), a_call()
    over = NOON - timedelta(seconds=1)
    with store.begin() as rows:
        for call in (first, second, a_call()):
            rows.calls.add(call)
        rows.offers.add(
            [
                an_offer("ana"),
                an_offer("ana", channel="phone"),  # one person, rung twice
                an_offer("ben", call_id=first.id),
                an_offer("cora", kind="followup"),
                an_offer("dana", lapses_at=over),
            ]
        )
    with store.begin() as rows:
        lap = rows.calls.lock_for_lap(second.id, "key")
        assert (lap.call, lap.answered, lap.seen) == (second, None, False)
        assert (lap.position, lap.ringing) == (2, 2)
        assert rows.calls.lock_for_lap(first.id, "key").position == 1
        assert rows.calls.lock_for_lap("nobody", "key").call is None


def test_of_twins_at_the_same_moment_one_is_taken_in(store, database_url, a_call):
    rounds = 50
    with store.begin() as rows:
        rows.calls.add(a_call())

    def webhook(shared, number, racer):
        try:
            with shared.begin() as rows:
                found = rows.calls.lock_with_answer("call-0", f"key-{number}")
                if found.seen:
                    return found.answered
                add(rows, f"key-{number}", f"by {racer}".encode())
                return f"by {racer}".encode()
        except Duplicate:
            with shared.read() as rows:
                return rows.journal.answered(f"key-{number}")

    for results in race(database_url, rounds, webhook):
        assert len(set(results)) == 1, results
