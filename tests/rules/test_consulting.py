"""Consulted, brought in, handed over: is the caller ever alone, and does each part keep its rule?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rules.test_flow import a_call

from ivr import errands, events, guest_events
from ivr.call import Call, Coming, Ended, Guest, Psap, Role, Stage
from ivr.consulting import ANSWER_SECONDS, CONSULT_SECONDS
from ivr.flow import advance
from ivr.replies import HangUp, Join, LeaveLine, Listen, Say, WaitInLine
from ivr.step import Step

T0 = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = T0 + timedelta(seconds=9)
TAKES_OVER = (Role.COLLEAGUE, Role.CREW, Role.PARTNER, Role.DISPATCHER)


def a_guest(role: Role, state: Coming = Coming.HERE, **facts: object) -> Guest:
    return replace(Guest("g1", role, "ben", T0, leg="CAguest", state=state), **facts)


def talking(*guests: Guest, **facts: object) -> Call:
    return a_call(Stage.TALKING, clinician_leg="CAana", guests=guests, **facts)


def asked(call: Call, role: Role = Role.CREW, *, consult: bool = True, **facts: bool) -> Step:
    event = guest_events.GuestAsked(
        at=LATER, guest_id="g1", role=role, who="ben", consult=consult, **facts
    )
    return advance(call, event)


def consulting(role: Role = Role.CREW, state: Coming = Coming.HERE) -> Call:
    call = asked(talking(), role).call
    (guest,) = call.guests
    return replace(call, clinician_here=True, guests=(replace(guest, leg="CAguest", state=state),))


def gone(call: Call, leg: str = "CAguest") -> Step:
    return advance(call, guest_events.GuestGone(at=LATER, guest_id="g1", leg_sid=leg))


def left(call: Call, *, hung_up: bool = True) -> Step:
    return advance(call, guest_events.GuestLeft(at=LATER, leg_sid="CAguest", hung_up=hung_up))


def pressed(call: Call, *, took: bool = True) -> Step:
    return advance(call, guest_events.GuestPressed(at=LATER, leg_sid="CAguest", took=took))


def moves(step: Step) -> list[errands.MoveCaller]:
    return [one for one in step.errands if isinstance(one, errands.MoveCaller)]


def back_with_clinician(step: Step) -> bool:
    return step.call.stage is Stage.CONNECTING and step.call.clinician_id == "ana"


# -- asking ------------------------------------------------------------------------------------


def test_the_caller_is_kept_company_and_nobody_consulted_meets_them() -> None:
    before = talking()
    step = asked(before)
    assert step.call.stage is Stage.CONSULTING
    assert step.call.room != before.room
    assert moves(step)[0].replies == (Say("apart"), WaitInLine())
    assert errands.RingGuest("g1") in step.errands


def test_a_colleague_at_a_desk_is_asked_on_the_screen_alone() -> None:
    step = asked(talking(), Role.COLLEAGUE, consult=False, at_desk=True)
    assert not step.errands
    assert step.call.guests[0].state is Coming.RINGING


@pytest.mark.parametrize("psap", [Psap.RINGING, Psap.COMING, Psap.HERE])
def test_nobody_is_consulted_while_the_dispatcher_is_with_the_caller(psap: Psap) -> None:
    step = asked(talking(psap=psap))
    assert step.surprise
    assert step.call.stage is Stage.TALKING


@pytest.mark.parametrize("consult", [True, False])
def test_nobody_hears_anybody_before_pressing_one(consult: bool) -> None:
    call = asked(talking(), consult=consult).call
    step = advance(call, guest_events.GuestAnswered(at=LATER, guest_id="g1", leg_sid="CAguest"))
    assert not any(isinstance(reply, Join) for reply in step.replies)
    assert isinstance(step.replies[0], Listen)
    assert isinstance(pressed(step.call).replies[-1], Join)
    assert pressed(step.call, took=False).replies[-1] == HangUp()


def test_a_second_accidental_ring_is_unheard() -> None:
    call = asked(talking(), consult=False).call
    first = guest_events.GuestAnswered(at=LATER, guest_id="g1", leg_sid="CAguest")
    call = advance(call, first).call
    assert advance(call, replace(first, leg_sid="CAother")).replies == (HangUp(),)


def test_who_did_not_come_is_shown_and_may_be_asked_anew() -> None:
    call = gone(talking(a_guest(Role.CREW, Coming.RINGING))).call
    assert call.guests[0].state is Coming.FAILED
    assert asked(call, consult=False).call.guests[0].state is Coming.RINGING
    assert asked(talking(a_guest(Role.CREW)), consult=False).surprise, "is here already"


# -- the caller has the clinician back ---------------------------------------------------------


@pytest.mark.parametrize("state", [Coming.RINGING, Coming.COMING, Coming.HERE])
@pytest.mark.parametrize("how", [gone, left])
def test_whoever_is_consulted_is_lost_and_the_caller_has_their_clinician_back(state, how) -> None:
    step = how(consulting(state=state))
    assert back_with_clinician(step)
    assert moves(step)[0].replies[0] == Say("here_again")


def test_another_key_than_one_brings_the_clinician_back() -> None:
    step = pressed(consulting(state=Coming.RINGING), took=False)
    assert back_with_clinician(step)
    assert step.replies == (Say("guest_not_pressed"), HangUp())


def test_key_zero_brings_the_clinician_back_at_once() -> None:
    event = events.KeyPressed(at=LATER, key="0", means="clinician")
    step = advance(consulting(), event)
    assert back_with_clinician(step)
    assert [type(one) for one in step.replies] == [Say, LeaveLine, Join]
    assert errands.EndLeg("guest", "over", sid="CAguest") in step.errands


@pytest.mark.parametrize("alone", [True, False])
def test_the_clinician_takes_the_caller_back_with_or_without_them(alone: bool) -> None:
    step = advance(consulting(), guest_events.TakenBack(at=LATER, alone=alone))
    assert back_with_clinician(step)
    assert bool(step.call.guests) is not alone
    assert step.call.consulted is None


@pytest.mark.parametrize(
    ("state", "after"), [(Coming.RINGING, ANSWER_SECONDS), (Coming.HERE, CONSULT_SECONDS)]
)
def test_no_consultation_is_without_an_end(state: Coming, after: int) -> None:
    call = consulting(state=state)
    early = advance(call, events.WaitElapsed(at=LATER + timedelta(seconds=after - 1)))
    assert early.call.stage is Stage.CONSULTING
    assert early.call.deadline_at == LATER + timedelta(seconds=after)
    assert back_with_clinician(
        advance(early.call, events.WaitElapsed(at=LATER + timedelta(seconds=after)))
    )


def clinician_left(call: Call, *, hung_up: bool) -> Step:
    event = events.ClinicianLeft(at=LATER, leg_sid="CAana", hung_up=hung_up)
    return advance(call, event)


def test_the_clinician_follows_when_the_room_closes_and_the_call_does_not_end() -> None:
    step = clinician_left(asked(talking()).call, hung_up=False)
    assert step.replies == (Join("clinician", "clinician-left", ringing=True),)


@pytest.mark.parametrize("role", list(TAKES_OVER))
def test_a_clinician_lost_in_a_consultation_leaves_the_caller_to_nobody_unasked(role) -> None:
    step = clinician_left(consulting(role), hung_up=True)
    assert step.call.stage is Stage.WAITING
    assert step.call.prefers == "ana"
    assert moves(step)[0].replies == (Say("cut_off"), WaitInLine())
    assert not step.call.guests


def test_end_in_a_consultation_puts_the_caller_at_the_head_of_the_line() -> None:
    step = advance(consulting(), events.ClinicianEnded(at=LATER))
    assert step.call.stage is Stage.WAITING
    assert moves(step)
    assert errands.FreeClinician("ana", talked=True) in step.errands


def test_the_caller_hangs_up_in_a_consultation_and_all_is_over() -> None:
    step = advance(consulting(Role.COLLEAGUE), events.LegEnded(at=LATER))
    assert step.call.ended_reason is Ended.CALLER_ENDED
    assert errands.EndLeg("guest", "over", sid="CAguest") in step.errands
    assert errands.FreeClinician("ben", talked=False) in step.errands


# -- handing over ------------------------------------------------------------------------------


def handed(call: Call) -> Step:
    return advance(call, guest_events.HandedOver(at=LATER, guest_id="g1"))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", [Coming.RINGING, Coming.COMING, Coming.HERE])
def test_a_clinician_leaves_only_to_who_may_keep_the_caller_and_is_there(role, state) -> None:
    for call in (talking(a_guest(role, state)), consulting(role, state)):
        step = handed(call)
        left_to = role in TAKES_OVER and state is Coming.HERE
        assert (errands.EndLeg("clinician", "left", sid="CAana") in step.errands) is left_to
        assert step.surprise is not left_to


def test_a_colleague_becomes_the_calls_clinician() -> None:
    step = handed(consulting(Role.COLLEAGUE))
    assert step.call.stage is Stage.CONNECTING
    assert (step.call.clinician_id, step.call.clinician_leg) == ("ben", "CAguest")
    assert errands.OccupyClinician("ben") in step.errands
    assert errands.FreeClinician("ben", talked=False) not in step.errands
    again = advance(step.call, events.ClinicianLeft(at=LATER, leg_sid="CAguest", hung_up=False))
    assert isinstance(again.replies[0], Join)
    there = advance(again.call, events.ClinicianJoined(at=LATER, leg_sid="CAguest"))
    assert moves(there)


@pytest.mark.parametrize(
    ("role", "ended"),
    [
        (Role.CREW, Ended.HANDED_OVER),
        (Role.PARTNER, Ended.PASSED_ON),
        (Role.DISPATCHER, Ended.RETURNED),
    ],
)
def test_the_caller_leaves_the_line_only_when_who_keeps_them_is_there(role, ended) -> None:
    step = handed(consulting(role))
    assert step.call.stage is Stage.HANDED
    assert not moves(step)
    seat = left(step.call, hung_up=False)
    (join,) = seat.replies
    assert isinstance(join, Join)
    assert join.ends_room
    there = advance(seat.call, guest_events.GuestJoined(at=LATER, guest_id="g1"))
    assert moves(there)
    met = advance(there.call, events.CallerJoined(at=LATER)).call
    assert met.keeper.state is Coming.TOGETHER
    assert met.deadline_at is None
    over = advance(met, events.TalkEnded(at=LATER, hung_up=True)).call
    assert over.ended_reason is ended


def together(role: Role = Role.CREW) -> Call:
    call = handed(talking(a_guest(role))).call
    call = advance(call, guest_events.GuestJoined(at=LATER, guest_id="g1")).call
    return advance(call, events.CallerJoined(at=LATER)).call


def test_who_keeps_the_caller_hangs_up_and_the_caller_is_ours() -> None:
    step = advance(together(), events.TalkEnded(at=LATER, hung_up=False))
    assert step.call.stage is Stage.WAITING
    assert step.call.prefers == "ana"
    assert step.replies == (Say("pass_over"), WaitInLine())


@pytest.mark.parametrize("how", [gone, left])
def test_who_is_lost_before_they_met_leaves_the_caller_ours(how) -> None:
    step = how(handed(consulting()).call)
    assert step.call.stage is Stage.WAITING
    assert moves(step)[0].replies == (Say("guest_lost"), WaitInLine())


def test_a_caller_left_alone_is_fetched_without_asking_the_carrier() -> None:
    """Who kept them is gone, by their leg's own word; the carrier may refuse to say who is there."""
    doubted = gone(together()).call
    assert gone(doubted).call == doubted, "said twice, it is not waited for twice"
    kept = advance(doubted, events.WaitElapsed(at=LATER))
    assert kept.call.stage is Stage.WAITING
    assert moves(kept)[0].replies == (Say("pass_over"), WaitInLine())


