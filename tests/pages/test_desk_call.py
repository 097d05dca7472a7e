"""Does a clinician carry a call at the desk, with the genuine softphone, by keyboard and by hand?"""

import re

import pytest
from pages.test_roster_editor import reach
from playwright.sync_api import expect
from waiting import until

from ivr.call import Stage

pytestmark = pytest.mark.browser


def test_a_whole_call_by_keyboard_alone(line, desk):
    """On duty, answered by Enter, muted, held, written down, ended and wrapped up: no mouse."""
    keys = desk.keyboard
    press(desk, "Go on duty")
    expect(desk.get_by_text("Ready. 0 others on duty.")).to_be_visible()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    news = desk.locator("#news")  # of the roster: it waits while a caller does, and in a talk
    expect(news).to_have_css("display", "block")

    line.transfers(shown="+13145550177")
    expect(desk.get_by_role("button", name="Answer")).to_be_visible()
    expect(news).to_have_css("display", "none")
    keys.press("Enter")
    expect(desk.get_by_text("In a call")).to_be_visible()
    expect(news).to_have_css("display", "none")

    for name in ("Mute", "Hold"):
        button = desk.get_by_role("button", name=name)
        press(desk, name)
        expect(button, desk.locator("#trouble-words").inner_text()).to_have_attribute(
            "aria-pressed", "true"
        )
        keys.press("Enter")
        expect(button).to_have_attribute("aria-pressed", "false")

    reach(desk, "textbox", re.compile("^Notes"))
    keys.type("Talked for a while; calmer now.")
    press(desk, "End")
    expect(desk.get_by_text("The call has ended.")).to_be_visible()
    reach(desk, "combobox", re.compile("^Disposition"))
    keys.type("Resolved by phone")
    press(desk, "Finish wrap-up")
    expect(desk.get_by_text("Ready. 0 others on duty.")).to_be_visible()
    expect(desk.get_by_label("Notes")).to_be_hidden()
    with line.board.store.read() as rows:
        (call,) = rows.calls.recent(1, line.board.now())
        kept = rows.records.get(call.id)
    assert (kept.disposition, kept.notes) == (
        "resolved_by_phone",
        "Talked for a while; calmer now.",
    )


def press(desk, name):
    """Tab to the button, and Enter."""
    reach(desk, "button", name)
    desk.keyboard.press("Enter")


def test_a_reload_on_duty_brings_the_telephone_back_by_itself(line, desk):
    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    expect(desk.get_by_text("Ready. 0 others on duty.")).to_be_visible()


def test_a_reload_or_another_tab_in_a_talk_has_the_caller_back_by_itself(line, desk):
    """A page that goes hangs up: the caller is kept, and comes back to who was with them."""
    desk.on("dialog", lambda asked: asked.accept())  # the browser asks whether to leave
    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    line.transfers(shown="+13145550177")
    desk.get_by_role("button", name="Answer").click()
    expect(desk.get_by_text("In a call")).to_be_visible()
    desk.reload()
    until(lambda: called(line).cut_offs == 1, seconds=15)
    expect(desk.get_by_text("In a call")).to_be_visible()
    until(lambda: called(line).stage is Stage.TALKING, seconds=10)

    other = desk.context.new_page()
    other.goto(desk.url)
    expect(other.get_by_text("In a call")).to_be_visible()
    desk.close()
    until(lambda: called(line).cut_offs == 2, seconds=15)
    until(lambda: called(line).stage is Stage.TALKING, seconds=15)
    expect(other.get_by_text("In a call")).to_be_visible()
    other.get_by_role("button", name="End", exact=True).click()
    expect(other.get_by_text("The call has ended.")).to_be_visible()
    assert called(line).clinician_id == "ana"


def called(line):
    with line.board.store.read() as rows:
        (call,) = rows.calls.recent(1)
    return call


def test_a_telephone_that_is_away_is_said_in_words(line, desk):
    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    desk.route_web_socket("**/signal", lambda socket: socket.close())
    line.emulator.cut_sockets()
    expect(desk.get_by_text("Phone not connected: you are not offered calls")).to_be_visible()
    expect(desk.get_by_role("alert").filter(has_text="Check the network")).to_be_visible()
