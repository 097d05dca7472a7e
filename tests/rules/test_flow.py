"""Does every stage answer every event, and never lose a caller?"""

from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.prompts import PROMPTS
from ivr import errands, events, replies
from ivr.call import IN_LINE, Call, Coming, Ended, Guest, How, Kind, Psap, Role, Stage
from ivr.diagram import page
from ivr.flow import FLOW, advance
from ivr.guest_events import GUEST_EVENTS
from ivr.step import Step

EVERY = (*events.EVENTS, *GUEST_EVENTS)
T0 = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
IN_THE_LINE = (  # asked from the wait document
    events.Waited,
    events.KeyPressed,
    events.CallbackAgreed,
    events.IncidentBegun,
    events.IncidentKeyed,
)
NO_LINE_VERBS = (replies.WaitInLine, replies.Join, replies.PassTo)  # refused inside a wait document


def a_call(stage: Stage, **changes: object) -> Call:
    facts: dict[str, object] = {
        "id": "call-1",
        "kind": Kind.INBOUND,
        "leg_sid": "CA1",
        "line": "riverton",
        "number_shown": "+13145550150",
        "language": "en",
        "stage": stage,
        "arrived_at": T0,
        "stage_since": T0,
        "line_since": T0,
    }
    if stage in (Stage.CONNECTING, Stage.TALKING, Stage.CALLING):
        facts |= {"clinician_id": "ana", "deadline_at": T0 + timedelta(seconds=8)}
    if stage is Stage.TALKING:
        facts |= {"answered_at": T0, "clinician_here": True}
    if stage is Stage.DISPATCHER:
        facts |= {"psap": Psap.COMING, "psap_leg": "x", "deadline_at": T0 + timedelta(seconds=15)}
    if stage is Stage.CONSULTING:
        at = {"clinician_id": "ana", "deadline_at": T0 + timedelta(seconds=4), "answered_at": T0}
        facts |= at | {"guests": (Guest("x", Role.CREW, "crew", T0, leg="x", consulted=True),)}
    if stage is Stage.HANDED:
        facts |= {"answered_at": T0, "deadline_at": T0 + timedelta(seconds=4)}
        facts |= {"guests": (Guest("x", Role.CREW, "crew", T0, leg="x"),)}
    if stage is Stage.CALLING:
        facts |= {"kind": Kind.FOLLOWUP, "attempt_id": "try-1", "followup_id": "plan-1"}
    return Call(**(facts | changes))  # type: ignore[arg-type]


def an_event(kind: type[events.Event], at: datetime = T0 + timedelta(seconds=5), **given: object):
    wanted: dict[str, object] = {"at": at}
    for fact in fields(kind):
        if fact.name != "at" and fact.default is MISSING:
            if fact.type in ("str", str):
                wanted[fact.name] = "x"
            elif fact.type in ("bool", bool):
                wanted[fact.name] = True
            elif fact.name == "role":
                wanted["role"] = Role.CREW
            elif fact.name == "how":
                wanted["how"] = How.LISTEN
    wanted |= given
    known = {fact.name for fact in fields(kind)}
    return kind(**{name: value for name, value in wanted.items() if name in known})


def all_keys(step: Step) -> set[str]:
    heard: list[object] = list(step.replies)
    for errand in step.errands:
        if isinstance(errand, errands.MoveCaller):
            heard += errand.replies
    for reply in tuple(heard):
        if isinstance(reply, replies.Listen):
            heard += reply.parts
    return {r.key for r in heard if isinstance(r, replies.Say | replies.SayAll)}


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("kind", EVERY)
def test_every_stage_answers_every_event(stage: Stage, kind: type[events.Event]) -> None:
    call = a_call(stage)
    event = an_event(kind)
    step = advance(call, event)
    if event.leg:
        assert step.replies, "a leg that asked must hear something"
        assert step.call.hop == call.hop + 1
    else:
        assert not step.replies, "an HTTP answer can reach no other leg"
        assert step.call.hop == call.hop
    assert all_keys(step) <= PROMPTS.keys()


def test_every_word_the_table_may_say_is_a_prompt() -> None:
    for stage in Stage:
        for kind in EVERY:
            for flag in (True, False):
                for means in (
                    "nothing",
                    "clinician",
                    "callback",
                    "partner",
                    "dispatcher",
                    "language",
                ):
                    given_ = dict.fromkeys(FLAGS, flag) | {"hung_up": False, "means": means}
                    assert (
                        all_keys(advance(a_call(stage), an_event(kind, **given_))) <= PROMPTS.keys()
                    )


