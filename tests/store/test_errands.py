"""Is every errand claimed once, carried out by its claimer alone, and never forgotten?"""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text
from store.conftest import NOON
from store.racing import race

from storage.errors import Duplicate
from storage.store import Store

SOON = NOON + timedelta(seconds=1)
AFTER_LEASE = NOON + timedelta(seconds=10)


def write(store, *targets, due_at=NOON, call_id="call-0"):
    with store.begin() as rows:
        rows.errands.add(call_id, [("MoveCaller", {"to": t}, t, due_at) for t in targets])


def claim(store, worker="one", now=NOON, **how):
    with suppress(Duplicate), store.begin() as rows:
        return rows.errands.claim_due(worker, now, **how)
    return []


def state(store, errand):
    with store.read() as rows:
        return rows.errands.get(errand.id).state


def test_what_is_due_is_claimed_in_order_and_once(store):
    write(store, "later", due_at=SOON)
    write(store, "leg-1", "leg-2")
    claimed = claim(store)
    assert [errand.target for errand in claimed] == ["leg-1", "leg-2"]
    assert claimed[0].facts == {"to": "leg-1"}
    assert (claimed[0].state, claimed[0].claimed_by, claimed[0].tries) == ("claimed", "one", 1)
    assert claimed[0].lease_until == AFTER_LEASE
    assert claim(store, "two") == []


def test_no_more_are_claimed_than_asked_for(store):
    write(store, "leg-1", "leg-2", "leg-3")
    assert len(claim(store, limit=2)) == 2


def test_writing_no_errand_costs_nothing(store):
    with store.begin() as rows, store.round_trips() as trips:
        rows.errands.add("call-0", [])
        assert trips.count == 0


@pytest.mark.parametrize(
    ("became", "free"),
    [("done", True), ("refused", True), ("abandoned", True), ("unknown", False)],
)
def test_a_target_is_touched_again_only_when_its_last_effect_is_known(store, became, free):
    write(store, "leg-1", "leg-1")
    (first,) = claim(store)  # the second waits for the first
    with store.begin() as rows:
        assert rows.errands.settle(first.id, became, "CA1", NOON, worker="one")
    assert bool(claim(store)) is free


def test_only_the_claimer_says_what_became_of_it(store):
    write(store, "leg-1")
    (errand,) = claim(store)
    with store.begin() as rows:
        assert not rows.errands.settle(errand.id, "done", None, NOON, worker="two")
        assert not rows.errands.settle(errand.id, "done", None, NOON)
        assert rows.errands.settle(errand.id, "done", "CA1", NOON, worker="one")
        assert not rows.errands.settle(errand.id, "refused", None, NOON, worker="one")
        settled = rows.errands.get(errand.id)
    assert (settled.state, settled.outcome, settled.settled_at) == ("done", "CA1", NOON)


def test_an_expired_lease_is_unknown_and_not_run_again(store):
    write(store, "leg-1")
    (errand,) = claim(store)
    with store.begin() as rows:
        assert rows.errands.stuck(SOON) == []
        assert [found.id for found in rows.errands.stuck(AFTER_LEASE)] == [errand.id]
        assert [found.id for found in rows.errands.unknown_due(AFTER_LEASE)] == [errand.id]
    assert claim(store, "two", AFTER_LEASE) == []


def test_what_the_dead_had_in_hand_is_unknown_before_its_lease_ends(store):
    for number, worker in enumerate(("one", "two")):
        write(store, f"leg-{number}")
        claim(store, worker)
    with store.begin() as rows:
        assert sorted(rows.errands.workers()) == ["one", "two"]
        assert rows.errands.orphaned(["one"]) == 1
        assert rows.errands.workers() == ["two"]
        assert [found.target for found in rows.errands.unknown_due(SOON)] == ["leg-0"]
        assert rows.errands.orphaned(["one"]) == 0


def test_a_slow_worker_may_still_say_what_happened(store):
    write(store, "leg-1")
    (errand,) = claim(store)
    with store.begin() as rows:
        rows.errands.stuck(AFTER_LEASE)
        assert rows.errands.settle(errand.id, "done", "CA1", AFTER_LEASE, worker="one")


