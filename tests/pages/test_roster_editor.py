"""Can a coordinator draw up, change, publish and undo a roster: by mouse, and by keyboard alone?"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from pages.test_accessibility import violations
from pages.test_roster_page import BUSY, cell
from playwright.sync_api import Page, expect

from switchboard import roster_draft

pytestmark = pytest.mark.browser
ZONE = "America/Chicago"
DAYS = {
    "patterns": [
        {"id": "day", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]},
        {"id": "night", "tier": "primary", "start": "20:00", "end": "08:00", "people": ["ben"]},
    ],
    "needs": [
        {"id": "one", "tier": tier, "need": n}
        for tier, n in (("primary", 1), ("backup", 0), ("supervisor", 0))
    ],
}
TUESDAY_NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


def drafted(house, who="cora"):
    with house.store.read() as rows:
        return roster_draft.of(rows, who, ZONE)


def would_be_on_call(house, at, tier="primary"):
    return drafted(house).book.timeline(at, at + HOUR).on(tier, at)


def publish(page: Page, reason="a test's reason"):
    page.get_by_role("button", name="Review and publish").click()
    page.get_by_label("Why").fill(reason)
    page.get_by_role("button", name="Publish").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_shift_is_given_published_and_undone(house, browse, scripts):
    house.plans(DAYS)
    page = browse("cora", java_script_enabled=scripts)
    page.goto("/roster")
    cell(page, "ana", 1).get_by_role("link").click()
    give = page.locator("article").filter(has_text="Give hours away")
    give.get_by_label("Who takes them").select_option("Sol Hartmann")
    give.get_by_label("Until").fill("2026-11-24T14:00")
    give.get_by_label("Reason").fill("dentist")
    give.get_by_role("button", name="Give in the draft").click()
    expect(cell(page, "sol", 1)).to_contain_text("for Ana Ruiz")
    expect(cell(page, "sol", 1)).to_contain_text("new")
    expect(cell(page, "ana", 1)).to_contain_text("no longer")
    assert house.on_call(TUESDAY_NOON) == ("ana",)  # nothing is published yet

    page.get_by_role("button", name="Review and publish").click()
    moved = page.get_by_role("region", name="Who gains and loses hours")
    expect(moved).to_contain_text("loses 6 h")
    expect(moved).to_contain_text("gains 6 h")
    expect(page.get_by_text("No new gap")).to_be_visible()
    page.get_by_label("Why").fill("Ana is at the dentist's")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published as revision 2.")).to_be_visible()
    assert house.on_call(TUESDAY_NOON) == ("sol",)

    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Ana is at the dentist's")).to_be_visible()
    page.get_by_role("link", name="Revision 2").click()
    expect(page.get_by_role("region", name="What was changed")).to_contain_text("(dentist)")
    expect(page.get_by_text("Seal")).to_be_visible()
    page.get_by_role("button", name="Undo this revision in the draft").click()
    page.get_by_label("Why").fill("she is well")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published as revision 3.")).to_be_visible()
    assert house.on_call(TUESDAY_NOON) == ("ana",)


def test_by_keyboard_alone_a_shift_is_created_changed_swapped_published_and_undone(house, browse):
    house.plans(DAYS)
    page = browse("cora")
    page.goto("/roster")
    keys = page.keyboard

    reach(page, "link", "Add primary shift on Tue 24 Nov")  # create
    keys.press("Enter")
    choose(page, "Person", "Sol Hartmann")
    type_in(page, "End", "12:00")
    reach(page, "button", "Add in the draft")
    keys.press("Enter")
    expect(cell(page, "sol", 1)).to_contain_text("08:00–12:00")

    reach(page, "link", re.compile("Sol Hartmann 08:00–12:00"))  # stretch
    keys.press("Enter")
    moves = page.locator("article").filter(has_text="Change this shift once")
    type_in(page, "Ends", "11/24/2026\t04:00PM", inside=moves)
    reach(page, "button", "Change in the draft")
    keys.press("Enter")
    expect(cell(page, "sol", 1)).to_contain_text("08:00–16:00")

    reach(page, "link", re.compile("^Ana Ruiz 08:00–20:00.*"), at=cell(page, "ana", 2))  # swap
    keys.press("Enter")
    reach(page, "link", "swap this one")
    keys.press("Enter")
    choose(page, "Who takes it", "Sol Hartmann")
    reach(page, "button", "Add in the draft")
    keys.press("Enter")
    expect(cell(page, "sol", 2)).to_contain_text("swap with Ana Ruiz")

    reach(page, "button", "Undo")  # undo the swap
    keys.press("Enter")
    expect(page.get_by_text(re.compile("Undone: Swap added"))).to_be_visible()
    expect(cell(page, "sol", 2)).to_have_count(1)
    expect(cell(page, "sol", 2)).not_to_contain_text("swap")

    reach(page, "button", "Review and publish")
    keys.press("Enter")
    reach(page, "textbox", "Why")
    keys.type("more hands")
    keys.press("Enter")
    expect(page.get_by_text("Published as revision 2.")).to_be_visible()
    assert house.on_call(TUESDAY_NOON) == ("ana", "sol")


def reach(page: Page, role, name, at=None):
    """Press Tab until the keyboard is there, as a person without a mouse does."""
    wanted = (at or page).get_by_role(role, name=name, exact=isinstance(name, str)).first
    wanted.wait_for()
    for _ in range(300):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{role} {name} is never reached by Tab")


def choose(page: Page, label, option):
    reach(page, "combobox", label)
    page.keyboard.type(option)


def type_in(page: Page, label, text, inside=None):
    field = (inside or page).get_by_label(label, exact=True)
    for _ in range(300):
        if field.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    if "\t" in text:
        date, clock = text.split("\t")
        page.keyboard.type(date.replace("/", ""))
        page.keyboard.press("Tab")
        page.keyboard.type(clock.replace(":", ""))
    else:
        page.keyboard.type(text.replace(":", "") + "PM")


# -- the view to drag in ----------------------------------------------------------------------


def dragging(browse, **options) -> Page:
    page = browse("cora", viewport={"width": 1600, "height": 1100}, **options)
    page.goto("/roster?week=2026-11-30")
    page.get_by_role("button", name="Drag and stretch").click()
    page.locator("#drag .ec-event").first.wait_for()
    return page


def bar(page: Page, text, at=0):
    return page.locator("#drag .ec-event").filter(has_text=text).nth(at)


def drag(page: Page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("place", ["America/Chicago", "Asia/Tokyo"])
def test_a_shift_is_dragged_to_other_hours(house, browser, browse, place):
    house.plans(DAYS)
    page = browse("cora", viewport={"width": 1600, "height": 1100})
    page.context.close()
    context = browser.new_context(
        base_url=house.url, timezone_id=place, viewport={"width": 1600, "height": 1100}
    )
    page = context.new_page()
    page.goto(house.link("cora"))
    page.goto("/roster?week=2026-11-30")
    page.get_by_role("button", name="Drag and stretch").click()
    bar(page, "08:00–20:00").wait_for()
    box = bar(page, "08:00–20:00").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(page, middle, (middle[0] + box["width"] / 6, middle[1]))  # two of twelve hours
    expect(cell(page, "ana", 0)).to_contain_text("10:00–22:00")
    monday = datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert would_be_on_call(house, monday) == ()
    assert would_be_on_call(house, monday + 12 * HOUR) == ("ana", "ben")
    assert house.on_call(monday) == ("ana",)
    context.close()


def test_a_shift_is_stretched_and_given_by_dragging_and_undone(house, browse):
    house.plans(DAYS)
    page = dragging(browse)
    box = bar(page, "08:00–20:00", 1).bounding_box()
    right = box["x"] + box["width"] - 2, box["y"] + box["height"] / 2
    drag(page, right, (right[0] + box["width"] / 6, right[1]))
    expect(cell(page, "ana", 1)).to_contain_text("08:00–22:00")
    bar(page, "08:00–20:00").wait_for()  # it is open again after the change

    box = bar(page, "08:00–20:00").bounding_box()
    other = bar(page, "20:00–08:00").bounding_box()
    x = box["x"] + box["width"] / 2
    drag(page, (x, box["y"] + 10), (x, other["y"] + other["height"] / 2))
    expect(cell(page, "ben", 0)).to_contain_text("for Ana Ruiz")
    assert would_be_on_call(house, datetime(2026, 11, 30, 18, tzinfo=UTC)) == ("ben",)

    page.get_by_role("button", name="Undo").click()
    expect(cell(page, "ana", 0)).to_contain_text("08:00–20:00")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Your draft:")).to_have_count(0)


def test_hours_that_are_selected_become_an_extra_shift(house, browse):
    house.plans(DAYS)
    page = dragging(browse)
    day, night = (bar(page, text).bounding_box() for text in ("08:00–20:00", "20:00–08:00"))
    y = night["y"] + night["height"] / 2
    drag(page, (day["x"] + 3, y), (day["x"] + day["width"] / 2 - 3, y))
    page.wait_for_url("**/roster/one-offs/new?**")
    expect(page.get_by_label("Person")).to_have_value("ben")
    expect(page.get_by_label("Date it starts")).to_have_value("2026-11-30")
    expect(page.get_by_label("Start", exact=True)).to_have_value("08:00")
    expect(page.get_by_label("End")).to_have_value("14:00")


def test_a_drag_that_is_refused_goes_back_and_says_why(house, browse):
    house.plans(BUSY)
    page = browse("cora", viewport={"width": 1600, "height": 1100})
    page.goto("/roster")
    page.get_by_role("button", name="Drag and stretch").click()
    bar(page, "08:00–20:00").wait_for()
    bar(page, "08:00–20:00").scroll_into_view_if_needed()
    box = bar(page, "08:00–20:00").bounding_box()  # Monday's, which has begun
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(page, middle, (middle[0] - box["width"] / 3, middle[1]))
    expect(page.locator("#messages")).to_contain_text("hours that are over")
    assert drafted(house).kept is None


# -- many at once -----------------------------------------------------------------------------


def test_many_shifts_change_together_and_one_undo_takes_all_back(house, browse):
    house.plans(DAYS)
    page = browse("cora")
    page.goto("/roster?week=2026-11-30")
    page.get_by_role("link", name="Select several").click()
    for day in ("Mon 30 Nov 08:00", "Wed 2 Dec 08:00", "Fri 4 Dec 08:00"):
        page.get_by_label(f"Select Ana Ruiz {day}").check()
    page.get_by_label("Give the shifts you tick to").select_option("Sol Hartmann")
    page.get_by_label("Reason").fill("training")
    page.get_by_role("button", name="Change them together").click()
    expect(page.get_by_text("3 shifts to Sol Hartmann, in your draft.")).to_be_visible()
    assert len(drafted(house).document["overrides"]) == 3
    assert {one["reason"] for one in drafted(house).document["overrides"]} == {"training"}
    page.get_by_role("button", name="Undo").click()
    assert drafted(house).kept is None


def test_a_week_is_made_as_the_one_before(house, browse):
    house.plans(BUSY)
    page = browse("cora")
    page.goto("/roster?week=2026-11-30")
    page.get_by_role("button", name="Make this week as the one before").click()
    expect(cell(page, "sol", 2)).to_contain_text("exact plan")
    for days in range(7):
        for hours in (0, 6, 12, 18):
            at = datetime(2026, 11, 23, 6, tzinfo=UTC) + timedelta(days=days, hours=hours)
            if at > house.at:
                assert would_be_on_call(house, at + timedelta(days=7)) == would_be_on_call(
                    house, at
                )
    page.get_by_role("button", name="Undo").click()
    assert drafted(house).kept is None


def test_a_gap_needs_a_yes_and_a_reason(house, browse):
    house.plans(DAYS)
    page = browse("cora")
    page.goto("/roster")
    cell(page, "ana", 1).get_by_role("link").click()
    give = page.locator("article").filter(has_text="Give hours away")
    give.get_by_label("Who takes them").select_option("Nobody: take them off")
    give.get_by_role("button", name="Give in the draft").click()
    expect(page.locator('tbody[data-tier="primary"] .gap').first).to_contain_text("08:00–20:00")
    page.get_by_role("button", name="Review and publish").click()
    expect(page.get_by_text("These hours are covered now and would not be:")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Say why: it is kept with the change.")).to_be_visible()
    page.get_by_label("Why").fill("a wake for Ana's aunt")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Tick the box to leave these hours uncovered.")).to_be_visible()
    page.get_by_label("I know: leave these hours uncovered").check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published as revision 2.")).to_be_visible()
    with house.store.read() as rows:
        line = rows.audit.of("roster:2")[-1]
        assert rows.audit.verify() is None
    assert (line.actor, line.facts["because"]) == ("cora", "a wake for Ana's aunt")
    assert line.facts["uncovered"]


def test_a_draft_is_discarded(house, browse):
    house.plans(DAYS)
    page = browse("cora")
    page.goto("/roster/time-off/new")
    page.get_by_label("Person").select_option("Ana Ruiz")
    page.get_by_label("From").fill("2026-12-01T00:00")
    page.get_by_label("Until").fill("2026-12-02T00:00")
    page.get_by_role("button", name="Add in the draft").click()
    page.get_by_role("button", name="Review and publish").click()
    page.get_by_role("button", name="Discard the whole draft").click()
    expect(page.get_by_text("Your draft is gone.")).to_be_visible()
    assert drafted(house).kept is None


# -- for everybody ----------------------------------------------------------------------------

PAGES = (
    "/roster",
    "/roster?view=month",
    "/roster?layers=all&select=yes",
    "/roster?at=2026-11-25T03:00",
    "/roster/entries",
    "/roster/publication",
    "/roster/revisions",
    "/roster/revisions/1",
    *(f"/roster/{kind}/new" for kind in ("patterns", "one-offs", "overrides", "swaps",
                                         "exact-plans", "time-off", "closures", "needs")),
    "/roster/people/ana",
    "/roster/patterns/day",
)  # fmt: skip


def test_axe_finds_nothing_in_the_editor(house, browse, root):
    house.plans(BUSY)
    page = browse("cora")
    page.goto("/roster")
    cell(page, "ana", 1).get_by_role("link").click()
    wrong = [f"shift: {what}" for what in violations(page, root)]
    page.locator("select[name=by]").select_option("nobody")
    page.get_by_role("button", name="Give in the draft").click()
    for path in PAGES:
        page.goto(path)
        page.locator("h1").wait_for()
        wrong += [f"{path}: {what}" for what in violations(page, root)]
    page.goto("/roster")
    page.get_by_role("button", name="Drag and stretch").click()
    page.locator("#drag .ec-event").first.wait_for()
    wrong += [f"dragging: {what}" for what in violations(page, root)]
    assert not wrong
