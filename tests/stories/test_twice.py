"""Does everything told or swept twice happen once, and would we notice if it did not?

Every test that has a town is told everything twice (tests/doubling.py); these stories need it most.
"""

import pytest
from town import DISPATCH, PARTNER, Town
from wire.door import Door

from ivr.call import Ended, Psap, Stage
from storage import ids
from switchboard import clock, presence, voice


@pytest.fixture
def told(quick_town: Town):
    """A town in which everything was told twice."""
    yield quick_town
    assert len(quick_town.twice.delivered) > 3


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
    presence.back(told.board, ana.id)  # while the dispatcher was rung she missed an offer
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


def test_the_dispatcher_takes_the_caller_back_beside_a_clinician_and_alone(told: Town) -> None:
    ana = told.clinician("Ana").goes_on_duty()
    dispatcher = told.phone(DISPATCH)
    dispatcher.answers(after=3).then_presses("1", after=3)
    caller = told.transfers_from_911()
    told.waits(seconds=2)
    ana.accepts()
    told.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    ana.brings_dispatcher(caller.call.id)
    told.until(lambda: caller.call.psap is Psap.HERE, seconds=30)
    ana.ends(caller.call.id)
    told.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=10)
    dispatcher.hangs_up()
    told.until(lambda: caller.hears("That call has ended"), seconds=5)
    told.waits(seconds=6)
    caller.presses("9")
    told.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=30)
    caller.hangs_up()
    told.waits(seconds=3)
    assert caller.call.ended_reason is Ended.RETURNED
    assert not dispatcher.in_call
    assert not caller.silences


# -- the net itself ---------------------------------------------------------------------------


def notes_it_each_time(board, *_rest: object) -> bytes:
    """Keeps no key of what it was told."""
    with board.store.begin() as rows:
        rows.audit.write("nobody", "heard", "a webhook", {}, board.now())
    return voice.safe(board)


SCREEN = "/voice/offline/screen/general"


def test_a_webhook_that_writes_again_would_be_caught(town: Town, monkeypatch) -> None:
    door = Door(town)
    monkeypatch.setattr("switchboard.offline.screen", notes_it_each_time)
    with pytest.raises(AssertionError, match="rows were written the second time"):
        door.post(SCREEN, door.form)


def test_a_webhook_that_answers_otherwise_would_be_caught(town: Town, monkeypatch) -> None:
    door = Door(town)
    monkeypatch.setattr("switchboard.offline.screen", lambda *_: ids.new().encode())
    with pytest.raises(AssertionError, match="another answer"):
        door.post(SCREEN, door.form)


def test_a_sweep_without_an_end_would_be_caught(town: Town, monkeypatch) -> None:
    town.clinician("Ana").goes_on_duty()
    monkeypatch.setattr(clock.offers, "sweep", notes_it_each_time)
    town.transfers_from_911()
    with pytest.raises(AssertionError, match="a second sweep"):
        town.waits(seconds=5)
