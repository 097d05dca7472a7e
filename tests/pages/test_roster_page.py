"""Can a coordinator keep the roster, with and without scripts, and see every gap first?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from people_door import ZONE
from playwright.sync_api import expect

from console.week import shifts_of
from switchboard import roster_book

pytestmark = pytest.mark.browser
TUESDAY = date(2026, 11, 24)


def shifts(house, month="2026-11"):
    start = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    with house.store.read() as rows:
        _, book = roster_book.newest(rows)
    return shifts_of(book.roster, ZONE, start, start + timedelta(days=60))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_shift_is_added_changed_and_deleted(house, browse, scripts):
    page = browse("cora", java_script_enabled=scripts)
    page.goto("/roster")
    page.get_by_role("link", name="Add primary shift on Tue 24 Nov").click()
    page.get_by_label("Person").select_option("Ana Ruiz")
    page.get_by_label("Start", exact=True).fill("20:00")
    page.get_by_label("End").fill("08:00")
    page.get_by_role("button", name="Add shift").click()
    expect(page.get_by_text("Shift added.")).to_be_visible()
    (kept,) = shifts(house)
    assert (kept.local_date, kept.end_days) == (TUESDAY, 1)
    assert kept.starts_at == datetime(2026, 11, 25, 2, tzinfo=UTC)
    assert kept.ends_at == datetime(2026, 11, 25, 14, tzinfo=UTC)

    page.get_by_role("link", name="Ana Ruiz 20:00–08:00").click()
    page.get_by_label("Person").select_option("Ben Okafor")
    page.get_by_role("button", name="Save shift").click()
    expect(page.get_by_role("link", name="Ben Okafor 20:00–08:00")).to_be_visible()

    page.get_by_role("link", name="Ben Okafor 20:00–08:00").click()
    page.get_by_role("button", name="Delete shift").click()
    expect(page.get_by_text("Nobody of this tier would be on call")).to_be_visible()
    assert shifts(house)
    page.get_by_label("I know: leave this gap").check()
    page.get_by_role("button", name="Delete shift").click()
    expect(page.get_by_text("Shift deleted.")).to_be_visible()
    assert not shifts(house)
    with house.store.read() as rows:
        lines = rows.audit.of("roster")
    assert [line.action for line in lines] == ["shift.added", "shift.changed", "shift.removed"]
    assert lines[-1].facts["gap_accepted"] is True


def test_a_gap_is_filled_by_its_link(house, browse):
    house.shift("ana", "primary", TUESDAY, "00:00", "08:00")
    house.shift("ana", "primary", TUESDAY, "20:00", "00:00")
    page = browse("cora")
    page.goto("/roster?week=2026-11-23")
    page.locator(".gap").filter(has_text="08:00–20:00").first.click()
    expect(page.get_by_label("Start", exact=True)).to_have_value("08:00")
    expect(page.get_by_label("End")).to_have_value("20:00")
    expect(page.get_by_label("Date it starts")).to_have_value("2026-11-24")
    page.get_by_label("Person").select_option("Ben Okafor")
    page.get_by_role("button", name="Add shift").click()
    expect(page.get_by_role("link", name="Ben Okafor 08:00–20:00")).to_be_visible()
    assert len(shifts(house)) == 3


def test_nobody_overwrites_what_somebody_else_just_changed(house, browse):
    shift = house.shift("ana", "primary", TUESDAY, "08:00", "20:00")
    page = browse("cora")
    page.goto(f"/roster/shifts/{shift.id}")
    house.replaced(shift, "ben")
    page.get_by_label("Person").select_option("Ben Okafor")
    page.get_by_role("button", name="Save shift").click()
    expect(
        page.get_by_text("Somebody changed this shift while you were editing it.")
    ).to_be_visible()
    assert [one.person_id for one in shifts(house)] == ["ben"]


def test_the_same_person_is_not_put_twice_on_one_tier(house, visitor):
    house.shift("ana", "primary", TUESDAY, "08:00", "20:00")
    cora = visitor("cora")
    wish = {
        "person": "ana",
        "tier": "primary",
        "date": "2026-11-24",
        "start": "12:00",
        "end": "16:00",
    }
    answer = cora.post("/roster/shifts", **wish)
    assert answer.status_code == 422
    assert "They already have this tier at that time." in answer.text


WRONG = {
    "no person": {"person": ""},
    "somebody unknown": {"person": "nobody"},
    "no such tier": {"tier": "night"},
    "no date": {"date": ""},
    "a date that is none": {"date": "2026-02-30"},
    "a time that is none": {"start": "25:00"},
    "words for a time": {"end": "noon"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_shift_that_cannot_be_is_explained(house, visitor, wrong):
    cora = visitor("cora")
    wish = {
        "person": "ana",
        "tier": "primary",
        "date": "2026-11-24",
        "start": "08:00",
        "end": "20:00",
    }
    answer = cora.post("/roster/shifts", **{**wish, **WRONG[wrong]})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert not shifts(house)


def test_on_call_now_says_who_promised_and_who_is_there(house, browse):
    house.shift("ana", "primary", date(2026, 11, 23), "08:00", "20:00")
    house.shift("ben", "backup", date(2026, 11, 23), "08:00", "20:00")
    house.desk("ana")
    page = browse("ben")
    page.goto("/roster")
    now = page.locator(".oncall")
    expect(now.locator("article").filter(has_text="Primary")).to_contain_text("on duty")
    expect(now.locator("article").filter(has_text="Backup")).to_contain_text("not at the desk")
    expect(now.locator("article").filter(has_text="Supervisor")).to_contain_text("Nobody")
    expect(page.get_by_role("link", name="Add shift")).to_be_hidden()


def test_the_night_of_the_clock_change_lasts_thirteen_hours(house, visitor):
    cora = visitor("cora")
    wish = {
        "person": "ana",
        "tier": "primary",
        "date": "2027-11-06",
        "start": "20:00",
        "end": "08:00",
    }
    assert cora.post("/roster/shifts", **wish).status_code == 303
    (night,) = shifts(house, "2027-11")
    assert (night.ends_at - night.starts_at).total_seconds() == 13 * 3600
