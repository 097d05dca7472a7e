"""Does the genuine SDK have its whole line: early sound, both codecs, a preflight, call after call?"""

import sys

import pytest
from pages.softphone_soak import MEGABYTES_PER_CALL_MAX, accepts, registers, soak
from pages.telephone_town import SOFTPHONE_STREAM, Town, comes_true, happens, hears, town
from playwright.sync_api import Playwright

pytestmark = pytest.mark.browser
pytest.importorskip("aiortc", reason="no sound: pip install 'diversion-line[softphone]'")

CALLS = 20
RINGBACK = 440


@pytest.fixture
def place(playwright: Playwright, chromium: str):
    with town(playwright, chromium) as found:
        yield found
        assert not found.alerts


def test_ringing_is_heard_before_anybody_answers(place: Town):
    """VOICE-SDK.md section 1: `ringing` with an SDP is early media."""
    caller = place.softphone("ben", 700, register=False)
    early = {"then": "early", "who": "<Number>+13145550177</Number>"}
    caller.evaluate("params => device.connect({ params }).then(watch)", early)
    happens(caller, "ringing true")
    hears(caller, RINGBACK, stream=SOFTPHONE_STREAM)
    assert caller.evaluate("call.status()") == "ringing"
    assert "accept" not in caller.evaluate("happened")


@pytest.mark.parametrize(("codec", "kind"), [("pcmu", "audio/PCMU"), ("opus", "audio/opus")])
def test_each_codec_carries_sound(place: Town, codec: str, kind: str):
    """VOICE-SDK.md section 3: opus at 48 kHz, PCMU at 8 kHz."""
    pages = [
        place.softphone(name, tone, register=False, codecPreferences=[codec])
        for name, tone in (("ana", 500), ("ben", 750))
    ]
    for page in pages:
        page.evaluate("dial({})")
    hears(pages[0], 750, stream=SOFTPHONE_STREAM, but_not=500)
    hears(pages[1], 500, stream=SOFTPHONE_STREAM, but_not=750)
    assert pages[0].evaluate("codecs()") == [kind]


def test_an_echo_is_heard_by_whoever_speaks(place: Town):
    """Twilio: <Echo>; what mouth to ear is measured on (softphone_soak.py)."""
    page = place.softphone("ben", 750, register=False)
    page.evaluate("connects({ then: 'echo' })")
    hears(page, 750, stream=SOFTPHONE_STREAM)
    page.evaluate("window.mouths.forEach((mouth) => { mouth.value = 0; })")
    comes_true(page, f"() => loudness({SOFTPHONE_STREAM}, 750) < -75")


def test_a_preflight_reports_on_the_line(place: Town):
    """Twilio: Voice JavaScript SDK, Device.runPreflight."""
    page = place.softphone("ben", register=False)
    page.route("https://**", lambda route: route.abort())  # its own Device asks for nothing else
    token = place.token("ben", then="short")
    report = page.evaluate("([token, host]) => preflight(token, host)", [token, place.host])
    assert report["callSid"].startswith("CA")
    assert report["selectedEdge"]
    assert report["isTurnRequired"] is False


def test_register_connect_and_accept_take_no_time_to_speak_of(place: Town):
    """VOICE-SDK.md section 6: 137, 40 and 63 ms at most; a busy machine is given ten times that."""
    assert min(registers(place, 3)) < 1400
    assert min(accepts(place, 3)) < 630
    page = place.softphone("dana", register=False)
    assert page.evaluate("dial({})") < 2000


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_many_calls_in_a_row_leave_nothing_behind(place: Town):
    """Issue 3: memory, threads and file descriptors flat."""
    before, after, took = soak(place, CALLS)
    assert len(took) == CALLS
    assert after.files <= before.files + 2
    assert after.threads <= before.threads + 2
    assert after.megabytes - before.megabytes < 4 + CALLS * MEGABYTES_PER_CALL_MAX
