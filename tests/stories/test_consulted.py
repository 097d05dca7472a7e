"""Somebody is brought in or consulted, and the caller handed over; each of them hangs up first."""

import pytest
from stories.test_followup import promised
from town import CREW, DISPATCH, INTERPRETERS, PARTNER, Caller, Clinician, Town

from ivr.call import Coming, Ended, How, Stage
from switchboard import guests, supervising
from switchboard.guests import NotFree

WHO = {
    "crew:crew": (CREW, Ended.HANDED_OVER),
    "partner:partner": (PARTNER, Ended.PASSED_ON),
    "dispatcher:dispatcher": (DISPATCH, Ended.RETURNED),
}


def talk(town: Town) -> tuple[Clinician, Caller]:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    return ana, caller


def answers(town: Town, number: str = CREW, after: float = 3) -> object:
    phone = town.phone(number)
    phone.answers(after=after).then_presses("1", after=4)
    return phone


def the_guest(caller: Caller):
    (guest,) = caller.call.guests
    return guest


def here(caller: Caller) -> bool:
    return any(guest.here for guest in caller.call.guests)


def beside(town: Town, who: str = "crew:crew", number: str = CREW):
    """Brought in: the caller, the clinician and the guest hear one another."""
    ana, caller = talk(town)
    phone = answers(town, number)
    ana.asks(caller.call.id, who)
    town.until(lambda: here(caller), seconds=40)
    town.waits(seconds=1)
    return ana, caller, phone


def apart(town: Town, who: str = "crew:crew", number: str = CREW):
    """Consulted: the clinician and the guest hear each other, the caller is kept company."""
    ana, caller = talk(town)
    phone = answers(town, number)
    ana.asks(caller.call.id, who, consult=True)
    town.until(lambda: here(caller), seconds=40)
    return ana, caller, phone


def hearers(town: Town, leg) -> set[str]:
    return {one.sid for one in town.twilio.listeners(leg)}


def back_with_ana(town: Town, ana: Clinician, caller: Caller, seconds: float = 5) -> None:
    town.until(lambda: caller.stage is Stage.TALKING, seconds=seconds)
    assert caller.call.clinician_id == "ana"
    assert ana.desk == "talking"
    assert caller.hears("Here's your counselor again")
    town.waits(seconds=1)
    assert ana.leg.sid in hearers(town, caller.leg)


def fine(town: Town, caller: Caller) -> None:
    assert not caller.silences, town.twilio.timeline.text([caller.leg])
    assert not town.surprises(caller.call.id)


# -- brought in --------------------------------------------------------------------------------


def test_three_hear_one_another_and_nobody_before_pressing_one(town: Town) -> None:
    ana, caller = talk(town)
    crew = answers(town)
    ana.asks(caller.call.id, "crew:crew")
    town.until(lambda: crew.in_call, seconds=10)
    assert hearers(town, caller.leg) == {ana.leg.sid}, "picked up is not accepted"
    assert the_guest(caller).state is Coming.RINGING
    town.until(lambda: here(caller), seconds=20)
    town.waits(seconds=1)
    assert hearers(town, caller.leg) == {ana.leg.sid, crew.leg.sid}
    heard = " ".join(one.text for one in crew.leg.heard if one.kind == "say")
    assert "To join, press one." in heard
    crew.hangs_up()
    town.until(lambda: not caller.call.guests, seconds=3)
    assert caller.stage is Stage.TALKING
    fine(town, caller)


@pytest.mark.parametrize("how", ["voicemail", "is_busy", "never_answers"])
def test_who_does_not_come_is_shown_and_the_talk_goes_on(quick_town: Town, how: str) -> None:
    town = quick_town
    ana, caller = talk(town)
    getattr(town.phone(CREW), how)()
    ana.asks(caller.call.id, "crew:crew")
    town.until(lambda: the_guest(caller).state is Coming.FAILED, seconds=60)
    assert caller.stage is Stage.TALKING
    answers(town)
    ana.asks(caller.call.id, "crew:crew")
    town.until(lambda: here(caller), seconds=40)
    fine(town, caller)


def test_the_interpreter_leaves_with_the_clinician(town: Town) -> None:
    ana, caller, phone = beside(town, "interpreter:interpreters", INTERPRETERS)
    assert not guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    ana.browser_dies()
    town.until(lambda: caller.stage is Stage.WAITING, seconds=60)
    town.waits(seconds=2)
    assert not phone.in_call, "nobody is left alone with an interpreter"
    assert caller.hears("We were cut off")


