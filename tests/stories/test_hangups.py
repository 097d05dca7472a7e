"""Whenever the caller hangs up, is everything about them put away?"""

import pytest
from sqlalchemy import select
from town import DISPATCH, PARTNER, Caller, Town

from emulator.timeline import silence
from ivr.call import Ended, Psap, Stage
from storage.tables import errands, offers

NEVER = {None, Ended.LOST, Ended.UNREACHED}
SETTLED = {"done", "refused"}  # refused: the leg to be ended or moved was gone before


def assert_put_away(town: Town, caller: Caller, when: str) -> None:
    """The call ended with a reason, and nothing anywhere still goes on about it."""
    trace = f"{when}\n{town.twilio.timeline.text([caller.leg])}"
    assert caller.call.ended_reason not in NEVER, trace
    assert not town.twilio.live, (when, list(town.twilio.live.values()))
    with town.store.engine.connect() as connection:
        live = connection.execute(select(offers.c.id).where(offers.c.state == "offered")).all()
        open_errands = connection.execute(
            select(errands.c.kind, errands.c.state).where(errands.c.state.not_in(SETTLED))
        ).all()
    assert not live, trace
    assert not open_errands, trace
    for person in town.people.values():
        assert person.desk in ("off", "available", "paused", "wrap_up"), trace
    assert not silence(caller.leg, 4.0), trace


@pytest.fixture(autouse=True)
def nobody_is_rung_back(quick_town: Town) -> None:
    """Else the promise that a hang-up opens would be offered, and this is about the call alone."""
    quick_town.rings_nobody_back()


def tidy(town: Town) -> None:
    """Everybody is ready for the next caller."""
    from switchboard import presence

    for person in town.people.values():
        if person.desk == "wrap_up":
            person.wraps_up()
        if person.desk == "paused":
            presence.back(town.board, person.id)


@pytest.mark.parametrize("start", [0.0, 7.5, 15.0, 22.5])
def test_at_any_instant_of_a_call_that_two_clinicians_would_take(
    quick_town: Town, start: float
) -> None:
    town = quick_town
    both = [town.clinician(name).goes_on_duty() for name in ("Ana", "Ben")]
    for step in range(11):
        hangs_up_at = start + 0.7 * step
        caller = town.transfers_from_911()
        town.clock.call_later(hangs_up_at, caller.hangs_up)
        for person in both:  # both press Answer after five seconds: one is too late
            town.clock.call_later(5, lambda one=person: one.is_offered and one.accepts())
        town.waits(seconds=hangs_up_at + 4)
        assert_put_away(town, caller, f"hung up at {hangs_up_at:.1f} s")
        talked = caller.call.answered_at is not None
        assert sum(person.desk == "wrap_up" for person in both) == talked
        tidy(town)


# How far the call went, and then so many seconds of it.
MOMENTS = (0.0, 0.011, 0.03, 0.1, 0.5, 1.5, 3.5, 9.0)


def reaches_connecting(town: Town, caller: Caller) -> None:
    town.waits(seconds=2)
    town.people["ana"].accepts()


def reaches_an_empty_seat(town: Town, caller: Caller) -> None:
    """Ana presses Answer, and her browser never dials in."""
    from switchboard import offers

    town.waits(seconds=2)
    offers.accept(town.board, town.people["ana"].cards[0].offer_id, "ana")


def reaches_talking(town: Town, caller: Caller) -> None:
    reaches_connecting(town, caller)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)


def reaches_the_end(town: Town, caller: Caller) -> None:
    reaches_talking(town, caller)
    town.people["ana"].ends(caller.call.id)


def reaches_a_cut_off(town: Town, caller: Caller) -> None:
    reaches_talking(town, caller)
    town.people["ana"].softphone.hangs_up()


def reaches_the_partner(town: Town, caller: Caller) -> None:
    town.waits(seconds=14)
    caller.presses("3")


def reaches_the_dispatcher(town: Town, caller: Caller) -> None:
    town.waits(seconds=14)
    caller.presses("9")


def reaches_the_dispatcher_beside_a_clinician(town: Town, caller: Caller) -> None:
    reaches_talking(town, caller)
    town.people["ana"].brings_dispatcher(caller.call.id)


def reaches_the_dispatcher_alone(town: Town, caller: Caller) -> None:
    """The clinician leaves them together."""
    reaches_the_dispatcher_beside_a_clinician(town, caller)
    town.until(lambda: caller.call.psap is Psap.HERE, seconds=20)
    town.people["ana"].ends(caller.call.id)


def reaches_the_callback_question(town: Town, caller: Caller) -> None:
    town.waits(seconds=14)
    caller.presses("1")


def reaches_another_language(town: Town, caller: Caller) -> None:
    town.waits(seconds=3)
    caller.presses("2")


def reaches_the_backup_phone(town: Town, caller: Caller) -> None:
    """The cell phone is ringing; it is picked up after three seconds, and 1 pressed after two."""
    town.until(lambda: town.phone("+13145550121").is_ringing, seconds=60)


STORIES = [
    reaches_connecting,
    reaches_an_empty_seat,
    reaches_talking,
    reaches_the_end,
    reaches_a_cut_off,
    reaches_the_partner,
    reaches_the_dispatcher,
    reaches_the_dispatcher_beside_a_clinician,
    reaches_the_dispatcher_alone,
    reaches_the_callback_question,
    reaches_another_language,
    reaches_the_backup_phone,
]


@pytest.mark.parametrize("story", STORIES)
def test_at_any_instant_after_a_call_came_so_far(quick_town: Town, story) -> None:
    town = quick_town
    town.clinician("Ana").goes_on_duty()
    town.clinician("Ben", "backup", phone="+13145550121")
    town.phone("+13145550121").answers(after=3).then_presses("1", after=2)
    town.phone(PARTNER).answers(after=2)
    town.phone(DISPATCH).answers(after=2).then_presses("1", after=2)
    for after in MOMENTS:
        caller = town.transfers_from_911()
        story(town, caller)
        town.waits(seconds=after)
        caller.hangs_up()
        town.waits(seconds=14)
        assert_put_away(town, caller, f"hung up {after} s after it {story.__name__}")
        tidy(town)
