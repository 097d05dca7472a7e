"""Do given hours reach exactly the person meant, whatever overrides stand there already?"""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from routing import by_hand, document
from routing.oncall import Timeline

START = datetime(2026, 6, 1, tzinfo=UTC)
END = START + timedelta(days=1)
HOUR = timedelta(hours=1)
BASE = {
    "zone": "UTC",
    "patterns": [
        {"tier": "primary", "start": "00:00", "end": "00:00", "people": ["ana", "dana"]},
        {"tier": "backup", "start": "00:00", "end": "00:00", "people": ["ana"]},
    ],
}


def at(hour):
    return START + hour * HOUR


def on(exchange, hour, tier="primary"):
    return Timeline.of(document.parse(exchange), START, END).on(tier, at(hour))


def give(exchange, person, by, start, end, tier="primary"):
    return by_hand.without(exchange, tier, person, at(start), at(end), by)


def test_hours_of_a_pattern_are_given():
    after = give(BASE, "ana", "ben", 8, 20)
    assert on(after, 7) == ("ana", "dana")
    assert on(after, 8) == ("ben", "dana")
    assert on(after, 20) == ("ana", "dana")
    assert on(after, 8, "backup") == ("ana",)


def test_an_hour_of_the_replacement_goes_to_a_third():
    after = give(give(BASE, "ana", "ben", 8, 20), "ben", "cora", 12, 13)
    assert [on(after, hour) for hour in (11, 12, 13)] == [
        ("ben", "dana"),
        ("cora", "dana"),
        ("ben", "dana"),
    ]
    assert [one["person"] for one in after["overrides"]] == ["ana", "ana", "ana"]
    assert not document.check(after).errors


def test_given_back_to_whoever_was_scheduled_leaves_no_override():
    assert give(give(BASE, "ana", "ben", 8, 20), "ben", "ana", 8, 20)["overrides"] == []


def test_given_to_nobody_they_are_nobodys():
    after = give(give(BASE, "ana", "ben", 8, 20), "ben", None, 8, 10)
    assert on(after, 9) == ("dana",)
    assert on(after, 10) == ("ben", "dana")


def test_what_was_added_is_cut_and_handed_on():
    extra = {"kind": "add", "tier": "primary", "person": "ben"}
    extra |= {"start": at(4).isoformat(), "end": at(8).isoformat()}
    exchange = BASE | {"overrides": [extra]}
    assert on(give(exchange, "ben", None, 6, 9), 7) == ("ana", "dana")
    handed = give(exchange, "ben", "cora", 6, 9)
    assert [on(handed, hour) for hour in (5, 7)] == [
        ("ana", "ben", "dana"),
        ("ana", "cora", "dana"),
    ]


def test_an_override_of_every_tier_is_cut_in_one_only():
    everywhere = {
        "id": "x",
        "kind": "replace",
        "person": "ana",
        "by": "ben",
        "start": at(8).isoformat(),
        "end": at(20).isoformat(),
    }
    after = give(BASE | {"overrides": [everywhere]}, "ben", "cora", 10, 11)
    assert on(after, 10) == ("cora", "dana")
    assert on(after, 10, "backup") == ("ben",)
    assert on(after, 12, "supervisor") == ()
    assert not document.check(after).errors


PEOPLE = st.sampled_from(["ana", "ben", "cora", "dana"])
WISHES = st.lists(
    st.tuples(PEOPLE, st.none() | PEOPLE, st.integers(0, 23), st.integers(1, 24)).filter(
        lambda wish: wish[0] != wish[1] and wish[2] < wish[3]
    ),
    max_size=6,
)


@settings(max_examples=200)
@given(WISHES)
def test_whatever_is_given_arrives_and_nothing_else_moves(wishes):
    exchange = BASE
    for person, by, start, end in wishes:
        after = give(exchange, person, by, start, end)
        if document.check(after).errors:  # `by` is spoken of by another override: refused on save
            continue
        old, new = (Timeline.of(document.parse(one), START, END) for one in (exchange, after))
        for hour in range(24):
            before, now = set(old.on("primary", at(hour))), set(new.on("primary", at(hour)))
            if person in before and start <= hour < end:
                assert now == before - {person} | ({by} if by else set())
            elif not start <= hour < end:
                assert now == before
        exchange = after
