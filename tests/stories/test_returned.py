"""A caller goes back to the 911 dispatcher: by key, after the partner line, or with a clinician."""

from town import DISPATCH, GENERAL, PARTNER, Caller, Town

from ivr.call import Ended, Psap, Stage


def dispatcher_presses_one(town: Town, after: float = 3) -> object:
    phone = town.phone(DISPATCH)
    phone.answers(after=after).then_presses("1", after=3)
    return phone


def brought_back(town: Town) -> Caller:
    """A caller whom nobody answered, now with the dispatcher."""
    caller = town.transfers_from_911()
    town.waits(seconds=14)
    caller.presses("9")
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=40)
    return caller


def words_at(town: Town, caller: Caller, part: str) -> float:
    """How many seconds after the arrival the caller heard this."""
    for heard in caller.leg.heard:
        if part in getattr(heard, "text", ""):
            return (heard.at - caller.leg.heard[0].at).total_seconds()
    raise AssertionError(f"{part!r} not heard\n{town.twilio.timeline.text([caller.leg])}")


def test_when_nobody_accepts_in_time_the_ladder_says_so_and_offers_the_way_back(
    town: Town,
) -> None:
    town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=40)
    text = caller.text
    assert "Nobody has answered yet. To go back" in " ".join(text.split())
    assert 15 <= words_at(town, caller, "Nobody has answered yet") <= 25
    assert not caller.silences


