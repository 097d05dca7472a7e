"""Does every shift of the result say which entries made it, and is nothing told twice?"""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from rules.test_roster_naive import rosters

from routing import document
from routing.edits import LISTS, entries
from routing.layers import laid, why
from routing.stretches import LONGEST, stretches, whole

START = datetime(2026, 6, 1, tzinfo=UTC)
END = START + timedelta(days=2)
HOUR = timedelta(hours=1)


def keys_of(exchange):
    return {part: [key for where, key in entries(exchange) if where == part] for part in LISTS}


def reasons(exchange):
    roster = document.parse(exchange)
    said = laid(roster, keys_of(exchange), START, END)
    return {
        (one.person_id, (one.starts_at - START) / HOUR): [
            (each.kind, each.part) for each in why(one, said)
        ]
        for one in stretches(roster, START, END)
    }


def window(start, end):
    return {"start": (START + start * HOUR).isoformat(), "end": (START + end * HOUR).isoformat()}


DAYS = {"id": "d", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana", "eva"]}
BASE = {"zone": "UTC", "patterns": [DAYS]}


def test_each_layer_is_named():
    exchange = BASE | {
        "one_offs": [{"tier": "backup", "person": "ben", **window(0, 4)}],
        "overrides": [
            {"kind": "replace", "person": "ana", "by": "cora", **window(10, 12)},
            {"kind": "add", "person": "dana", **window(12, 13)},
        ],
        "swaps": [
            {"id": "s", "pattern": "d", "date": "2026-06-02", "person": "ana", "by": "ben"},
            {"id": "t", "pattern": "d", "date": "2026-06-02", "person": "ben", "by": "dana"},
        ],
        "exact_plans": [
            {"tier": "supervisor", **window(0, 9), "shifts": [{"person": "sol", **window(1, 2)}]}
        ],
    }
    assert reasons(exchange) == {
        ("ben", 0): [("one-off", "one_offs")],
        ("ana", 8): [("pattern", "patterns")],
        ("cora", 10): [("replace", "overrides")],
        ("ana", 12): [("pattern", "patterns")],
        ("dana", 12): [("add", "overrides")],
        ("eva", 8): [("pattern", "patterns")],
        ("eva", 32): [("pattern", "patterns")],
        ("dana", 32): [("swap", "swaps")],
        ("sol", 1): [("plan", "exact_plans")],
    }


def test_what_takes_people_away_is_there_too():
    exchange = BASE | {
        "overrides": [{"kind": "remove", "person": "ana", "tier": "primary", **window(8, 9)}],
        "time_off": [{"person": "eva", **window(0, 24)}],
        "closures": [{"tiers": ["primary"], **window(40, 44)}],
    }
    said = laid(document.parse(exchange), keys_of(exchange), START, END)
    found = {(one.kind, one.tier, one.puts) for one in said if one.kind != "pattern"}
    assert found == {
        ("remove", "primary", ""),
        *(("off", tier, "") for tier in ("primary", "backup", "supervisor")),
        ("closed", "primary", ""),
    }


@settings(max_examples=100, deadline=None)
@given(rosters())
def test_whoever_is_on_call_is_so_by_some_entry(drawn):
    middle, exchange = drawn
    if document.check(exchange).errors:
        return
    start, end = middle - timedelta(days=2), middle + timedelta(days=2)
    parsed = document.parse(exchange)
    said = laid(parsed, keys_of(exchange), start, end)
    for one in stretches(parsed, start, end):
        assert why(one, said), one


def test_what_lasts_for_decades_costs_no_decades():
    decades = {"start": "2026-01-01T00:00:00Z", "end": "2099-01-01T00:00:00Z"}
    nights = {"tier": "primary", "start": "20:00", "end": "08:00", "people": ["ana", "ben"]}
    always = {"tier": "backup", "person": "cora", **decades}
    away = [{"person": "ben", **decades}]
    roster = document.parse(
        {"zone": "UTC", "patterns": [nights], "one_offs": [always], "time_off": away}
    )
    long, *nightly = whole(roster, START, END)
    assert (long.person_id, long.ends_at - long.starts_at) == (
        "cora",
        LONGEST + (END - START) + (START - START.replace(month=1)),
    )
    assert {(one.person_id, one.ends_at - one.starts_at) for one in nightly} == {("ana", 12 * HOUR)}
