"""Is a call kept whole, found again, and locked; is the waiting line in its order?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import StatementError
from store.conftest import NOON

from ivr.call import Ended, Kind, Stage
from storage.errors import Duplicate, Stale


def keep(store, *calls):
    with store.begin() as rows:
        for call in calls:
            rows.calls.add(call)


def test_a_call_comes_back_as_it_was_kept(store, a_call):
    call = a_call(
        kind=Kind.FOLLOWUP,
        leg_sid="",
        sip={"X-Incident": "2026-0142"},
        ended_reason=Ended.LOST,
        clinician_here=True,
    )
    keep(store, call)
    with store.read() as rows:
        assert rows.calls.get(call.id) == call


def test_two_follow_ups_may_wait_for_their_first_leg(store, a_call):
    keep(store, a_call(leg_sid=""), a_call(leg_sid=""))


def test_a_leg_belongs_to_one_call(store, a_call):
    call = a_call()
    keep(store, call)
    with pytest.raises(Duplicate):
        keep(store, replace(call, id="another"))


def test_calls_that_ended_lately_after_a_cut_off(store, a_call):
    minute, day = timedelta(minutes=1), timedelta(days=1)
    over = a_call(stage=Stage.ENDED, cut_offs=1, line_since=NOON, ended_at=NOON + minute)
    others = (
        a_call(cut_offs=1, line_since=NOON),
        a_call(stage=Stage.ENDED, line_since=NOON, ended_at=NOON + minute),
        a_call(stage=Stage.ENDED, cut_offs=1, line_since=NOON, ended_at=NOON - minute),
        a_call(stage=Stage.ENDED, cut_offs=1, line_since=NOON - day, ended_at=NOON + minute),
    )
    keep(store, over, *others)
    with store.read() as rows:
        assert rows.calls.over_after_cut_off(NOON, NOON - minute) == [over]


def test_instants_keep_their_zone(store, a_call):
    in_st_louis = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/Chicago"), fold=1)
    keep(store, a_call(deadline_at=in_st_louis))
    with store.read() as rows:
        kept = rows.calls.live()[0].deadline_at
    assert kept == in_st_louis.astimezone(UTC)
    assert kept.utcoffset() == timedelta(0)


def test_an_instant_without_a_zone_is_refused(store, a_call):
    with pytest.raises(StatementError, match="no zone"):
        keep(store, a_call(deadline_at=datetime(2026, 11, 1)))  # noqa: DTZ001 - the point


def test_a_saved_call_is_the_new_one(store, a_call):
    call = a_call()
    keep(store, call)
    after = replace(call, stage=Stage.TALKING, hop=3, clinician_id="ana")
    with store.begin() as rows:
        assert rows.calls.lock(call.id) == call
        rows.calls.save(after)
    with store.read() as rows:
        assert rows.calls.by_leg(call.leg_sid) == after


def test_saving_a_call_nobody_added_is_stale(store, a_call):
    with pytest.raises(Stale), store.begin() as rows:
        rows.calls.save(a_call())


def test_an_error_takes_everything_back(store, a_call):
    def fail_midway():
        with store.begin() as rows:
            rows.calls.add(a_call())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_midway()
    with store.read() as rows:
        assert rows.calls.live() == []


def test_the_line_goes_by_priority_and_then_by_place(store, a_call):
    first, second, urgent = a_call(), a_call(), a_call(priority=10)
    cut_off = a_call(line_since=first.line_since - timedelta(minutes=5))
    talking, gone = a_call(stage=Stage.TALKING), a_call(stage=Stage.ENDED)
    keep(store, first, second, urgent, cut_off, talking, gone)
    with store.read() as rows:
        assert [call.id for call in rows.calls.waiting()] == [
            call.id for call in (urgent, cut_off, first, second)
        ]
        assert {call.id for call in rows.calls.live()} == {
            call.id for call in (first, second, urgent, cut_off, talking)
        }


def test_only_deadlines_that_passed_are_due(store, a_call):
    early, late, never = a_call(), a_call(), a_call()
    now = early.arrived_at
    keep(
        store,
        replace(early, deadline_at=now),
        replace(late, deadline_at=now + timedelta(seconds=1)),
        never,
        a_call(stage=Stage.ENDED, deadline_at=now),
    )
    with store.read() as rows:
        assert rows.calls.due(now) == [early.id]


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"hop": 1},  # a lap was answered
        {"rung": 1},
        {"stage": Stage.CONNECTING},
        {"stage_since": NOON + timedelta(hours=1)},  # taken, lost, and back in the line
    ],
)
def test_a_caller_is_claimed_only_as_they_were_seen(store, a_call, meanwhile):
    seen = a_call()
    then = replace(seen, stage=Stage.CONNECTING, clinician_id="ana", hop=1)
    keep(store, replace(seen, **meanwhile))
    with store.begin() as rows:
        assert not rows.calls.claim(seen, then)
        assert rows.calls.get(seen.id) == replace(seen, **meanwhile)
        rows.calls.save(seen)
        assert rows.calls.claim(seen, then)
        assert rows.calls.get(seen.id) == then
        assert not rows.calls.claim(seen, then)


def test_earlier_contacts_are_those_of_the_number_shown(store, a_call):
    first, second, this = a_call(), a_call(), a_call()
    keep(store, first, second, this, a_call(), a_call(number_shown=None))
    with store.read() as rows:
        assert rows.calls.earlier(this.number_shown, this.arrived_at) == [second, first]
        assert rows.calls.earlier(this.number_shown, this.arrived_at, limit=1) == [second]


def test_reports_page_through_a_span_without_gap_or_repeat(store, a_call):
    start = a_call()
    kept = [start, *(a_call(arrived_at=start.arrived_at) for _ in range(3)), a_call()]
    keep(store, *kept)
    end = start.arrived_at + timedelta(days=1)
    seen, after = [], None
    with store.read() as rows:
        while page := rows.calls.between(start.arrived_at, end, limit=2, after=after):
            seen, after = seen + page, page[-1]
        assert [call.id for call in rows.calls.recent(1)] == [kept[-1].id]
        assert rows.calls.between(end, end) == []
    assert sorted(call.id for call in seen) == sorted(call.id for call in kept)
    assert len(seen) == len(kept)