def test_end_is_for_everybody(town: Town) -> None:
    ana, caller, crew = beside(town)
    ana.ends(caller.call.id)
    town.waits(seconds=3)
    assert caller.call.ended_reason is Ended.CLINICIAN_ENDED
    assert not crew.in_call


def test_the_caller_hangs_up_beside_a_guest(town: Town) -> None:
    _, caller, crew = beside(town)
    caller.hangs_up()
    town.waits(seconds=3)
    assert caller.call.ended_reason is Ended.CALLER_ENDED
    assert not crew.in_call


def test_a_guest_who_still_rings_is_let_go_with_the_talk(town: Town) -> None:
    ana, caller = talk(town)
    town.phone(CREW).answers(after=20)
    ana.asks(caller.call.id, "crew:crew")
    town.waits(seconds=3)
    caller.hangs_up()
    town.waits(seconds=2)
    assert not town.phone(CREW).is_ringing


# -- cold: the clinician leaves only when the next person is there ------------------------------


@pytest.mark.parametrize("who", WHO)
def test_the_clinician_leaves_the_caller_with_who_keeps_them(town: Town, who: str) -> None:
    number, ended = WHO[who]
    ana, caller, phone = beside(town, who, number)
    assert guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    town.until(lambda: the_guest(caller).state is Coming.TOGETHER, seconds=8)
    assert ana.desk == "wrap_up"
    town.waits(seconds=1)
    assert hearers(town, caller.leg) == {phone.leg.sid}
    town.waits(seconds=40)
    caller.hangs_up()
    town.waits(seconds=2)
    assert caller.call.ended_reason is ended
    assert not phone.in_call
    fine(town, caller)


def test_who_is_not_there_yet_gets_no_caller(town: Town) -> None:
    ana, caller = talk(town)
    town.phone(CREW).answers(after=15)
    ana.asks(caller.call.id, "crew:crew")
    town.waits(seconds=2)
    assert not guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    assert caller.stage is Stage.TALKING


def test_who_keeps_the_caller_hangs_up_first(town: Town) -> None:
    ana, caller, crew = beside(town)
    guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    town.until(lambda: the_guest(caller).state is Coming.TOGETHER, seconds=8)
    ana.wraps_up()
    crew.hangs_up()
    town.until(lambda: caller.hears("That call has ended"), seconds=6)
    assert caller.stage is Stage.WAITING
    town.until(lambda: ana.is_offered, seconds=5)
    assert not caller.silences


def test_the_clinicians_browser_dies_beside_a_crew_who_keeps_the_caller(town: Town) -> None:
    ana, caller, crew = beside(town)
    ana.browser_dies()
    town.until(lambda: the_guest(caller).state is Coming.TOGETHER, seconds=60)
    assert crew.in_call
    assert not caller.silences


# -- consulted ---------------------------------------------------------------------------------


def test_the_caller_hears_the_truth_and_nothing_of_the_consultation(town: Town) -> None:
    ana, caller = talk(town)
    crew = answers(town, after=10)
    ana.asks(caller.call.id, "crew:crew", consult=True)
    town.until(lambda: caller.hears("Your counselor is asking someone for you"), seconds=3)
    town.until(lambda: caller.hears("Your counselor is calling someone"), seconds=8)
    town.until(lambda: here(caller), seconds=40)
    town.until(lambda: caller.hears("Your counselor is talking with them now"), seconds=31)
    assert caller.hears("To have your counselor back, press zero")
    assert hearers(town, ana.leg) == {crew.leg.sid}
    assert hearers(town, crew.leg) == {ana.leg.sid}
    assert ana.desk == "talking"
    assert guests.take_back(town.board, caller.call.id, "ana", alone=True)
    back_with_ana(town, ana, caller)
    assert not crew.in_call
    fine(town, caller)


def test_key_zero_brings_the_clinician_back(town: Town) -> None:
    ana, caller, crew = apart(town)
    town.until(lambda: caller.hears("press zero"), seconds=31)
    caller.presses("0")
    back_with_ana(town, ana, caller)
    assert not crew.in_call
    fine(town, caller)


