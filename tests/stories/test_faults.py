"""Whatever the carrier loses, repeats or refuses: is the caller kept until a person is there?"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from faults import Diligent, Failing, LastResort, always
from town import PARTNER, Caller, Town

from emulator import FaultPlan
from emulator.faults import NO_FAULTS
from ivr.call import Stage
from switchboard import offers

STORY_SECONDS = 40
SETTLE_SECONDS = 75  # two looks of the reconciler, and the time a stage is left in peace before

PLANS: dict[str, dict[str, Any]] = {
    "every notice lost": {"drop": 1.0},
    "half of the notices lost": {"drop": 0.5},
    "everything said twice": {"duplicate": 1.0},
    "notices overtake one another": {"reorder": 1.0},
    "notices late": {"delay": 0.7, "delay_seconds_max": 30.0},
    "too many requests": {"rest_429": 0.5},
    "REST fails": {"rest_5xx": 0.5},
    "REST answers lost": {"rest_lost_response": 1.0},
    "rooms not listed yet": {"conference_lag": 1.0, "drop": 0.5},
    "REST fails and notices are lost": {"rest_5xx": 0.4, "rest_429": 0.2, "drop": 0.6},
}


def with_whom(town: Town, caller: Caller) -> set[str]:
    """Whom the caller's words reach now."""
    return {
        leg.from_ if leg.kind == "client" else leg.to for leg in town.twilio.listeners(caller.leg)
    }


def assert_nobody_has_two(town: Town) -> None:
    """Each clinician has one call and one leg at most, each room one caller."""
    having = Counter(call.clinician_id for call in town.live_calls() if call.clinician_id)
    assert all(count == 1 for count in having.values()), having
    legs = [leg for leg in town.twilio.live.values() if leg.kind != "client" and leg.participant]
    rooms = Counter(leg.participant.conference.friendly_name for leg in legs)
    assert all(count == 1 for count in rooms.values()), town.twilio.timeline.text()


def assert_kept(town: Town, caller: Caller, *, heard_always: bool = True) -> None:
    """Nobody hung up on the caller, and they are with a person or hear that we are there."""
    trace = town.twilio.timeline.text()
    assert caller.leg.live, trace
    if caller.stage is Stage.TALKING:
        assert with_whom(town, caller), f"talking with nobody\n{trace}"
    else:
        assert caller.leg.sound is not None, trace
        assert caller.leg.sound.kind in ("say", "play", "ring", "conference"), trace
    assert not (heard_always and caller.silences), trace


def assert_put_away(town: Town, callers: list[Caller]) -> None:
    trace = town.twilio.timeline.text()
    assert all(caller.call.over for caller in callers), trace
    assert not town.twilio.live, f"{town.twilio.live}\n{trace}"
    assert {one.desk for one in town.people.values()} <= {"available", "wrap_up", "paused"}, trace


def tell(town: Town, spoil: Callable[[], None], *, heard_always: bool = True) -> list[Caller]:
    """Two callers, two clinicians, and something that goes wrong; then all hang up, in peace."""
    Diligent(town, ("Ana", "Ben"))
    town.phone(PARTNER).answers(after=2)
    spoil()
    callers = [town.transfers_from_911(), town.transfers_from_911(shown="+13145550151")]
    always(town, STORY_SECONDS, lambda: assert_nobody_has_two(town))
    for caller in callers:
        assert_kept(town, caller, heard_always=heard_always)
    town.twilio.faults = NO_FAULTS
    for caller in callers:
        caller.hangs_up()
    town.waits(seconds=SETTLE_SECONDS)
    assert_put_away(town, callers)
    return callers


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("plan", PLANS)
def test_a_carrier_with_one_weakness(quick_town: Town, plan: str, seed: int) -> None:
    def spoil() -> None:
        quick_town.twilio.faults = FaultPlan(seed=seed, **PLANS[plan])

    tell(quick_town, spoil)


@pytest.mark.parametrize("seed", range(12))
def test_a_carrier_with_many_weaknesses(quick_town: Town, seed: int) -> None:
    """Answers that time out delay the sound itself, so silence is not looked at here."""

    def spoil() -> None:
        quick_town.twilio.faults = LastResort.of_seed(seed, probability=0.1)

    tell(quick_town, spoil, heard_always=False)


@pytest.mark.parametrize("nth", range(12))
@pytest.mark.parametrize("after_acting", [False, True], ids=["before acting", "after acting"])
def test_one_webhook_is_never_answered(quick_town: Town, nth: int, after_acting: bool) -> None:
    failing = Failing(quick_town, nth, retries_too=True, after_acting=after_acting)

    def spoil() -> None:
        quick_town.twilio.transport = failing

    tell(quick_town, spoil)
    assert failing.failed


def test_a_clinician_who_leaves_just_before_the_caller_comes(quick_town: Town) -> None:
    """The caller was on the way to a room that is empty now: they are fetched back."""
    town = quick_town
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.waits(seconds=0.1)
    assert caller.hears("Here's a counselor")
    ana.softphone.hangs_up()
    town.waits(seconds=8)
    assert caller.stage is Stage.WAITING
    assert caller.hears("Stay with me")
    assert not caller.silences
    town.until(lambda: ana.is_offered, seconds=1)


def test_a_revoked_key_ends_nobodys_call(quick_town: Town) -> None:
    """REST refuses everything: that says nothing about anybody's leg."""
    town = quick_town
    caller = town.transfers_from_911()
    ana = town.clinician("Ana").goes_on_duty()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    town.twilio.keys.clear()
    town.waits(seconds=100)
    assert caller.stage is Stage.TALKING
    assert with_whom(town, caller)


def test_a_yes_when_nobody_waits_any_more_ends_the_offer(quick_town: Town) -> None:
    town = quick_town
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    with town.store.begin() as rows:  # gone, and the offer's own end was lost
        rows.calls.save(replace(caller.call, stage=Stage.PARTNER))
    (offer,) = town.offers_of(caller.call.id)
    with pytest.raises(offers.Taken):
        offers.accept(town.board, offer.id, ana.id)
    assert [one.state for one in town.offers_of(caller.call.id)] == ["cancelled"]
