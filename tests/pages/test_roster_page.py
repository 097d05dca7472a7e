"""Does the roster's table show who, why, what is short and what is odd, with and without scripts?"""

import re
from datetime import date, datetime

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
TUESDAY = date(2026, 11, 24)
ALWAYS = [
    {"id": tier, "tier": tier, "start": "08:00", "end": "08:00", "people": people}
    for tier, people in (("primary", ["ana"]), ("backup", ["ben"]), ("supervisor", ["sol"]))
]
BUSY = {
    "patterns": [
        {"id": "day", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]},
        {"id": "night", "tier": "primary", "start": "20:00", "end": "08:00", "people": ["ben"]},
    ],
    "overrides": [
        {
            "id": "sick",
            "kind": "replace",
            "tier": "primary",
            "person": "ana",
            "by": "sol",
            "start": "2026-11-25T14:00:00+00:00",
            "end": "2026-11-26T02:00:00+00:00",
        }
    ],
    "swaps": [{"id": "w", "pattern": "day", "date": "2026-11-26", "person": "ana", "by": "sol"}],
    "time_off": [
        {
            "id": "off",
            "person": "ana",
            "start": "2026-11-27T06:00:00+00:00",
            "end": "2026-11-28T06:00:00+00:00",
        }
    ],
    "one_offs": [
        {
            "id": "more",
            "tier": "primary",
            "person": "sol",
            "start": "2026-11-28T14:00:00+00:00",
            "end": "2026-11-28T20:00:00+00:00",
        }
    ],
    "exact_plans": [
        {
            "id": "plan",
            "tier": "primary",
            "start": "2026-11-29T06:00:00+00:00",
            "end": "2026-11-30T06:00:00+00:00",
            "shifts": [
                {
                    "person": "sol",
                    "start": "2026-11-29T06:00:00+00:00",
                    "end": "2026-11-30T06:00:00+00:00",
                }
            ],
        }
    ],
    "needs": [
        {
            "id": "two",
            "tier": "primary",
            "need": 2,
            "days": ["mon"],
            "start": "20:00",
            "end": "24:00",
        },
        {"id": "one", "tier": "primary", "need": 1},
    ],
}


def row(page, person, tier="primary"):
    return page.locator(f'tbody[data-tier="{tier}"] tr[data-person="{person}"]')


def cell(page, person, column, tier="primary"):
    return row(page, person, tier).locator("td").nth(column)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_every_layer_of_the_week_is_named(house, browse, scripts):
    house.plans(BUSY)
    page = browse("cora", java_script_enabled=scripts)
    page.goto("/roster")
    expect(cell(page, "ana", 1)).to_contain_text("08:00–20:00")
    expect(cell(page, "sol", 2)).to_contain_text("for Ana Ruiz")
    expect(cell(page, "sol", 3)).to_contain_text("swap with Ana Ruiz")
    expect(cell(page, "sol", 5)).to_contain_text("extra")
    expect(cell(page, "sol", 6)).to_contain_text("exact plan")
    expect(page.locator(".away")).to_contain_text("Ana Ruiz")
    expect(cell(page, "ana", 2).locator(".shift")).to_have_count(0)

    page.get_by_role("link", name="All layers").click()
    expect(cell(page, "ana", 2)).to_contain_text("pattern 08:00–20:00")
    expect(cell(page, "ana", 2)).to_contain_text("override 08:00–20:00: Sol Hartmann")
    expect(cell(page, "ana", 3)).to_contain_text("swapped away")
    expect(cell(page, "ana", 4)).to_contain_text("time off")
    page.get_by_role("link", name=re.compile("override 08:00–20:00")).click()
    expect(page.get_by_label("Who stands in")).to_have_value("sol")


def test_gaps_are_red_and_thin_hours_amber_each_with_its_word(house, browse):
    house.plans(BUSY)
    page = browse("cora")
    page.goto("/roster")
    cover = page.locator('tbody[data-tier="primary"] .cover td')
    expect(cover.nth(0).locator(".few")).to_contain_text("1 of 2")
    expect(cover.nth(4).locator(".gap")).to_contain_text("Gap: fill")
    expect(cover.nth(4).locator(".gap")).to_contain_text("08:00–20:00")
    expect(cover.nth(1)).to_contain_text("covered")
    listed = page.get_by_role("region", name="Gaps in the next 14 days")
    expect(listed.locator("li").first).to_contain_text("Gap")
    expect(listed).to_contain_text("Thin")
    cover.nth(4).locator(".gap").click()
    expect(page.get_by_label("Date it starts")).to_have_value("2026-11-27")
    expect(page.get_by_label("Start", exact=True)).to_have_value("08:00")
    expect(page.get_by_label("End")).to_have_value("20:00")
    page.get_by_label("Person").select_option("Sol Hartmann")
    page.get_by_role("button", name="Add in the draft").click()
    expect(page.get_by_text("Extra shift added in your draft.")).to_be_visible()
    expect(cover.nth(4)).to_contain_text("covered")


