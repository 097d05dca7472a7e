"""Does a clinician carry a call at the desk, with the genuine softphone, by keyboard and by hand?"""

import pytest
from playwright.sync_api import expect
from whole_line import running

pytestmark = pytest.mark.browser
pytest.importorskip("aiortc", reason="no sound: pip install 'diversion-line[softphone]'")


@pytest.fixture
def line(sqlite_database):
    with running(sqlite_database) as found:
        found.clinician("ana", "Ana Ruiz")
        yield found


@pytest.fixture
def page(line, browser):
    context = browser.new_context(permissions=["microphone"])
    context.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    page = context.new_page()
    page.goto(line.link("ana"))
    yield page
    context.close()
    expect.set_options(timeout=5_000)


def test_on_duty_answered_by_enter_held_ended_and_wrapped_up(line, page):
    page.get_by_role("button", name="Go on duty").click()
    expect(page.get_by_text("Ready. 0 others on duty.")).to_be_visible()
    expect(page.get_by_text("Phone connected")).to_be_visible()
    news = page.locator("#news")  # of the roster: it waits while a caller does, and in a talk
    expect(news).to_have_css("display", "block")

    line.transfers(shown="+13145550177")
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    expect(news).to_have_css("display", "none")
    page.keyboard.press("Enter")
    expect(page.get_by_text("In a call")).to_be_visible()
    expect(news).to_have_css("display", "none")

    for name in ("Mute", "Hold"):
        button = page.get_by_role("button", name=name)
        button.click()
        expect(button, page.locator("#trouble-words").inner_text()).to_have_attribute(
            "aria-pressed", "true"
        )
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false")

    page.get_by_label("Notes").fill("Talked for a while; calmer now.")
    page.get_by_role("button", name="End").click()
    page.get_by_label("Disposition").select_option("Resolved by phone")
    page.get_by_role("button", name="Finish wrap-up").click()
    expect(page.get_by_text("Ready. 0 others on duty.")).to_be_visible()
    expect(page.get_by_label("Notes")).to_be_hidden()


def test_a_reload_on_duty_brings_the_telephone_back_by_itself(line, page):
    page.get_by_role("button", name="Go on duty").click()
    expect(page.get_by_text("Phone connected")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Phone connected")).to_be_visible()
    expect(page.get_by_text("Ready. 0 others on duty.")).to_be_visible()


def test_a_telephone_that_is_away_is_said_in_words(line, page):
    page.get_by_role("button", name="Go on duty").click()
    expect(page.get_by_text("Phone connected")).to_be_visible()
    page.route_web_socket("**/signal", lambda socket: socket.close())
    line.emulator.cut_sockets()
    expect(page.get_by_text("Phone not connected: you are not offered calls")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="Check the network")).to_be_visible()
