"""Is the advice reckoned from the right calls, hours and means?"""

from datetime import UTC, datetime, timedelta

import pytest

from routing.erlang import Load, needed
from routing.staffing import Goal, Past, advise, hour_of_week

ZONE = "America/Chicago"
NOW = datetime(2026, 10, 26, 5, 0, tzinfo=UTC)  # Monday 00:00 in St. Louis, summer time for months
WEEK = timedelta(weeks=1)
GOAL = Goal()


def call(before, minutes=20.0, waited=5.0, left=False):
    talked = None if left else timedelta(minutes=minutes)
    return Past(NOW - before, timedelta(seconds=waited), talked, left)


def fridays(hour, count, weeks=10, **facts):
    """So many calls in that hour of every Friday."""
    since = timedelta(days=3) - timedelta(hours=hour)
    return [
        call(since + week * WEEK - timedelta(minutes=number), **facts)
        for week in range(weeks)
        for number in range(count)
    ]


def oldest(weeks=10):
    return [call(weeks * WEEK)]


def test_each_hour_has_the_calls_of_its_weeks():
    advice = advise(fridays(20, 6) + oldest(), NOW, 10, ZONE, GOAL)
    assert (advice.weeks, advice.calls) == (10, 61)
    busy = advice.hours[4 * 24 + 20]
    assert (busy.calls, busy.per_hour, busy.small) == (60, 6.0, False)
    assert busy.handle_seconds == 20 * 60 + 300
    assert busy.needed == needed(Load(6, 1500, 400), 0.9, 20)
    assert busy.answered >= 0.9
    assert busy.if_busier >= busy.needed
    quiet = advice.hours[4 * 24 + 19]
    assert (quiet.calls, quiet.needed, quiet.small) == (0, 1, True)


def test_only_whole_weeks_count_and_no_more_than_asked():
    past = fridays(20, 6, weeks=12) + oldest(12)
    assert advise(past, NOW, 10, ZONE, GOAL).weeks == 10
    assert advise(past, NOW, 10, ZONE, GOAL).hours[4 * 24 + 20].per_hour == 6
    assert advise(fridays(20, 6, weeks=1), NOW, 10, ZONE, GOAL).hours == ()
    assert advise([], NOW, 10, ZONE, GOAL).weeks == 0


def test_talk_and_patience_are_measured_when_there_are_enough_calls():
    few = advise(fridays(20, 2) + oldest(), NOW, 10, ZONE, GOAL)
    assert (few.talk_measured, few.talk_seconds) == (False, GOAL.talk_seconds)
    assert (few.patience_measured, few.patience_seconds) == (False, GOAL.patience_seconds)
    gave_up = fridays(3, 4, left=True, waited=60)
    advice = advise(fridays(20, 6, minutes=10) + gave_up + oldest(), NOW, 10, ZONE, GOAL)
    assert advice.talk_measured
    assert advice.talk_seconds == pytest.approx(600, rel=0.02)
    assert advice.patience_measured
    # 40 gave up after 60 s; 61 were answered after 5 s
    assert advice.patience_seconds == pytest.approx((40 * 60 + 61 * 5) / 40)


def test_the_hour_is_the_wall_clocks():
    assert hour_of_week(NOW, ZONE) == 0
    assert hour_of_week(NOW - timedelta(seconds=1), ZONE) == 167
    assert hour_of_week(datetime(2026, 11, 23, 6, 0, tzinfo=UTC), ZONE) == 0  # in winter
