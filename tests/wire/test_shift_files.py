"""Which shifts does a file tell, and is every bad row named with its reason?"""

from datetime import UTC, datetime

import pytest
from people_door import CAST, ZONE

from storage.values import Person
from switchboard.ics import Entry, calendar
from switchboard.shift_files import BYTES_MOST, ROWS_MOST, Unreadable, added, read

NOW = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
TAKEN = {
    "tier": "primary",
    "person": "ana",
    "start": "2026-12-01T12:00:00-06:00",
    "end": "2026-12-01T20:00:00-06:00",
}


def person(name, called=None, active=True):
    called = called or CAST[name][0]
    email = f"{name}@example.org"
    return Person(name, called, email, None, ("en",), (), ZONE, False, active, ("clinician",))


PEOPLE = [
    person("ana"),
    person("ben"),
    person("sol", active=False),
    person("t1", "Pat Lee"),
    person("t2", "Pat Lee"),
]


def rows(text, document=None):
    content = text if isinstance(text, bytes) else text.encode()
    return read(content, PEOPLE, document or {}, ZONE, NOW)


def csv_rows(*lines, head="person,tier,start,end", **more):
    return rows("\n".join([head, *lines]), **more)


def shift(found):
    assert found.shift, found.why
    return tuple(found.shift[name] for name in ("person", "tier", "start", "end"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Ana Ruiz,backup,2026-12-24 20:00,2026-12-25 08:00",
            ("ana", "backup", "2026-12-25T02:00:00+00:00", "2026-12-25T14:00:00+00:00"),
        ),
        (
            "BEN@example.org,,2026-12-24T20:00,2026-12-24T23:00",
            ("ben", "primary", "2026-12-25T02:00:00+00:00", "2026-12-25T05:00:00+00:00"),
        ),
        (
            "  ana   ruiz ,Primary,2026-12-24T20:00Z,2026-12-24T23:00+01:00",
            ("ana", "primary", "2026-12-24T20:00:00+00:00", "2026-12-24T22:00:00+00:00"),
        ),
        # the night of the spring change is an hour shorter, by the clock on the wall
        (
            "Ana Ruiz,,2027-03-13 20:00,2027-03-14 08:00",
            ("ana", "primary", "2027-03-14T02:00:00+00:00", "2027-03-14T13:00:00+00:00"),
        ),
    ],
)
def test_a_row_is_a_shift(line, expected):
    (found,) = csv_rows(line)
    assert (found.number, shift(found)) == (2, expected)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Anna Ruiz,,2026-12-24 20:00,2026-12-25 08:00", "nobody here is called 'Anna Ruiz'"),
        ("Pat Lee,,2026-12-24 20:00,2026-12-25 08:00", "two people here are called 'Pat Lee': write an e-mail address"),
        ("Sol Hartmann,,2026-12-24 20:00,2026-12-25 08:00", "Sol Hartmann is deactivated"),
        (",,2026-12-24 20:00,2026-12-25 08:00", "it names nobody"),
        ("Ana Ruiz,boss,2026-12-24 20:00,2026-12-25 08:00", "'boss' is no tier: primary, backup, supervisor"),
        ("Ana Ruiz,,24.12.2026 20:00,2026-12-25 08:00", "'24.12.2026 20:00' is no start such as 2026-12-24 20:00"),
        ("Ana Ruiz,,9999-12-31 20:00,9999-12-31 23:00", "expected the start of the years 1900 to 2999, not 9999-12-31 20:00"),
        ("Ana Ruiz,,2026-12-24 20:00,9999-12-31 23:00-09:00", "expected the end of the years 1900 to 2999, not 9999-12-31 23:00"),
        ("Ana Ruiz,,2999-12-31 20:00,2999-12-31 23:00", "expected the start of the years 1900 to 2999, not 2999-12-31 20:00"),
        ("Ana Ruiz,,2026-12-24 20:00", "it has no end"),
        ("Ana Ruiz,,2026-12-24 20:00,2026-12-24 20:00", "the end is not after the start"),
        ("Ana Ruiz,,2026-12-24 20:00,2027-12-24 20:00", "longer than 14 days"),
        ("Ana Ruiz,,2026-11-23 08:00,2026-11-23 20:00", "it has begun already: what is past is not changed"),
        ("Ana Ruiz,,2027-03-14 02:30,2027-03-14 08:00", "the clock skips the start 02:30 on 14 Mar"),
        ("Ana Ruiz,,2026-12-01 19:00,2026-12-02 08:00", "the same person and tier at that time: on the roster already"),
        ("Ana Ruiz,,2026-12-24 20:00,2026-12-25 08:00,x", "more cells than headings: x"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named(line, why):
    good = "Ben Okafor,,2026-12-24 20:00,2026-12-25 08:00"
    first, bad, last = csv_rows(good, line, good, document={"one_offs": [TAKEN]})
    assert (bad.number, bad.shift, bad.why) == (3, None, why)
    assert first.shift
    assert last.why == "the same person and tier at that time: row 2"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"name,from,to\nAna,1,2", "missing: person, start, end"),
        (b"", "missing: person, start, end"),
        (b"person,start,end\n\xff\xfe", "UTF-8"),
        (b'person,start,end\n"Ana', "Row"),
        (b"x" * (BYTES_MOST + 1), "larger than 256 KB"),
        (b"person,start,end\n" + b"Ana,1,2\n" * (ROWS_MOST + 1), "more than 2000 rows"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "calendar cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(content, why):
    with pytest.raises(Unreadable, match=why):
        rows(content)


def test_semicolons_a_mark_at_the_start_and_empty_rows_are_fine():
    text = "\ufeffStart;End;Person\r\n\r\n2026-12-24 20:00;2026-12-25 08:00;Ana Ruiz\r\n;;\r\n"
    (found,) = rows(text)
    assert (found.number, shift(found)[0]) == (3, "ana")


def test_the_shifts_that_are_right_are_added():
    found = csv_rows(
        "Ana Ruiz,,2026-12-24 20:00,2026-12-25 08:00", "Nobody,,2026-12-24 20:00,2026-12-25 08:00"
    )
    document = added({"zone": ZONE, "one_offs": [TAKEN]}, found)
    assert document["one_offs"] == [TAKEN, found[0].shift]


# -- calendars --------------------------------------------------------------------------------


def event(*lines, ends="DTEND:20261225T140000Z"):
    middle = ["UID:1", "DTSTAMP:20261101T000000Z", "DTSTART:20261225T020000Z", ends, *lines]
    inside = ["BEGIN:VEVENT", *(line for line in middle if line), "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *inside, "END:VCALENDAR", ""])


def test_our_own_feed_is_read_back():
    start, end = datetime(2026, 12, 25, 2, tzinfo=UTC), datetime(2026, 12, 25, 14, tzinfo=UTC)
    text = calendar("Roster", [Entry("u@x", start, end, "Ana Ruiz: backup")], 1, NOW)
    (found,) = rows(text)
    assert shift(found) == ("ana", "backup", start.isoformat(), end.isoformat())


def test_who_is_invited_is_on_call_each():
    invited = [
        "SUMMARY:Christmas Eve",
        "ATTENDEE;CN=A:mailto:ana@example.org",
        "ATTENDEE:MAILTO:ben@example.org",
    ]
    assert [shift(one)[0] for one in rows(event(*invited))] == ["ana", "ben"]


@pytest.mark.parametrize(
    ("lines", "hours"),
    [
        (["DTSTART;TZID=America/New_York:20261224T200000", "DTEND;TZID=America/New_York:20261225T080000"], ("2026-12-25T01:00:00+00:00", "2026-12-25T13:00:00+00:00")),
        (["DTSTART:20261224T200000", "DTEND:20261225T080000"], ("2026-12-25T02:00:00+00:00", "2026-12-25T14:00:00+00:00")),
        (["DTSTART;VALUE=DATE:20261224"], ("2026-12-24T06:00:00+00:00", "2026-12-25T06:00:00+00:00")),
        # a duration counts elapsed hours: twelve of them end at nine on the night of the change
        (["DTSTART;TZID=America/Chicago:20270313T200000", "DURATION:PT12H"], ("2027-03-14T02:00:00+00:00", "2027-03-14T14:00:00+00:00")),
    ],
)  # fmt: skip
def test_times_of_every_kind(lines, hours):
    text = event("SUMMARY:Ana Ruiz", ends="").replace(
        "DTSTART:20261225T020000Z", "\r\n".join(lines)
    )
    (found,) = rows(text)
    assert shift(found)[2:] == hours


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "RRULE:FREQ=DAILY",
            "it repeats: write each shift as an event of its own, or add a pattern",
        ),
        ("STATUS:CANCELLED", "it is cancelled"),
        ("DURATION:soon", "DURATION cannot be read"),
    ],
)
def test_an_event_that_is_no_shift_is_named(line, why):
    (found,) = rows(event("SUMMARY:Ana Ruiz", line))
    assert found.shift is None
    assert found.why.startswith(why)


def test_an_end_that_no_calendar_has_is_named():
    (found,) = rows(event("SUMMARY:Ana Ruiz", "DURATION:P2999999D", ends=""))
    assert (found.shift, found.why) == (None, "no calendar has its end")


def test_a_calendar_without_events_has_no_rows():
    assert rows("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n") == []
