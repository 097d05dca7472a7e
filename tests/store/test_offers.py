"""Is a caller won by exactly one clinician, and is every offer's end known?"""

from datetime import timedelta

import pytest
from store.conftest import NOON
from store.racing import race

from ivr.call import IN_LINE, Stage

LATER = NOON + timedelta(seconds=20)


def keep(store, *offers):
    with store.begin() as rows:
        return rows.offers.add(offers)


def accept(store, offer_id, person_id="ana", now=NOON, call_id="call-0"):
    with store.begin() as rows:
        return rows.offers.accept(offer_id, person_id, now, call_id)


def get(store, offer_id):
    with store.read() as rows:
        return rows.offers.get(offer_id)


def test_whoever_accepts_gets_the_caller_at_the_head(store, an_offer):
    offer = an_offer(call_id="told-about")
    keep(store, offer)
    assert accept(store, offer.id, call_id="head-of-line")
    won = get(store, offer.id)
    assert (won.state, won.call_id, won.settled_at) == ("accepted", "head-of-line", NOON)


@pytest.mark.parametrize(
    ("person_id", "now"),
    [("ben", NOON), ("ana", LATER), ("ana", LATER + timedelta(seconds=1))],
)
def test_neither_another_person_nor_a_late_one_wins(store, an_offer, person_id, now):
    offer = an_offer()
    keep(store, offer)
    assert not accept(store, offer.id, person_id, now)
    assert get(store, offer.id) == offer


def test_an_offer_is_accepted_once(store, an_offer):
    offer = an_offer()
    keep(store, offer)
    assert accept(store, offer.id)
    assert not accept(store, offer.id)


def test_nobody_is_rung_twice_at_once(store, an_offer):
    at_desk, again, on_phone, ben = (
        an_offer(),
        an_offer(),
        an_offer(channel="phone"),
        an_offer("ben"),
    )
    assert keep(store, at_desk) == [at_desk.id]
    assert set(keep(store, again, on_phone, ben)) == {on_phone.id, ben.id}
    with store.read() as rows:
        assert {offer.id for offer in rows.offers.of_person("ana")} == {at_desk.id, on_phone.id}
        assert len(rows.offers.live()) == 3


def test_settling_ends_only_what_is_still_open(store, an_offer):
    ana, ben = an_offer("ana"), an_offer("ben")
    keep(store, ana, ben)
    accept(store, ana.id)
    with store.begin() as rows:
        assert rows.offers.settle([ana.id, ben.id], "cancelled", "taken", NOON) == 1
        assert rows.offers.settle([], "cancelled", "taken", NOON) == 0
        assert [offer.state for offer in rows.offers.of_call("call-0")] == ["accepted", "cancelled"]


def test_cancelling_says_whose_screens_to_clear(store, an_offer):
    ana, ben = an_offer("ana"), an_offer("ben", call_id="another")
    keep(store, ana, ben)
    with store.begin() as rows:
        assert [offer.id for offer in rows.offers.cancel("call-0", "caller_left", NOON)] == [ana.id]
        assert rows.offers.cancel("call-0", "caller_left", NOON) == []


def test_each_lapse_is_reported_to_one_sweep(store, an_offer):
    early, late = an_offer("ana"), an_offer("ben", lapses_at=LATER + timedelta(seconds=1))
    keep(store, early, late)
    with store.begin() as rows:
        assert [offer.id for offer in rows.offers.lapse(LATER)] == [early.id]
        assert rows.offers.lapse(LATER) == []


def test_the_first_word_on_a_phone_is_claimed_once(store, an_offer):
    offer = an_offer(channel="phone")
    keep(store, offer)
    with store.begin() as rows:
        assert rows.offers.set_phone_leg(offer.id, "CA1")
        assert rows.offers.hear(offer.id, NOON)
        assert not rows.offers.hear(offer.id, LATER)
        assert rows.offers.get(offer.id).heard_at == NOON


def test_one_offer_has_one_winner_in_every_round(store, database_url, an_offer):
    rounds = 200
    made = [an_offer(f"person-{number}") for number in range(rounds)]
    keep(store, *made)

    def press(shared, number, _racer):
        return accept(shared, made[number].id, made[number].person_id)

    for results in race(database_url, rounds, press):
        assert sorted(results) == [False, False, False, True]


def test_one_caller_has_one_winner_in_every_round(store, database_url, a_call, an_offer):
    """Four clinicians, each with an offer of their own, press at the same moment."""
    from dataclasses import replace

    rounds = 50
    callers = [a_call(priority=number) for number in range(rounds)]
    with store.begin() as rows:
        for caller in callers:
            rows.calls.add(caller)
    made = {
        (number, racer): an_offer(f"person-{number}-{racer}")
        for number in range(rounds)
        for racer in range(4)
    }
    keep(store, *made.values())

    def press(shared, number, racer):
        offer = made[number, racer]
        with shared.begin() as rows:
            call = rows.calls.lock(callers[number].id)
            if call.stage not in IN_LINE:
                return False
            won = rows.offers.accept(offer.id, offer.person_id, NOON, call.id)
            rows.calls.save(replace(call, stage=Stage.CONNECTING, clinician_id=offer.person_id))
            return won

    for results in race(database_url, rounds, press):
        assert sorted(results) == [False, False, False, True]


def test_the_heads_of_the_line_go_to_different_clinicians(store, database_url, a_call, an_offer):
    from dataclasses import replace

    callers = [a_call() for _ in range(40)]
    with store.begin() as rows:
        for caller in callers:
            rows.calls.add(caller)
    made = {(n, r): an_offer(f"person-{n}-{r}") for n in range(10) for r in range(4)}
    keep(store, *made.values())

    def press(shared, number, racer):
        offer = made[number, racer]
        with shared.begin() as rows:
            call = rows.calls.claim_head(offer.person_id, offer.id, NOON)
            rows.calls.save(replace(call, stage=Stage.CONNECTING))
            return call.id

    taken = [call_id for results in race(database_url, 10, press) for call_id in results]
    assert sorted(taken) == sorted(caller.id for caller in callers)
