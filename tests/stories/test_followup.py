"""A promised follow-up is kept, and what happens when nobody picks up."""

from datetime import UTC, datetime

from town import RIVERTON, Clinician, Town

from ivr.call import Stage


def promised(town: Town, **wish: object) -> tuple[Clinician, str]:
    """Ana talked with Pat at three in the morning and promised to call back in Pat's day."""
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    accepted = ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    town.waits(minutes=2)
    ana.ends(accepted.call_id)
    town.waits(seconds=3)
    followup_id = ana.schedules(accepted.call_id, **wish)
    ana.wraps_up()
    return ana, followup_id


def test_kept_at_the_first_attempt(town: Town) -> None:
    ana, followup_id = promised(town)
    assert town.followup(followup_id).due_at == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 9 am
    town.passes(hours=5.9)
    assert not ana.is_offered, "never before the window"
    town.passes(hours=0.1)
    town.until(lambda: ana.is_offered, seconds=5)
    pat = town.phone("+13145550150")
    pat.answers(after=6)
    accepted = ana.accepts()
    town.until(lambda: pat.is_ringing, seconds=5)
    assert pat.leg.from_ == RIVERTON, "the line's number is shown"
    town.until(lambda: town.call(accepted.call_id).stage is Stage.TALKING, seconds=15)
    assert pat.heard_text() == "", "a human speaks first: no word before"
    town.waits(minutes=3)
    ana.ends(accepted.call_id)
    town.waits(seconds=3)
    followup = town.followup(followup_id)
    assert (followup.state, followup.closed_reason) == ("kept", "kept")
    assert [one.outcome for one in town.attempts(followup_id)] == ["reached"]


def test_the_phone_rings_only_when_the_clinician_is_there(town: Town) -> None:
    ana, _ = promised(town, due_at=datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=60)
    from switchboard import offers

    accepted = offers.accept(town.board, ana.cards[0].offer_id, ana.id)
    town.waits(seconds=6)  # the browser never dials in
    assert not town.phone("+13145550150").is_ringing
    town.until(lambda: town.call(accepted.call_id).over, seconds=20)
    assert ana.desk == "paused"


def test_no_answer_plans_the_next_attempt_and_the_limit_makes_a_task(town: Town) -> None:
    ana, followup_id = promised(town)
    pat = town.phone("+13145550150")
    pat.never_answers()
    for attempt in (1, 2, 3):
        wait = town.followup(followup_id).due_at - town.now
        town.passes(hours=wait.total_seconds() / 3600)
        town.until(lambda: ana.is_offered, seconds=60)
        call_id = ana.accepts().call_id
        town.until(lambda call_id=call_id: town.call(call_id).over, seconds=90)
        assert town.followup(followup_id).attempts_made == attempt
        ana.wraps_up()
    assert [one.outcome for one in town.attempts(followup_id)] == ["no_answer"] * 3
    assert town.followup(followup_id).closed_reason == "unreached"
    assert [task.kind for task in town.tasks()] == ["followup_unreached"]
    rung = [leg for leg in pat.legs if leg.direction == "outbound-api"]
    assert len(rung) == 3, "each attempt rang once"


def test_a_waiting_caller_goes_before_a_follow_up(town: Town) -> None:
    ana, followup_id = promised(town)
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=60)
    assert ana.cards[0].kind == "followup"
    town.transfers_from_911(shown="+13145550151")
    town.until(lambda: ana.is_offered and ana.cards[0].kind == "call", seconds=1)
    assert town.followup(followup_id).state == "due"


def test_the_person_hangs_up_and_it_counts_as_reached(town: Town) -> None:
    ana, followup_id = promised(town)
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=60)
    pat = town.phone("+13145550150")
    pat.answers(after=2)
    accepted = ana.accepts()
    town.until(lambda: town.call(accepted.call_id).stage is Stage.TALKING, seconds=15)
    pat.hangs_up()
    town.waits(seconds=3)
    assert ana.desk == "wrap_up"
    assert town.followup(followup_id).state == "kept"


def test_without_consent_nobody_is_promised_anything(town: Town) -> None:
    import pytest

    from switchboard import promises

    with pytest.raises(promises.NotPossible, match="Consent"):
        promised(town, consent_by="")
