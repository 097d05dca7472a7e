"""Somebody to whom we promised a call calls us: nobody rings them, and who knows them is asked."""

from dataclasses import replace

from stories.test_followup import promised
from stories.test_followup_stops import PAT, ringing
from town import DISPATCH, GENERAL, Caller, Clinician, Town

from ivr.call import Stage
from switchboard import desk


def calls_us(town: Town, shown: str = PAT) -> Caller:
    """From the sofa's telephone, while the other one rings: the number shown is the same."""
    phone = town.phone("+13145550177")
    return Caller(town, phone, phone.dials(GENERAL, shown=shown))


def on_duty(town: Town, name: str) -> Clinician:
    return town.clinician(name).goes_on_duty()


def talks(town: Town, who: Clinician, caller: Caller) -> str:
    call_id = who.accepts().call_id
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    return call_id


def test_a_ringing_attempt_is_ended_and_who_rang_has_them(town: Town) -> None:
    ana, followup_id, _ = ringing(town)
    ben = on_duty(town, "Ben")
    caller = calls_us(town)
    town.until(lambda: not town.phone(PAT).is_ringing, seconds=2)
    town.until(lambda: ana.is_offered, seconds=2)
    card = ana.cards[0]
    assert (card.kind, card.cut_off, card.promised[0].name) == ("call", False, "Pat")
    assert not ben.is_offered, "who promised is asked first"
    call_id = talks(town, ana, caller)
    assert [one.outcome for one in town.attempts(followup_id)] == ["reached_us"]
    assert town.followup(followup_id).state == "due"
    town.waits(minutes=1)
    ana.ends(call_id)
    town.until(lambda: ana.desk == "wrap_up", seconds=5)
    ana.wraps_up()
    kept = town.followup(followup_id)
    assert (kept.state, kept.closed_reason) == ("kept", "reached_us")


def test_nobody_waits_for_who_is_busy_and_anyone_has_the_plan(town: Town) -> None:
    ana, followup_id = promised(town)
    ben = on_duty(town, "Ben")
    other = town.transfers_from_911(shown="+13145550151")
    town.until(lambda: ana.is_offered, seconds=2)
    talks(town, ana, other)
    caller = calls_us(town)
    town.until(lambda: ben.is_offered, seconds=1)
    assert ben.cards[0].promised[0].by == "Ana"
    call_id = talks(town, ben, caller)
    shown = desk.state(town.board, ben.id)
    assert [(one.id, one.label) for one in shown.open_promises] == [(followup_id, "Call back")]
    assert town.call(call_id).clinician_id == "ben"


def test_who_does_not_say_yes_holds_nobody_up(town: Town) -> None:
    ana, _ = promised(town)
    ben = on_duty(town, "Ben")
    calls_us(town)
    town.until(lambda: ana.is_offered, seconds=1)
    town.waits(seconds=4)
    assert not ben.is_offered
    town.until(lambda: ben.is_offered, seconds=4)


def test_an_offer_of_the_promise_steps_back_for_the_person_themselves(town: Town) -> None:
    ana, followup_id = promised(town)
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=300)
    assert ana.cards[0].kind == "followup"
    caller = calls_us(town)
    town.until(lambda: ana.is_offered and ana.cards[0].kind == "call", seconds=1)
    caller.hangs_up()
    town.waits(seconds=2)
    one = town.followup(followup_id)
    assert one.state == "due"
    assert one.due_at > town.now


def test_they_call_back_between_two_attempts(town: Town) -> None:
    ana, followup_id, call_id = ringing(town)
    town.until(lambda: town.call(call_id).over, seconds=90)
    ana.wraps_up()
    assert town.followup(followup_id).attempts_made == 1
    town.passes(hours=1)
    caller = calls_us(town)
    town.until(lambda: ana.is_offered, seconds=2)
    call_id = talks(town, ana, caller)
    ana.ends(call_id)
    town.until(lambda: ana.desk == "wrap_up", seconds=5)
    ana.wraps_up()
    town.passes(days=3)
    assert town.followup(followup_id).closed_reason == "reached_us"
    assert len(town.attempts(followup_id)) == 1, "nobody rings them any more"


def test_at_the_last_attempt_they_call_and_leave_and_a_human_decides(town: Town) -> None:
    ana, followup_id = promised(town)
    with town.store.begin() as rows:
        one = rows.followups.lock(followup_id)
        rows.followups.save(replace(one, attempts_max=1))
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=300)
    town.phone(PAT).never_answers()
    ana.accepts()
    town.until(lambda: town.phone(PAT).is_ringing, seconds=5)
    caller = calls_us(town)
    town.waits(seconds=2)
    caller.hangs_up()
    town.waits(seconds=2)
    assert town.followup(followup_id).state == "due", "they may call again"
    town.passes(hours=3)
    assert town.followup(followup_id).closed_reason == "unreached"
    assert [task.kind for task in town.tasks()] == ["followup_unreached"]


def test_a_centres_number_and_a_withheld_one_are_nobodys(town: Town) -> None:
    _, followup_id, _ = ringing(town)
    calls_us(town, shown=DISPATCH)
    calls_us(town, shown="anonymous")
    town.waits(seconds=2)
    assert town.phone(PAT).is_ringing
    assert town.followup(followup_id).state == "placing"