def test_a_lost_word_is_made_up_for_by_looking() -> None:
    heard = left(together(), hung_up=False).call  # or the room closed around them
    looked = advance(heard, events.WaitElapsed(at=LATER))
    assert looked.errands == (errands.CheckRoom(),)
    seen = events.RoomSeen(at=LATER, caller=True, clinician=False)
    assert advance(looked.call, seen).call.stage is Stage.WAITING
    there = replace(seen, keeper=True)
    assert advance(looked.call, there).call.keeper.state is Coming.TOGETHER


# -- the clinician is lost beside somebody -----------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_with_whom_the_caller_is_when_the_clinicians_browser_dies(role: Role) -> None:
    step = advance(talking(a_guest(role)), events.TalkEnded(at=LATER, hung_up=False))
    stage = Stage.HANDED if role in TAKES_OVER else Stage.WAITING
    stage = Stage.CONNECTING if role is Role.COLLEAGUE else stage
    assert step.call.stage is stage
    assert step.replies[-1] == WaitInLine(), "until the next person is there"
    assert errands.LoseClinician("ana") in step.errands


def test_who_is_in_the_room_goes_where_the_clinician_goes() -> None:
    call = talking(a_guest(Role.INTERPRETER))
    event = guest_events.GuestAsked(at=LATER, guest_id="g2", role=Role.CREW, who="c", consult=True)
    call = advance(call, event).call
    (join,) = left(call, hung_up=False).replies
    assert isinstance(join, Join)
    assert not join.ends_room
