"""Does a desk choose its microphone, speaker and ring, show that they work, and say when one is gone?"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# The browser's list of devices loses every one with this label: "" for all microphones.
UNPLUG = """(label) => {
  const devices = navigator.mediaDevices, all = devices.enumerateDevices.bind(devices);
  devices.enumerateDevices = async () => (await all()).filter((one) =>
    label ? one.label !== label : one.kind !== "audioinput");
  devices.dispatchEvent(new Event("devicechange"));
}"""
PLUG_IN = """() => {
  delete navigator.mediaDevices.enumerateDevices;
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
}"""
REFUSE = """() => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
}"""


def test_devices_are_chosen_tried_and_remembered_by_keyboard(line, desk):
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    said = desk.locator("#sound [role=status]")
    button = desk.get_by_role("button", name="Test the microphone")
    button.press("Enter")
    expect(desk.get_by_role("meter", name="What the microphone hears")).to_be_visible()
    expect(said).to_contain_text("We hear you.")  # the browser's false microphone beeps
    for label, name in (
        ("Microphone", "Fake Audio Input 2"),
        ("Speaker", "Fake Audio Output 1"),
        ("Ring through", "Fake Audio Output 2"),
    ):
        desk.get_by_role("combobox", name=label).select_option(name)
    expect(said).to_contain_text("We hear you.")
    desk.get_by_role("button", name="Stop the test").press("Enter")
    expect(desk.get_by_role("meter")).to_be_hidden()
    desk.get_by_role("button", name="Play the ring").press("Enter")
    expect(said).to_contain_text("Did you hear the ring?")
    assert desk.evaluate("document.getElementById('ring').sinkId") not in ("", None)

    desk.reload()
    expect(desk.get_by_role("combobox", name="Microphone").locator("option:checked")).to_have_text(
        "Fake Audio Input 2"
    )
    desk.get_by_role("button", name="Go on duty").press("Enter")
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    line.transfers()
    expect(desk.get_by_role("button", name="Answer")).to_be_visible()
    expect(desk.locator("#sound")).not_to_have_attribute("open", "")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("In a call")).to_be_visible()
    desk.evaluate(UNPLUG, "Fake Audio Input 2")
    gone = desk.locator("#device-gone")
    expect(gone).to_contain_text("Your microphone “Fake Audio Input 2” is not there")
    expect(desk.get_by_text("In a call")).to_be_visible()
    desk.evaluate(PLUG_IN)
    expect(gone).to_be_hidden()
    assert all("127.0.0.1" in url for url in asked), asked


def test_what_to_do_is_said_when_it_is_refused_or_there_is_no_microphone(desk):
    desk.get_by_role("button", name="Go on duty").press("Enter")
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    desk.evaluate(UNPLUG, "")
    expect(desk.get_by_text("No microphone: you are not offered calls")).to_be_visible()
    expect(desk.locator("#device-gone")).to_contain_text("Plug in the headset.")
    desk.evaluate(PLUG_IN)
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    desk.evaluate(REFUSE)
    desk.get_by_role("button", name="Test the microphone").press("Enter")
    said = desk.locator("#sound [role=status]")
    expect(said).to_contain_text("Allow it in the address bar, then try again.")
