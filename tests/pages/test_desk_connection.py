"""Does a desk say in words how good its connection is, and does a call that comes end the test?"""

import json

import pytest
from playwright.sync_api import expect
from whole_line import running

pytestmark = pytest.mark.browser
pytest.importorskip("aiortc", reason="no sound: pip install 'diversion-line[softphone]'")

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


def test_the_connection_is_tested_and_a_call_that_comes_ends_the_test(line, page):
    """Twilio: Voice JavaScript SDK, PreflightTest; issue 6, point 1."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))  # also what the CSP refuses
    page.on("websocket", lambda socket: asked.append(socket.url))
    said = page.locator("#connection [role=status]")  # hidden while a call is here
    button = page.get_by_role("button", name="Test the connection")
    button.press("Enter")
    expect(said).to_contain_text("Listening to the line")
    expect(page.get_by_text("You are not offered calls.")).to_be_visible()
    expect(said).to_contain_text("The connection is good.")
    assert any(url.endswith("/signal") for url in asked)
    assert all("127.0.0.1" in url for url in asked), asked
    with line.board.store.read() as rows:
        assert not rows.desks.all()

    page.get_by_role("button", name="Go on duty").click()
    expect(page.get_by_text("Phone connected")).to_be_visible()
    button.press("Enter")
    expect(said).to_contain_text("Listening to the line")
    line.transfers()
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    expect(page.locator("#connection")).to_be_hidden()
    expect(said).to_contain_text("The test ended: a call came.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("In a call")).to_be_visible()
    assert len(line.emulator.do(softphones)) == 1


def test_the_words_follow_the_report_and_say_what_is_missing(page):
    for report, word in FOUND:
        script = f"async given => (await import('/assets/connection.js')).found(({REPORT})(given))"
        assert page.evaluate(script, report) == word, json.dumps(report)
    page.evaluate(NO_MICROPHONE)
    page.get_by_role("button", name="Test the connection").press("Enter")
    said = page.locator("#connection [role=status]")
    expect(said).to_contain_text("No microphone was found. Plug in the headset, then try again.")
