"""Is each message of a 911 centre kept once, and given to one call?"""

from dataclasses import replace
from datetime import timedelta

from store.conftest import NOON
from store.racing import race

from storage.store import Store
from storage.values import HandoffCard, PsapKey

A_CARD = HandoffCard("c", "riverton", "system", "k", "d", NOON, NOON, "26-1", None, {"incident": "26-1"})  # fmt: skip
LONG_AGO = NOON - timedelta(days=1)


def test_the_same_message_is_one_card(store):
    with store.begin() as rows:
        assert rows.handoffs.add(A_CARD)
        assert not rows.handoffs.add(replace(A_CARD, id="other"))
        assert rows.handoffs.again("riverton", "d") == rows.handoffs.get("c") == A_CARD
        assert rows.handoffs.add(replace(A_CARD, id="lakeside", line="lakeside"))


def test_sent_four_times_at_once_it_is_one_card(database_url):
    def send(store: Store, number: int, racer: int) -> bool:
        with store.begin() as rows:
            return rows.handoffs.add(replace(A_CARD, id=f"{number}-{racer}", digest=f"{number}"))

    for found in race(database_url, 20, send):
        assert sorted(found) == [False, False, False, True]


def test_one_call_has_it_and_it_can_be_parted(store):
    clinician = replace(A_CARD, id="mine", how="clinician", digest="e", call_id="one")
    with store.begin() as rows:
        rows.handoffs.add(A_CARD)
        rows.handoffs.add(clinician)
        assert rows.handoffs.match("c", "one", "number")
        assert not rows.handoffs.match("c", "two", "number")
        assert [card.id for card in rows.handoffs.of_call("one")] == ["c", "mine"]
        assert rows.handoffs.of_calls(["one", "two"]) == rows.handoffs.of_call("one")
        assert rows.handoffs.of_calls([]) == []
        assert rows.handoffs.part("one") == 1
        assert rows.handoffs.of_call("one") == [clinician]
        assert rows.handoffs.get("c").not_call == "one"


def test_what_waits_and_what_is_forgotten(store):
    with store.begin() as rows:
        rows.handoffs.add(A_CARD)
        rows.handoffs.add(replace(A_CARD, id="old", digest="o", received_at=LONG_AGO))
        rows.handoffs.add(replace(A_CARD, id="kept", digest="k", received_at=LONG_AGO, call_id="x"))
        assert [card.id for card in rows.handoffs.waiting("riverton", NOON, 9)] == ["c"]
        assert rows.handoffs.waiting("lakeside", LONG_AGO, 9) == []
        assert len(rows.handoffs.waiting(None, LONG_AGO, 9)) == 2
        assert rows.handoffs.forget(NOON) == 1
        assert rows.handoffs.get("old") is None
        assert rows.handoffs.get("kept") is not None


def test_a_sweep_has_something_to_do_only_while_its_caller_waits(store, a_call):
    def due(at):
        with store.read() as rows:
            return rows.due.at(at).cards

    with store.begin() as rows:
        rows.handoffs.add(A_CARD)
    assert not due(NOON)
    with store.begin() as rows:
        rows.calls.add(a_call(line="lakeside"))
    assert not due(NOON)
    with store.begin() as rows:
        rows.calls.add(a_call(line="riverton"))
    assert due(NOON)
    assert not due(NOON + timedelta(minutes=16))


def test_the_calls_of_a_line_the_newest_first(store, a_call):
    with store.begin() as rows:
        for line in ("riverton", "riverton", "lakeside"):
            rows.calls.add(a_call(line=line))
        found = rows.calls.on_line("riverton", NOON, 9)
        assert [call.id for call in found] == ["call-1", "call-0"]
        assert rows.calls.on_line("riverton", NOON + timedelta(minutes=2), 9) == []


def test_an_ended_key_is_no_key(store):
    key = PsapKey("k", "riverton", "page", NOON, "ada")
    with store.begin() as rows:
        rows.psap_keys.add(key)
        assert rows.psap_keys.get("k") == key
        assert rows.psap_keys.all() == [key]
        assert rows.psap_keys.end("k", NOON)
        assert not rows.psap_keys.end("k", NOON)
        assert rows.psap_keys.get("k") is None
        assert rows.psap_keys.all() == []
