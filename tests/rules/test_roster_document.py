"""Is every mistake in a roster document refused, by its place?"""

import copy

import pytest

from routing import document
from routing.roster import RosterError

WINDOW = {"start": "2026-06-01T00:00:00Z", "end": "2026-06-02T00:00:00Z"}
GOOD = {
    "zone": "America/Chicago",
    "patterns": [
        {"id": "days", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]},
        {
            "tier": "primary",
            "start": "20:00",
            "end": "08:00",
            "rotation": {"groups": [["ben"], ["cora"]], "turn": "week", "anchor": "2026-06-01"},
        },
    ],
    "one_offs": [{"tier": "backup", "person": "ana", **WINDOW}],
    "overrides": [{"kind": "replace", "person": "ana", "by": "ben", **WINDOW}],
    "swaps": [{"id": "s", "pattern": "days", "date": "2026-06-03", "person": "ana", "by": "ben"}],
    "exact_plans": [{"tier": "backup", **WINDOW, "shifts": [{"person": "ana", **WINDOW}]}],
    "time_off": [{"person": "dana", **WINDOW}],
    "closures": [{**WINDOW, "tiers": ["supervisor"]}],
    "people": {
        "Ben Carter": {},
        "ana": {"skills": ["youth"], "languages": ["es"], "max_hours": 40},
    },
    "needs": [{"tier": "primary", "need": 1, "days": ["sat"], "start": "20:00", "end": "08:00"}],
}
# (place, what is written there, where the error must point, its code)
MISTAKES = [
    ("zone", "Mars/Olympus", "zone", "unknown_zone"),
    ("zone", "America", "zone", "unknown_zone"),  # a folder of zones
    ("zone", None, "zone", "malformed"),
    ("patterns", {}, "patterns", "malformed"),
    ("patterns", [3], "patterns[0]", "malformed"),
    ("paterns", [], "paterns", "malformed"),
    ("patterns.0.zone", "Chicago", "patterns[0].zone", "unknown_zone"),
    ("patterns.1.start", "25:00", "patterns[1].start", "malformed"),
    ("patterns.1.start", "24:00", "patterns[1].start", "malformed"),
    ("patterns.1.start", 800, "patterns[1].start", "malformed"),
    ("patterns.1.end_days", 0, "patterns[1].end_days", "malformed"),
    ("patterns.1.end_days", True, "patterns[1].end_days", "malformed"),
    ("patterns.0.tier", "first", "patterns[0].tier", "malformed"),
    ("patterns.0.untill", "2026-01-01", "patterns[0].untill", "malformed"),
    ("patterns.0.until", "2026-02-30", "patterns[0].until", "malformed"),
    ("patterns.0.until", "0001-01-01", "patterns[0].until", "malformed"),
    ("patterns.0.until", "1899-12-31", "patterns[0].until", "malformed"),
    ("patterns.0.until", "3000-01-01", "patterns[0].until", "malformed"),
    ("patterns.0.from", "2026-W01-1", "patterns[0].from", "malformed"),
    ("closures.0.end", "9999-12-31T23:59:59Z", "closures[0].end", "malformed"),
    ("closures.0.end", "3000-01-01T00:00:00Z", "closures[0].end", "malformed"),
    ("time_off.0.start", "0001-01-01T00:00:00Z", "time_off[0].start", "malformed"),
    ("exact_plans.0.shifts.0.tier", "primary", "exact_plans[0].shifts[0].tier", "malformed"),
    ("people.ana.phone", "at the office", "people.ana.phone", "malformed"),
    ("people.ana.phone", "911", "people.ana.phone", "malformed"),
    ("people.ana.phone", 13145550121, "people.ana.phone", "malformed"),
    ("people.ana.email", "ana", "people.ana.email", "malformed"),
    ("patterns.0.days", ["Mon"], "patterns[0].days[0]", "malformed"),
    ("patterns.0.days", [], "patterns[0].days", "malformed"),
    ("patterns.0.nth", [0], "patterns[0].nth[0]", "malformed"),
    ("patterns.0.every_weeks", 2, "patterns[0].from", "malformed"),
    ("patterns.0.people", None, "patterns[0].people", "malformed"),
    ("patterns.0.people", [" "], "patterns[0].people[0]", "malformed"),
    ("patterns.1.people", ["ana"], "patterns[1].people", "malformed"),
    ("patterns.1.id", "days", "patterns[1].id", "malformed"),
    ("patterns.1.rotation.groups", [], "patterns[1].rotation.groups", "empty_rotation"),
    ("patterns.1.rotation.groups", [["ana"], []], "patterns[1].rotation.groups", "empty_rotation"),
    ("patterns.1.rotation.turn", "year", "patterns[1].rotation.turn", "malformed"),
    ("patterns.1.rotation.every", 0, "patterns[1].rotation.every", "malformed"),
    ("one_offs.0.end", "2026-06-02T00:00:00", "one_offs[0].end", "malformed"),  # whose midnight?
    ("one_offs.0.end", WINDOW["start"], "one_offs[0].end", "malformed"),
    ("overrides.0.end", WINDOW["start"], "overrides[0].end", "override_empty"),
    ("overrides.0.by", "ana", "overrides[0].by", "override_self"),
    ("overrides.0.by", None, "overrides[0].by", "malformed"),
    ("overrides.0.kind", "swap", "overrides[0].kind", "malformed"),
    ("exact_plans.0.shifts.0.person", None, "exact_plans[0].shifts[0].person", "malformed"),
    ("closures.0.tiers", ["all"], "closures[0].tiers[0]", "malformed"),
    ("people.ana.max_hours", -1, "people.ana.max_hours", "malformed"),
    ("people.ana", [], "people.ana", "malformed"),
    ("people", [], "people", "malformed"),
    ("needs.0.need", -1, "needs[0].need", "malformed"),
]