def test_key_zero_while_it_still_rings(town: Town) -> None:
    ana, caller = talk(town)
    town.phone(CREW).answers(after=25)
    ana.asks(caller.call.id, "crew:crew", consult=True)
    town.waits(seconds=8)
    caller.presses("0")
    back_with_ana(town, ana, caller)
    town.waits(seconds=2)
    assert not town.phone(CREW).is_ringing


def test_whoever_is_consulted_hangs_up_first(town: Town) -> None:
    ana, caller, crew = apart(town)
    crew.hangs_up()
    back_with_ana(town, ana, caller)
    fine(town, caller)


@pytest.mark.parametrize("how", ["voicemail", "is_busy", "never_answers"])
def test_whoever_is_consulted_does_not_come(quick_town: Town, how: str) -> None:
    town = quick_town
    ana, caller = talk(town)
    getattr(town.phone(CREW), how)()
    ana.asks(caller.call.id, "crew:crew", consult=True)
    back_with_ana(town, ana, caller, seconds=65)
    assert the_guest(caller).state is Coming.FAILED
    fine(town, caller)


def test_the_clinicians_browser_dies_in_a_consultation(town: Town) -> None:
    ana, caller, crew = apart(town)
    ben = town.clinician("Ben").goes_on_duty()
    ana.browser_dies()
    town.until(lambda: caller.stage is Stage.WAITING, seconds=60)
    town.until(lambda: caller.hears("We were cut off"), seconds=3)
    town.waits(seconds=2)
    assert not crew.in_call, "not left to somebody who did not say yes to it"
    town.until(lambda: ben.is_offered, seconds=20)
    assert not caller.silences


def test_the_caller_hangs_up_in_a_consultation(town: Town) -> None:
    ana, caller, crew = apart(town)
    caller.hangs_up()
    town.waits(seconds=3)
    assert caller.call.ended_reason is Ended.CALLER_ENDED
    assert not crew.in_call
    assert ana.desk == "wrap_up"


def test_the_caller_is_taken_back_and_introduced(town: Town) -> None:
    ana, caller, crew = apart(town)
    assert guests.take_back(town.board, caller.call.id, "ana", alone=False)
    back_with_ana(town, ana, caller)
    assert hearers(town, caller.leg) == {ana.leg.sid, crew.leg.sid}
    guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    town.until(lambda: the_guest(caller).state is Coming.TOGETHER, seconds=8)
    fine(town, caller)


@pytest.mark.parametrize("who", WHO)
def test_handed_over_after_a_consultation(town: Town, who: str) -> None:
    number, ended = WHO[who]
    ana, caller, phone = apart(town, who, number)
    assert guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    town.until(lambda: the_guest(caller).state is Coming.TOGETHER, seconds=8)
    town.waits(seconds=1)
    assert hearers(town, caller.leg) == {phone.leg.sid}
    assert ana.desk == "wrap_up"
    caller.hangs_up()
    town.waits(seconds=2)
    assert caller.call.ended_reason is ended
    fine(town, caller)


def test_who_is_lost_before_they_meet_leaves_the_caller_ours(town: Town) -> None:
    _, caller, crew = apart(town)
    assert guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    crew.hangs_up()
    town.until(lambda: caller.stage is Stage.WAITING, seconds=10)
    town.waits(seconds=3)
    assert caller.hears("They are gone") or caller.hears("That call has ended")
    assert not caller.silences


# -- a colleague -------------------------------------------------------------------------------


def with_ben(town: Town, *, consult: bool):
    ben = town.clinician("Ben").goes_on_duty()
    ana, caller = talk(town)
    ana.asks(caller.call.id, "colleague:ben", consult=consult)
    town.waits(seconds=2)
    assert ben.desk == "asked"
    ben.joins(caller.call.id)
    town.until(lambda: here(caller), seconds=5)
    town.waits(seconds=1)
    assert ben.desk == "joined"
    return ana, ben, caller


@pytest.mark.parametrize("consult", [True, False])
def test_a_colleague_takes_the_caller_over(town: Town, consult: bool) -> None:
    ana, ben, caller = with_ben(town, consult=consult)
    assert (caller.leg.sid in hearers(town, ben.leg)) is not consult
    assert guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=8)
    town.waits(seconds=1)
    assert caller.call.clinician_id == "ben"
    assert hearers(town, caller.leg) == {ben.leg.sid}
    assert (ana.desk, ben.desk) == ("wrap_up", "talking")
    ben.ends(caller.call.id)
    town.waits(seconds=2)
    assert caller.call.ended_reason is Ended.CLINICIAN_ENDED
    assert ben.desk == "wrap_up"
    fine(town, caller)


