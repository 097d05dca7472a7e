"""Is every hour with fewer people than wanted found, and none that is closed or not wanted?"""

from datetime import UTC, datetime, timedelta

import pytest

from routing import document
from routing.coverage import ANYTHING, opened, shortfalls
from routing.oncall import Timeline

MONDAY = datetime(2026, 6, 1, 5, tzinfo=UTC)  # midnight in St. Louis
WEEK = MONDAY, MONDAY + timedelta(days=7)
HOUR = timedelta(hours=1)
ZONE = "America/Chicago"
EVERYWHERE = [
    {"id": tier, "tier": tier, "start": "00:00", "end": "00:00", "people": people}
    for tier, people in (("primary", ["ana"]), ("backup", ["ben"]), ("supervisor", ["sol"]))
]
ABLE = {("ana", "es"), ("ben", "youth")}


def able(person, skill):
    return skill == ANYTHING or (person, skill) in ABLE


def short(window=WEEK, **parts):
    roster = document.parse({"zone": ZONE, "patterns": EVERYWHERE} | parts)
    found = shortfalls(Timeline.of(roster, *window), roster, *window, able)
    return [
        (one.tier, (one.start - MONDAY) / HOUR, (one.end - MONDAY) / HOUR, one.need, one.skills)
        for one in found
    ]


def instants(start, end):
    return {"start": (MONDAY + start * HOUR).isoformat(), "end": (MONDAY + end * HOUR).isoformat()}


NIGHTS = {"tier": "primary", "need": 2, "days": ["fri", "sat"], "start": "20:00", "end": "08:00"}
OFF = {"person": "ana", **instants(8, 20)}
# (what the roster says besides three people always on call, what is short of it)
SHORT = [
    ({}, []),
    ({"patterns": []}, [("primary", 0, 168, 1, ())]),  # the primary tier is always wanted
    ({"time_off": [OFF]}, [("primary", 8, 20, 1, ())]),
    ({"time_off": [OFF], "closures": [{**instants(8, 20), "tiers": ["primary"]}]}, []),
    ({"needs": [NIGHTS]}, [("primary", 116, 128, 2, ()), ("primary", 140, 152, 2, ())]),
    ({"needs": [NIGHTS], "time_off": [OFF]}, [  # and no less than one at all other hours
        ("primary", 8, 20, 1, ()), ("primary", 116, 128, 2, ()), ("primary", 140, 152, 2, ())]),
    ({"needs": [{"tier": "primary", "need": 1}], "time_off": [{"person": "ben", **instants(0, 9)}]},
     [("backup", 0, 9, 1, ())]),  # a need of one tier leaves the others wanted
    ({"needs": [{"tier": "backup", "need": 0}], "time_off": [{"person": "ben", **instants(0, 9)}]}, []),
    ({"needs": [{"tier": "primary", "need": 1, "language": "es"}]}, []),
    ({"needs": [{"tier": "primary", "need": 1, "skill": "youth"}]}, [("primary", 0, 168, 1, ("youth",))]),
    ({"needs": [{"tier": "primary", "need": 1, "skill": "youth"}], "time_off": [OFF]},
     [("primary", 0, 168, 1, ("youth",)), ("primary", 8, 20, 1, ())]),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "found"), SHORT)
def test_fewer_than_wanted(parts, found):
    assert short(**parts) == found


def test_a_need_of_the_autumn_night_lasts_an_hour_longer():
    sunday = datetime(2026, 11, 1, 5, tzinfo=UTC)
    window = sunday - 24 * HOUR, sunday + 48 * HOUR
    need = {"tier": "primary", "need": 2, "days": ["sat"], "start": "20:00", "end": "08:00"}
    ((_, start, end, *_),) = short(window, needs=[need])
    assert end - start == 13


def test_only_what_was_covered_before_is_opened():
    roster = document.parse({"zone": ZONE, "patterns": EVERYWHERE, "time_off": [OFF]})
    longer = document.parse(
        {"zone": ZONE, "patterns": EVERYWHERE, "time_off": [OFF | instants(8, 24)]}
    )
    before, after = (
        shortfalls(Timeline.of(one, *WEEK), one, *WEEK, able) for one in (roster, longer)
    )
    (found,) = opened(before, after)
    assert (found.start, found.end) == (MONDAY + 20 * HOUR, MONDAY + 24 * HOUR)
