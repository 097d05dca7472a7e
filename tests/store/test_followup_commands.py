"""Can anybody check from outside what is due, and what a plan comes to?"""

import json

import pytest
from click.testing import CliRunner
from store.conftest import NOON
from store.test_promises import a_followup

from switchboard.followup_commands import followups


def said(*words: str, url: str = "sqlite:///nowhere.db"):
    return CliRunner().invoke(followups, [*words, "--json"], env={"DATABASE_URL": url})


def test_what_is_due_is_listed_as_it_would_be_offered(store, database_url):
    with store.begin() as rows:
        rows.followups.add(a_followup("usual", due_at=NOON))
        rows.followups.add(a_followup("high", due_at=NOON, risk=2))
        rows.followups.add(a_followup("later", due_at=NOON.replace(hour=23)))
        rows.followups.add(a_followup("no-consent", consent_by=None))
        rows.followups.add(a_followup("tired", attempts_made=3))
    answer = said("due", "--at", NOON.isoformat(), url=database_url)
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    assert [one["id"] for one in found] == ["high", "usual"]
    assert "+1314" not in answer.output
    assert "Eve" not in answer.output


def test_a_plan_prints_its_windows():
    answer = said(
        "plan", "--template", "24h", "--zone", "America/Chicago", "--from", "2026-06-03T15:00:00Z"
    )
    assert answer.exit_code == 0, answer.output
    attempts = json.loads(answer.output)["attempts"]
    assert attempts[0] == {
        "number": 1,
        "opens_at": "2026-06-04T14:00:00Z",
        "closes_at": "2026-06-05T01:00:00Z",
        "local": "2026-06-04 09:00",
    }
    assert [one["number"] for one in attempts] == [1, 2, 3, 4]


def test_none_promises_nothing():
    answer = said(
        "plan", "--template", "none", "--zone", "Asia/Tokyo", "--from", "2026-06-03T15:00:00Z"
    )
    assert json.loads(answer.output)["attempts"] == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--template": "1y"}, "expected one of same_day, 24h, 72h, 7d, 30d, none"),
        ({"--zone": "Mars/Base"}, "not an IANA time zone"),
        ({"--from": "soon"}, "soon"),
        ({"--from": "2026-06-03T15:00:00"}, "expected an instant with its offset"),
        ({"--from": "9999-12-31T23:59:59Z"}, "expected an instant of the years 1900 to 2999"),
        ({"--from": "1899-12-31T23:59:59Z"}, "expected an instant of the years 1900 to 2999"),
        ({"--from": "3000-01-01T00:00:00Z"}, "expected an instant of the years 1900 to 2999"),
        ({"--zone": ""}, "not an IANA time zone"),
        ({"--best-from": "9"}, "expected a time such as 09:00"),
    ],
)
def test_what_is_wrong_is_said(changed, words):
    options = {"--template": "24h", "--zone": "UTC", "--from": "2026-06-03T15:00:00Z"} | changed
    answer = said("plan", *(word for pair in options.items() for word in pair))
    assert answer.exit_code != 0
    assert words in answer.output


@pytest.mark.parametrize(
    ("zone", "since", "opens_at", "local"),
    [
        # In Samoa there was no 30 December 2011.
        ("Pacific/Apia", "2011-12-29T20:00:00Z", "2011-12-30T19:00:00Z", "2011-12-31 09:00"),
        # Half an hour is skipped on Lord Howe Island at two in the night: nine is 22:00 UTC, not 22:30.
        ("Australia/Lord_Howe", "2026-10-02T09:00:00Z", "2026-10-02T22:30:00Z", "2026-10-03 09:00"),
        ("Australia/Lord_Howe", "2026-10-03T09:00:00Z", "2026-10-03T22:00:00Z", "2026-10-04 09:00"),
        ("Asia/Kathmandu", "2026-06-03T15:00:00Z", "2026-06-04T03:15:00Z", "2026-06-04 09:00"),
        # The morning after the clocks of Chicago went forward, and after they went back.
        ("America/Chicago", "2026-03-07T20:00:00Z", "2026-03-08T14:00:00Z", "2026-03-08 09:00"),
        ("America/Chicago", "2026-10-31T20:00:00Z", "2026-11-01T15:00:00Z", "2026-11-01 09:00"),
    ],
)
def test_nine_in_the_morning_where_clocks_are_odd(zone, since, opens_at, local):
    answer = said("plan", "--template", "24h", "--zone", zone, "--from", since)
    assert answer.exit_code == 0, answer.output
    first = json.loads(answer.output)["attempts"][0]
    assert (first["opens_at"], first["local"]) == (opens_at, local)


@pytest.mark.parametrize("name", ["same_day", "24h", "72h", "7d", "30d"])
def test_every_plan_says_every_attempt_at_the_ends_of_time(name):
    for since in ("1900-01-01T00:00:00Z", "2999-12-31T23:59:59Z"):
        answer = said("plan", "--template", name, "--zone", "Pacific/Apia", "--from", since)
        assert answer.exit_code == 0, answer.output
        attempts = json.loads(answer.output)["attempts"]
        assert 3 <= len(attempts) <= 5
        assert all("09:00" <= one["local"][-5:] < "20:00" for one in attempts)
