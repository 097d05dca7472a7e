"""Do two people's changes of one roster stand together, and is every change known and undone?"""

import copy

import pytest

from routing import document as exchange
from routing.edits import Change, changes, document_of, entries, merge, undone, with_entry

DAY = {"id": "day", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]}
NIGHT = {"tier": "primary", "start": "20:00", "end": "08:00", "people": ["ben"]}  # without an id
AWAY = {"person": "ana", "start": "2026-06-01T00:00:00Z", "end": "2026-06-02T00:00:00Z"}
BASE = {
    "zone": "America/Chicago",
    "patterns": [DAY, NIGHT],
    "time_off": [AWAY],
    "people": {"ana": {"skills": ["youth"], "max_hours": 40}},
}


def key_of(document, part, index):
    return [key for where, key in entries(document) if where == part][index]


def edited(document, part, index, **fields):
    key = key_of(document, part, index)
    return with_entry(document, part, key, entries(document)[part, key] | fields)


def removed(document, part, index):
    return with_entry(document, part, key_of(document, part, index), None)


def test_taking_a_document_apart_changes_nothing():
    assert document_of(entries(BASE)) == BASE


def test_an_entry_without_an_id_keeps_its_place_when_it_is_changed():
    after = edited(BASE, "patterns", 1, end="06:00")
    (change,) = changes(BASE, after)
    assert (change.before, change.fields) == (NIGHT, ("end", "id"))
    assert change.after == NIGHT | {"end": "06:00", "id": change.key}
    again = edited(after, "patterns", 1, end="07:00")
    assert [one.key for one in changes(BASE, again)] == [change.key]


def test_two_entries_that_say_the_same_are_two():
    twice = BASE | {"time_off": [AWAY, dict(AWAY)]}
    assert len(entries(twice)) == len(entries(BASE)) + 1
    assert removed(twice, "time_off", 1)["time_off"] == [AWAY]
    named = BASE | {"time_off": [AWAY | {"id": "a"}, AWAY | {"id": "a", "person": "ben"}]}
    for document in (twice, named):
        assert changes(document, document_of(entries(document))) == []
        after = edited(document, "patterns", 0, start="09:00")
        assert changes(document, undone(after, changes(document, after)).document) == []


def test_the_last_entry_of_a_part_takes_the_part_with_it():
    assert "time_off" not in removed(BASE, "time_off", 0)


# (what I did, what somebody else did, what both together are)
TOGETHER = [
    (
        lambda d: edited(d, "patterns", 0, start="09:00"),
        lambda d: edited(d, "patterns", 1, end="06:00"),
        lambda d: edited(edited(d, "patterns", 1, end="06:00"), "patterns", 0, start="09:00"),
    ),
    (  # one entry, two fields
        lambda d: edited(d, "patterns", 0, start="09:00"),
        lambda d: edited(d, "patterns", 0, end="21:00"),
        lambda d: edited(d, "patterns", 0, start="09:00", end="21:00"),
    ),
    (  # the same change
        lambda d: edited(d, "patterns", 0, start="09:00"),
        lambda d: edited(d, "patterns", 0, start="09:00"),
        lambda d: edited(d, "patterns", 0, start="09:00"),
    ),
    (lambda d: removed(d, "time_off", 0), lambda d: d, lambda d: removed(d, "time_off", 0)),
    (
        lambda d: with_entry(d, "closures", "mine", {"id": "mine"}),
        lambda d: with_entry(d, "closures", "hers", {"id": "hers"}),
        lambda d: d | {"closures": [{"id": "hers"}, {"id": "mine"}]},
    ),
    (  # dates are a set: both exceptions are meant
        lambda d: edited(d, "patterns", 0, except_dates=["2026-12-25"]),
        lambda d: edited(d, "patterns", 0, except_dates=["2026-11-26"]),
        lambda d: edited(d, "patterns", 0, except_dates=["2026-11-26", "2026-12-25"]),
    ),
    (
        lambda d: with_entry(d, "people", "ana", {"skills": ["youth"], "max_hours": 32}),
        lambda d: with_entry(
            d, "people", "ana", {"skills": ["veterans", "youth"], "max_hours": 40}
        ),
        lambda d: with_entry(
            d, "people", "ana", {"skills": ["veterans", "youth"], "max_hours": 32}
        ),
    ),
    (
        lambda d: d | {"zone": "America/Denver"},
        lambda d: d,
        lambda d: d | {"zone": "America/Denver"},
    ),
]


def same(one, other):
    return changes(one, other) == []


@pytest.mark.parametrize(("mine", "theirs", "both"), TOGETHER)
def test_changes_that_do_not_touch_stand_together(mine, theirs, both):
    base = copy.deepcopy(BASE)
    merged = merge(base, mine(base), theirs(base))
    assert not merged.clashes
    assert same(merged.document, both(base))
    other_way = merge(base, theirs(base), mine(base))
    assert same(other_way.document, both(base))
    assert base == BASE


def test_of_two_values_for_one_field_somebody_chooses():
    mine = edited(BASE, "patterns", 0, start="09:00", note="mine")
    theirs = edited(BASE, "patterns", 0, start="10:00")
    merged = merge(BASE, mine, theirs)
    (clash,) = merged.clashes
    assert (clash.field, clash.base, clash.mine, clash.theirs) == (
        "start",
        "08:00",
        "09:00",
        "10:00",
    )
    assert merged.document["patterns"][0]["start"] == "10:00"
    assert merged.document["patterns"][0]["note"] == "mine"  # nothing else is lost
    chosen = merge(BASE, mine, theirs, {clash.place})
    assert chosen.document["patterns"][0]["start"] == "09:00"


@pytest.mark.parametrize("swapped", [False, True])
def test_what_one_removes_and_another_changes_is_a_clash(swapped):
    mine, theirs = removed(BASE, "patterns", 0), edited(BASE, "patterns", 0, start="09:00")
    if swapped:
        mine, theirs = theirs, mine
    merged = merge(BASE, mine, theirs)
    (clash,) = merged.clashes
    assert clash.field == ""
    assert same(merged.document, theirs)
    assert same(merge(BASE, mine, theirs, {clash.place}).document, mine)


def test_undoing_takes_back_that_change_and_nothing_since():
    first = edited(BASE, "patterns", 0, start="09:00")
    later = edited(removed(first, "time_off", 0), "patterns", 0, end="21:00")
    back = undone(later, changes(BASE, first))
    assert not back.clashes
    assert same(back.document, edited(removed(BASE, "time_off", 0), "patterns", 0, end="21:00"))


def test_undoing_what_was_changed_again_is_a_clash():
    first = edited(BASE, "patterns", 0, start="09:00")
    later = edited(first, "patterns", 0, start="07:00")
    back = undone(later, changes(BASE, first))
    assert [clash.field for clash in back.clashes] == ["start"]
    assert same(back.document, later)


@pytest.mark.parametrize(
    "make",
    [
        lambda d: removed(d, "patterns", 1),
        lambda d: with_entry(d, "closures", "new", {"id": "new"}),
        lambda d: with_entry(d, "people", "ana", None),
    ],
)
def test_undo_is_the_way_back(make):
    after = make(BASE)
    assert same(undone(after, changes(BASE, after)).document, BASE)


def test_a_changed_document_is_still_one_that_parses():
    assert exchange.parse(edited(BASE, "patterns", 1, end="06:00"))
    assert Change("zone", "", None, {"zone": "UTC"}).fields == ("zone",)
