"""Is a visit of a mobile crew kept as it is, asked for once, and taken by one crew alone?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from store.conftest import NOON
from store.racing import race

from care import crew as rules
from care.crew import Line, Refused, State, Step, Visit
from storage.errors import Stale
from storage.values import Crew

FACTS = {"place": "12 Main St", "risk": "A dog", "situation": "Alone."}
FIRST = (Line(NOON, "ana", "requested", version=1),)
ASKED = Visit("v", "call-0", "first", FACTS, "ana", NOON, NOON + timedelta(minutes=3), lines=FIRST)
ONE = Crew("one", "Crew 1", "+13145550160", "nonce", NOON, "cora")


def gone_through():
    visit = rules.take(ASKED, Step.ARRIVE, "one", "crew:one", NOON)
    visit = rules.change(visit, FACTS | {"risk": "A gun"}, "ana", NOON)
    visit = rules.say(visit, "Gate is locked", "crew:one", NOON, "n1")
    return rules.take(visit, Step.CLEAR, "one", "crew:one", NOON, words="gone")


def test_it_is_kept_as_it_is(store):
    with store.begin() as rows:
        assert rows.crew_visits.add(ASKED)
        assert not rows.crew_visits.add(replace(ASKED, kind="after")), "asked for before"
        assert rows.crew_visits.get("v") == ASKED
        rows.crew_visits.save(gone_through())
    with store.read() as rows:
        assert rows.crew_visits.get("v") == gone_through()
        assert rows.crew_visits.of_call("call-0") == [gone_through()]
        assert rows.crew_visits.since(NOON) == [gone_through()]
        assert rows.crew_visits.since(NOON + timedelta(seconds=1)) == []
        assert rows.crew_visits.open() == []


def test_what_goes_on_is_open_oldest_first(store):
    with store.begin() as rows:
        rows.crew_visits.add(replace(ASKED, id="b", requested_at=NOON + timedelta(minutes=1)))
        rows.crew_visits.add(ASKED)
        rows.crew_visits.add(replace(gone_through(), id="c"))
        assert [one.id for one in rows.crew_visits.open()] == ["v", "b"]


def test_nothing_is_saved_that_was_never_asked_for(store):
    with pytest.raises(Stale), store.begin() as rows:
        rows.crew_visits.save(ASKED)


def test_of_crews_that_tap_at_once_one_has_it(store, database_url):
    rounds = 5
    with store.begin() as rows:
        for number in range(rounds):
            rows.crew_visits.add(replace(ASKED, id=f"v{number}"))

    def tap(store, number, racer):
        with store.begin() as rows:
            found = rows.crew_visits.lock(f"v{number}")
            try:
                taken = rules.take(found, Step.ACKNOWLEDGE, f"{racer}", f"crew:{racer}", NOON)
            except Refused:
                return "too late"
            rows.crew_visits.save(taken)
        return f"{racer}"

    for number, said in enumerate(race(database_url, rounds, tap)):
        with store.read() as rows:
            found = rows.crew_visits.get(f"v{number}")
        assert sorted(said) == sorted([found.crew, "too late", "too late", "too late"])
        assert found.state is State.ACKNOWLEDGED


def test_crews_come_and_go_with_their_addresses(store):
    with store.begin() as rows:
        rows.crews.add(ONE)
        rows.crews.add(replace(ONE, id="two", name="A crew"))
        assert [one.id for one in rows.crews.all()] == ["two", "one"]
        assert rows.crews.set_nonce("one", "another")
        assert not rows.crews.set_nonce("none", "another")
        rows.crews.seen("one", NOON)
        assert rows.crews.get("one") == replace(ONE, nonce="another", seen_at=NOON)
        assert rows.crews.end("one", NOON)
        assert not rows.crews.end("one", NOON)
        assert not rows.crews.set_nonce("one", "again")
        assert [one.id for one in rows.crews.all()] == ["two"]
        assert rows.crews.names() == {"one": "Crew 1", "two": "A crew"}
        assert rows.crews.get("one").nonce is None