def written(place, value):
    changed = copy.deepcopy(GOOD)
    *way, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    spot = changed
    for step in way:
        spot = spot[step]
    spot[last] = value
    return changed


def test_the_good_document_is_kept():
    assert document.check(GOOD) == document.Checked((), ())


@pytest.mark.parametrize(("place", "value", "path", "code"), MISTAKES)
def test_a_mistake_is_named_by_its_place(place, value, path, code):
    with pytest.raises(RosterError) as refused:
        document.parse(written(place, value))
    assert (refused.value.path, refused.value.code) == (path, code)
    assert document.check(written(place, value)).codes == [code]


@pytest.mark.parametrize("value", [None, [], "roster", 7])
def test_what_is_no_object_at_all_is_refused(value):
    assert document.check(value).codes == ["malformed"]


OTHER = {"start": "2026-06-01T23:59:59Z", "end": "2026-06-03T00:00:00Z"}


@pytest.mark.parametrize(
    ("other", "codes"),
    [
        ({"kind": "remove", "person": "ana", **OTHER}, ["override_conflict"]),
        ({"kind": "add", "person": "ben", **OTHER}, ["override_conflict"]),  # ben stands in for ana
        ({"kind": "add", "person": "dana", **OTHER}, []),
        ({"kind": "add", "person": "ana", "tier": "backup", **OTHER}, ["override_conflict"]),
        ({"kind": "remove", "person": "ana", **OTHER, "start": WINDOW["end"]}, []),  # they touch
    ],
)
def test_two_overrides_may_not_speak_of_one_person_at_once(other, codes):
    both = written("overrides", [*GOOD["overrides"], other])
    assert document.check(both).codes == codes


def test_every_mistake_is_collected():
    wrong = written("zone", "Mars/Olympus") | {"one_offs": [{}], "time_off": [{}]}
    assert [error.path for error in document.check(wrong).errors] == [
        "zone",
        "one_offs[0].tier",
        "time_off[0].person",
    ]
