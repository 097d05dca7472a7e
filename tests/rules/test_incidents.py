"""Does an incident number on the keypad change anything but what is known of the call?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr import errands, events
from ivr.call import IN_LINE, Call, Kind, Stage
from ivr.flow import advance
from ivr.incidents import DIGITS_MOST, KEY_SECONDS
from ivr.replies import Ask, Bed, HangUp, Listen, Reply, Say, WaitInLine

T0 = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = T0 + timedelta(seconds=5)
SILENT_SECONDS_MAX = 4
ON = {Stage.GREETING: WaitInLine(), Stage.WAITING: Ask("wait")}
BEGUN = events.IncidentBegun(at=LATER)
TOLD = events.IncidentKeyed(at=LATER, number="26104881")
NONE = events.IncidentKeyed(at=LATER)


def a_call(stage: Stage) -> Call:
    return Call(
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
        rung=1,
        laps=2,
    )


def sounds_at_once(reply: Reply) -> bool:
    first = reply.parts[0] if isinstance(reply, Listen) else reply
    return isinstance(first, Say)


@pytest.mark.parametrize("stage", IN_LINE)
@pytest.mark.parametrize("event", [BEGUN, TOLD, NONE])
def test_the_place_the_deadline_and_the_rung_stay(stage: Stage, event: events.Event) -> None:
    call = a_call(stage)
    step = advance(call, event)
    assert step.call == replace(call, hop=1), "the answer counts one hop, and nothing else changes"
    assert not step.surprise
    assert sounds_at_once(step.replies[0])
    assert step.replies[-1] == ON[stage], "and the wait goes on"


@pytest.mark.parametrize("stage", IN_LINE)
def test_star_is_answered_by_the_wait_and_no_new_word(stage: Stage) -> None:
    (listen, _) = advance(a_call(stage), BEGUN).replies
    assert isinstance(listen, Listen)
    assert listen.parts == (Say("lap_stay"), Bed(5))
    assert (listen.then, listen.keys) == ("incident", DIGITS_MOST + 1)
    assert listen.seconds == KEY_SECONDS < SILENT_SECONDS_MAX


@pytest.mark.parametrize("stage", IN_LINE)
def test_a_number_is_kept_and_said_back_digit_by_digit(stage: Stage) -> None:
    step = advance(a_call(stage), TOLD)
    assert step.errands == (errands.KeepIncident("26104881"),)
    assert step.replies[0] == Say("incident_noted", {"number": "2 6 1 0 4 8 8 1"})


@pytest.mark.parametrize("stage", IN_LINE)
def test_what_is_no_number_chooses_nothing_and_nor_does_the_rest_of_it(stage: Stage) -> None:
    """Half a number, a pause, and then 1 and 1 would be: call me back, yes, and good-bye."""
    step = advance(a_call(stage), NONE)
    assert not step.errands
    assert not any(isinstance(reply, Listen | HangUp) for reply in step.replies), "no key counts"


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in IN_LINE])
def test_a_number_that_comes_after_the_answer_is_kept_and_moves_nobody(stage: Stage) -> None:
    step = advance(a_call(stage), TOLD)
    assert step.errands == (errands.KeepIncident("26104881"),)
    assert step.call.stage is stage
    assert step.replies