def test_too_little_rest_and_too_many_hours_are_marked(house, browse):
    house.plans(
        {
            "patterns": [
                {"id": "d", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]},
                {"id": "m", "tier": "primary", "start": "23:00", "end": "24:00", "people": ["ana"],
                 "days": ["wed"]},
                {"id": "b", "tier": "backup", "start": "08:00", "end": "20:00", "people": ["ana"],
                 "days": ["fri"]},
            ],
            "people": {"ana": {"max_hours": 40}},
        }
    )  # fmt: skip
    page = browse("cora")
    page.goto("/roster")
    expect(row(page, "ana").locator("th")).to_contain_text("85 h in a week")
    expect(cell(page, "ana", 2)).to_contain_text("only 3 h rest before")
    expect(cell(page, "ana", 4)).to_contain_text("two tiers at once")
    expect(cell(page, "ana", 1)).not_to_contain_text("rest")


def test_days_of_23_and_25_hours_and_holidays_are_told(house, visitor):
    house.plans({"patterns": ALWAYS})
    cora = visitor("cora")
    assert "25 h day" in cora.get("/roster?week=2026-11-01").text
    assert "23 h day" in cora.get("/roster?week=2027-03-14").text
    assert "h day" not in cora.get("/roster?week=2026-11-23").text
    assert "Thanksgiving" in cora.get("/roster?week=2026-11-23").text
    assert "Truman Day" in cora.get("/roster?week=2027-05-08").text


def test_the_month_is_the_same_table_with_more_columns(house, browse):
    house.plans(BUSY)
    page = browse("cora")
    page.goto("/roster?view=month")
    expect(page.locator(".week thead th")).to_have_count(30)
    expect(cell(page, "ana", 23)).to_contain_text("08–20")
    expect(page.locator(".week thead .today")).to_be_in_viewport()
    page.get_by_role("button", name="Later").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("December 2026")


def test_the_clock_of_ones_own_zone_stands_beside_the_lines(house, browse):
    house.plans(BUSY)
    with house.store.begin() as rows:
        from dataclasses import replace

        rows.people.update(replace(rows.people.get("cora"), zone="Europe/Berlin"))
    page = browse("cora")
    page.goto("/roster")
    expect(cell(page, "ana", 1)).to_contain_text("yours 15:00–03:00")


ASKED = [
    ("2026-11-25T12:00", "Sol Hartmann"),
    ("2026-11-25T03:00", "Ben Okafor"),
    ("2026-11-27T12:00", "Nobody"),
]


@pytest.mark.parametrize(("at", "who"), ASKED)
def test_who_is_on_call_at(house, visitor, at, who):
    house.plans(BUSY)
    text = visitor("ana").get(f"/roster?at={at}").text
    assert who in text[text.index('id="asked"') :].split("Backup")[0]


def test_a_time_that_comes_twice_is_asked_back(house, visitor):
    house.plans({"patterns": ALWAYS})
    ben = visitor("ben")
    assert "comes twice that night" in ben.get("/roster?at=2027-11-07T01:30").text
    answer = ben.get("/roster?at=2027-11-07T01:30&at_which=second").text
    assert "Sun 7 Nov 01:30" in answer
    assert "The clock skips 02:30 that night" in ben.get("/roster?at=2027-03-14T02:30").text


@pytest.mark.parametrize("at", ["", "yesterday", "2026-13-01T00:00", "9999-01-01T00:00"])
def test_nonsense_is_no_accident(house, visitor, at):
    assert visitor("ben").get(f"/roster?at={at}&week={at}&view={at}&layers={at}").status_code == 200


def test_on_call_now_says_who_promised_and_who_is_there(house, browse):
    house.plans(BUSY | {"one_offs": []})
    house.desk("ana")
    page = browse("ben")
    page.goto("/roster")
    now = page.locator(".oncall")
    expect(now.locator("article").filter(has_text="Primary")).to_contain_text("on duty")
    expect(now.locator("article").filter(has_text="Supervisor")).to_contain_text("Nobody")
    for name in ("Add", "Fill", "Review and publish", "All entries"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_an_empty_roster_shows_the_way(house, browse):
    page = browse("cora")
    page.goto("/roster")
    expect(page.locator(".cover .gap").first).to_be_visible()
    page.get_by_text("Add", exact=True).first.click()
    page.get_by_role("link", name="Pattern", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("New: pattern")


def test_the_printed_week_has_the_table_and_no_buttons(house, browse):
    house.plans(BUSY)
    page = browse("cora")
    page.goto("/roster")
    page.emulate_media(media="print")
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.get_by_role("button", name="Later")).to_be_hidden()
    expect(page.locator(".rail")).to_be_hidden()
    wide = page.evaluate("document.querySelector('.week').scrollWidth")
    assert wide <= page.evaluate("document.documentElement.clientWidth")


def test_what_is_over_stays_as_it_was_promised(house, visitor):
    house.plans(BUSY)
    answer = visitor("cora").get("/roster?week=2026-11-16")
    assert answer.text.count("Ana Ruiz </span>") == 7
    assert datetime(2026, 11, 18, tzinfo=house.at.tzinfo) < house.at


def test_a_narrow_window_keeps_the_table_in_its_own_scroll(house, browse):
    house.plans(BUSY)
    page = browse("cora", viewport={"width": 390, "height": 800})
    page.goto("/roster")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
