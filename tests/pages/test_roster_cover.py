"""Can a clinician ask for cover, a colleague take the shift and a coordinator see it, by keyboard alone?"""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pages.test_accessibility import violations
from pages.test_roster_editor import DAYS
from pages.test_roster_page import BUSY, cell
from playwright.sync_api import expect

from config.lines import RosterPolicy

TUESDAY_NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)
TUESDAY = "Tue 24 Nov 08:00 to 20:00"


def pressed(page, name):
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def ask(page, shift):
    page.goto("/roster")
    page.get_by_role("link", name="Cover", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Shift to be covered").focus()
    page.get_by_label("Shift to be covered").select_option(shift)
    page.get_by_label("Note to colleagues").focus()
    page.keyboard.type("my sister's wedding")
    pressed(page, "Ask for cover")
    expect(page.get_by_text("Until somebody takes it the shift stays yours.")).to_be_visible()


@pytest.mark.browser
def test_a_shift_is_asked_for_taken_and_seen(house, browse, root):
    house.plans(DAYS)
    ana, sol, cora = (browse(name) for name in ("ana", "sol", "cora"))
    ask(ana, f"{TUESDAY}, primary")
    sol.goto("/roster/cover")
    expect(sol.get_by_text("my sister's wedding")).to_be_visible()
    wrong = violations(ana, root) + violations(sol, root)
    assert house.on_call(TUESDAY_NOON) == ("ana",)
    pressed(sol, f"Take Ana Ruiz primary {TUESDAY}")
    expect(sol.get_by_text("Done. The roster says so now.")).to_be_visible()
    assert house.on_call(TUESDAY_NOON) == ("sol",)
    cora.goto("/roster/cover")
    row = cora.get_by_role("row", name="Ana Ruiz")
    expect(row).to_contain_text("changed hands")
    expect(row).to_contain_text("Sol Hartmann")
    wrong += violations(cora, root)
    assert not wrong


@pytest.mark.browser
def test_what_strains_the_taker_waits_for_the_coordinators_yes(house, browse, root):
    house.plans(BUSY)
    ben, sol, cora = (browse(name) for name in ("ben", "sol", "cora"))
    ask(ben, "Fri 27 Nov 20:00 to Sat 28 Nov 08:00, primary")
    sol.goto("/roster/cover")
    pressed(sol, "Take Ben Okafor")
    expect(sol.get_by_text("A coordinator has to agree first")).to_be_visible()
    cora.goto("/follow-ups")
    cora.get_by_role("link", name="Cover", exact=True).click()
    region = cora.get_by_role("region", name="Waiting for a coordinator's yes")
    expect(region).to_contain_text("18 h without a break")
    assert not violations(cora, root)
    region.get_by_label("Why all the same").focus()
    cora.keyboard.type("she insists")
    pressed(cora, re.compile("^Agree Ben Okafor"))
    expect(cora.get_by_text("Agreed: the shift has changed hands.")).to_be_visible()
    assert house.on_call(datetime(2026, 11, 28, 6, tzinfo=UTC)) == ("sol",)


@pytest.mark.browser
def test_what_is_not_agreed_stays(house, browse):
    house.plans(BUSY)
    ben, sol, cora = (browse(name) for name in ("ben", "sol", "cora"))
    ask(ben, "Fri 27 Nov 20:00 to Sat 28 Nov 08:00, primary")
    sol.goto("/roster/cover")
    pressed(sol, "Take Ben Okafor")
    expect(sol.get_by_text("A coordinator has to agree first")).to_be_visible()
    cora.goto("/roster/cover")
    pressed(cora, "Do not agree Ben Okafor")
    expect(cora.get_by_text("Not agreed: the shift stays as it was.")).to_be_visible()
    expect(cora.get_by_role("row", name="Ben Okafor")).to_contain_text("not agreed")
    assert house.on_call(datetime(2026, 11, 28, 6, tzinfo=UTC)) == ("ben",)


def test_without_a_reason_nothing_is_agreed(house, visitor):
    house.plans(BUSY)
    cora = visitor("cora")
    cora.get("/roster/cover")
    assert cora.post("/roster/cover/none/agreement").status_code == 422
    answer = cora.post("/roster/cover/none/agreement", reason="because")
    assert answer.status_code == 303
    assert "settled before" in cora.get("/roster/cover").get_data(as_text=True)
    ana = visitor("ana")
    ana.get("/roster/cover")
    assert ana.post("/roster/cover", shift="primary.1.2.ana").status_code == 422


@pytest.mark.browser
def test_the_lines_file_says_what_a_strain_is(house, browse):
    house.plans(BUSY)
    page = browse("cora")
    page.goto("/roster")
    expect(cell(page, "sol", 6)).to_contain_text("24 h without a break")
    lax = RosterPolicy(run_hours_most=30, week_hours_most=100)
    book = house.board.book.model_copy(update={"roster": lax})
    house.app.extensions["board"] = replace(house.board, book=book)
    page.reload()
    expect(cell(page, "sol", 6)).not_to_contain_text("without a break")
    expect(page.get_by_text("72 h in a week")).to_have_count(0)
