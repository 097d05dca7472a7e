"""Is a clinician reminded where they are, and can they confirm or ask for a replacement by keyboard?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from pages.test_accessibility import violations
from pages.test_roster_cover import pressed
from playwright.sync_api import expect

HOURS = "Tue 24 Nov 08:00 to 20:00"
BEGINS = datetime(2026, 11, 24, 14, tzinfo=UTC)


@pytest.fixture
def shift(house):
    return house.shift("ana", "primary", date(2026, 11, 24), "08:00", "20:00")


def confirmed(house):
    with house.store.read() as rows:
        return [
            (one.person_id, one.confirmed_by) for one in rows.shift_confirmations.after(house.at)
        ]


@pytest.mark.browser
def test_the_desk_reminds_and_takes_the_yes(house, browse, root, shift):
    page = browse("ana")
    page.goto("/desk")
    expect(page.get_by_text(f"Your primary shift {HOURS}")).to_be_visible()
    wrong = violations(page, root)
    pressed(page, f"Confirm: I will be there primary {HOURS}")
    expect(page.get_by_text(f"Confirmed: {HOURS}.")).to_be_visible()
    expect(page.get_by_text(f"Your primary shift {HOURS}")).to_have_count(0)
    assert confirmed(house) == [("ana", "ana")]
    page.goto("/roster/mine")
    expect(page.get_by_role("row", name=HOURS)).to_contain_text("confirmed")
    assert not wrong + violations(page, root)


@pytest.mark.browser
def test_who_cannot_asks_for_a_replacement_in_one_step(house, browse, root, shift):
    page = browse("ana")
    page.goto("/roster")
    page.get_by_role("link", name="My shifts").click()
    assert not violations(page, root)
    pressed(page, f"Find me a replacement primary {HOURS}")
    expect(page.get_by_text("Until somebody takes it the shift stays yours.")).to_be_visible()
    page.goto("/roster/mine")
    expect(page.get_by_role("row", name=HOURS)).to_contain_text("cover asked")
    assert confirmed(house) == []


@pytest.mark.browser
def test_the_coordinator_sees_who_has_not_and_confirms_for_them(house, browse, root, shift):
    house.waits(hours=5)
    page = browse("cora")
    page.goto("/roster/coverage")
    row = page.get_by_role("row", name="Ana Ruiz").filter(has_text="unconfirmed")
    expect(row).to_contain_text(HOURS)
    assert not violations(page, root)
    pressed(page, "Confirm for Ana Ruiz")
    expect(page.get_by_text(f"Confirmed: {HOURS}.")).to_be_visible()
    assert confirmed(house) == [("ana", "cora")]


def test_nobody_confirms_for_a_colleague(house, visitor, shift):
    for name, status in (("ben", 403), ("sol", 403), ("ana", 303)):
        person = visitor(name)
        person.get("/roster/mine")
        assert person.post("/roster/confirmations", shift=shift.id).status_code == status
    assert confirmed(house) == [("ana", "ana")]
    again = visitor("ana")
    again.get("/roster/mine")
    again.post("/roster/confirmations", shift=shift.id)
    assert "confirmed already" in again.get("/roster/mine").get_data(as_text=True)
    assert again.post("/roster/confirmations", shift=shift.id, back="x").status_code == 422


def test_all_is_said_where_there_is_nothing(house, visitor):
    page = visitor("ada").get("/roster/mine").get_data(as_text=True)
    assert "You have no shift in the next eight weeks." in page


@pytest.mark.browser
def test_the_desk_tells_of_changed_hours_until_they_are_seen(house, browse, root, shift):
    page = browse("ana")
    page.goto("/desk")
    told = page.get_by_text("You are now on call: primary, Tue 24 Nov 08:00 to 20:00").first
    expect(told).to_be_visible()
    assert not violations(page, root)
    pressed(page, "Seen")
    expect(told).to_have_count(0)
    page.goto("/roster/mine")
    expect(told).to_have_count(0)


def test_nobody_sees_to_a_colleagues_notice(house, visitor, shift):
    with house.store.read() as rows:
        (one,) = rows.notices.unseen("ana", house.at - timedelta(days=1))
    ben = visitor("ben")
    ben.get("/roster/mine")
    assert ben.post(f"/notices/{one.id}/seen").status_code == 303
    assert "You are now on call" in visitor("ana").get("/roster/mine").get_data(as_text=True)