def unknown(store, target="leg-1"):
    write(store, target)
    (errand,) = claim(store)
    with store.begin() as rows:
        rows.errands.stuck(AFTER_LEASE)
    return errand


def test_evidence_resolves_what_is_unknown(store):
    errand = unknown(store)
    with store.begin() as rows:
        assert rows.errands.settle(errand.id, "done", "seen at the carrier", AFTER_LEASE)


def test_evidence_is_about_one_subject(store):
    """A late webhook about an earlier ring of the same phone says nothing about this one."""
    errand = unknown(store)
    with store.begin() as rows:
        assert not rows.errands.proven("leg-2", "to", "leg-2", "CA1", AFTER_LEASE)
        assert not rows.errands.proven("leg-1", "to", "earlier", "CA1", AFTER_LEASE)
        assert rows.errands.proven("leg-1", "to", "leg-1", "CA1", AFTER_LEASE)
        assert not rows.errands.proven("leg-1", "to", "leg-1", "CA1", AFTER_LEASE)
    assert state(store, errand) == "done"


def test_what_is_unknown_is_looked_for_now_and_again(store):
    errand = unknown(store)
    with store.begin() as rows:
        assert [found.id for found in rows.errands.unknown_due(AFTER_LEASE)] == [errand.id]
        later = AFTER_LEASE + timedelta(seconds=5)
        assert rows.errands.look_again(errand.id, later)
        assert rows.errands.unknown_due(AFTER_LEASE) == []
        assert [found.id for found in rows.errands.unknown_due(later)] == [errand.id]
        rows.errands.settle(errand.id, "abandoned", "quiet", later)
        assert not rows.errands.look_again(errand.id, later)


def test_what_surely_did_not_happen_is_put_back(store):
    write(store, "leg-1")
    (errand,) = claim(store)
    with store.begin() as rows:
        assert rows.errands.postpone(errand.id, SOON)
        assert not rows.errands.postpone(errand.id, SOON)
    assert claim(store) == []
    (again,) = claim(store, "two", SOON)
    assert (again.id, again.tries) == (errand.id, 2)


def test_a_tick_asks_one_cheap_question(store):
    def any_due(now):
        with store.read() as rows:
            return rows.errands.any_due(now)

    assert not any_due(NOON)
    write(store, "leg-1", due_at=SOON)
    assert [any_due(NOON), any_due(SOON)] == [False, True]
    claim(store, now=SOON)
    assert [any_due(SOON), any_due(AFTER_LEASE + timedelta(seconds=1))] == [False, True]


def test_every_errand_goes_to_one_worker_however_many_ask(store, database_url):
    targets = [f"leg-{number}" for number in range(100)]
    write(store, *targets)

    def ask(shared, _number, racer):
        return [errand.target for errand in claim(shared, f"worker-{racer}", NOON, limit=2)]

    won = [target for got in race(database_url, 40, ask) for mine in got for target in mine]
    assert sorted(won) == sorted(targets)


def test_one_target_has_one_live_errand_however_many_ask(store, database_url):
    """Each racer writes an errand that is due earlier than all before, then claims."""
    rounds = 25
    live = []

    def ask(shared, number, racer):
        due_at = NOON - timedelta(seconds=number * 4 + racer)
        write(shared, f"leg-{number}", due_at=due_at)
        return len(claim(shared, f"worker-{racer}"))

    live = [sum(results) for results in race(database_url, rounds, ask)]
    assert live == [1] * rounds


def test_thousands_that_wait_keep_nobody_from_claiming(postgres_database):
    """Each was looked up in all the others: of twenty thousand no claim came back in time."""
    store = Store(postgres_database)
    columns = "call_id, kind, facts, target, state, due_at, tries, created_at"
    values = "'call-0', 'MoveCaller', '{}', 'leg-' || n, 'pending', :noon, 0, :noon"
    many = f"INSERT INTO errands ({columns}) SELECT {values} FROM generate_series(1, 20000) n"
    with store.engine.begin() as there:
        there.execute(text(many), {"noon": NOON})
    assert len(claim(store, limit=1)) == 1
    store.close()
