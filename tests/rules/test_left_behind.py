"""Do legs that were left behind, and news that comes late, leave the conversation alone?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr import errands, events
from ivr.call import Call, Kind, Stage
from ivr.flow import advance
from ivr.replies import HangUp

T0 = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = T0 + timedelta(seconds=5)


def a_call(stage: Stage = Stage.CONNECTING, **changes: object) -> Call:
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
        clinician_id="ana",
        clinician_leg="CAana",
        clinician_here=True,
    )
    return replace(call, **changes)


@pytest.mark.parametrize("stage", [Stage.CONNECTING, Stage.TALKING])
@pytest.mark.parametrize(
    "news",
    [
        events.ClinicianJoined(at=LATER, leg_sid="CAbefore"),
        events.CallerJoined(at=LATER, leg_sid="CAbefore"),
        events.ClinicianLeft(at=LATER, leg_sid="CAbefore"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_news_of_an_earlier_leg_changes_nothing(stage: Stage, news: events.Event) -> None:
    before = a_call(stage, clinician_here=False)
    step = advance(before, news)
    assert replace(step.call, hop=before.hop) == before
    assert not step.errands


def test_after_a_cut_off_the_old_leg_is_ended_and_the_room_is_another() -> None:
    before = a_call(Stage.TALKING)
    step = advance(before, events.TalkEnded(at=LATER, hung_up=False))
    assert errands.EndLeg("clinician", "cut_off", sid="CAana") in step.errands
    assert step.call.room != before.room


@pytest.mark.parametrize(
    ("stage", "event"),
    [
        (Stage.CONNECTING, events.ClinicianLeft(at=LATER, leg_sid="CAana")),
        (Stage.CONNECTING, events.RoomSeen(at=LATER, caller=True, clinician=False)),
        (Stage.CONNECTING, events.ClinicianEnded(at=LATER)),
        (Stage.TALKING, events.RoomSeen(at=LATER, caller=True, clinician=False)),
    ],
)
def test_a_caller_on_the_way_to_an_empty_room_is_fetched_back(
    stage: Stage, event: events.Event
) -> None:
    step = advance(a_call(stage), event)
    assert step.call.stage is Stage.WAITING
    assert any(isinstance(one, errands.MoveCaller) for one in step.errands)
    assert step.replies == ((HangUp(),) if event.leg else ())


@pytest.mark.parametrize(
    "event",
    [
        events.FetchFailed(at=LATER, code="11200"),
        events.ClinicianLeft(at=LATER, leg_sid="CAana"),
    ],
)
def test_a_doubt_while_talking_makes_us_look(event: events.Event) -> None:
    step = advance(a_call(Stage.TALKING), event)
    assert step.call.stage is Stage.TALKING
    looked = advance(step.call, events.WaitElapsed(at=step.call.deadline_at))
    assert looked.errands == (errands.CheckRoom(),)
    seen = events.RoomSeen(at=LATER, caller=True, clinician=True)
    assert advance(looked.call, seen).call.deadline_at is None
