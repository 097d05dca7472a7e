"""Does a caller from 911 always have a human, a way back, or somebody being asked?"""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr import errands, events
from ivr.call import IN_LINE, Call, Coming, Ended, Guest, How, Kind, Psap, Role, Stage
from ivr.flow import FLOW, advance
from ivr.guest_events import GUEST_EVENTS
from ivr.replies import Bed, HangUp, Join, Listen, Say, WaitInLine
from ivr.returning import BRING_SECONDS
from ivr.step import Step

T0 = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = T0 + timedelta(seconds=5)
LEG = "CApsap"


def a_call(stage: Stage = Stage.WAITING, **changes: object) -> Call:
    call = Call(
        id="c0ffee",
        kind=Kind.INBOUND,
        leg_sid="CAcaller",
        line="riverton",
        number_shown=None,
        language="en",
        stage=stage,
        arrived_at=T0,
        stage_since=T0,
        line_since=T0,
        deadline_at=T0 + timedelta(seconds=20),
    )
    if stage is Stage.TALKING:
        call = replace(
            call, clinician_id="ana", clinician_leg="CAana", clinician_here=True, answered_at=T0
        )
    return replace(call, **changes)


def ringing(stage: Stage = Stage.WAITING) -> Call:
    return a_call(stage, psap=Psap.RINGING, psap_leg=LEG, psap_since=T0)


def pressed(call: Call, *, took: bool = True, **facts: object) -> Step:
    return advance(call, events.PsapPressed(at=LATER, took=took, leg_sid=LEG, **facts))


# -- asking ------------------------------------------------------------------------------------


def test_key_nine_rings_the_dispatcher_and_the_caller_stays_in_line() -> None:
    step = advance(a_call(), events.KeyPressed(at=LATER, key="9", means="dispatcher"))
    assert step.call.stage is Stage.WAITING
    assert step.errands == (errands.RingPsap(),)
    again = advance(step.call, events.KeyPressed(at=LATER, key="9", means="dispatcher"))
    assert not again.errands, "it rings already"


def test_nine_again_after_a_minute_rings_again() -> None:
    late = T0 + timedelta(seconds=BRING_SECONDS)
    step = advance(ringing(), events.KeyPressed(at=late, key="9", means="dispatcher"))
    assert errands.RingPsap() in step.errands
    assert errands.EndLeg("psap", "rung_again", sid=LEG) in step.errands


def test_a_partner_who_does_not_answer_brings_the_dispatcher_of_a_diversion() -> None:
    event = events.PassEnded(at=LATER, talked=False, hung_up=False, way_back=True)
    step = advance(a_call(Stage.PARTNER), event)
    assert step.call.stage is Stage.WAITING
    assert errands.RingPsap() in step.errands


def test_the_partners_turn_waits_while_the_dispatcher_is_rung() -> None:
    step = advance(ringing(), events.WaitElapsed(at=LATER, pass_on=True))
    assert step.call.stage is Stage.WAITING
    assert step.call.deadline_at == T0 + timedelta(seconds=BRING_SECONDS)


# -- what is said ------------------------------------------------------------------------------


def said(step: Step) -> list[str]:
    (listen, _) = step.replies
    assert isinstance(listen, Listen)
    return [part.key for part in listen.parts if isinstance(part, Say)]


WAYS = ("lap_keys", "lap_keys_dispatcher")


def test_past_the_deadline_the_lap_says_so_first_and_then_the_way_back() -> None:
    step = advance(a_call(), events.Waited(at=LATER, ringing=2, overdue=True, ways=WAYS))
    assert said(step)[:2] == ["lap_nobody_yet", "lap_keys_dispatcher"]


@pytest.mark.parametrize("due_in", range(3, 30))
def test_the_lap_before_the_deadline_ends_at_about_the_deadline(due_in: int) -> None:
    step = advance(a_call(), events.Waited(at=LATER, due_in=due_in, ways=WAYS))
    (listen, _) = step.replies
    (bed,) = (part.seconds for part in listen.parts if isinstance(part, Bed))
    assert 5 <= bed <= max(5, due_in - 6)


def test_who_was_asked_and_did_not_come_is_told_once() -> None:
    failed = advance(ringing(), events.PsapGone(at=LATER, leg_sid=LEG))
    assert errands.Alert("dispatcher_failed") in failed.errands
    first = advance(failed.call, events.Waited(at=LATER))
    assert said(first)[0] == "dispatcher_failed"
    assert said(advance(first.call, events.Waited(at=LATER)))[0] != "dispatcher_failed"