@pytest.mark.parametrize("kind", EVERY)
def test_an_ended_call_stays_ended(kind: type[events.Event]) -> None:
    call = a_call(Stage.ENDED, ended_at=T0, ended_reason=Ended.CALLER_LEFT)
    step = advance(call, an_event(kind))
    assert step.call.over
    assert step.call.ended_at == T0
    # but for a phone that would go on ringing for nothing, and a leg that was left behind
    allowed = errands.MoveCaller if kind is events.Strayed else errands.EndLeg
    assert all(isinstance(one, allowed) for one in step.errands)


def test_a_leg_that_outlives_its_call_hears_a_goodbye_unless_it_is_with_somebody() -> None:
    call = a_call(Stage.ENDED, ended_at=T0, ended_reason=Ended.CLINICIAN_ENDED)
    goodbye = (replies.Say("goodbye"), replies.HangUp())
    assert advance(call, an_event(events.Strayed)).errands == (errands.MoveCaller(goodbye),)
    assert not advance(call, an_event(events.Strayed, talking=True)).errands
    nobody_answered = an_event(events.PassEnded, talked=False, hung_up=False)
    assert advance(call, nobody_answered).replies == goodbye


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("kind", IN_THE_LINE)
@pytest.mark.parametrize(
    "means", ["nothing", "clinician", "callback", "partner", "dispatcher", "language"]
)
def test_a_wait_document_holds_only_what_the_carrier_allows(
    stage: Stage, kind: type[events.Event], means: str
) -> None:
    if stage is Stage.GREETING and kind in (events.IncidentBegun, events.IncidentKeyed):
        return  # star in the greeting: not in the line yet
    # TWILIO.md 2: inside <Enqueue waitUrl> neither Enqueue nor Dial; a Leave comes before them.
    step = advance(a_call(stage), an_event(kind, means=means, language="es", agreed=False))
    for number, reply in enumerate(step.replies):
        if isinstance(reply, replies.LeaveLine):
            return
        assert not isinstance(reply, NO_LINE_VERBS), (number, step.replies)


@pytest.mark.parametrize(
    ("stage", "event", "then"),
    [
        (Stage.GREETING, an_event(events.Waited), Stage.WAITING),
        (Stage.WAITING, an_event(events.OfferAccepted, clinician_id="ana"), Stage.CONNECTING),
        (Stage.WAITING, an_event(events.WaitElapsed, pass_on=True), Stage.PARTNER),
        (Stage.WAITING, an_event(events.KeyPressed, means="partner"), Stage.PARTNER),
        (Stage.WAITING, an_event(events.KeyPressed, means="dispatcher"), Stage.WAITING),
        (Stage.WAITING, an_event(events.CallbackAgreed, agreed=True), Stage.ENDED),
        (Stage.WAITING, an_event(events.CallbackAgreed, agreed=False), Stage.WAITING),
        (Stage.CONNECTING, an_event(events.CallerJoined), Stage.TALKING),
        (Stage.CONNECTING, an_event(events.RoomSeen, clinician=False), Stage.WAITING),
        (Stage.TALKING, an_event(events.TalkEnded, hung_up=False), Stage.WAITING),
        (Stage.TALKING, an_event(events.TalkEnded, hung_up=True), Stage.ENDED),
        (Stage.TALKING, an_event(events.ClinicianEnded), Stage.ENDED),
        (Stage.PARTNER, an_event(events.PassEnded, talked=False, hung_up=False), Stage.WAITING),
        (Stage.PARTNER, an_event(events.PassEnded, talked=True, hung_up=True), Stage.ENDED),
        (Stage.CALLING, an_event(events.PersonAnswered), Stage.TALKING),
        (Stage.CALLING, an_event(events.PersonUnreached, why="busy"), Stage.ENDED),
    ],
)
def test_where_the_caller_goes(stage: Stage, event: events.Event, then: Stage) -> None:
    assert advance(a_call(stage), event).call.stage is then


def test_a_caller_who_was_cut_off_goes_to_the_head_and_the_same_clinician_is_preferred() -> None:
    step = advance(a_call(Stage.TALKING), an_event(events.TalkEnded, hung_up=False))
    assert step.call.prefers == "ana"
    assert step.call.priority > a_call(Stage.TALKING).priority
    assert step.replies[0] == replies.Say("cut_off")
    assert errands.LoseClinician("ana") in step.errands


def test_the_clinician_who_never_came_is_not_preferred() -> None:
    step = advance(a_call(Stage.CONNECTING), an_event(events.RoomSeen, clinician=False))
    assert step.call.prefers is None
    assert errands.LoseClinician("ana", missed=True) in step.errands


def test_the_caller_moves_only_when_the_clinician_is_there() -> None:
    call = a_call(Stage.CONNECTING)
    arrived = advance(call, an_event(events.ClinicianArrived, clinician_id="ana"))
    assert not arrived.errands
    joined = advance(arrived.call, an_event(events.ClinicianJoined))
    assert isinstance(joined.errands[0], errands.MoveCaller)
    assert not advance(joined.call, an_event(events.ClinicianJoined)).errands, "only once"


