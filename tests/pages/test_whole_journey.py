"""Does one call travel the whole way, in real browsers, from the dispatcher to the kept follow-up?"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from whole_line import WholeLine

pytestmark = pytest.mark.browser
pytest.importorskip("aiortc", reason="no sound: pip install 'diversion-line[softphone]'")

# Loaded before the page's own scripts: lets the test ask how much sound came in.
LISTEN = """
(() => {
  const Original = window.RTCPeerConnection;
  window.heardBy = [];
  window.RTCPeerConnection = class extends Original {
    constructor(...given) { super(...given); window.heardBy.push(this); }
  };
})();
"""
ENERGY = """
async () => {
  let energy = 0;
  for (const one of window.heardBy) {
    for (const report of (await one.getStats()).values()) {
      if (report.type === 'inbound-rtp') energy += report.totalAudioEnergy || 0;
    }
  }
  return energy;
}
"""


@pytest.fixture
def opened(browser: Browser):
    contexts = []

    def page(url: str) -> Page:
        context = browser.new_context(permissions=["microphone"])
        context.add_init_script(LISTEN)
        context.set_default_timeout(20_000)
        contexts.append(context)
        found = context.new_page()
        found.goto(url)
        return found

    expect.set_options(timeout=20_000)
    yield page
    for context in contexts:
        context.close()
    expect.set_options(timeout=5_000)


def hears_something(page: Page) -> None:
    """Sound arrives at this page: the energy heard grows."""
    before = page.evaluate(ENERGY)
    for _ in range(100):
        page.wait_for_timeout(100)
        if page.evaluate(ENERGY) > before + 1e-6:
            return
    raise AssertionError("no sound arrived")


def test_from_the_dispatchers_transfer_to_the_kept_follow_up(line: WholeLine, opened) -> None:
    desk = opened(line.link("ana"))
    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Phone connected")).to_be_visible()

    # The dispatcher transfers a caller, on the phone page.
    phones = opened(f"{line.emulator.url}/phone/")
    phones.get_by_label("a 911 dispatcher, transferring a caller").check()
    phones.get_by_label("Number you dial").select_option("+13145550101")
    phones.get_by_role("button", name="Call", exact=True).click()
    expect(phones.get_by_role("log")).to_contain_text("A counselor is coming")

    # The clinician sees why it rings, answers, and they hear each other.
    expect(desk.get_by_text("Riverton 911", exact=True).first).to_be_visible()
    desk.get_by_role("button", name="Answer").click()
    expect(desk.get_by_text("In a call")).to_be_visible()
    expect(phones.get_by_role("log")).to_contain_text("Here's a counselor.")
    hears_something(desk)
    hears_something(phones)

    # Notes survive a reload only after the call: first it ends, then the wrap-up.
    desk.get_by_label("Notes").fill("A hard week; safe tonight.")
    desk.get_by_role("button", name="End").click()
    expect(desk.get_by_text("Wrap-up", exact=True)).to_be_visible()
    expect(phones.get_by_role("log")).to_contain_text("The call is over")
    desk.reload()
    expect(desk.get_by_label("Notes")).to_have_value("A hard week; safe tonight.")

    # The promise, with consent.
    desk.get_by_text("Schedule follow-up").first.click()
    desk.get_by_label("The person agreed to be called").check()
    desk.get_by_label("Consent given by").fill("the caller")
    desk.get_by_label("Number to call").fill("+13145550142")
    desk.get_by_label("Name to ask for").fill("Pat")
    desk.get_by_role("button", name="Promise this call").click()
    expect(desk.get_by_text("Promised:")).to_be_visible()
    desk.get_by_label("Disposition").select_option("Resolved by phone")
    desk.get_by_role("button", name="Finish wrap-up").click()
    expect(desk.get_by_text("Ready.", exact=False).first).to_be_visible()

    # Its time comes: offered, accepted, and the person's phone rings on the phone page.
    make_due(line)
    expect(desk.get_by_text("Pat", exact=True).first).to_be_visible()
    desk.get_by_role("button", name="Start the call").click()
    phones.get_by_role("button", name="Answer", exact=True).click()
    expect(desk.get_by_text("In a call")).to_be_visible()
    hears_something(desk)
    desk.get_by_role("button", name="End").click()
    expect(desk.get_by_text("Wrap-up", exact=True)).to_be_visible()
    with line.board.store.read() as rows:
        kept = rows.followups.list("kept")
    assert [one.name for one in kept] == ["Pat"]


def make_due(line: WholeLine) -> None:
    """The promised hour comes now: a zone in which it is about noon."""
    now = datetime.now(UTC)
    behind = now.hour - 12
    zone = f"Etc/GMT{behind:+d}" if behind else "Etc/GMT"
    with line.board.store.begin() as rows:
        (promise,) = rows.followups.list("due")
        rows.followups.save(
            replace(promise, zone=zone, best_from="09:00", best_until="20:00", due_at=now)
        )
