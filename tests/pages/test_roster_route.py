"""Does the page say who would answer, and who next, of now and of any other instant?"""

import json

import pytest
from click.testing import CliRunner
from pages.test_accessibility import violations
from playwright.sync_api import expect

from switchboard.__main__ import cli

PLAN = {
    "patterns": [
        {"id": "d", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]},
        {"id": "n", "tier": "primary", "start": "20:00", "end": "08:00", "people": ["ben"]},
        {"id": "s", "tier": "supervisor", "start": "00:00", "end": "00:00", "people": ["sol"]},
    ]
}


@pytest.mark.browser
def test_who_answers_now_and_then(house, browse, root):
    house.plans(PLAN)
    house.desk("ana", "paused")
    page = browse("cora")
    page.goto("/roster")
    page.get_by_role("link", name="Who answers a call").click()
    never = page.get_by_role("listitem").filter(has_text="paused, and no rung rings")
    expect(never).to_contain_text("Ana Ruiz")
    page.get_by_label("At").fill("2026-11-24T03:00")
    page.get_by_label("Caller speaks").select_option("es")
    page.get_by_role("button", name="Ask").click()
    row = page.get_by_role("row", name="Ben Okafor")
    expect(row).to_contain_text("0:00")
    expect(row).to_contain_text("does not speak Spanish")
    expect(page.get_by_role("row", name="The partner line")).to_contain_text("1:50")
    expect(page.get_by_role("listitem").filter(has_text="Sol Hartmann")).to_contain_text("no phone")
    assert not violations(page, root)


def test_who_may_ask(visitor):
    may = {"cora": 200, "sol": 200, "ada": 200, "ana": 403}
    assert {name: visitor(name).get("/roster/route").status_code for name in may} == may


def test_a_time_that_is_none_is_said_beside_its_field(visitor):
    page = visitor("cora").get("/roster/route?at=soon").text
    assert 'aria-invalid="true"' in page
    assert "The partner line" not in page


def test_the_command_says_the_same(house, visitor, monkeypatch):
    house.plans(PLAN)
    monkeypatch.setenv("DATABASE_URL", house.board.settings.database_url)
    ask = ["route", "explain", "--line", "riverton", "--at", "2026-11-24T09:00:00Z"]
    found = json.loads(CliRunner().invoke(cli, [*ask, "--json"]).output)
    assert found["rungs"][0]["asked"] == [
        {"person": "Ben Okafor", "after_seconds": 0.0, "speaks": True}
    ]
    assert found["rungs"][-1]["after_seconds"] == 110
    assert found["never"] == [{"person": "Sol Hartmann", "why": "no_phone"}]
    table = CliRunner().invoke(cli, ask).output
    assert "Ben Okafor" in table
    assert "+13145550188" in table
    wrong = CliRunner().invoke(cli, ["route", "explain", "--line", "nowhere"])
    assert wrong.exit_code == 1
    assert "there are riverton, lakeside, general" in wrong.output
    assert visitor("cora").get("/roster/route").status_code == 200
