"""Can everybody use the phone page: without sound, without a microphone, by keyboard, by ear?"""

from pathlib import Path

import pytest
from pages.telephone_town import LINE, PHONE_STREAM, ROOM, Town, hears, town
from pages.test_accessibility import violations
from playwright.sync_api import Page, Playwright, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def place(playwright: Playwright, chromium: str):
    with town(playwright, chromium) as found:
        yield found
        assert not found.alerts


@pytest.fixture
def silent_place(playwright: Playwright, chromium: str):
    with town(playwright, chromium, sound=False) as found:
        yield found
        assert not found.alerts


def call(page: Page, number: str) -> None:
    page.get_by_label("Number you dial").select_option(number)
    page.get_by_role("button", name="Call", exact=True).click()


def test_without_sound_it_says_so_and_shows_captions(silent_place: Town):
    page = silent_place.phone_page()
    expect(page.locator("#notice")).to_contain_text("Sound is off")
    call(page, LINE)
    expect(page.get_by_role("log")).to_contain_text("Hello. Stay with me.")


def test_without_a_microphone_it_says_so_and_still_hears(place: Town):
    pytest.importorskip("aiortc")
    page, softphone = place.phone_page(microphone=False), place.softphone("ben", 700)
    call(page, ROOM)
    expect(page.locator(".sound")).to_contain_text("No microphone")
    softphone.evaluate("dial({})")
    hears(page, 700, stream=PHONE_STREAM)


def test_where_no_sound_gets_through_it_says_so_and_shows_captions(place: Town):
    """As with only a loopback interface and a browser that was not told to use it."""
    pytest.importorskip("aiortc")
    page = place.phone_page()
    page.add_init_script("""
        const answer = RTCPeerConnection.prototype.setRemoteDescription;
        RTCPeerConnection.prototype.setRemoteDescription = function (given) {
            const sdp = given.sdp.replace(/a=ice-pwd:\\S+/g, "a=ice-pwd:0000000000000000000000");
            return answer.call(this, { ...given, sdp });
        };
    """)
    page.reload()
    call(page, LINE)
    expect(page.locator(".sound")).to_contain_text("no sound gets through", timeout=15_000)
    expect(page.get_by_role("log")).to_contain_text("Hello. Stay with me.")


def test_with_a_loopback_interface_only_the_page_says_what_helps(
    playwright: Playwright, chromium: str, monkeypatch: pytest.MonkeyPatch
):
    media = pytest.importorskip("emulator.media")
    monkeypatch.setattr(media, "_own_addresses", lambda **_: [])
    with town(playwright, chromium) as lonely:
        page, softphone = lonely.phone_page(440), lonely.softphone("ben", 700, register=False)
        expect(page.locator("#notice")).to_contain_text("only its loopback interface")
        call(page, ROOM)
        softphone.evaluate("dial({})")
        hears(page, 700, stream=PHONE_STREAM)  # this browser was told to use it


def test_a_withheld_number_and_sip_headers_reach_the_application(place: Town):
    page = place.phone_page()
    page.get_by_label("Number shown").select_option("anonymous")
    page.get_by_text("Arrives by SIP").click()
    page.get_by_role("button", name="Add a header").click()
    page.get_by_label("Header name").fill("X-Emergency-CallId")
    page.get_by_label("Header value").fill("urn:nena:1")
    call(page, LINE)
    expect(page.locator(".numbers")).to_have_text("anonymous → County line")
    expect(page.get_by_role("log")).to_contain_text("Hello")
    form = place.app.forms[0]
    assert form["From"] == "anonymous"
    assert form["SipHeader_X-Emergency-CallId"] == "urn:nena:1"


def test_two_phones_at_once_and_a_reload_loses_neither(place: Town):
    page = place.phone_page()
    call(page, LINE)
    call(page, ROOM)
    expect(page.get_by_role("article")).to_have_count(2)
    page.reload()
    expect(page.get_by_role("article")).to_have_count(2)
    assert place.served.do(lambda server: len(server.emulator.live)) == 2


def test_keys_are_pressed_on_the_keyboard(place: Town):
    page = place.phone_page()
    call(page, LINE)
    expect(page.locator(".state .words")).to_have_text("Connected")
    page.get_by_role("log").press("5")
    expect(page.get_by_role("log")).to_contain_text("You press 5")


def test_axe_finds_nothing(place: Town, root: Path):
    page = place.phone_page()
    call(page, LINE)
    expect(page.get_by_role("log")).to_contain_text("Hello")
    assert violations(page, root) == []
    page.goto(f"{place.served.url}/timeline")
    expect(page.get_by_role("table")).to_contain_text("Hello. Stay with me.")
    assert violations(page, root) == []


def test_the_timeline_says_where_it_was_too_quiet(place: Town):
    phone = place.phone_page()
    call(phone, LINE)
    expect(phone.get_by_role("log")).to_contain_text("(silence)")
    page = place.page(f"{place.served.url}/timeline", 1)
    expect(page.get_by_role("table")).to_contain_text("nothing was heard for", timeout=10_000)
    assert "Stay with me" in page.goto(f"{place.served.url}/timeline.txt").text()
