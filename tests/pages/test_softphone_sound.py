"""Do two people hear each other: the phone page's caller and a softphone with the genuine SDK?"""

import os

import pytest
from pages.telephone_town import (
    LINE,
    PHONE_STREAM,
    ROOM,
    SOFTPHONE_STREAM,
    Town,
    comes_true,
    happens,
    hears,
    loudness,
    town,
)
from playwright.sync_api import Page, Playwright, expect

pytestmark = pytest.mark.browser
pytest.importorskip("aiortc", reason="no sound: pip install 'diversion-line[softphone]'")


@pytest.fixture
def place(playwright: Playwright, chromium: str):
    with town(playwright, chromium) as found:
        yield found
        assert not found.alerts


def call(page: Page, number: str, role: str = "caller") -> None:
    page.locator(f"input[value={role}]").check()
    page.get_by_label("Number you dial").select_option(number)
    page.get_by_role("button", name="Call", exact=True).click()


def test_a_softphone_registers_and_is_answered(place: Town):
    page = place.softphone("ben")
    happens(page, "registered")
    assert page.evaluate("dial({ then: 'room' })") < 2000
    assert place.app.forms[-1]["From"] == "client:ben"
    page.evaluate("call.disconnect()")
    happens(page, "disconnect")


def test_caller_and_softphone_hear_each_other_and_not_themselves(place: Town):
    softphone, phone = place.softphone("ben", 700), place.phone_page(440)
    call(phone, ROOM)
    expect(phone.locator(".state .words")).to_have_text("Connected")
    softphone.evaluate("dial({})")
    expect(phone.locator(".state .words")).to_have_text("In conversation")
    hears(softphone, 440, stream=SOFTPHONE_STREAM, but_not=700)
    hears(phone, 700, stream=PHONE_STREAM, but_not=440)


def test_a_caller_waits_hears_the_greeting_and_hangs_up(place: Town):
    phone = place.phone_page()
    call(phone, LINE, "dispatcher")
    captions = phone.get_by_role("log")
    expect(captions).to_contain_text("Hello. Stay with me.")
    phone.get_by_role("button", name="Hang up").click()
    expect(phone.locator(".state .words")).to_have_text("You hung up")


def test_two_tabs_ring_and_the_first_answer_wins(place: Town):
    first, second = place.softphone("ana"), place.softphone("ana")
    caller = place.softphone("ben", register=False)
    caller.evaluate(
        "device.connect({ params: { then: 'call', who: '<Client>ana</Client>' } }).then(watch)"
    )
    happens(first, "incoming")
    happens(second, "incoming")
    first.evaluate("call.accept()")
    happens(first, "accept")
    happens(second, "cancel")
    hears(first, 700, stream=SOFTPHONE_STREAM)
    caller.evaluate("call.disconnect()")
    happens(first, "disconnect")


def test_a_dialled_number_rings_on_the_phone_page(place: Town):
    phone = place.phone_page(440)
    caller = place.softphone("ben", 700, register=False)
    caller.evaluate(
        "device.connect({ params: { then: 'call', who: '<Number>+13145550177</Number>' } })"
        ".then(watch)"
    )
    phone.get_by_role("button", name="Answer").click()
    hears(phone, 700, stream=PHONE_STREAM)
    hears(caller, 440, stream=SOFTPHONE_STREAM)
    phone.get_by_role("button", name="Hang up").click()
    happens(caller, "disconnect")


def test_a_recording_is_heard_by_the_one_it_plays_to(place: Town):
    ben, ana = place.softphone("ben", 700), place.softphone("ana", 500)
    ana.evaluate("dial({ then: 'tone' })")
    ben.evaluate("dial({ then: 'room' })")
    hears(ana, 600, stream=SOFTPHONE_STREAM, but_not=500)
    assert loudness(ben, 600, stream=SOFTPHONE_STREAM) < -75


def test_a_sentence_is_spoken(place: Town):
    if place.served.do(lambda server: server.voice.missing):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("apt-get install espeak-ng")
    page = place.softphone("ben", register=False)
    page.evaluate("dial({ then: 'talk' })")
    # A voice has its strength below 1 kHz; nobody else is in this call.
    comes_true(
        page,
        "() => [150, 250, 350, 500].some(pitch => loudness(call.getRemoteStream(), pitch) > -55)",
    )
