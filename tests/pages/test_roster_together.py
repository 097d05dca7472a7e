"""Two coordinators edit at once: does the second see the first's change, and lose nothing?"""

from dataclasses import replace

import pytest
from pages.test_roster_editor import DAYS, drafted, publish
from pages.test_roster_page import cell
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def two(house, browse):
    """Cora and Ada, each in a browser of their own, over one roster."""
    house.plans(DAYS)
    with house.store.begin() as rows:
        ada = rows.people.get("ada")
        rows.people.update(replace(ada, roles=("administrator", "coordinator")))
    return browse("cora"), browse("ada")


def time_off(page, person, day):
    page.goto("/roster/time-off/new")
    page.get_by_label("Person").select_option(person)
    page.get_by_label("From").fill(f"{day}T00:00")
    page.get_by_label("Until").fill(f"{day}T23:00")
    page.get_by_role("button", name="Add in the draft").click()


def until(page, pattern, day):
    page.goto(f"/roster/patterns/{pattern}")
    page.get_by_label("This change applies from").fill("")
    page.get_by_text("First and last day, exceptions, other weeks").click()
    page.get_by_label("Ends before").fill(day)
    page.get_by_role("button", name="Save in the draft").click()


def publish_with_gaps(page):
    page.get_by_role("button", name="Review and publish").click()
    box = page.get_by_label("I know: leave these hours uncovered")
    if box.count():
        box.check()
    page.get_by_label("Why").fill("meanwhile")
    page.get_by_role("button", name="Publish").click()


def test_each_sees_that_the_other_drafts_and_both_changes_are_published(house, two):
    cora, ada = two
    time_off(cora, "Ana Ruiz", "2026-12-01")
    time_off(ada, "Ben Okafor", "2026-12-03")
    cora.goto("/roster")
    expect(cora.get_by_text("Ada Nguyen has changes that are not published yet.")).to_be_visible()
    publish_with_gaps(ada)
    expect(ada.get_by_text("Published as revision 2.")).to_be_visible()

    cora.goto("/roster?week=2026-11-30")
    expect(cora.get_by_text("Somebody published revision 2 meanwhile")).to_be_visible()
    expect(cora.locator(".away")).to_contain_text("Ben Okafor")
    expect(cora.locator(".away")).to_contain_text("Ana Ruiz")
    publish_with_gaps(cora)
    expect(cora.get_by_text("Published as revision 3.")).to_be_visible()
    assert [one["person"] for one in house.roster()["time_off"]] == ["ben", "ana"]


def test_where_both_changed_the_same_the_second_chooses(house, two):
    cora, ada = two
    until(cora, "day", "2027-02-01")
    until(ada, "day", "2027-03-01")
    publish(ada)
    cora.goto("/roster")
    expect(
        cora.get_by_text("Somebody published revision 2 and changed the same as you.")
    ).to_be_visible()
    time_off(cora, "Ana Ruiz", "2026-12-01")  # must choose first
    expect(cora.get_by_role("heading", level=1)).to_contain_text("Choose")
    expect(cora.get_by_label("Published: 2027-03-01")).to_be_checked()
    cora.get_by_label("Mine: 2027-02-01").check()
    cora.get_by_role("button", name="Go on with these").click()
    cora.get_by_label("Why").fill("the lease ends")
    cora.get_by_role("button", name="Publish").click()
    expect(cora.get_by_text("Published as revision 3.")).to_be_visible()
    assert house.roster()["patterns"][0]["until"] == "2027-02-01"


def test_a_form_open_while_somebody_publishes_is_merged_field_by_field(house, two):
    cora, ada = two
    cora.goto("/roster/patterns/day")
    until(ada, "day", "2027-03-01")
    publish(ada)
    cora.get_by_label("What you call it").fill("Days")
    cora.get_by_label("This change applies from").fill("")
    cora.get_by_role("button", name="Save in the draft").click()
    expect(cora.get_by_text("Pattern changed in your draft.")).to_be_visible()
    day = drafted(house).document["patterns"][0]
    assert (day["name"], day["until"]) == ("Days", "2027-03-01")


def test_a_form_with_the_same_field_says_what_the_other_chose_and_saves_on_a_second_yes(house, two):
    cora, ada = two
    cora.goto("/roster/patterns/day")
    until(ada, "day", "2027-03-01")
    publish(ada)
    cora.get_by_label("This change applies from").fill("")
    cora.get_by_text("First and last day, exceptions, other weeks").click()
    cora.get_by_label("Ends before").fill("2027-02-01")
    cora.get_by_role("button", name="Save in the draft").click()
    expect(cora.get_by_text("Somebody changed this while you were editing it.")).to_be_visible()
    expect(cora.get_by_text("Meanwhile: ends before 2027-03-01.")).to_be_visible()
    expect(cora.get_by_label("Ends before")).to_have_value("2027-02-01")
    cora.get_by_role("button", name="Save in the draft").click()
    assert drafted(house).document["patterns"][0]["until"] == "2027-02-01"


def test_what_is_published_while_one_reviews_is_shown_before_it_counts(house, two):
    cora, ada = two
    time_off(cora, "Ana Ruiz", "2026-12-01")
    cora.get_by_role("button", name="Review and publish").click()
    until(ada, "night", "2027-03-01")
    publish(ada)
    cora.get_by_label("Why").fill("leave")
    cora.get_by_label("I know: leave these hours uncovered").check()
    cora.get_by_role("button", name="Publish").click()
    expect(cora.get_by_text("changed since you opened this page")).to_be_visible()
    expect(cora.get_by_text("Somebody published meanwhile (revision 2).")).to_be_visible()
    cora.get_by_label("I know: leave these hours uncovered").check()
    cora.get_by_role("button", name="Publish").click()
    expect(cora.get_by_text("Published as revision 3.")).to_be_visible()
    assert house.roster()["patterns"][1]["until"] == "2027-03-01"


def test_a_shift_that_changed_meanwhile_is_told(house, two):
    cora, ada = two
    cora.goto("/roster")
    cell(cora, "ana", 1).get_by_role("link").click()
    time_off(ada, "Ana Ruiz", "2026-11-24")
    publish_with_gaps(ada)
    cora.get_by_label("Who takes them").select_option("Sol Hartmann")
    cora.get_by_role("button", name="Give in the draft").click()
    expect(cora.get_by_text("This shift is no longer in the roster.")).to_be_visible()
    assert drafted(house).kept is None
