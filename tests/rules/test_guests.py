"""Who else is in a call: may they come in, and does their leaving end anything for anybody?"""

from datetime import UTC, datetime, timedelta

import pytest
from rules.test_flow import a_call, an_event

from ivr import errands, events, guest_events
from ivr.call import Coming, Guest, How, Role, Stage
from ivr.flow import advance
from ivr.guests import WITH_GUESTS
from ivr.replies import HangUp, Join

T0 = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = T0 + timedelta(seconds=9)
SOL = Guest("g1", Role.SUPERVISOR, "sol", T0, leg="CAsol", state=Coming.HERE, how=How.LISTEN)


def talking(*guests: Guest, **facts: object):
    return a_call(Stage.TALKING, clinician_leg="CAana", guests=guests, **facts)


def asked(call, how: How = How.LISTEN):
    event = guest_events.SupervisorAsked(at=LATER, guest_id="g1", person_id="sol", how=how)
    return advance(call, event).call


def arrived(call, person: str = "sol", leg: str = "CAsol"):
    event = guest_events.GuestArrived(at=LATER, guest_id="g1", person_id=person, leg_sid=leg)
    return advance(call, event)


@pytest.mark.parametrize(
    ("how", "muted", "coach"),
    [(How.LISTEN, True, ""), (How.WHISPER, False, "CAana"), (How.JOIN, False, "")],
)
def test_a_supervisor_comes_in_as_far_as_they_chose(how, muted, coach) -> None:
    step = arrived(asked(talking(), how))
    (join,) = step.replies
    assert isinstance(join, Join)
    assert (join.muted, join.coach, join.ends_room) == (muted, coach, False)


@pytest.mark.parametrize(("person", "leg"), [("ben", "CAsol"), ("sol", "CAanother")])
def test_nobody_else_comes_in_by_their_place(person, leg) -> None:
    call = arrived(asked(talking())).call
    assert arrived(call, person, leg).replies == (HangUp(),)


def test_the_screen_says_so_before_anything_is_heard() -> None:
    (guest,) = asked(talking()).guests
    assert (guest.who, guest.how, guest.here) == ("sol", How.LISTEN, False)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in WITH_GUESTS])
def test_no_guest_comes_into_what_is_no_talk(stage) -> None:
    assert not asked(a_call(stage)).guests
    assert arrived(a_call(stage)).replies == (HangUp(),)


@pytest.mark.parametrize("how", [{"hung_up": True}, {"hung_up": False, "refused": True}])
def test_a_guests_leaving_ends_nothing(how) -> None:
    step = advance(talking(SOL), guest_events.GuestLeft(at=LATER, leg_sid="CAsol", **how))
    assert step.call.stage is Stage.TALKING
    assert not step.call.guests
    assert not step.errands


@pytest.mark.parametrize(
    "event",
    [
        an_event(events.TalkEnded, hung_up=True),
        an_event(events.TalkEnded, hung_up=False),
        an_event(events.ClinicianEnded),
        an_event(events.RoomSeen, clinician=False),
        an_event(events.LedOffline),
    ],
    ids=lambda event: type(event).__name__,
)
def test_when_the_talk_is_over_so_is_every_guests_part(event) -> None:
    step = advance(talking(SOL), event)
    assert not step.call.guests
    assert errands.EndLeg("guest", "over", sid="CAsol") in step.errands


def test_who_is_sent_away_goes_and_the_others_stay() -> None:
    step = advance(talking(SOL), guest_events.GuestSentAway(at=LATER, guest_id="g1"))
    assert step.errands == (errands.EndLeg("guest", "over", sid="CAsol"),)
    assert step.call.stage is Stage.TALKING
