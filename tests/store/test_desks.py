"""Who is on duty, and does a desk change state only from where it may?"""

from datetime import timedelta

import pytest
from store.conftest import NOON

LATER = NOON + timedelta(seconds=30)


@pytest.fixture
def staffed(store, a_person):
    with store.begin() as rows:
        for name in ("ana", "ben"):
            rows.people.add(a_person(name))
        rows.desks.on_duty("ana", NOON)
    return store


def test_going_on_duty_opens_the_desk(staffed):
    with staffed.begin() as rows:
        desk = rows.desks.get("ana")
        assert (desk.state, desk.heard_at, desk.idle_since) == ("available", NOON, NOON)
        assert not rows.desks.on_duty("ana", LATER)
        assert rows.desks.get("ana") == desk
        assert rows.desks.off_duty("ana", LATER)
        assert rows.desks.on_duty("ana", LATER)
        assert [desk.person_id for desk in rows.desks.all()] == ["ana"]


@pytest.mark.parametrize("state", ["connecting", "talking", "wrap_up", "off"])
def test_nobody_goes_off_duty_in_the_middle_of_a_call(staffed, state):
    with staffed.begin() as rows:
        rows.desks.set("ana", state, NOON, call_id="call-0")
        assert not rows.desks.off_duty("ana", LATER)


@pytest.mark.parametrize(
    ("only_from", "changes"), [(None, True), (("available",), True), (("off",), False)]
)
def test_a_state_changes_only_from_those_named(staffed, only_from, changes):
    with staffed.begin() as rows:
        before = rows.desks.get("ana")
        done = rows.desks.set("ana", "paused", LATER, why="missed_offer", only_from=only_from)
        after = rows.desks.get("ana")
    assert done is changes
    assert (after != before) is changes
    assert after.idle_since == NOON


def test_idle_time_starts_when_a_call_ends(staffed):
    with staffed.begin() as rows:
        rows.desks.set("ana", "wrap_up", LATER, call_id="call-0", idle_since=LATER)
        desk = rows.desks.get("ana")
    assert (desk.state, desk.call_id, desk.idle_since) == ("wrap_up", "call-0", LATER)


@pytest.mark.parametrize(("seconds", "found"), [(24, ["ana"]), (25, [])])
def test_an_unheard_desk_is_not_offered_calls(staffed, seconds, found):
    now = NOON + timedelta(seconds=seconds)
    with staffed.read() as rows:
        assert [desk.person_id for desk in rows.desks.available(now)] == found


def test_a_beat_is_heard_and_may_say_that_somebody_is_there(staffed):
    with staffed.begin() as rows:
        assert rows.desks.beat("ana", LATER, active=False)
        assert (rows.desks.get("ana").heard_at, rows.desks.get("ana").active_at) == (LATER, NOON)
        assert rows.desks.beat("ana", LATER, active=True)
        assert rows.desks.get("ana").active_at == LATER
        assert not rows.desks.beat("ben", LATER, active=True)
