"""Who left our line is rung back within the hour: once, by whoever had them, and never a stranger."""

from dataclasses import replace

import pytest
from stories.test_called_first import calls_us
from town import DISPATCH, GENERAL, Caller, Clinician, Town

from ivr.call import Stage
from storage.values import FollowUp
from switchboard import desk

PAT = "+13145550150"


def promises_to(town: Town, number: str = PAT) -> list[FollowUp]:
    with town.store.read() as rows:
        return rows.followups.of_number(number)


def leaves(town: Town, number: str = PAT) -> Caller:
    caller = town.transfers_from_911(shown=number)
    town.waits(seconds=20)
    caller.hangs_up()
    town.waits(seconds=2)
    return caller


def test_who_left_while_waiting_is_rung_back_within_the_hour(town: Town) -> None:
    leaves(town)
    (one,) = promises_to(town)
    assert (one.kind, one.consent_how, one.note) == (
        "callback",
        "called_us",
        "Left after 0:20, before anybody answered.",
    )
    ana = town.clinician("Ana").goes_on_duty()  # three in the morning
    town.until(lambda: ana.is_offered, seconds=5)
    town.phone(PAT).answers(after=2)
    call_id = ana.accepts().call_id
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=15)
    ana.ends(call_id)
    town.waits(seconds=2)
    (one,) = promises_to(town)
    assert (one.state, one.closed_reason) == ("kept", "kept")


def test_after_the_hour_nobody_is_rung_at_night(town: Town) -> None:
    leaves(town)
    town.passes(hours=1)
    ana = town.clinician("Ana").goes_on_duty()
    town.waits(minutes=5)
    assert not ana.is_offered
    town.passes(hours=5)  # nine o'clock
    town.until(lambda: ana.is_offered, seconds=60)


def breaks_off(town: Town, outcome: str) -> tuple[Clinician, Clinician]:
    """Pat's line breaks in the middle of the talk; Ana finishes her record with `outcome`."""
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.until(lambda: ana.is_offered, seconds=3)
    call_id = ana.accepts().call_id
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    ben = town.clinician("Ben").goes_on_duty()
    town.waits(minutes=1)
    caller.hangs_up()
    town.until(lambda: ana.desk == "wrap_up", seconds=3)
    town.waits(seconds=30)
    assert not ben.is_offered, "Ana says whether the talk was over"
    draft = desk.Draft(outcome, None, None, None, "")
    desk.finish(town.board, call_id, ana.id, draft, 0)
    town.waits(seconds=2)
    return ana, ben


def test_a_talk_that_broke_off_is_offered_first_to_who_had_it(town: Town) -> None:
    ana, ben = breaks_off(town, "caller_left")
    assert ana.is_offered
    assert ana.cards[0].kind == "followup"
    assert not ben.is_offered


def test_a_goodbye_is_not_rung_back(town: Town) -> None:
    ana, ben = breaks_off(town, "resolved_by_phone")
    assert not ana.is_offered
    assert not ben.is_offered
    (one,) = promises_to(town)
    assert (one.state, one.closed_reason) == ("closed", "talk_over")


@pytest.mark.parametrize("shown", ["anonymous", "+266696687", DISPATCH, "+442079460123", "911"])
def test_no_number_that_is_not_theirs_is_rung_back(town: Town, shown: str) -> None:
    caller = calls_us(town, shown)
    town.waits(seconds=5)
    caller.hangs_up()
    town.waits(seconds=2)
    with town.store.read() as rows:
        assert rows.followups.list() == []


def test_leaving_again_and_again_is_one_callback_and_then_a_humans(town: Town) -> None:
    for _ in range(4):
        leaves(town)
    (one,) = promises_to(town)
    assert one.due_at <= town.now, "they left: it is due again"
    for _ in range(3):  # rung in vain and closed, and they leave again
        with town.store.begin() as rows:
            for each in rows.followups.open_by_number(PAT):
                rows.followups.save(
                    replace(each, state="closed", closed_reason="unreached", closed_at=town.now)
                )
        leaves(town)
    assert len(promises_to(town)) == 3
    leaves(town)
    assert len(promises_to(town)) == 3
    assert [task.kind for task in town.tasks()].count("left_again") == 1


def test_nobody_is_rung_who_is_on_our_line_again(town: Town) -> None:
    first, second = calls_us(town), town.transfers_from_911(shown=PAT)
    town.waits(seconds=5)
    first.hangs_up()
    town.waits(seconds=2)
    assert promises_to(town) == []
    assert not second.call.over


def test_in_a_flood_nobody_is_rung_back(town: Town) -> None:
    storm = town.board.book.storm
    callers = [
        town.twilio.phone(f"+1314555{2000 + n}").dials(GENERAL) for n in range(storm.flood_arrivals)
    ]
    town.waits(seconds=5)
    callers[-1].hang_up()
    town.waits(seconds=2)
    with town.store.read() as rows:
        assert rows.followups.list() == []


def test_a_house_may_switch_it_off(town: Town) -> None:
    town.rings_nobody_back()
    leaves(town)
    assert promises_to(town) == []
