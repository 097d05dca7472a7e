"""What does a storage test stand on: a store on each database, and a hand-set clock?"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.call import Call, Kind, Stage
from storage.store import Store
from storage.values import Offer, Person

NOON = datetime(2026, 11, 1, 18, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url, now=lambda: NOON)
    yield opened
    opened.close()


@pytest.fixture
def a_call() -> Callable[..., Call]:
    """Return a maker of callers: each a minute after the one before, unless told otherwise."""
    made = iter(range(1000))

    def make(**facts: object) -> Call:
        number = next(made)
        at = NOON + timedelta(minutes=number)
        usual = Call(
            id=f"call-{number}",
            kind=Kind.INBOUND,
            leg_sid=f"CA{number:032}",
            line="county",
            number_shown="+13145550110",
            language="en",
            stage=Stage.WAITING,
            arrived_at=at,
            stage_since=at,
            line_since=at,
        )
        return replace(usual, **facts)

    return make


@pytest.fixture
def an_offer() -> Callable[..., Offer]:
    made = iter(range(10_000))

    def make(person_id: str = "ana", call_id: str | None = "call-0", **facts: object) -> Offer:
        usual = Offer(
            id=f"offer-{next(made)}",
            kind="call",
            call_id=call_id,
            followup_id=None,
            person_id=person_id,
            channel="desk",
            state="offered",
            offered_at=NOON,
            lapses_at=NOON + timedelta(seconds=20),
        )
        return replace(usual, **facts)

    return make


@pytest.fixture
def a_person() -> Callable[..., Person]:
    def make(person_id: str = "ana", **facts: object) -> Person:
        usual = Person(
            id=person_id,
            name=person_id.title(),
            email=f"{person_id}@example.org",
            phone="+13145550101",
            languages=("en", "es"),
            skills=(),
            zone="America/Chicago",
            auto_answer=False,
            active=True,
            roles=("clinician",),
        )
        return replace(usual, **facts)

    return make