def test_another_clinicians_leg_is_turned_away() -> None:
    step = advance(a_call(Stage.CONNECTING), an_event(events.ClinicianArrived, clinician_id="ben"))
    assert step.replies == (replies.Say("caller_gone"), replies.HangUp())


def test_no_press_of_end_before_the_caller_is_there_ends_the_caller() -> None:
    step = advance(a_call(Stage.CONNECTING), an_event(events.ClinicianEnded))
    assert step.call.stage in IN_LINE


def test_nor_of_whom_we_rang_once_they_had_picked_up() -> None:
    facts = {"kind": Kind.FOLLOWUP, "attempt_id": "t", "followup_id": "p"}
    cut_off = a_call(Stage.CONNECTING, answered_at=T0, cut_offs=1, **facts)
    assert advance(cut_off, an_event(events.ClinicianEnded)).call.stage in IN_LINE
    unheard = a_call(Stage.CONNECTING, **facts)
    assert advance(unheard, an_event(events.ClinicianEnded)).call.over


@pytest.mark.parametrize(
    "event",
    [an_event(events.ClinicianEnded), an_event(events.RoomSeen, clinician=False)],
    ids=["ended", "missed"],
)
def test_after_a_cut_off_a_caller_is_fetched_from_wherever_they_are(event: events.Event) -> None:
    assert not fetched(advance(a_call(Stage.CONNECTING), event))
    assert fetched(advance(a_call(Stage.CONNECTING, cut_offs=1), event))


def fetched(step: Step) -> bool:
    return any(isinstance(one, errands.MoveCaller) for one in step.errands)


MEANS = st.sampled_from(["nothing", "clinician", "callback", "partner", "dispatcher", "language"])


@st.composite
def happenings(draw: st.DrawFn) -> events.Event:
    kind = draw(st.sampled_from(EVERY))
    at = T0 + timedelta(seconds=draw(st.integers(0, 3600)))
    flags = {name: draw(st.booleans()) for name in FLAGS}
    who = draw(st.sampled_from(["ana", "ben"]))
    result = draw(st.sampled_from(["hangup", "leave", "redirected", "queue-full", "error", "?"]))
    return an_event(
        kind, at, **flags, clinician_id=who, result=result, means=draw(MEANS), language="es"
    )


FLAGS = (
    *("hung_up", "talked", "agreed", "caller", "clinician", "psap", "pass_on", "dialable"),
    *("missed", "took", "way_back", "overdue", "refused", "consult", "at_desk", "alone", "keeper"),
)
KIND_OF = {"inbound": Stage.GREETING, "followup": Stage.CONNECTING}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(KIND_OF)), st.lists(happenings(), max_size=25))
def test_whatever_happens_in_whatever_order(kind: str, story: list[events.Event]) -> None:
    """Nothing raises, nothing ends a call without a reason, and only the caller, the clinician or
    a talk elsewhere ends it (invariants 1, 7 and 10)."""
    call = a_call(KIND_OF[kind], kind=Kind(kind))
    if kind == "followup":
        call = a_call(Stage.CONNECTING, kind=Kind.FOLLOWUP, attempt_id="t", followup_id="p")
    for event in story:
        step = advance(call, event)
        assert not (call.over and not step.call.over), "the end absorbs"
        assert step.call.over == (step.call.ended_reason is not None)
        settling = step.call.stage is Stage.DISPATCHER and step.call.psap is not Psap.TOGETHER
        settling |= bool(step.call.keeper) and step.call.keeper.state is not Coming.TOGETHER
        if settling or step.call.stage in (Stage.CONNECTING, Stage.CALLING, Stage.CONSULTING):
            assert step.call.deadline_at is not None, "every wait has an end"
        if any(isinstance(r, replies.HangUp) for r in step.replies) and event.leg == "caller":
            assert step.call.over, "a caller's leg ends only with the call"
        call = step.call


def test_every_errand_can_come_from_the_table() -> None:
    made: set[type] = set()
    for stage in Stage:
        for kind in EVERY:
            for flag in (True, False):
                given_ = dict.fromkeys(FLAGS, flag) | {
                    "clinician_id": "ana",
                    "means": "partner",
                    "told_of": "another",
                    "number": "26104881",
                }
                with_guest = a_call(
                    stage, guests=(Guest("x", Role.SUPERVISOR, "Sol", T0, leg="x"),)
                )
                followup = a_call(stage, attempt_id="t", followup_id="p")
                for call in (a_call(stage), followup, with_guest):
                    made |= {type(e) for e in advance(call, an_event(kind, **given_)).errands}
    assert made == set(get_args(errands.Errand))


def test_the_diagram_names_every_row() -> None:
    text = page()
    for stage, rows in FLOW.items():
        assert f"## {stage.value}" in text
        assert all(f"| {event.__name__} |" in text for event in rows)
