"""Does the emulator ask for webhooks exactly as Twilio does, and give up as Twilio does?"""

import json
import uuid

import pytest
from twilio.request_validator import RequestValidator
from wire.emulator_town import BASE, CALLER, LINE, Town, oracle

from emulator import FaultPlan
from emulator.errors import TwimlFailure
from emulator.overrides import split
from emulator.signature import sign

HTML = {"Content-Type": "text/html"}
XML = {"Content-Type": "text/xml"}


@pytest.fixture
def town():
    return Town()


def with_fallback(town):
    town.on("/fallback", "<Say>The fallback speaks</Say>")
    town.emulator.numbers[LINE].voice.voice_fallback_url = f"{BASE}/fallback"
    return town


def test_signature_vectors():
    """Twilio: Webhooks security; vectors of seven SDKs."""
    vectors = json.loads(oracle("signature_vectors.json").read_text())["vectors"]
    checked = 0
    for one in vectors:
        expected = one.get("plain_url_as_given_signature")
        if expected and one["auth_token"]:
            params = [tuple(pair) for pair in one["params"] or []]
            assert sign(one["auth_token"], one["url"], params) == expected, one["id"]
            checked += 1
    assert checked > 15


def test_every_webhook_is_signed_so_that_twilios_own_library_agrees(town):
    """Twilio: Webhooks security."""
    validator = RequestValidator(town.emulator.auth_token)
    town.on("/next", "<Hangup/>")
    town.calls("<Gather numDigits='1' method='GET' action='/next?a=1&amp;b=%20'/>", 0.5)
    town.caller.presses("1")
    town.after(5)
    assert {one.path for one in town.app.asked} == {"/voice", "/next", "/status"}
    for one in town.app.asked:
        url = f"{BASE}{one.path}" + (f"?{one.query}" if one.query else "")
        form = one.form if one.method == "POST" else {}
        assert validator.validate(url, form, one.headers["X_TWILIO_SIGNATURE"]), one.path


def test_headers(town):
    """Twilio: Webhooks; captured headers."""
    town.calls("<Hangup/>", 5)
    headers = town.asked("/voice")[0].headers
    assert headers["USER_AGENT"] == "TwilioProxy/1.1"
    uuid.UUID(headers["I_TWILIO_IDEMPOTENCY_TOKEN"])


def test_a_retry_carries_the_same_idempotency_token(town):
    """Twilio: Webhooks, I-Twilio-Idempotency-Token; Connection overrides, rc and rp."""
    answers = iter([(503, HTML, "no"), (503, HTML, "no"), (200, XML, "<Response/>")])
    town.on("/voice", lambda _: next(answers))
    town.emulator.numbers[LINE].voice.voice_url = f"{BASE}/voice#rc=2&rp=5xx"
    town.caller.dials(LINE)
    town.after(5)
    tokens = [one.headers["I_TWILIO_IDEMPOTENCY_TOKEN"] for one in town.asked("/voice")]
    assert len(tokens) == 3
    assert len(set(tokens)) == 1
    assert not town.codes


def test_a_server_error_is_not_retried_by_default(town):
    """Twilio: Connection overrides, rp defaults to ct."""
    town.calls((500, HTML, "down"), 10)
    assert len(town.asked("/voice")) == 1
    assert town.codes == [11200]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://a.example/x#rc=9", 11243),
        ("https://a.example/x#ct=50", 11243),
        ("https://a.example/x#rp=sometimes", 11243),
        ("https://a.example/x#rc=2&rp=all&ct=2000&rt=4000&tt=13000", None),
        ("https://a.example/x#top", None),
    ],
)
def test_connection_overrides(url, code):
    """Twilio: Connection overrides."""
    if code:
        with pytest.raises(TwimlFailure) as refused:
            split(url)
        assert refused.value.code == code
    else:
        assert split(url)[0] == "https://a.example/x"


def test_the_numbers_of_an_override():
    """Twilio: Connection overrides."""
    _, overrides = split("https://a.example/x#rc=2&rp=4xx,rt&ct=2000&rt=4000&tt=13000")
    assert (overrides.retries, overrides.retry_on) == (2, {"4xx", "rt"})
    limits = overrides.timeouts
    assert (limits.connect, limits.read, limits.total) == (2.0, 4.0, 13.0)
    _, defaults = split("https://a.example/x#ct=2000")
    assert (defaults.retries, defaults.retry_on) == (1, {"ct"})
    assert (defaults.timeouts.read, defaults.timeouts.total) == (15.0, 15.0)


def test_a_slow_application_is_given_fifteen_seconds():
    """Twilio: errors 11200 and 11205."""
    town = with_fallback(Town(latency=20))
    town.on("/voice", "<Say>too late</Say>")
    town.caller.dials(LINE)
    town.after(14.9)
    assert not town.codes
    town.after(0.2)
    assert town.codes == [11200]