# -- the dispatcher's leg ----------------------------------------------------------------------


def test_nothing_counts_before_one_is_pressed() -> None:
    step = advance(ringing(), events.PsapAnswered(at=LATER, leg_sid=LEG))
    assert step.call.stage is Stage.WAITING
    assert isinstance(step.replies[-1], HangUp), "voicemail presses nothing"
    assert not any(isinstance(reply, Join) for reply in step.replies)


def test_one_takes_the_caller_back_after_one_sentence() -> None:
    step = pressed(ringing(), incident="2 6", seconds=41)
    assert step.call.stage is Stage.DISPATCHER
    assert step.call.deadline_at
    words = {"incident": "2 6", "seconds": "41"}
    assert step.replies == (Say("psap_summary_incident", words), Join("psap", "psap-left"))
    assert not any(isinstance(one, errands.MoveCaller) for one in step.errands), "not yet there"
    joined = advance(step.call, events.PsapJoined(at=LATER, leg_sid=LEG))
    assert isinstance(joined.errands[0], errands.MoveCaller)


def test_another_key_keeps_the_caller() -> None:
    step = pressed(ringing(), took=False)
    assert step.call.stage is Stage.WAITING
    assert step.call.psap is Psap.FAILED


def test_a_second_accidental_call_is_hung_up_unheard() -> None:
    step = advance(ringing(), events.PsapAnswered(at=LATER, leg_sid="CAother"))
    assert step.replies == (HangUp(),)
    assert step.call.psap_leg == LEG


