"""Do the figures count every call once, on its day, and add up?"""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import Ended
from reports import crews, figures, table
from storage.figures import Contact, Promise, Referred
from storage.store import Store
from switchboard import seed

CHICAGO = "America/Chicago"
NOW = datetime.fromisoformat("2026-11-20T15:00:00+00:00")
ARRIVED = datetime.fromisoformat("2026-11-02T05:30:00+00:00")  # 23:30 the evening before
FIRST, LAST = date(2026, 10, 31), date(2026, 11, 3)


def contact(wait=None, talk=600, reason=Ended.CALLER_ENDED, at=ARRIVED, disposition=None):
    answered = None if wait is None else at + timedelta(seconds=wait)
    ended = (answered or at) + timedelta(seconds=talk) if reason else None
    return Contact(at, answered, ended, reason, "riverton", disposition)


def counted(*contacts, promises=()):
    return figures.count(contacts, promises, FIRST, LAST, CHICAGO, NOW)


@pytest.mark.parametrize(
    ("one", "column"),
    [
        (contact(wait=9), "answered"),
        (contact(wait=9, reason=None), "answered"),  # talking now
        (contact(wait=9, reason=Ended.PASSED_ON), "answered"),  # talked, then passed on
        (contact(reason=Ended.CALLER_LEFT), "abandoned"),
        (contact(reason=Ended.PASSED_ON), "passed_on"),
        (contact(reason=Ended.RETURNED), "returned"),
        (contact(reason=Ended.CALLBACK), "callback"),
        (contact(reason=Ended.LOST), "lost"),
        (contact(reason=Ended.CLINICIAN_ENDED), "lost"),  # nobody talked: counted, not hidden
        (contact(reason=None), "live"),
    ],
)
def test_every_call_is_in_one_column(one, column):
    tally = counted(one).total
    assert {key: tally.counts[key] for key in figures.CAME_TO if tally.counts[key]} == {column: 1}
    assert tally.counts["calls"] == 1


def test_a_call_belongs_to_the_day_on_the_lines_wall():
    days = counted(contact(wait=9)).days
    assert [day.counts["calls"] for day in days.values()] == [0, 1, 0, 0]


def test_the_standard_measures():
    answered = [contact(wait=wait) for wait in (5, 15, 20, 21)]
    tally = counted(*answered, contact(talk=40, reason=Ended.CALLER_LEFT)).total
    assert (tally.counts["within_15"], tally.counts["within_20"]) == (2, 3)
    assert tally.abandonment == 1 / 5
    assert (tally.service_level_15, tally.service_level_20) == (2 / 4, 3 / 4)
    assert tally.speed_of_answer == timedelta(seconds=61 / 4)
    assert tally.longest_delay == timedelta(seconds=40)
    assert tally.handle_time == timedelta(minutes=10)


def test_without_calls_nothing_is_claimed():
    tally = counted().total
    assert (tally.abandonment, tally.service_level_20, tally.speed_of_answer) == (None, None, None)


def test_promises_and_outcomes():
    promises = [
        Promise(ARRIVED, "followup", "kept", "kept"),
        Promise(ARRIVED, "followup", "closed", "unreached"),
    ]
    tally = counted(
        contact(wait=5, disposition="safety_plan_made"),
        contact(wait=5, disposition="emergency_services_requested"),
        promises=promises,
    ).total
    assert (tally.counts["promised"], tally.counts["kept"], tally.counts["unreached"]) == (2, 1, 1)
    assert tally.outcomes == {"safety_plan_made": 1, "emergency_services_requested": 1}
    assert tally.diverted == 1 / 2


def test_referrals_by_how_far_they_are():
    states = ("made", "appointment", "kept", "missed", "declined", "kept")
    found = [Referred(ARRIVED, state) for state in states]
    total = figures.count([], [], FIRST, LAST, CHICAGO, NOW, found).total
    counted_ = {key: total.counts[key] for key in ("referred", "referral_kept", "referral_missed")}
    assert counted_ == {"referred": 6, "referral_kept": 2, "referral_missed": 1}


MOMENTS = st.integers(0, 4 * 24 * 60 + 59).map(
    lambda minutes: datetime.fromisoformat("2026-10-31T05:00:00+00:00") + timedelta(minutes=minutes)
)
CONTACTS = st.builds(
    contact,
    wait=st.none() | st.integers(0, 300),
    reason=st.none() | st.sampled_from(sorted(Ended)),
    at=MOMENTS,
)


@given(st.lists(CONTACTS))
def test_the_sums_agree(drawn):
    found = counted(*drawn)
    for tally in (found.total, *found.days.values()):
        assert tally.counts["calls"] == sum(tally.counts[key] for key in figures.CAME_TO)
        assert tally.counts["within_15"] <= tally.counts["within_20"] <= tally.counts["answered"]
    for key in figures.LABELS:
        assert found.total.counts[key] == sum(day.counts[key] for day in found.days.values())
    assert found.total.counts["calls"] == len(drawn)


def test_the_seeded_month_adds_up_on_each_database(database_url):
    store = Store(database_url)
    seed.fill(store, NOW)
    with store.read() as rows:
        found = figures.read(rows, NOW.date() - timedelta(days=31), NOW.date(), CHICAGO, NOW)
        of_crews = crews.by_day(rows, found.first, found.last, CHICAGO)
        inbound = [call for call in rows.calls.recent(2000) if call.kind == "inbound"]
    store.close()
    assert found.total.counts["calls"] == len(inbound)
    assert found.total.counts["referred"] > found.total.counts["referral_kept"] > 0
    assert found.total.counts["calls"] == sum(found.total.counts[key] for key in figures.CAME_TO)
    assert found.total.counts["answered"] == sum(found.total.outcomes.values())
    assert found.total.counts["kept"] > 20
    lines = list(csv.reader(table.of_days(found, of_crews).splitlines()))
    assert len(lines) == 1 + 32 + 1
    assert len({len(line) for line in lines}) == 1
    calls = lines[0].index("Calls")
    assert sum(int(line[calls]) for line in lines[1:-1]) == int(lines[-1][calls]) == len(inbound)
    asked = lines[0].index("Crews: asked for")
    assert sum(int(line[asked]) for line in lines[1:-1]) == int(lines[-1][asked]) > 5


@pytest.mark.parametrize("cell", ["=1+1", "+314", "-1", "@SUM(A1)", "\tx", " =1", "\r=1"])
def test_a_word_that_a_spreadsheet_would_run_is_tamed(cell):
    text = table.csv_text(["Name", "N"], [[cell, -3]])
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == ["'" + cell, "-3"]