def test_who_was_not_sent_by_911_is_offered_no_way_back(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911(line=GENERAL)
    town.waits(seconds=40)
    assert not caller.hears("Nobody has answered yet")
    assert not caller.hears("dispatcher")


def test_back_to_the_dispatcher_by_key_nine(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    dispatcher = dispatcher_presses_one(town)
    caller = town.transfers_from_911()
    town.waits(seconds=25)
    caller.presses("9")
    town.until(lambda: caller.hears("I am bringing the dispatcher back"), seconds=5)
    town.until(lambda: dispatcher.in_call, seconds=10)
    assert caller.stage is Stage.WAITING, "picked up is not accepted"
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=20)
    heard = " ".join(one.text for one in dispatcher.leg.heard if one.kind == "say")
    assert "This is the Crisis Line with a caller from you" in heard
    assert "without a counselor" in heard
    assert caller.hears("Here's the dispatcher")
    assert not ana.is_offered
    assert not caller.silences
    town.waits(seconds=30)
    caller.hangs_up()
    town.waits(seconds=2)
    assert caller.call.ended_reason is Ended.RETURNED
    assert not dispatcher.in_call
    assert not town.surprises(caller.call.id)


def test_a_clinician_who_accepts_first_has_the_caller(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    dispatcher = town.phone(DISPATCH)
    dispatcher.answers(after=12)
    caller = town.transfers_from_911()
    town.waits(seconds=14)
    caller.presses("9")
    town.waits(seconds=3)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    town.waits(seconds=1)
    assert not dispatcher.is_ringing, "they are not rung for nothing"
    assert caller.call.psap is None


def test_voicemail_takes_nobody_back(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    town.phone(DISPATCH).voicemail(after=3)
    caller = town.transfers_from_911()
    town.waits(seconds=14)
    caller.presses("9")
    town.until(lambda: caller.hears("The dispatcher did not answer"), seconds=70)
    assert caller.stage is Stage.WAITING
    assert not caller.silences
    assert any(task.kind == "dispatcher_failed" for task in town.tasks())


def test_the_dispatcher_hears_which_incident_it_is(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    dispatcher = dispatcher_presses_one(town)
    caller = town.transfers_from_911(sip_headers={"X-Emergency-IncidentId": "R-26-118<x>"})
    town.waits(seconds=14)
    caller.presses("9")
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=40)
    assert "Here is incident R 2 6 1 1 8 x, after " in dispatcher.heard_text()


def test_a_busy_return_line_is_told_and_can_be_tried_again(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    town.phone(DISPATCH).is_busy()
    caller = town.transfers_from_911()
    town.waits(seconds=14)
    caller.presses("9")
    town.until(lambda: caller.hears("The dispatcher did not answer"), seconds=40)
    dispatcher_presses_one(town)
    caller.presses("9")
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=40)


def test_another_key_keeps_the_caller_with_us(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    dispatcher = town.phone(DISPATCH)
    dispatcher.answers(after=2).then_presses("5", after=2)
    caller = town.transfers_from_911()
    town.waits(seconds=14)
    caller.presses("9")
    town.until(lambda: caller.hears("The dispatcher did not answer"), seconds=40)
    assert not dispatcher.in_call
    assert ana.desk in ("available", "paused")


def test_neither_clinician_nor_partner_the_dispatcher_is_brought_back_unasked(town: Town) -> None:
    town.phone(PARTNER).is_busy()
    dispatcher_presses_one(town)
    caller = town.transfers_from_911()
    town.waits(seconds=1)
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=90)
    assert caller.hears("They did not answer")
    assert caller.hears("I am bringing the dispatcher back")


# -- hanging up first --------------------------------------------------------------------------


def test_the_dispatcher_hangs_up_first_and_the_caller_is_still_ours(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    dispatcher = dispatcher_presses_one(town)
    caller = brought_back(town)
    dispatcher.hangs_up()
    town.until(lambda: caller.hears("That call has ended"), seconds=5)
    assert caller.stage is Stage.WAITING
    ana_is_back(town, ana)
    town.until(lambda: ana.is_offered, seconds=5)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    assert not caller.silences
    assert not town.surprises(caller.call.id)


def ana_is_back(town: Town, ana) -> None:
    from switchboard import presence

    presence.back(town.board, ana.id)


def test_the_dispatcher_hangs_up_while_hearing_the_summary(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    dispatcher = town.phone(DISPATCH)
    dispatcher.answers(after=2).then_presses("1", after=3).then_hangs_up(after=1)
    caller = town.transfers_from_911()
    town.waits(seconds=14)
    caller.presses("9")
    town.until(lambda: caller.hears("The dispatcher did not answer"), seconds=60)
    assert caller.stage is Stage.WAITING
    assert not caller.silences


def test_the_caller_hangs_up_while_the_dispatcher_is_rung(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    dispatcher = town.phone(DISPATCH)
    dispatcher.answers(after=15)
    caller = town.transfers_from_911()
    town.waits(seconds=14)
    caller.presses("9")
    town.waits(seconds=4)
    caller.hangs_up()
    town.waits(seconds=2)
    assert not dispatcher.is_ringing
    assert caller.call.ended_reason is Ended.CALLER_LEFT


# -- with a clinician --------------------------------------------------------------------------


def with_all_three(town: Town):
    ana = town.clinician("Ana").goes_on_duty()
    dispatcher = dispatcher_presses_one(town)
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    assert ana.brings_dispatcher(caller.call.id)
    town.until(lambda: caller.call.psap is Psap.HERE, seconds=30)
    return ana, dispatcher, caller


def test_the_clinician_brings_the_dispatcher_and_leaves_them_together(town: Town) -> None:
    ana, dispatcher, caller = with_all_three(town)
    town.waits(seconds=20)
    ana.ends(caller.call.id)
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=8)
    assert ana.desk == "wrap_up"
    assert caller.hears("Here's the dispatcher")
    assert dispatcher.in_call
    town.waits(seconds=20)
    dispatcher.hangs_up()
    town.until(lambda: caller.hears("That call has ended"), seconds=5)
    caller.hangs_up()
    town.waits(seconds=2)
    assert caller.call.ended_reason is not None
    assert not caller.silences
    assert not town.surprises(caller.call.id)


def test_the_dispatcher_leaves_a_clinician_and_caller_who_go_on(town: Town) -> None:
    ana, dispatcher, caller = with_all_three(town)
    dispatcher.hangs_up()
    town.waits(seconds=10)
    assert caller.stage is Stage.TALKING
    assert caller.call.psap is None
    assert ana.desk == "talking"


def test_the_clinicians_browser_dies_and_the_caller_is_not_alone(town: Town) -> None:
    ana, dispatcher, caller = with_all_three(town)
    ana.browser_dies()
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=60)
    assert dispatcher.in_call
    assert not caller.silences


def test_the_caller_hangs_up_and_all_is_over(town: Town) -> None:
    ana, dispatcher, caller = with_all_three(town)
    caller.hangs_up()
    town.waits(seconds=3)
    assert caller.call.ended_reason is Ended.CALLER_ENDED
    assert not dispatcher.in_call
    assert ana.desk == "wrap_up"


def test_end_while_the_dispatcher_is_rung_leaves_the_caller_in_line(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    ben = town.clinician("Ben").goes_on_duty()
    dispatcher_presses_one(town, after=12)
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    ana.brings_dispatcher(caller.call.id)
    town.waits(seconds=2)
    ana.ends(caller.call.id)
    town.until(lambda: ben.is_offered, seconds=5)
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=40)
    assert not caller.silences
