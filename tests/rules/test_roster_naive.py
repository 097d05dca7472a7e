"""Do the merged timeline and a naive second implementation agree, clock changes included?"""

import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import naive_roster
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import document, oncall
from routing.wallclock import instant, wall

# A clock change in or near each: an hour, half an hour, two hours, at midnight, backwards.
CHANGES = [
    ("America/Chicago", "2026-03-08T06:00:00Z"),
    ("America/Chicago", "2026-11-01T05:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T12:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T12:00:00Z"),
    ("Antarctica/Troll", "2026-03-28T22:00:00Z"),
    ("America/Santiago", "2026-09-06T02:00:00Z"),
    ("Asia/Beirut", "2026-10-24T18:00:00Z"),
    ("Europe/Dublin", "2026-10-24T23:00:00Z"),
    ("Africa/Casablanca", "2026-02-15T00:00:00Z"),
    ("Asia/Kolkata", "2026-05-05T00:00:00Z"),
]
STEP = timedelta(minutes=15)
PEOPLE = st.sampled_from(["ana", "ben", "cora", "dana"])
TIER = st.sampled_from(["primary", "backup"])
CLOCK = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def rosters(draw):
    zone, around = draw(st.sampled_from(CHANGES))
    middle = datetime.fromisoformat(around)
    dates = st.integers(-4, 3).map(lambda n: (middle + timedelta(days=n)).date().isoformat())
    moments = st.integers(-60, 60).map(lambda n: (middle + n * STEP).isoformat())
    spans = st.tuples(moments, moments).filter(lambda p: p[0] < p[1])
    spanned = spans.map(lambda p: {"start": p[0], "end": p[1]})

    def entries(fields, most=2):
        each = st.builds(lambda window, rest: window | rest, spanned, st.fixed_dictionaries(fields))
        return st.lists(each, max_size=most)

    patterns = draw(st.lists(pattern(dates), min_size=1, max_size=4))
    for index, one in enumerate(patterns):
        one["id"] = f"p{index}"
    overrides = draw(
        entries(
            {"tier": TIER, "person": PEOPLE, "kind": st.sampled_from(["add", "remove", "replace"])}
        )
    )
    for one in overrides:
        if one["kind"] == "replace":
            one["by"] = draw(PEOPLE.filter(lambda name, one=one: name != one["person"]))
    swaps = st.fixed_dictionaries(
        {
            "pattern": st.sampled_from([p["id"] for p in patterns]),
            "date": dates,
            "person": PEOPLE,
            "by": PEOPLE,
        }
    )
    plan = {"tier": TIER, "shifts": entries({"person": PEOPLE}, most=3)}
    return middle, {
        "zone": zone,
        "patterns": patterns,
        "one_offs": draw(entries({"tier": TIER, "person": PEOPLE})),
        "overrides": overrides,
        "swaps": [one | {"id": f"s{n}"} for n, one in enumerate(draw(st.lists(swaps, max_size=2)))],
        "exact_plans": draw(entries(plan, most=1)),
        "time_off": draw(entries({"person": PEOPLE}, most=1)),
        "closures": draw(entries({}, most=1)),
    }


@st.composite
def pattern(draw, dates):
    one = {"tier": draw(TIER), "start": draw(CLOCK), "end": draw(CLOCK)}
    one["days"] = draw(st.lists(st.sampled_from(naive_roster.DAYS), min_size=3, unique=True))
    if draw(st.booleans()):
        one["end_days"] = draw(st.integers(1, 3))
    if draw(st.booleans()):
        one["zone"] = draw(st.sampled_from(CHANGES))[0]
    if draw(st.booleans()):
        one["from"] = draw(dates)
        one["every_weeks"] = draw(st.integers(1, 2))
    if draw(st.booleans()):
        one["until"] = draw(dates)
    if draw(st.booleans()):
        one["except_dates"] = [draw(dates)]
    if draw(st.integers(0, 3)) == 3:
        one["nth"] = draw(st.lists(st.sampled_from([1, 2, 5, -1, -2]), min_size=1))
    groups = st.lists(st.lists(PEOPLE, min_size=1, max_size=2, unique=True), min_size=1, max_size=3)
    if draw(st.booleans()):
        turn = draw(st.sampled_from(["shift", "day", "week", "month"]))
        anchor = "2026-06-01" if turn == "month" else draw(dates)
        one["rotation"] = {
            "groups": draw(groups),
            "turn": turn,
            "every": draw(st.integers(1, 2)),
            "anchor": anchor,
        }
    else:
        one["people"] = draw(groups)[0]
    return one