def test_the_read_timeout_of_an_override():
    """Twilio: Connection overrides, rt."""
    town = Town(latency=3)
    town.emulator.numbers[LINE].voice.voice_url = f"{BASE}/voice#rt=2000&rc=0"
    town.caller.dials(LINE)
    town.after(2.1)
    assert town.codes == [11200]


def test_cookies_are_kept_through_a_call_and_not_into_the_next(town):
    """Twilio: TwiML for Voice, cookies."""
    town.on("/next", "<Hangup/>")
    town.calls(
        (
            200,
            {**XML, "Set-Cookie": "ivr=17; Path=/"},
            "<Response><Redirect>/next</Redirect></Response>",
        ),
        5,
    )
    assert town.asked("/next")[0].headers["COOKIE"] == "ivr=17"
    town.caller.dials(LINE)
    town.after(1)
    assert "COOKIE" not in town.asked("/voice")[1].headers


@pytest.mark.parametrize(
    ("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_redirects_are_followed(town, status, method):
    """Twilio: error 11215; TwiML for Voice, redirects."""
    town.on("/moved", "<Say>found</Say>")
    town.calls((status, {"Location": "/moved"}, ""), 5)
    (asked,) = town.asked("/moved")
    assert (asked.method, asked.form["CallSid"]) == (method, town.caller.leg.sid)
    assert town.caller.hears("found")


def test_the_eleventh_redirect_is_one_too_many(town):
    """Twilio: error 11215."""
    town.calls((302, {"Location": "/voice"}, ""), 10)
    assert len(town.asked("/voice")) == 11
    assert town.codes == [11215]


@pytest.mark.parametrize(
    ("answer", "heard", "codes"),
    [
        ((200, XML, "<Response><Say>xml</Say></Response>"), "xml", []),
        ((200, HTML, "<Response><Say>xml</Say></Response>"), "xml", []),
        (
            (200, {"Content-Type": "text/plain"}, "Internal Server Error"),
            "Internal Server Error",
            [],
        ),
        ((200, {"Content-Type": "application/json"}, "{}"), "application error", [12300]),
        ((200, {}, "<Response/>"), "application error", [12300]),
        ((200, XML, "<Response><Say>"), "application error", [12100]),
        ((200, XML, "<html/>"), "application error", [12102]),
        ((200, XML, "<!DOCTYPE x [<!ENTITY a 'b'>]><Response/>"), "application error", [12100]),
        ((200, XML, "<Response><Say>caf\xe9</Say></Response>".encode("latin-1")), "error", [12100]),
        ((200, XML, f"<Response><!--{'x' * 65536}--></Response>"), "application error", [11750]),
        ((404, HTML, "nothing"), "application error", [11200]),
        ((200, XML, "<Response><Sing/><Say>xml</Say></Response>"), "xml", [12200]),
    ],
)
def test_what_may_come_back(town, answer, heard, codes):
    """Twilio: TwiML for Voice, content types; errors 11200 11750 12100 12200 12300."""
    town.calls(answer, 10)
    assert town.caller.hears(heard)
    assert town.codes == codes


def test_audio_is_played_and_then_the_call_ends(town):
    """Twilio: TwiML for Voice, audio/* answers."""
    leg = town.calls((200, {"Content-Type": "audio/mpeg"}, bytes(32000)), 10)
    assert leg.status == "completed"
    assert town.caller.hears("/voice")


def test_the_fallback_is_told_what_failed_and_where(town):
    """Twilio: Availability and reliability, ErrorCode and ErrorUrl."""
    with_fallback(town).calls((500, HTML, "down"), 5)
    told = town.told("/fallback")
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("11200", f"{BASE}/voice")
    assert town.caller.heard_text() == "The fallback speaks"


def test_the_fallback_serves_in_the_middle_of_a_call_too(town):
    """Twilio: Availability and reliability: any fatal error during the call."""
    with_fallback(town).calls("<Say>Hello</Say><Redirect>/gone</Redirect>", 10)
    assert town.told("/fallback")["ErrorUrl"] == f"{BASE}/gone"
    assert town.caller.heard_text() == "Hello\nThe fallback speaks"


def test_the_fallback_serves_after_an_update_too(town):
    """TWILIO.md section 11.2: inferred."""
    leg = with_fallback(town).calls("<Say>Hello</Say><Pause length='60'/>")
    town.client.calls(leg.sid).update(url=f"{BASE}/gone")
    town.after(5)
    assert town.told("/fallback")["ErrorUrl"] == f"{BASE}/gone"


def test_a_fallback_that_fails_ends_in_the_apology(town):
    """Twilio: application error."""
    with_fallback(town).on("/fallback", (500, HTML, "down"))
    leg = town.calls((500, HTML, "down"), 10)
    assert town.caller.hears("an application error has occurred")
    assert len(town.asked("/fallback")) == 1  # not of itself again
    assert leg.status == "completed"


def test_a_relative_url_in_inline_twiml_has_nothing_to_be_relative_to(town):
    """Twilio: error 11100."""
    town.clinician.answers()
    town.client.calls.create(
        to=town.clinician.number, from_=LINE, twiml="<Response><Redirect>/x</Redirect></Response>"
    )
    town.after(5)
    assert town.codes == [11100]


def test_a_host_that_does_not_exist(town):
    """Twilio: error 11210."""
    town.emulator.transport._apps = {BASE: town.app}
    town.calls("<Redirect>https://elsewhere.example.org/</Redirect>", 10)
    assert town.codes == [11210]


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ((204, {}, ""), []),
        ((200, {"Content-Type": "text/xml"}, "<Response/>"), []),
        ((200, {}, ""), [11200]),
        ((500, {"Content-Type": "text/html"}, ""), [11200]),
    ],
)
def test_what_a_status_callback_may_be_answered_with(town, answer, codes):
    """TWILIO.md section 1.1: an empty 200 without a type is logged like a 502; the call goes on."""
    town.on("/status", answer)
    town.calls("<Say>Hello</Say>", 10)
    assert town.codes == codes
    assert town.caller.leg.status == "completed"


