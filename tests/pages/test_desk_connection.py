"""Does a desk say in words how good its connection is, and does a call that comes end the test?"""

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# What the SDK's preflight can report, as far as the words depend on it.
REPORT = """({ score = 4.3, samples = 9, packets = 450, warned = [] }) => ({
  samples: Array(samples).fill({}), totals: { packetsReceived: packets, packetsLostFraction: 0 },
  stats: score && { mos: { average: score } }, warnings: warned.map((name) => ({ name })),
})"""
NO_MICROPHONE = """() => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
}"""
FOUND = [
    ({}, "good"),
    ({"score": 4.05}, "good"),  # the SDK itself calls this one degraded: its bands have gaps
    ({"score": 3.4}, "fair"),
    ({"warned": ["high-jitter"]}, "fair"),
    ({"warned": ["constant-audio-input-level"]}, "good"),  # somebody who keeps quiet
    ({"score": 3.0}, "poor"),
    ({"warned": ["low-bytes-received"]}, "poor"),
    ({"score": None}, "unheard"),
    ({"packets": 0}, "unheard"),
    ({"samples": 2}, "early"),
]


def softphones(server):
    """The legs of softphones that are still there."""
    return [leg for leg in server.emulator.live.values() if leg.from_.startswith("client:")]


def test_the_connection_is_tested_and_a_call_that_comes_ends_the_test(line, desk):
    """Twilio: Voice JavaScript SDK, PreflightTest; issue 6, point 1."""
    asked = []
    desk.on("request", lambda request: asked.append(request.url))  # also what the CSP refuses
    desk.on("websocket", lambda socket: asked.append(socket.url))
    said = desk.locator("#connection [role=status]")  # hidden while a call is here
    button = desk.get_by_role("button", name="Test the connection")
    button.press("Enter")
    expect(said).to_contain_text("Listening to the line")
    expect(desk.get_by_text("You are not offered calls.")).to_be_visible()
    expect(said).to_contain_text("The connection is good.")
    assert any(url.endswith("/signal") for url in asked)
    assert all("127.0.0.1" in url for url in asked), asked
    with line.board.store.read() as rows:
        assert not rows.desks.all()

    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Phone connected")).to_be_visible()
    button.press("Enter")
    expect(said).to_contain_text("Listening to the line")
    line.transfers()
    expect(desk.get_by_role("button", name="Answer")).to_be_visible()
    expect(desk.locator("#connection")).to_be_hidden()
    expect(said).to_contain_text("The test ended: a call came.")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("In a call")).to_be_visible()
    assert len(line.emulator.do(softphones)) == 1


def test_the_words_follow_the_report_and_say_what_is_missing(desk):
    for report, word in FOUND:
        script = f"async given => (await import('/assets/connection.js')).found(({REPORT})(given))"
        assert desk.evaluate(script, report) == word, json.dumps(report)
    desk.evaluate(NO_MICROPHONE)
    desk.get_by_role("button", name="Test the connection").press("Enter")
    said = desk.locator("#connection [role=status]")
    expect(said).to_contain_text("No microphone was found. Plug in the headset, then try again.")