@pytest.mark.parametrize("consult", [True, False])
def test_a_colleague_leaves_first(town: Town, consult: bool) -> None:
    ana, ben, caller = with_ben(town, consult=consult)
    ben.softphone.hangs_up()
    town.until(lambda: caller.stage is Stage.TALKING and not caller.call.guests, seconds=6)
    town.waits(seconds=1)
    assert ben.desk == "available"
    assert ana.leg.sid in hearers(town, caller.leg)


def test_a_colleague_says_not_now(town: Town) -> None:
    ben = town.clinician("Ben").goes_on_duty()
    ana, caller = talk(town)
    ana.asks(caller.call.id, "colleague:ben", consult=True)
    town.waits(seconds=3)
    assert guests.leave(town.board, caller.call.id, "ben")
    back_with_ana(town, ana, caller)
    assert ben.desk == "available"


def test_a_colleague_who_does_not_answer_keeps_nobody_waiting(town: Town) -> None:
    ben = town.clinician("Ben").goes_on_duty()
    ana, caller = talk(town)
    ana.asks(caller.call.id, "colleague:ben", consult=True)
    back_with_ana(town, ana, caller, seconds=65)
    town.waits(seconds=2)
    assert ben.desk == "available"
    assert not caller.silences


def test_the_clinicians_browser_dies_beside_a_colleague_who_goes_on(town: Town) -> None:
    ana, _, caller = with_ben(town, consult=False)
    ana.browser_dies()
    town.until(lambda: caller.call.clinician_id == "ben", seconds=60)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=12)
    assert not caller.silences


def test_a_colleague_who_alone_came_back_to_the_caller_ends_with_a_goodbye(town: Town) -> None:
    """Ana was lost on the way back to the caller. Ben sat in the new room as whom he had come, a
    guest, whose leaving closes no room: the caller heard nothing after his End.
    """
    ana, ben, caller = with_ben(town, consult=True)
    assert guests.take_back(town.board, caller.call.id, "ana", alone=False)
    ana.leg.hang_up()
    town.until(lambda: caller.call.clinician_id == "ben", seconds=60)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=30)
    town.waits(seconds=10)
    assert hearers(town, caller.leg) == {ben.leg.sid}
    ben.ends(caller.call.id)
    town.until(lambda: caller.hears("Goodbye"), seconds=3)
    town.waits(seconds=5)
    assert not caller.leg.live
    assert not caller.silences


def test_a_colleague_on_a_cell_phone_presses_one_and_takes_over(town: Town) -> None:
    town.clinician("Ben", "backup", phone="+13145550121")
    ana, caller = talk(town)
    phone = answers(town, "+13145550121")
    ana.asks(caller.call.id, "colleague:ben", consult=True)
    town.until(lambda: here(caller), seconds=40)
    assert guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=8)
    town.waits(seconds=1)
    assert hearers(town, caller.leg) == {phone.leg.sid}
    phone.hangs_up()
    town.until(lambda: caller.stage is Stage.WAITING, seconds=15)
    town.until(lambda: caller.hears("We were cut off"), seconds=3)


def test_nobody_is_asked_twice_or_while_they_are_busy(town: Town) -> None:
    _, _, caller = with_ben(town, consult=False)
    with pytest.raises(NotFree):
        guests.bring(town.board, caller.call.id, "ana", "colleague:ben", consult=False)
    with pytest.raises(NotFree):
        guests.bring(town.board, caller.call.id, "ana", "crew:nobody", consult=False)
    assert not guests.bring(town.board, caller.call.id, "ben", "crew:crew", consult=False)


def test_a_supervisor_follows_into_the_consultation(town: Town) -> None:
    town.clinician("Sol", None, roles=("supervisor",))
    ana, caller = talk(town)
    connect = supervising.begin(town.board, caller.call.id, "sol", How.WHISPER)
    leg = town.twilio.softphone("sol").connects("APe0e0e0e0e0e0e0e00000000000000001", connect)
    town.until(lambda: here(caller), seconds=3)
    answers(town)
    ana.asks(caller.call.id, "crew:crew", consult=True)
    town.until(lambda: len([g for g in caller.call.guests if g.here]) == 2, seconds=40)
    assert leg.sid in hearers(town, ana.leg)
    assert hearers(town, leg) == set(), "and is heard by nobody there"
    caller.hangs_up()
    town.waits(seconds=2)
    assert not leg.live