# --- what goes wrong on purpose ------------------------------------------------------------


def notices(plan, seconds=120):
    town = Town(faults=plan)
    town.calls("<Say>Hello</Say>", seconds)
    return town


def test_a_notice_may_be_doubled_dropped_or_late():
    """TWILIO.md section 1.2: status callbacks come in no order, FAILURES.md section 6."""
    assert len(notices(FaultPlan(duplicate=1.0)).asked("/status")) == 2
    assert len(notices(FaultPlan(drop=1.0)).asked("/status")) == 0
    late = notices(FaultPlan(seed=3, delay=1.0, delay_seconds_max=86_400), 100)
    assert not late.asked("/status")
    late.after(86_400)
    assert len(late.asked("/status")) == 1


def test_notices_of_recordings_are_notices_too():
    """Twilio: recordingStatusCallback: dropped and delayed as a status callback, never a document."""
    told = "recordingStatusCallback='/told'"
    town = Town(faults=FaultPlan(drop=1.0), allow_recording=True)
    town.on("/x", "<Hangup/>")
    town.calls(f"<Record action='/x' maxLength='3' {told}/>", 1)
    town.caller.says("Hello")
    town.after(30)
    assert town.asked("/x")
    assert not town.asked("/told")


def test_reordered_notices_overtake_each_other_and_are_numbered():
    """Twilio: <Number>, statusCallbackEvent: SequenceNumber; TWILIO.md section 1.2."""
    orders = set()
    for seed in range(12):
        town = Town(faults=FaultPlan(seed=seed, reorder=1.0))
        town.clinician.answers(after=0.2).then_hangs_up(after=0.5)
        told = "statusCallback='/told' statusCallbackEvent='initiated ringing answered completed'"
        town.on("/told", "<Response/>")
        town.calls(f"<Dial><Number {told}>+13145550160</Number></Dial>", 30)
        orders.add(tuple(one.form["SequenceNumber"] for one in town.asked("/told")))
    assert all(sorted(order) == ["0", "1", "2", "3"] for order in orders)
    assert len(orders) > 3


def test_a_doubled_voice_request_carries_the_same_token():
    """FAILURES.md section 6: duplicates with I-Twilio-Idempotency-Token."""
    town = notices(FaultPlan(duplicate=1.0))
    tokens = [one.headers["I_TWILIO_IDEMPOTENCY_TOKEN"] for one in town.asked("/voice")]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


@pytest.mark.parametrize("fault", ["server_error", "timeout", "reset", "lost_response"])
def test_a_voice_request_may_fail_in_each_of_the_ways(fault):
    """FAILURES.md section 6."""
    town = notices(FaultPlan(**{fault: 1.0}))
    assert town.caller.hears("application error")
    assert bool(town.asked("/voice")) is (fault == "lost_response")


def test_the_same_seed_fails_the_same_way():
    """Issue 3 point 5."""

    def story(seed):
        return notices(FaultPlan.of_seed(seed, 0.5)).emulator.timeline.text()

    stories = [story(seed) for seed in range(8)]
    assert [story(seed) for seed in range(8)] == stories
    assert len(set(stories)) > 3
    assert CALLER in stories[0]
