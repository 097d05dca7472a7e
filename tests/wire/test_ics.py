"""Is what a calendar reads written as RFC 5545 wants it?"""

from datetime import UTC, datetime, timedelta, timezone

from switchboard.ics import Entry, calendar

START = datetime(2026, 6, 1, 20, tzinfo=timezone(timedelta(hours=-5)))


def written(summary, **facts):
    entry = Entry("u@x", START, START + timedelta(hours=12), summary, **facts)
    return calendar("A, B; C", [entry], 7, datetime(2026, 5, 1, tzinfo=UTC)).decode()


def test_times_are_utc_and_the_sequence_is_the_revision():
    text = written("On call")
    for line in ("DTSTART:20260602T010000Z", "DTEND:20260602T130000Z", "SEQUENCE:7",
                 "DTSTAMP:20260501T000000Z", "X-WR-CALNAME:A\\, B\\; C"):  # fmt: skip
        assert f"\r\n{line}\r\n" in text
    assert "VALARM" not in text


def test_what_a_name_may_hold_opens_no_line_of_its_own():
    text = written("Ana\r\nEND:VEVENT; \\ Ruiz, on call")
    assert "SUMMARY:Ana\\nEND:VEVENT\\; \\\\ Ruiz\\, on call\r\n" in text
    assert text.count("\r\nEND:VEVENT\r\n") == 1


def test_a_long_line_is_folded_between_characters():
    name = "Żółć-漢字 " * 20
    text = written(name)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert f"SUMMARY:{name}\r\n" in text.replace("\r\n ", "")


def test_an_alarm_is_minutes_before():
    assert "\r\nTRIGGER:-PT60M\r\n" in written("On call", alarm=timedelta(hours=1))
