"""Is a caller won by exactly one clinician, and is every offer's end known?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from store.conftest import NOON
from store.racing import race

from ivr.call import IN_LINE, Stage
from storage.values import NewLine

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


@pytest.mark.parametrize(
    ("stage", "why"),
    [
        (Stage.CONNECTING, "taken"),
        (Stage.TALKING, "taken"),
        (Stage.PARTNER, "passed_on"),
        (Stage.DISPATCHER, "returned"),
        (Stage.ENDED, "caller_left"),
    ],
)
def test_an_offer_stands_while_its_caller_is_in_the_line(store, a_call, an_offer, stage, why):
    gone, waits = a_call(id="gone", stage=stage), a_call(id="waits")
    about = {"gone": an_offer("ana", "gone"), "waits": an_offer("ben", "waits")}
    promise = an_offer("cy", None, kind="followup", followup_id="promise")
    with store.begin() as rows:
        rows.calls.add(gone)
        rows.calls.add(waits)
    keep(store, *about.values(), promise)
    with store.begin() as rows:
        assert [(o.id, o.why) for o in rows.offers.withdraw(LATER)] == [(about["gone"].id, why)]
        assert rows.offers.withdraw(LATER) == []
        assert {o.id for o in rows.offers.live()} == {about["waits"].id, promise.id}


def test_desks_are_asked_anew_and_phones_ring_on(store, an_offer):
    desk, phone = an_offer("ana"), an_offer("ben", channel="phone")
    keep(store, desk, phone, an_offer("cy", "another"))
    with store.begin() as rows:
        assert rows.offers.recall("call-0", NOON) == 1
        assert [offer.state for offer in rows.offers.of_call("call-0")] == ["cancelled", "offered"]


def test_accepting_asks_once_for_all_it_needs(store, a_call, an_offer, a_person):
    offer = an_offer("ana", "first")
    callers = [a_call(id="first"), a_call(id="second"), a_call(stage=Stage.TALKING)]
    with store.begin() as rows:
        rows.people.add(a_person("ana", languages=("en", "vi")))
        assert rows.offers.with_line(offer.id) is None
    keep(store, offer)
    with store.read() as rows:
        assert rows.offers.with_line(offer.id) == (offer, ("en", "vi"), None, False, [])
    with store.begin() as rows:
        for caller in callers:
            rows.calls.add(caller)
        rows.journal.add(NewLine("first", NOON, "key", "Waited", {}, None, "waiting", False, b"a"))
    with store.read() as rows:
        asked = rows.offers.with_line(offer.id, "key")
    assert (asked.answered, asked.seen) == (b"a", True)
    assert {call.id for call in asked.line} == {"first", "second"}


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
        assert rows.offers.hear(offer.id, "CA1", NOON)
        assert not rows.offers.hear(offer.id, "CA2", LATER)
        heard = rows.offers.get(offer.id)
    assert (heard.heard_at, heard.phone_leg) == (NOON, "CA1")


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
            seen = rows.calls.get(callers[number].id)
            if seen.stage not in IN_LINE:
                return False
            theirs = replace(seen, stage=Stage.CONNECTING, clinician_id=offer.person_id)
            return rows.calls.claim(seen, theirs) and rows.offers.accept(
                offer.id, offer.person_id, NOON, seen.id
            )

    for results in race(database_url, rounds, press):
        assert sorted(results) == [False, False, False, True]