@settings(max_examples=50)  # test_roster_random.py asks of thousands; this one tells the smallest
@given(rosters())
def test_every_quarter_of_an_hour_has_the_naive_answer(drawn):
    middle, exchange = drawn
    if document.check(exchange).errors:  # two overrides of one person: refused, as it should be
        return
    roster = document.parse(exchange)
    start, end = middle - timedelta(hours=18), middle + timedelta(hours=18)
    timeline = oncall.Timeline.of(roster, start, end)
    worked = dict.fromkeys(("ana", "ben", "cora", "dana"), 0.0)
    empty = timedelta(0)
    for step in range(int((end - start) / STEP)):
        moment = start + step * STEP
        answer = timeline.at(moment)
        for tier in ("primary", "backup"):
            naive = naive_roster.on_call(exchange, tier, moment)
            assert set(answer[tier]) == (naive or set()), (tier, moment)
            if tier == "primary":
                empty += STEP if naive == set() else timedelta(0)
                for person in naive or ():
                    worked[person] += 0.25
    found = timeline.gaps(start, end, "primary")
    assert sum((until - since for since, until in found), timedelta(0)) == empty
    assert all(one[1] < other[0] for one, other in pairwise(found)), "maximal"
    assert timeline.hours(start, end, "primary") == {p: h for p, h in worked.items() if h}


ZONES = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2034-12-31")).map(
        lambda d: d.replace(second=0, microsecond=0)
    ),
)
def test_an_instant_is_the_first_that_reads_at_least_its_wall_clock(zone, local):
    moment = instant(local, zone)
    assert wall(moment, zone) >= local
    assert wall(moment - timedelta(seconds=1), zone) < local
    assert moment == naive_roster.first_instant(local, zone)


@given(st.sampled_from(ZONES), st.integers(2024, 2034), st.integers(0, 23))
@settings(max_examples=60)
def test_shifts_that_touch_tile_the_year_in_every_zone(zone, year, handover):
    clock, other = f"{handover:02}:30", f"{(handover + 12) % 24:02}:30"
    halves = [(clock, other, "ana"), (other, clock, "ben")]
    patterns = [{"tier": "primary", "start": s, "end": e, "people": [p]} for s, e, p in halves]
    roster = document.parse({"zone": zone, "patterns": patterns})
    start = datetime(year, 1, 1, tzinfo=UTC)
    timeline = oncall.Timeline.of(roster, start, start + timedelta(days=366))
    assert not timeline.gaps(start, start + timedelta(days=366), "primary")
    assert not [
        s
        for s in timeline.segments("primary", start, start + timedelta(days=366))
        if len(s.people) != 1
    ]


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("America/Chicago", "2026-03-08T02:30", "2026-03-08T08:00Z"),  # skipped: after the jump
        ("America/Chicago", "2026-11-01T01:30", "2026-11-01T06:30Z"),  # twice: the first
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00Z"),  # a whole day skipped
        ("Europe/Kiev", "2026-07-01T12:00", "2026-07-01T09:00Z"),  # a renamed zone
    ],
)
def test_the_clock_that_jumps(zone, local, expected):
    assert instant(datetime.fromisoformat(local), zone) == datetime.fromisoformat(expected)
