"""Is what falls short told when it comes near or grows, once a day, and not at every look?"""

from datetime import UTC, datetime, timedelta

import pytest

from routing.coverage import Shortfall
from routing.watch import Sight, to_tell, worse

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = 28 * 24  # hours to the end of a sight


def seen(at, *spans, need=1, skills=()):
    """Return a sight `at` hours after noon of shortfalls between two hours after noon."""
    last = at + END
    shorts = [
        Shortfall(
            NOON + max(start, at) * HOUR, NOON + min(end, last) * HOUR, "primary", need, skills
        )
        for start, end in spans
        if end > at and start < last
    ]
    return Sight(NOON + at * HOUR, tuple(shorts))


FOREVER = (-100, 10_000)
# (what was told, what is seen later, is it worse?)
SEEN = [
    (seen(0, (200, 212)), seen(1, (200, 212)), False),  # nothing came nearer
    (seen(0, (200, 212)), seen(128, (200, 212)), True),  # 72 hours before
    (seen(0, (200, 212)), seen(127.9, (200, 212)), False),
    (seen(130, (200, 212)), seen(175, (200, 212)), False),
    (seen(130, (200, 212)), seen(176, (200, 212)), True),  # 24 hours before
    (seen(180, (200, 212)), seen(200, (200, 212)), True),  # it begins
    (seen(200, (200, 212)), seen(205, (200, 212)), False),  # it goes on
    (seen(0, (400, 412)), seen(63.9, (400, 412)), False),  # 14 days and a bit before
    (seen(0, (400, 412)), seen(64, (400, 412)), True),
    (seen(0), seen(1, (20, 30)), True),  # nobody knew of it
    (seen(0, (20, 30)), seen(1, (20, 31)), True),  # it grew
    (seen(0, (20, 30)), seen(1, (20, 29)), False),  # it shrank
    (seen(0, (20, 30)), seen(1), False),  # it was filled
    (seen(0, FOREVER), seen(20, FOREVER), False),  # an empty roster is told once a day only
    (seen(0, (20, 30)), seen(1, (20, 30), need=2), True),  # one is there, and two are wanted
    (seen(0, (20, 30)), seen(1, (20, 30), skills=("es",)), True),
]


@pytest.mark.parametrize(("told", "now", "is_worse"), SEEN)
def test_only_what_is_worse_is_told_at_once(told, now, is_worse):
    assert bool(worse(told, now)) is is_worse
    assert to_tell(told, now) is (
        is_worse or (bool(now.pressing) and now.at - told.at >= 24 * HOUR)
    )


def test_it_is_told_the_first_time_and_each_day():
    gap = (100, 110)
    assert to_tell(None, seen(0, gap))
    assert not to_tell(None, seen(0))
    assert not to_tell(None, seen(0, (400, 410))), "beyond 14 days it presses nobody yet"
    assert not to_tell(seen(0, gap), seen(23.9, gap))
    assert to_tell(seen(0, gap), seen(24, gap))
