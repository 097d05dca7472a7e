"""A phone that the carrier rang twice by accident: is one word heard, and does the first one count?"""

from collections.abc import Callable
from functools import partial

import pytest
from stories.test_followup import promised
from town import Caller, Town

from emulator.legs import Leg
from ivr.call import Stage

PAT, BEN = "+13145550150", "+13145550121"
SPOKEN = ("say", "play", "bridge", "conference")


@pytest.fixture
def rings_twice(quick_town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Every request to ring somebody is carried out a second time, which nobody asked for."""
    ring: Callable[..., str] = quick_town.carrier.ring

    def twice(*given: object, **named: object) -> str:
        sid = ring(*given, **named)
        quick_town.clock.call_later(1, partial(ring, *given, **named))
        return sid

    monkeypatch.setattr(quick_town.carrier, "ring", twice)
    return quick_town


def rung(town: Town, number: str) -> list[Leg]:
    found = [leg for leg in town.twilio.legs.values() if leg.to == number]
    return [leg for leg in found if leg.direction == "outbound-api"]


def test_a_followups_person_hears_one_ring_alone(rings_twice: Town) -> None:
    town = rings_twice
    ana, followup_id = promised(town)
    town.passes(hours=6)
    town.until(lambda: ana.is_offered, seconds=5)
    town.phone(PAT).answers(after=6)
    accepted = ana.accepts()
    town.waits(seconds=30)
    first, second = rung(town, PAT)
    assert not second.live
    assert not [one for one in second.heard if one.kind in SPOKEN], "hung up before any word"
    assert first.live
    assert town.call(accepted.call_id).stage is Stage.TALKING, "the second's end ended nothing"
    ana.ends(accepted.call_id)
    town.waits(seconds=3)
    assert [one.outcome for one in town.attempts(followup_id)] == ["reached"]


def test_a_clinicians_phone_is_asked_once(rings_twice: Town) -> None:
    town = rings_twice
    town.clinician("Ben", "backup", phone=BEN)
    town.phone(BEN).answers(after=6).then_presses("1", after=9)
    caller: Caller = town.transfers_from_911()
    town.waits(seconds=1)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=75)
    first, second = rung(town, BEN)
    assert (first.live, second.live) == (True, False)
    assert not [one for one in second.heard if one.kind in SPOKEN]
