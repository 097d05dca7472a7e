"""Does the advice stand beside the roster, with what it rests on, on the page and by command?"""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from pages.test_accessibility import violations
from pages.test_roster_coverage import ALWAYS, leaves
from people_door import ZONE
from playwright.sync_api import expect

from ivr.call import Ended, Stage
from routing.wallclock import instant, wall
from switchboard.__main__ import cli


@pytest.fixture
def busy(house):
    """Forty calls on each of eight Mondays, from 09:00 to 10:00, twenty minutes each."""
    house.plans({"patterns": [ALWAYS]})
    today = wall(house.at, ZONE).replace(hour=9, minute=0)
    for week in range(1, 9):
        for number in range(40):
            arrived = instant(today - timedelta(weeks=week) + timedelta(minutes=number), ZONE)
            house.call(
                Stage.ENDED,
                arrived_at=arrived,
                answered_at=arrived + timedelta(seconds=5),
                ended_at=arrived + timedelta(minutes=20, seconds=5),
                ended_reason=Ended.CLINICIAN_ENDED,
            )
    return house


@pytest.mark.browser
def test_the_page_shows_needed_beside_on_call(busy, browse, root):
    page = browse("cora")
    page.goto("/roster/coverage")
    page.get_by_role("link", name="How many are needed").click()
    expect(page.get_by_text("20:00 on average measured")).to_be_visible()
    expect(page.get_by_text("assumed: too few calls")).to_have_count(1)  # patience
    row = page.get_by_role("row", name="09:00").get_by_role("cell")
    expect(row.first).to_contain_text("too few")
    expect(page.get_by_role("row", name="10:00").get_by_role("cell").first).not_to_contain_text(
        "too few"
    )
    assert not violations(page, root)


def told(house, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", house.board.settings.database_url)
    monkeypatch.setattr("switchboard.roster.Store", lambda _url: house.store)
    monkeypatch.setattr(house.store, "close", lambda: None)
    return json.loads(CliRunner().invoke(cli, ["roster", "staffing", "--json"]).output)


def test_the_command_says_it_with_its_assumptions(busy, monkeypatch):
    found = told(busy, monkeypatch)
    assert (found["weeks"], found["calls"]) == (8, 280)  # of the ninth Monday only the afternoon
    assert found["talk_seconds"] == 1200
    assert len(found["hours"]) == 168
    (nine,) = [one for one in found["hours"] if (one["date"], one["hour"]) == ("2026-11-23", 9)]
    assert (nine["per_hour"], nine["rostered"], nine["small_sample"]) == (35, 1, False)
    assert nine["needed"] > 15
    (ten,) = [one for one in found["hours"] if (one["date"], one["hour"]) == ("2026-11-23", 10)]
    assert (ten["needed"], ten["small_sample"]) == (1, True)
    words = CliRunner().invoke(cli, ["roster", "staffing"]).output
    assert "Aimed at: 90% of all callers answered within 20 s." in words
    assert "assumed, too few calls to measure it" in words
    assert "167 of 168 hours rest on fewer than 30 calls" in words


def test_who_is_deactivated_is_not_on_call(busy, monkeypatch):
    leaves(busy, "ana", active=False)
    assert {one["rostered"] for one in told(busy, monkeypatch)["hours"]} == {0}


def test_without_a_week_of_calls_there_is_no_advice(house, visitor):
    house.plans({"patterns": [ALWAYS]})
    house.talking("ana", "wrap_up")
    page = visitor("sol").get("/roster/staffing").text
    assert "there is not a whole week of calls" in page
    assert visitor("ana").get("/roster/staffing").status_code == 403
