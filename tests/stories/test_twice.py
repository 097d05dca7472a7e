"""Do the main stories stay the same when the carrier says everything twice?"""

import pytest
from doubling import Doubling
from town import DISPATCH, PARTNER, Town

from ivr.call import Ended, Stage


@pytest.fixture(params=["once", "twice"])
def told(request: pytest.FixtureRequest, quick_town: Town):
    """A town whose carrier tells everything once, or twice."""
    if request.param == "once":
        yield quick_town
        return
    doubling = quick_town.twilio.transport = Doubling(quick_town)
    yield quick_town
    assert len(doubling.twice) > 3


def test_a_transfer_is_answered_talked_and_ended(told: Town) -> None:
    ana = told.clinician("Ana").goes_on_duty()
    caller = told.transfers_from_911()
    told.waits(seconds=20)
    accepted = ana.accepts()
    told.until(lambda: caller.stage is Stage.TALKING, seconds=1.5)
    told.waits(seconds=30)
    ana.ends(accepted.call_id)
    told.waits(seconds=5)
    assert caller.call.ended_reason is Ended.CLINICIAN_ENDED
    assert ana.desk == "wrap_up"
    assert not caller.leg.live
    assert not caller.silences


def test_a_lost_browser_brings_another_clinician(told: Town) -> None:
    ana, ben = (told.clinician(name).goes_on_duty() for name in ("Ana", "Ben"))
    caller = told.transfers_from_911()
    told.waits(seconds=2)
    ana.accepts()
    told.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    ana.browser_dies()
    told.until(lambda: caller.hears("We were cut off"), seconds=60)
    told.until(lambda: ben.is_offered, seconds=30)
    ben.accepts()
    told.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    assert caller.call.cut_offs == 1


def test_the_backup_phone_presses_one(told: Town) -> None:
    told.clinician("Ben", "backup", phone="+13145550121")
    told.phone("+13145550121").answers(after=4).then_presses("1", after=3)
    caller = told.transfers_from_911()
    told.waits(seconds=1)
    told.until(lambda: caller.stage is Stage.TALKING, seconds=60)
    caller.hangs_up()
    told.waits(seconds=3)
    assert caller.call.ended_reason is Ended.CALLER_ENDED


def test_voicemail_then_the_partner_line(told: Town) -> None:
    told.clinician("Ben", "backup", phone="+13145550121")
    told.phone("+13145550121").voicemail(after=5)
    told.phone(PARTNER).answers(after=3)
    caller = told.transfers_from_911()
    told.until(lambda: told.phone(PARTNER).in_call, seconds=120)
    caller.hangs_up()
    told.waits(seconds=3)
    assert caller.call.ended_reason is Ended.PASSED_ON


def test_keys_for_spanish_the_dispatcher_and_a_callback(told: Town) -> None:
    ana = told.clinician("Ana").goes_on_duty()
    told.phone(DISPATCH).is_busy()
    caller = told.transfers_from_911()
    told.waits(seconds=3)
    caller.presses("2")
    told.waits(seconds=12)
    caller.presses("9")
    told.waits(seconds=12)
    assert caller.stage is Stage.WAITING
    caller.presses("1")
    told.waits(seconds=3)
    caller.presses("1")
    told.until(lambda: not caller.leg.live, seconds=20)
    assert caller.call.ended_reason is Ended.CALLBACK
    told.until(lambda: ana.is_offered and ana.cards[0].kind == "followup", seconds=15)
    caller.phone.answers(after=3)
    accepted = ana.accepts()
    told.until(lambda: told.call(accepted.call_id).stage is Stage.TALKING, seconds=15)
    caller.phone.hangs_up()
    told.waits(seconds=3)
    assert told.call(accepted.call_id).ended_reason is Ended.CALLER_ENDED
    assert [one.outcome for one in told.attempts(told.call(accepted.call_id).followup_id)] == [
        "reached"
    ]