@pytest.mark.parametrize(
    "event",
    [
        events.OfferAccepted(at=LATER, clinician_id="ana", offer_id="o"),
        events.LegEnded(at=LATER),
        events.LedOffline(at=LATER),
        events.CallbackAgreed(at=LATER, agreed=True),
        events.KeyPressed(at=LATER, means="partner"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_the_ringing_ends_when_somebody_else_has_the_caller_or_they_leave(event) -> None:
    step = advance(ringing(), event)
    assert any(isinstance(one, errands.EndLeg) and one.sid == LEG for one in step.errands)
    late = advance(step.call, events.PsapAnswered(at=LATER, leg_sid=LEG))
    assert late.replies == (Say("psap_not_needed"), HangUp())


# -- beside a clinician ------------------------------------------------------------------------


def beside(psap: Psap = Psap.HERE) -> Call:
    return a_call(Stage.TALKING, psap=psap, psap_leg=LEG, psap_since=T0)


def test_a_clinician_may_ask_for_the_dispatcher_and_go() -> None:
    asked = advance(a_call(Stage.TALKING), events.DispatcherAsked(at=LATER))
    assert asked.errands == (errands.RingPsap(),)
    rung = advance(asked.call, events.PsapRung(at=LATER, leg_sid=LEG))
    taken = pressed(rung.call)
    assert taken.replies == (
        Say("psap_summary_counselor"),
        Join("psap", "psap-left", ends_room=False),
    )
    joined = advance(taken.call, events.PsapJoined(at=LATER, leg_sid=LEG))
    assert joined.call.stage is Stage.TALKING
    ended = advance(joined.call, events.ClinicianEnded(at=LATER))
    assert ended.call.stage is Stage.DISPATCHER
    assert errands.FreeClinician("ana", talked=True) in ended.errands


@pytest.mark.parametrize("first", ["caller", "psap"])
def test_both_are_seated_again_whichever_leg_asks_first(first: str) -> None:
    call = advance(beside(), events.ClinicianEnded(at=LATER)).call
    story = [
        events.TalkEnded(at=LATER, hung_up=False),
        events.PsapLeft(at=LATER, leg_sid=LEG, hung_up=False),
    ]
    for event in story if first == "caller" else story[::-1]:
        step = advance(call, event)
        assert isinstance(step.replies[-1], Join)
        call = step.call
    for event in (
        events.PsapJoined(at=LATER, leg_sid=LEG),
        events.CallerJoined(at=LATER, leg_sid="CAcaller"),
    ):
        call = advance(call, event).call
    assert (call.stage, call.psap, call.deadline_at) == (Stage.DISPATCHER, Psap.TOGETHER, None)


def test_a_clinicians_lost_browser_leaves_the_caller_with_the_dispatcher() -> None:
    step = advance(beside(), events.TalkEnded(at=LATER, hung_up=False))
    assert step.call.stage is Stage.DISPATCHER
    assert step.replies == (Say("here_is_dispatcher"), Join("caller", "talk-ended"))


@pytest.mark.parametrize("psap", [Psap.RINGING, Psap.COMING])
def test_end_while_the_dispatcher_is_on_the_way_ends_nothing_for_the_caller(psap: Psap) -> None:
    step = advance(beside(psap), events.ClinicianEnded(at=LATER))
    assert not step.call.over
    resumed = advance(step.call, events.TalkEnded(at=LATER, hung_up=False))
    assert WaitInLine() in resumed.replies


def test_the_dispatcher_may_leave_a_clinician_and_caller() -> None:
    step = advance(beside(), events.PsapLeft(at=LATER, leg_sid=LEG, hung_up=True))
    assert step.call.stage is Stage.TALKING
    assert step.replies == (HangUp(),)
    assert (step.call.psap, step.call.psap_since) == (None, T0), "the desk says that they left"
    again = advance(step.call, events.DispatcherAsked(at=LATER))
    assert (again.call.psap, again.call.psap_since) == (Psap.RINGING, LATER)


# -- hanging up --------------------------------------------------------------------------------


def with_dispatcher(psap: Psap = Psap.TOGETHER) -> Call:
    talked = {"returned_at": T0} if psap is Psap.TOGETHER else {}
    deadline = None if psap is Psap.TOGETHER else LATER
    return a_call(
        Stage.DISPATCHER, psap=psap, psap_leg=LEG, psap_since=T0, deadline_at=deadline, **talked
    )


@pytest.mark.parametrize("psap", [Psap.COMING, Psap.HERE, Psap.TOGETHER])
def test_the_caller_hangs_up(psap: Psap) -> None:
    step = advance(with_dispatcher(psap), events.TalkEnded(at=LATER, hung_up=True))
    expected = Ended.RETURNED if psap is Psap.TOGETHER else Ended.CALLER_LEFT
    assert step.call.ended_reason is expected
    assert step.errands == (errands.EndLeg("psap", "caller_left", sid=LEG),)


@pytest.mark.parametrize("psap", [Psap.COMING, Psap.HERE])
def test_the_dispatcher_hangs_up_before_the_caller_is_there(psap: Psap) -> None:
    step = advance(with_dispatcher(psap), events.PsapLeft(at=LATER, leg_sid=LEG, hung_up=True))
    assert step.call.stage is Stage.WAITING
    fetched = any(isinstance(one, errands.MoveCaller) for one in step.errands)
    assert fetched is (psap is Psap.HERE), "who is still in line needs no fetching"


def test_the_dispatcher_hangs_up_on_the_caller_who_is_still_ours() -> None:
    call = with_dispatcher()
    doubted = advance(call, events.PsapLeft(at=LATER, leg_sid=LEG, hung_up=True)).call
    assert doubted.deadline_at, "the caller's own leg says so; else we look"
    kept = advance(doubted, events.TalkEnded(at=LATER, hung_up=False))
    assert kept.call.stage is Stage.WAITING
    assert kept.call.room != call.room
    assert kept.replies == (Say("pass_over"), WaitInLine())


def test_a_caller_left_alone_is_fetched_without_asking_the_carrier() -> None:
    """Their leg is over, by its own word: a look that failed twice left the caller in silence."""
    doubted = advance(with_dispatcher(), events.PsapGone(at=LATER, leg_sid=LEG)).call
    again = advance(doubted, events.PsapGone(at=LATER + timedelta(seconds=1), leg_sid=LEG)).call
    assert again == doubted, "said twice, it is not waited for twice"
    kept = advance(doubted, events.WaitElapsed(at=LATER))
    assert kept.call.stage is Stage.WAITING
    assert any(isinstance(one, errands.MoveCaller) for one in kept.errands)


# -- whatever happens --------------------------------------------------------------------------

OURS = {
    events.ClinicianArrived: "CAana",
    events.ClinicianLeft: "CAana",
    events.ClinicianJoined: "CAana",
    events.CallerJoined: "CAcaller",
}
FACTS = {
    "clinician_id": "ana",
    "offer_id": "o",
    "code": "11200",
    "language": "es",
    "seconds": 30,
    "way_back": True,
    "guest_id": "g1",
    "person_id": "sol",
    "how": How.LISTEN,
    "role": Role.CREW,
    "who": "crew",
}
CREW = Guest("g1", Role.CREW, "crew", T0, leg=LEG, state=Coming.HERE, consulted=True)
STARTS = {
    "arriving": a_call(Stage.GREETING),
    "dispatcher rung": ringing(),
    "talking": a_call(Stage.TALKING),
    "dispatcher beside": beside(),
    "with the dispatcher": with_dispatcher(),
    "consulting": a_call(Stage.CONSULTING, guests=(CREW,), clinician_id="ana", answered_at=T0),
    "beside a crew": a_call(Stage.TALKING, guests=(replace(CREW, consulted=False),)),
    "handed over": a_call(Stage.HANDED, guests=(replace(CREW, consulted=False),), answered_at=T0),
}
# Of other calls.
NOT_HERE = (
    events.PersonAnswered,
    events.PersonUnreached,
    events.PromiseStopped,
    events.Arrived,
)


@st.composite
def picks(draw: st.DrawFn) -> tuple[int, bool, dict[str, object]]:
    """Which of the possible events, whether only of those the stage expects, and its facts."""
    names = [
        "hung_up",
        "talked",
        "took",
        "passed",
        "agreed",
        "talking",
        "caller",
        "clinician",
        "psap",
        "pass_on",
        "consult",
        "alone",
        "refused",
        "keeper",
        "shared",
    ]
    bits = draw(st.integers(0, 2 ** len(names) - 1))  # one draw costs as much as another
    facts: dict[str, object] = {name: bool(bits >> n & 1) for n, name in enumerate(names)}
    facts["means"] = draw(st.sampled_from(["clinician", "partner", "dispatcher", "nothing"]))
    facts["result"] = draw(st.sampled_from(["leave", "redirected", "error", "hangup"]))
    facts["other"] = draw(st.sampled_from([False, False, False, True]))  # news of another leg
    expected = draw(st.sampled_from([True, True, True, False]))
    return draw(st.integers(0, 999)), expected, facts


def an_event(call: Call, pick: tuple[int, bool, dict[str, object]], at: datetime) -> events.Event:
    number, expected, facts = pick
    kinds = list(FLOW[call.stage]) if expected else [*events.EVENTS, *GUEST_EVENTS]
    kind = next(k for k in (kinds * 2)[number % len(kinds) :] if k not in NOT_HERE)
    leg = "CAother" if facts["other"] else OURS.get(kind, call.psap_leg or LEG)
    next_at = None if facts["pass_on"] else at + timedelta(seconds=20)
    given = {**FACTS, **facts, "leg_sid": leg, "next_at": next_at, "at": at}
    known = {fact.name for fact in fields(kind)}
    return kind(**{name: value for name, value in given.items() if name in known})


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(sorted(STARTS)), st.lists(picks(), max_size=25))
def test_no_order_of_events_leaves_a_diversion_without_a_human_a_return_or_somebody_asked(
    start, story
):
    call = STARTS[start]
    for second, pick in enumerate(story):
        event = an_event(call, pick, T0 + timedelta(seconds=second))
        step = advance(call, event)
        check(call, event, step)
        call = step.call


def check(before: Call, event: events.Event, step: Step) -> None:
    call = step.call
    if call.over:
        assert by_whom(before, event, call), (before, event, call)
        return
    human = call.stage in (Stage.TALKING, Stage.PARTNER) or call.psap is Psap.TOGETHER
    human |= bool(call.keeper) and call.keeper.state is Coming.TOGETHER
    asked = call.deadline_at is not None  # the ladder goes on, or somebody is on the way
    assert human or asked, (before, event, call)
    if call.stage in IN_LINE:
        assert not any(isinstance(reply, HangUp) for reply in step.replies if event.leg == "caller")


def by_whom(before: Call, event: events.Event, call: Call) -> bool:
    """A diversion ends by the caller, by a clinician who talked, or with those who took over."""
    if before.over:
        return True
    if call.ended_reason is Ended.CLINICIAN_ENDED:
        return before.answered_at is not None and before.psap in (None, Psap.FAILED)
    if call.ended_reason is Ended.RETURNED:
        return before.returned_at is not None
    if call.ended_reason is Ended.HANDED_OVER:
        return before.keeper is not None and before.keeper.state is Coming.TOGETHER
    left = {Ended.CALLER_LEFT, Ended.CALLER_ENDED, Ended.PASSED_ON, Ended.CALLBACK, Ended.WITH_911}
    closing = (events.LegEnded, events.CallbackAgreed, events.WaitElapsed)  # partner: no word came
    hung_up = getattr(event, "hung_up", False) or getattr(event, "result", "") == "hangup"
    return call.ended_reason in left and (hung_up or isinstance(event, closing))
