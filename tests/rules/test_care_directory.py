"""Is the right service found, and is it said to be open when its door is?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil import rrule
from hypothesis import given
from hypothesis import strategies as st

from care import directory, open_hours
from care.directory import Service, Wanted, search
from care.open_hours import Hours
from switchboard import seed_directory

ZONE = "America/Chicago"
MONDAY_10 = datetime(2026, 11, 23, 16, tzinfo=UTC)  # 10:00 in St. Louis
SERVICES = directory.services(seed_directory.package())


def names(**asked):
    return [one.name for one in search(SERVICES, Wanted(**asked), ZONE)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"need": "grief"}, ["Grief circle"]),
        ({"need": "HOUSING"}, ["Families in transition", "Night shelter"]),  # the fund is closed
        ({"need": "housing", "language": "vi"}, ["Night shelter"]),
        ({"need": "housing", "language": "Vietnamese"}, ["Night shelter"]),
        ({"need": "counseling", "age": 15}, ["Youth after-school counseling"]),
        ({"need": "counseling trauma"}, ["Outpatient therapy"]),
        ({"eligibility": "veteran"}, ["Vet to Vet"]),
        ({"need": "shelter", "open_at": MONDAY_10}, ["Families in transition"]),
        ({"need": "shelter", "open_at": MONDAY_10 + timedelta(hours=14)}, ["Night shelter"]),
        ({"language": "Klingon"}, []),
    ],
)
def test_by_need_language_age_eligibility_and_hours(asked, found):
    assert names(**asked) == found


def test_whose_name_says_it_comes_first():
    near, far = Service("b", "Grief group", "X"), Service("a", "Talks", "Y", description="grief")
    assert search([far, near], Wanted("grief"), ZONE) == [near, far]


def test_a_service_tells_what_a_clinician_reads_aloud():
    shelter = next(one for one in SERVICES if one.name == "Night shelter")
    assert shelter.organization == "Lantern House"
    assert shelter.phones == ("(314) 555-0193",)
    assert shelter.addresses == ("310 Lantern St, Riverton, MO, 63100",)
    assert shelter.languages == ("English", "Spanish", "Vietnamese")


def test_what_only_its_location_or_organization_says_is_its_own():
    package = {
        "organization": [{"id": "o", "name": "O", "description": "O"}],
        "service": [{"id": "s", "organization_id": "o", "name": "S", "status": "active"}],
        "location": [{"id": "l", "location_type": "physical"}],
        "service_at_location": [{"id": "sl", "service_id": "s", "location_id": "l"}],
        "phone": [
            {"id": "p1", "organization_id": "o", "number": "1"},
            {"id": "p2", "location_id": "l", "number": "2", "extension": 7, "type": "fax"},
        ],
        "schedule": [{"id": "h", "location_id": "l", "opens_at": "09:00", "closes_at": "17:00"}],
    }
    (found,) = directory.services(package)
    assert found.phones == ("2 ext. 7 (fax)",)
    assert found.hours(MONDAY_10, ZONE).open
    package["phone"].pop()
    (found,) = directory.services(package)
    assert found.phones == ("1",)


# -- hours --------------------------------------------------------------------------------------

OFFICE = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}
NIGHT = OFFICE | {"byday": "FR", "opens_at": "22:00", "closes_at": "06:00"}
ALWAYS = {"opens_at": "00:00", "closes_at": "24:00"}


def at(*schedules, when="2026-11-23T10:00-06:00"):
    return open_hours.at(schedules, datetime.fromisoformat(when), ZONE)


def until(words):
    return datetime.fromisoformat(words).astimezone(UTC)


@pytest.mark.parametrize(
    ("schedules", "when", "is_open", "changes"),
    [
        ([OFFICE], "2026-11-23T10:00-06:00", True, "2026-11-23T17:00-06:00"),
        ([OFFICE], "2026-11-23T17:00-06:00", False, "2026-11-24T09:00-06:00"),
        ([OFFICE], "2026-11-27T18:00-06:00", False, "2026-11-30T09:00-06:00"),
        ([NIGHT], "2026-11-28T03:00-06:00", True, "2026-11-28T06:00-06:00"),
        ([NIGHT], "2026-11-27T03:00-06:00", False, "2026-11-27T22:00-06:00"),
        ([OFFICE, OFFICE | {"opens_at": "17:00", "closes_at": "20:00"}], "2026-11-23T10:00-06:00", True, "2026-11-23T20:00-06:00"),
        ([ALWAYS], "2026-11-23T10:00-06:00", True, None),
        ([ALWAYS | {"closes_at": "23:59"}], "2026-11-23T23:59:30-06:00", True, None),
        ([OFFICE | {"valid_to": "2026-11-20"}], "2026-11-23T10:00-06:00", False, None),
        ([OFFICE | {"opens_at": "09:00-05:00"}], "2026-11-23T08:30-06:00", True, "2026-11-23T16:00-06:00"),  # both in that offset
        ([OFFICE | {"timezone": -8, "byday": "MO"}], "2026-11-23T10:30-06:00", False, "2026-11-23T11:00-06:00"),
        ([OFFICE | {"opens_at": "15:00Z", "closes_at": "23:00Z"}], "2026-11-23T09:30-06:00", True, "2026-11-23T17:00-06:00"),
        # the clock goes back at 02:00 on 1 November: the door still opens at 09:00 by the wall
        ([OFFICE | {"byday": "SU"}], "2026-11-01T08:30-06:00", False, "2026-11-01T09:00-06:00"),
    ],
)  # fmt: skip
def test_open_until_when(schedules, when, is_open, changes):
    found = at(*schedules, when=when)
    assert found.open is is_open
    assert found.changes_at == (until(changes) if changes else None)


@pytest.mark.parametrize("schedules", [[], [{"description": "By appointment"}]])
def test_what_says_no_times_is_not_known(schedules):
    assert at(*schedules) == Hours(None)


RULES = {
    "weekly": {"freq": "WEEKLY", "byday": "TU,SA"},
    "of its first day": {"freq": "WEEKLY"},
    "every other week": {"freq": "WEEKLY", "byday": "MO,SU", "interval": 2, "wkst": "SU"},
    "five times": {"freq": "WEEKLY", "byday": "MO,TH", "count": 5},
    "first Saturday": {"freq": "MONTHLY", "byday": "1SA"},
    "last Friday, every third month": {"freq": "MONTHLY", "byday": "-1FR", "interval": 3},
    "the 1st and the last": {"freq": "MONTHLY", "bymonthday": "1,-1"},
    "the 13th, when a Friday": {"freq": "MONTHLY", "byday": "FR", "bymonthday": "13"},
    "of its first date": {"freq": "MONTHLY"},
}


def by_rfc(rule, first):
    """The same days by dateutil, which reads iCalendar's own words."""
    parts = [f"FREQ={rule['freq']}"]
    parts += [
        f"{name.upper()}={rule[name]}"
        for name in ("byday", "bymonthday", "interval", "count", "wkst")
        if name in rule
    ]
    start = datetime.combine(first, datetime.min.time())
    return rrule.rrulestr(";".join(parts), dtstart=start)


@pytest.mark.parametrize("kind", RULES)
@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 400))
def test_it_repeats_as_icalendar_says(kind, first, later):
    """Oracle: dateutil. From the first day on; what stands before it never takes place."""
    rule, day = RULES[kind], first + timedelta(days=later)
    schedule = rule | {"dtstart": first.isoformat()}
    midnight = datetime.combine(day, datetime.min.time())
    expected = bool(by_rfc(rule, first).between(midnight, midnight, inc=True))
    assert open_hours.falls_on(schedule, day) is expected
