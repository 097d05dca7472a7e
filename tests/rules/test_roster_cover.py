"""May a colleague have a shift at once, only with a yes, or not at all?"""

from datetime import UTC, datetime, timedelta

import pytest

from routing import by_hand, document
from routing.cover import CannotHave, Handing, against
from routing.rest import Rules

MONDAY = datetime(2026, 6, 1, 5, tzinfo=UTC)  # midnight in St. Louis
HOUR = timedelta(hours=1)
DAY = {"id": "d", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]}
NIGHT = {"id": "n", "tier": "primary", "start": "20:00", "end": "08:00", "people": ["ben"]}
ABLE = {("ana", "es")}


def instants(start, end):
    return {"start": (MONDAY + start * HOUR).isoformat(), "end": (MONDAY + end * HOUR).isoformat()}


def asked(by="sol", start=8, end=20, person="ana", rules=None, **parts):
    """Ask about a primary shift, its hours counted from Monday's midnight."""
    old = {"zone": "America/Chicago", "patterns": [DAY, NIGHT]} | parts
    window = MONDAY + start * HOUR, MONDAY + end * HOUR
    new = by_hand.without(old, "primary", person, *window, by)
    handing = Handing("primary", *window, person, by)
    before, after = document.parse(old), document.parse(new)
    return against(
        handing, before, after, lambda who, skill: (who, skill) in ABLE, rules or Rules()
    )


OFF = {"person": "sol", **instants(10, 12)}
SPANISH = {"id": "s", "tier": "primary", "need": 1, "language": "es"}
EXTRA = {"id": "x", "tier": "primary", "person": "sol", **instants(22, 30)}
BACKUP = {"id": "b", "tier": "backup", "person": "sol", **instants(0, 9)}


def test_who_is_free_and_rested_needs_nobodys_yes():
    assert asked() == []


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"needs": [SPANISH]}, "fewer than 1 with es would be on call"),
        ({"one_offs": [EXTRA]}, "only 2 h rest before"),
        ({"rules": Rules(week_most_hours=10)}, "12 h this week"),
        ({"rules": Rules(run_most=11 * HOUR)}, "12 h without a break"),
        ({"people": {"sol": {"max_hours": 11}}}, "12 h this week"),
    ],
)
def test_what_a_coordinator_must_agree_to(facts, says):
    assert asked(**facts) == [says]


def test_a_strain_that_was_there_before_is_no_reason():
    tired = [
        {"id": f"y{n}", "tier": "primary", "person": "sol", **instants(24 * n + 22, 24 * n + 23)}
        for n in (3,)
    ] + [{"id": "z", "tier": "primary", "person": "sol", **instants(24 * 3 + 24, 24 * 3 + 26)}]
    assert asked(one_offs=tired) == []


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"by": "ben", "start": 8, "end": 20, "one_offs": [{**EXTRA, "person": "ben", **instants(19, 20)}]}, "on call themselves"),
        ({"one_offs": [BACKUP]}, "on call themselves"),
        ({"time_off": [OFF]}, "time off"),
        ({"person": "ben"}, "no longer theirs"),
        ({"end": 21}, "no longer theirs"),
        ({"closures": [instants(9, 10)]}, "no longer theirs"),
    ],
)  # fmt: skip
def test_what_nobody_can_agree_to(facts, says):
    with pytest.raises(CannotHave, match=says):
        asked(**facts)
