"""Is every strain on a person said, and every moved hour counted?"""

from datetime import UTC, datetime, timedelta

import pytest

from routing.moves import moved
from routing.oncall import Layer, Span, Timeline
from routing.rest import Rules, strains
from routing.roster import Person
from routing.stretches import Shift

MONDAY = datetime(2026, 6, 1, 5, tzinfo=UTC)  # midnight in St. Louis
WEEK = MONDAY, MONDAY + timedelta(days=7)
HOUR = timedelta(hours=1)
ZONE = "America/Chicago"


def shift(start, end, tier="primary", person="ana"):
    return Shift(MONDAY + start * HOUR, MONDAY + end * HOUR, tier, person)


STRAINS = [
    ([shift(8, 20)], {}, []),
    ([shift(8, 20), shift(30, 42)], {}, []),
    ([shift(8, 20), shift(29, 41)], {}, [("rest", 9)]),
    ([shift(0, 12), shift(12, 24)], {}, [("run", 24)]),  # back to back is one run
    ([shift(0, 16)], {}, []),
    ([shift(24 * day, 24 * day + 12) for day in range(6)], {}, [("week", 72)]),
    ([shift(0, 12), shift(24, 36)], {"max_hours": 20}, [("week", 24)]),
    ([shift(160, 176), shift(188, 200)], {"max_hours": 20}, []),  # 8 h this week, 20 the next
    ([shift(0, 24, "backup"), shift(24, 48, "backup")], {}, []),  # at home until called
    ([shift(0, 24, "backup"), shift(8, 20)], {}, [("twice", 12)]),
]


@pytest.mark.parametrize(("shifts", "person", "found"), STRAINS)
def test_a_strain_is_said(shifts, person, found):
    people = {"ana": Person(**person)}
    assert [(one.kind, one.hours) for one in strains(shifts, people, ZONE)] == found


def test_strains_are_each_persons_own_and_the_rules_can_be_others():
    shifts = [shift(8, 20), shift(20, 32, person="ben")]
    assert strains(shifts, {}, ZONE) == []
    strict = Rules(run_most=11 * HOUR)
    assert [one.words for one in strains(shifts, {}, ZONE, strict)] == ["12 h without a break"] * 2


# -- moves ------------------------------------------------------------------------------------


def timeline(*shifts):
    return Timeline(
        Span(one.starts_at, one.ends_at, one.tier, Layer.SCHEDULED, (one.person_id,))
        for one in shifts
    )


def test_who_gains_and_who_loses_which_hours():
    before = timeline(shift(0, 24), shift(0, 24, "backup", "ben"))
    after = timeline(shift(0, 8), shift(8, 24, person="ben"), shift(12, 24, "backup", "ben"))
    ana, ben = moved(before, after, *WEEK)
    assert (ana.person, ana.gained, ana.lost) == ("ana", 0, 16)
    assert (ben.gained, ben.lost) == (16, 12)
    assert [(m.tier, m.gains) for m in ben.moves] == [("backup", False), ("primary", True)]


def test_nothing_moves_between_a_roster_and_itself():
    same = timeline(shift(0, 24), shift(4, 30, "backup", "ben"))
    assert moved(same, same, *WEEK) == []
