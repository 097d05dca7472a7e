"""Are shifts found by the time they touch, and never changed over somebody else's change?"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from store.conftest import NOON

from storage.errors import Stale
from storage.values import Shift

HOUR = timedelta(hours=1)


def a_shift(shift_id="night", starts_at=NOON, hours=8, **facts):
    usual = Shift(
        id=shift_id,
        person_id="ana",
        tier="primary",
        zone="America/Chicago",
        local_date=date(2026, 11, 1),
        local_start="12:00",
        local_end="20:00",
        end_days=0,
        starts_at=starts_at,
        ends_at=starts_at + hours * HOUR,
    )
    return replace(usual, **facts)


@pytest.fixture
def planned(store, a_person):
    with store.begin() as rows:
        rows.people.add(a_person("ana"))
        rows.roster.add(a_shift())
    return store


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (NOON - HOUR, NOON, False),  # the end is excluded
        (NOON - HOUR, NOON + HOUR, True),
        (NOON + HOUR, NOON + 2 * HOUR, True),
        (NOON + 7 * HOUR, NOON + 9 * HOUR, True),
        (NOON + 8 * HOUR, NOON + 9 * HOUR, False),
    ],
)
def test_a_shift_is_found_by_the_time_it_touches(planned, start, end, found):
    with planned.read() as rows:
        assert bool(rows.roster.shifts_between(start, end)) is found


def test_a_changed_shift_is_one_version_on(planned):
    with planned.begin() as rows:
        changed = rows.roster.change(a_shift(tier="backup"), version=1)
        assert changed.version == 2
        assert rows.roster.shift("night") == changed


@pytest.mark.parametrize(
    "late",
    [
        lambda roster: roster.change(a_shift(tier="backup"), version=0),
        lambda roster: roster.remove("night", version=2),
        lambda roster: roster.remove("gone", version=1),
    ],
)
def test_nobody_overwrites_a_change_they_have_not_seen(planned, late):
    with pytest.raises(Stale), planned.begin() as rows:
        late(rows.roster)
    with planned.read() as rows:
        assert rows.roster.shift("night") == a_shift()


def test_a_removed_shift_is_gone(planned):
    with planned.begin() as rows:
        rows.roster.remove("night", version=1)
        assert rows.roster.shift("night") is None


def test_an_import_replaces_all_and_keeps_the_document(planned):
    with planned.begin() as rows:
        assert rows.roster.latest_document() is None
        first = rows.roster.replace_all([a_shift("day")], {"v": 1}, "cora", "import", NOON)
        second = rows.roster.add_revision({"v": 2}, "cora", "swap", NOON)
        assert second > first
        assert rows.roster.latest_document() == {"v": 2}
        assert [revision.reason for revision in rows.roster.revisions()] == ["swap", "import"]
        found = rows.roster.shifts_between(NOON, NOON + HOUR)
    assert [shift.id for shift in found] == ["day"]