def test_everything_is_in_the_audit(town: Town) -> None:
    _, caller, _ = apart(town)
    guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    with town.store.read() as rows:
        lines = rows.audit.of(f"call:{caller.call.id}")
    assert [(one.actor, one.action, one.facts["role"]) for one in lines] == [
        ("ana", "call.guest_asked", "crew"),
        ("ana", "call.handed_over", "crew"),
    ]


# -- in a follow-up: nobody learns anything from what they hear (FAILURES D19) ------------------


def followed_up(town: Town):
    """Ana has Pat on the telephone, as promised."""
    ana, followup_id = promised(town)
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=120)
    pat = town.phone("+13145550150")
    pat.answers(after=2)
    call_id = ana.accepts().call_id
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=15)
    with pytest.raises(NotFree):  # the person may not be in the room yet
        guests.bring(town.board, call_id, "ana", "crew:crew", consult=True)
    town.waits(seconds=5)
    return ana, pat, call_id, followup_id


@pytest.mark.parametrize("way", ["the clinician", "key zero", "the crew hangs up"])
def test_a_follow_ups_person_is_kept_company_in_neutral_words(quick_town: Town, way: str) -> None:
    town = quick_town
    ana, pat, call_id, followup_id = followed_up(town)
    crew = answers(town)
    ana.asks(call_id, "crew:crew", consult=True)
    town.until(lambda: any(one.here for one in town.call(call_id).guests), seconds=40)
    town.until(lambda: "press zero" in pat.heard_text(), seconds=31)
    assert hearers(town, ana.leg) == {crew.leg.sid}
    match way:
        case "the clinician":
            assert guests.take_back(town.board, call_id, "ana", alone=True)
        case "key zero":
            pat.presses("0")
        case _:
            crew.hangs_up()
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=5)
    town.waits(seconds=1)
    assert ana.leg.sid in hearers(town, pat.leg)
    assert not crew.in_call
    heard = {one.text for one in pat.leg.heard if one.kind == "say"}
    assert heard == {"One moment, please.", "To go back, press zero.", "Thank you for waiting."}
    assert town.surprises(call_id) == ["CallerJoined"], "a follow-up talks from its answer on"
    ana.ends(call_id)
    town.waits(seconds=3)
    assert town.followup(followup_id).state == "kept"


def test_a_follow_ups_person_hangs_up_in_a_consultation(town: Town) -> None:
    ana, pat, call_id, followup_id = followed_up(town)
    crew = answers(town)
    ana.asks(call_id, "crew:crew", consult=True)
    town.until(lambda: any(one.here for one in town.call(call_id).guests), seconds=40)
    pat.hangs_up()
    town.waits(seconds=3)
    assert town.call(call_id).ended_reason is Ended.CALLER_ENDED
    assert not crew.in_call
    assert ana.desk == "wrap_up"
    assert town.followup(followup_id).state == "kept"


def test_the_clinician_is_lost_in_a_follow_ups_consultation(town: Town) -> None:
    ana, pat, call_id, _ = followed_up(town)
    crew = answers(town)
    ana.asks(call_id, "crew:crew", consult=True)
    town.until(lambda: any(one.here for one in town.call(call_id).guests), seconds=40)
    ana.browser_dies()
    town.until(lambda: "We were cut off. Please stay on the line." in pat.heard_text(), seconds=60)
    assert "counselor" not in pat.heard_text()
    assert not crew.in_call


def test_whose_contact_it_was_stays_known_when_a_crew_has_the_caller(town: Town) -> None:
    """Their record, a rescue they began and a crew they asked for are theirs still."""
    ana, caller, _ = beside(town)
    assert guests.hand_over(town.board, caller.call.id, "ana", the_guest(caller).id)
    town.until(lambda: the_guest(caller).state is Coming.TOGETHER, seconds=8)
    ana.wraps_up()
    assert caller.call.clinician_id == "ana"
    assert ana.desk == "available", "and free for the next"
    caller.hangs_up()
    town.waits(seconds=2)
    assert (caller.call.clinician_id, ana.desk) == ("ana", "available")
