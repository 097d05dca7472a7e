"""Does the desk do one thing at a time, and are notes never lost? In a real browser."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from waiting import until

from ivr.call import Ended, Stage

pytestmark = pytest.mark.browser
NOTES = "Caller is safe now. <script>alert(1)</script> Sister stays the night."


def record(house, call):
    with house.store.read() as rows:
        return rows.records.get(call.id)


def state_of(house, person="ana"):
    with house.store.read() as rows:
        return rows.desks.get(person).state


def test_a_desk_that_is_off_duty_offers_one_thing_to_do(house, browse):
    page = browse("ana")
    page.goto("/desk")
    expect(page.get_by_role("button", name="Go on duty")).to_be_visible()
    expect(page.get_by_text("You are not offered calls.")).to_be_visible()


def test_an_offer_says_what_is_known_and_is_seen_and_read_out(house, browse):
    house.desk("ana")
    page = browse("ana")
    page.goto("/desk")
    expect(page.get_by_text("Ready. 0 others on duty.")).to_be_visible()
    house.offers("ana", house.call(language="es"))
    expect(page.get_by_role("heading", name="A caller is waiting")).to_be_visible()
    for words in ("(314) 555-0177", "Spanish", "26-104-881", "none under this number"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    assert re.fullmatch(r"\d+:\d\d", page.locator(".wait").inner_text())
    expect(page.locator("#announce")).to_contain_text("A caller is waiting")
    expect(page).to_have_title(re.compile("Call waiting"))


def test_the_wait_on_the_card_ticks(house, browse):
    house.desk("ana")
    house.offers("ana", house.call())
    page = browse("ana")
    page.goto("/desk")
    expect(page.locator(".wait")).to_have_text("0:12")
    expect(page.locator(".wait")).to_have_text("0:14")


def test_declining_takes_a_reason(house, browse):
    house.desk("ana")
    offer = house.offers("ana", house.call())
    page = browse("ana")
    page.goto("/desk")
    page.get_by_label("Reason to decline").select_option("I need a moment")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Ready.", exact=False).first).to_be_visible()
    with house.store.read() as rows:
        assert (rows.offers.get(offer.id).state, rows.offers.get(offer.id).why) == (
            "refused",
            "break",
        )


def test_an_offer_taken_by_someone_else_clears(house, browse):
    house.desk("ana")
    offer = house.offers("ana", house.call())
    page = browse("ana")
    page.goto("/desk")
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    with house.store.begin() as rows:
        rows.offers.settle([offer.id], "cancelled", "taken", house.at)
    expect(page.get_by_role("button", name="Answer")).to_be_hidden()
    expect(page).to_have_title("Desk · Diversion line")


def test_after_a_missed_offer_one_button_brings_them_back(house, browse):
    house.desk("ana", "paused", why="missed_offer")
    page = browse("ana")
    page.goto("/desk")
    expect(page.get_by_text("You missed an offer. Are you back?")).to_be_visible()
    page.get_by_role("button", name="I am back").click()
    expect(page.get_by_text("Ready. 0 others on duty.")).to_be_visible()
    assert state_of(house) == "available"


def test_notes_save_themselves_and_survive_a_reload(house, browse):
    call = house.talking("ana")
    page = browse("ana")
    page.goto("/desk")
    page.get_by_label("Notes").fill(NOTES)
    page.get_by_label("Person's name").fill("Marta Bell")
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert record(house, call).notes == NOTES
    page.reload()
    expect(page.get_by_label("Notes")).to_have_value(NOTES)
    expect(page.get_by_label("Person's name")).to_have_value("Marta Bell")


def test_a_panel_that_changes_never_takes_the_notes_away(house, browse):
    house.talking("ana")
    page = browse("ana")
    page.goto("/desk")
    page.get_by_label("Notes").fill("half a sen")
    house.desk("ben")  # any change anywhere makes the panel be fetched again
    with page.expect_response("**/desk/panel"):
        house.desk("sol")
    page.get_by_label("Notes").press_sequentially("tence")
    expect(page.get_by_label("Notes")).to_have_value("half a sentence")


def test_notes_the_server_did_not_take_are_kept_here_until_it_does(house, browse):
    call = house.talking("ana")
    page = browse("ana")
    page.goto("/desk")
    page.route("**/records/*", lambda route: route.abort())
    page.get_by_label("Notes").fill("written while the network was gone")
    expect(page.locator("#saved")).to_contain_text("Kept in this browser")
    assert record(house, call) is None
    page.unroute_all()
    page.reload()
    expect(page.get_by_label("Notes")).to_have_value("written while the network was gone")
    until(lambda: record(house, call), seconds=8, what="the record")
    until(lambda: page.evaluate("localStorage.length") == 0, seconds=8, what="nothing kept")


def test_two_tabs_that_write_both_show_what_each_has(house, browse):
    call = house.talking("ana")
    one = browse("ana")
    one.goto("/desk")
    other = one.context.new_page()
    other.goto("/desk")
    one.get_by_label("Notes").fill("first tab")
    expect(one.locator("#saved")).to_contain_text("Saved")
    other.get_by_label("Notes").fill("second tab")
    expect(other.get_by_role("heading", name="Yours, here")).to_be_visible()
    expect(other.locator("#conflict")).to_contain_text("first tab")
    other.get_by_role("button", name="Keep mine").click()
    expect(other.locator("#saved")).to_contain_text("Saved")
    assert record(house, call).notes == "second tab"


def test_wrap_up_ends_only_with_what_is_needed(house, browse):
    call = house.talking("ana", "wrap_up")
    page = browse("ana")
    page.goto("/desk")
    page.get_by_role("button", name="Finish wrap-up").click()
    expect(page.get_by_text("Choose what came of this contact.")).to_be_visible()
    page.get_by_label("Disposition").select_option("Safety plan made")
    page.get_by_label("Notes").fill("A plan was made; her brother has the keys.")
    page.get_by_label("Confirmed number").fill("314 555 0178")
    page.get_by_role("button", name="Finish wrap-up").click()
    expect(page.get_by_text("Ready. 0 others on duty.")).to_be_visible()
    expect(page.get_by_label("Notes")).to_be_hidden()
    kept = record(house, call)
    assert (kept.disposition, kept.callback_number) == ("safety_plan_made", "+13145550178")
    assert kept.finished_at == house.at
    assert state_of(house) == "available"


def test_the_form_stays_as_it_is_when_the_call_ends(house, browse):
    call = house.talking("ana")
    page = browse("ana")
    page.goto("/desk")
    page.get_by_label("Notes").fill("typed during the call")
    expect(page.get_by_role("button", name="Finish wrap-up")).to_be_hidden()
    with house.store.begin() as rows:
        rows.desks.set("ana", "wrap_up", house.at, call_id=call.id)
    expect(page.get_by_role("button", name="Finish wrap-up")).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("typed during the call")


def test_a_follow_up_is_promised_with_consent_and_a_time(house, browse):
    call = house.talking("ana", "wrap_up")
    page = browse("ana")
    page.goto("/desk")
    page.get_by_text("Schedule follow-up").click()
    page.get_by_label("Number to call").fill("(314) 555-0178")
    page.get_by_role("button", name="Promise this call").click()
    expect(page.get_by_text("Without their consent nobody may call.")).to_be_visible()
    page.get_by_label("The person agreed to be called").check()
    page.get_by_label("Consent given by").fill("herself")
    page.locator("select[name=template]").select_option("24h")
    page.get_by_label("Best time from").fill("09:00")
    page.get_by_label("until", exact=True).fill("20:00")
    page.get_by_label("Their time zone").select_option("America/New_York")
    page.get_by_role("radio", name="They agreed to").first.check()
    page.get_by_label("Risk seen").select_option("High: call them first")
    page.get_by_role("button", name="Promise this call").click()
    expect(page.get_by_text("Promised: (314) 555-0178", exact=False)).to_be_visible()
    with house.store.read() as rows:
        (promise,) = rows.followups.of_call(call.id)
    assert (promise.consent_by, promise.zone) == ("herself", "America/New_York")
    assert (promise.template, promise.attempts_max, promise.message) == ("24h", 4, "plain")
    assert (promise.risk, promise.consent_how, promise.prefers) == (2, "spoken", "ana")
    assert timedelta(hours=12) <= promise.due_at - house.at < timedelta(hours=36)


def test_with_the_keyboard_alone(house, browse):
    house.desk("ana", "paused", why="missed_offer")
    page = browse("ana")
    page.goto("/desk")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.includes('I am back')"):
            break
    page.keyboard.press("Enter")
    until(lambda: state_of(house) == "available", seconds=5, what="back by keyboard")


def test_a_talk_on_a_cell_phone_is_written_down_later(house, browse):
    over = {"clinician_id": "ana", "answered_at": house.at, "ended_at": house.at}
    call = house.call(Stage.ENDED, ended_reason=Ended.CALLER_ENDED, **over)
    house.desk("ana", "off")
    page = browse("ana")
    page.goto("/desk")
    expect(page.get_by_text("1 record is not finished.")).to_be_visible()
    page.get_by_role("button", name="Write: Riverton").click()
    expect(page.get_by_text("The call is over. You stay off duty.")).to_be_visible()
    page.get_by_label("Disposition").select_option("resolved_by_phone")
    page.get_by_label("Notes").fill(NOTES)
    page.get_by_role("button", name="Finish wrap-up").click()
    expect(page.get_by_text("You are not offered calls.")).to_be_visible()
    expect(page.get_by_text("not finished")).to_be_hidden()
    assert (state_of(house), record(house, call).notes) == ("off", NOTES)
