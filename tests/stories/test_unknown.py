"""The carrier did not say whether it rang a phone: is it found out, and never rung twice blindly?"""

from typing import Any

import pytest
from chaos.processes import QUIET_SECONDS
from chaos.processes_count import left_behind
from stories.test_followup import promised
from stories.test_second_rings import BEN, PAT, rung
from town import Caller, Town

from emulator import FaultPlan
from emulator.faults import NO_FAULTS
from ivr.call import Stage
from ivr.talking import RING_SECONDS
from storage.values import ErrandRow
from switchboard import evidence


def ringing(town: Town, call_id: str, kind: str) -> list[ErrandRow]:
    with town.store.read() as rows:
        return [one for one in rows.errands.of(call_id) if one.kind == kind]


def asked_of_ben(town: Town, **faults: Any) -> Caller:
    """A caller whose wait rings Ben's phone at once, while REST fails so."""
    town.clinician("Ben", "backup", phone=BEN)
    town.twilio.faults = FaultPlan(**faults)
    caller = town.transfers_from_911()
    town.waits(seconds=0.011)  # the arrival's answer is there; webhooks about Ben's ring are not
    assert [one.state for one in ringing(town, caller.call.id, "RingPhone")] == ["unknown"]
    return caller


def test_a_webhook_about_the_ring_is_the_first_evidence(town: Town) -> None:
    town.phone(BEN).answers(after=6).then_presses("1", after=9)
    caller = asked_of_ben(town, rest_lost_response=1.0)
    town.twilio.faults = NO_FAULTS
    town.waits(seconds=1)
    (errand,) = ringing(town, caller.call.id, "RingPhone")
    (leg,) = rung(town, BEN)
    assert (errand.state, errand.outcome) == ("done", leg.sid)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=30)


def test_the_carriers_list_is_the_second(town: Town) -> None:
    caller = asked_of_ben(town, rest_lost_response=1.0, drop=1.0)
    town.waits(seconds=1)
    assert [one.state for one in ringing(town, caller.call.id, "RingPhone")] == ["unknown"]
    town.waits(seconds=evidence.FIRST_LOOK_SECONDS)
    (errand,) = ringing(town, caller.call.id, "RingPhone")
    (leg,) = rung(town, BEN)
    assert (errand.state, errand.outcome) == ("done", leg.sid)
    caller.hangs_up()
    town.twilio.faults = NO_FAULTS
    town.waits(seconds=3)
    assert not leg.live, "the leg is known: its ringing ends with the caller's wait"


def test_a_quiet_period_is_the_third(town: Town) -> None:
    caller = asked_of_ben(town, rest_5xx=1.0)
    town.twilio.faults = NO_FAULTS
    town.waits(seconds=1)
    (errand,) = ringing(town, caller.call.id, "RingPhone")
    assert errand.state == "unknown"
    caller.hangs_up()
    second = town.transfers_from_911(shown="+13145550151")
    town.waits(seconds=45)
    assert [one.state for one in ringing(town, second.call.id, "RingPhone")] == ["pending"]
    assert not rung(town, BEN), "one live attempt at a target, whoever waits"
    town.waits(seconds=evidence.QUIET_SECONDS - 30)
    (errand,) = ringing(town, caller.call.id, "RingPhone")
    assert errand.state == "abandoned"
    assert errand.settled_at is not None
    assert (errand.settled_at - errand.created_at).total_seconds() >= evidence.QUIET_SECONDS


def test_a_list_that_does_not_answer_is_no_evidence(quick_town: Town) -> None:
    caller = asked_of_ben(quick_town, rest_5xx=1.0)
    quick_town.waits(seconds=evidence.QUIET_SECONDS + 60)
    errand, *_ = ringing(quick_town, caller.call.id, "RingPhone")
    assert errand.state == "unknown", "nobody could look"
    quick_town.twilio.faults = NO_FAULTS
    quick_town.waits(seconds=10)
    errand, *_ = ringing(quick_town, caller.call.id, "RingPhone")
    assert errand.state == "abandoned"


@pytest.mark.parametrize("faults", [{}, {"drop": 1.0}], ids=["a webhook", "the list"])
def test_a_followups_ring_is_found_and_kept(quick_town: Town, faults: dict[str, float]) -> None:
    town = quick_town
    ana, _ = promised(town)
    town.passes(hours=6)
    town.until(lambda: ana.is_offered, seconds=5)
    town.phone(PAT).answers(after=20)
    town.twilio.faults = FaultPlan(rest_lost_response=1.0, **faults)
    accepted = ana.accepts()
    town.until(lambda: bool(ringing(town, accepted.call_id, "DialPerson")), seconds=5)
    town.waits(seconds=0.01)
    assert [one.state for one in ringing(town, accepted.call_id, "DialPerson")] == ["unknown"]
    town.waits(seconds=1 + evidence.LOOK_SECONDS)
    town.twilio.faults = NO_FAULTS
    (errand,) = ringing(town, accepted.call_id, "DialPerson")
    (leg,) = rung(town, PAT)
    assert (errand.state, errand.outcome) == ("done", leg.sid)
    assert town.call(accepted.call_id).leg_sid == leg.sid
    town.until(lambda: town.call(accepted.call_id).stage is Stage.TALKING, seconds=30)


def test_a_dial_that_was_never_made_is_put_back_when_it_would_have_rung(quick_town: Town) -> None:
    """A clinician does not sit with it for the two minutes of its quiet period."""
    town = quick_town
    ana, followup_id = promised(town)
    town.passes(hours=6)
    town.until(lambda: ana.is_offered, seconds=5)
    town.twilio.faults = FaultPlan(rest_5xx=1.0)
    accepted = ana.accepts()
    town.until(lambda: bool(ringing(town, accepted.call_id, "DialPerson")), seconds=5)
    town.waits(seconds=1)
    town.twilio.faults = NO_FAULTS
    assert [one.state for one in ringing(town, accepted.call_id, "DialPerson")] == ["unknown"]
    assert town.call(accepted.call_id).stage is Stage.CALLING
    with town.store.engine.connect() as there:
        assert len(left_behind(there)) == 2, "the call and its promise"
    town.waits(seconds=RING_SECONDS)
    assert town.followup(followup_id).state == "due"
    with town.store.engine.connect() as there:
        assert left_behind(there) == []
    assert RING_SECONDS < QUIET_SECONDS, "the crash test waits longer than that"
    assert not rung(town, PAT)


def test_a_person_whose_clinician_left_is_not_rung_on(quick_town: Town) -> None:
    town = quick_town
    ana, _ = promised(town)
    town.passes(hours=6)
    town.until(lambda: ana.is_offered, seconds=5)
    ana.accepts()
    pat = town.phone(PAT)
    town.until(lambda: pat.is_ringing, seconds=5)
    ana.softphone.hangs_up()
    town.waits(seconds=2)
    assert not pat.is_ringing
