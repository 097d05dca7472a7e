"""Does a clinician carry a call at the desk, with the genuine softphone, by keyboard and by hand?"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_on_duty_answered_by_enter_held_ended_and_wrapped_up(line, desk):
    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Ready. 0 others on duty.")).to_be_visible()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    news = desk.locator("#news")  # of the roster: it waits while a caller does, and in a talk
    expect(news).to_have_css("display", "block")

    line.transfers(shown="+13145550177")
    expect(desk.get_by_role("button", name="Answer")).to_be_visible()
    expect(news).to_have_css("display", "none")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("In a call")).to_be_visible()
    expect(news).to_have_css("display", "none")

    for name in ("Mute", "Hold"):
        button = desk.get_by_role("button", name=name)
        button.click()
        expect(button, desk.locator("#trouble-words").inner_text()).to_have_attribute(
            "aria-pressed", "true"
        )
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false")

    desk.get_by_label("Notes").fill("Talked for a while; calmer now.")
    desk.get_by_role("button", name="End").click()
    desk.get_by_label("Disposition").select_option("Resolved by phone")
    desk.get_by_role("button", name="Finish wrap-up").click()
    expect(desk.get_by_text("Ready. 0 others on duty.")).to_be_visible()
    expect(desk.get_by_label("Notes")).to_be_hidden()


def test_a_reload_on_duty_brings_the_telephone_back_by_itself(line, desk):
    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    expect(desk.get_by_text("Ready. 0 others on duty.")).to_be_visible()


def test_a_telephone_that_is_away_is_said_in_words(line, desk):
    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    desk.route_web_socket("**/signal", lambda socket: socket.close())
    line.emulator.cut_sockets()
    expect(desk.get_by_text("Phone not connected: you are not offered calls")).to_be_visible()
    expect(desk.get_by_role("alert").filter(has_text="Check the network")).to_be_visible()
