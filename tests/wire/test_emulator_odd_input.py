"""Does whatever an application or a client may send end in Twilio's error, never in ours?

A text that Python reads otherwise than Twilio (`²` is a digit to it, `http://[` an exception) once
broke the virtual clock and left a served call hanging.
"""

import http.client
import json
import random
import time
from urllib.parse import quote

import jwt
import pytest
from twilio.base.exceptions import TwilioRestException
from wire.emulator_town import BASE, CLINICIAN, LINE, Town

from emulator import FaultPlan, engine
from emulator.accesstoken import RefusedTokenError, read_token
from emulator.attributes import RULES
from emulator.configuration import Configuration, ConfigurationError, number_from_words, read
from emulator.rest import RestRequest, handle
from emulator.serve import serve_in_thread

NO_ADDRESS = ["http://[", "http://[::1", "http://", "http://a:b/", "//[", "ftp://a/", "mailto:x"]
NO_NUMBER = ["²", "٣", "1e3", "-1", "9" * 5000, "NaN", "", " "]
AUTH = (engine.FAKE_ACCOUNT, engine.FAKE_TOKEN)
CALLS = f"/2010-04-01/Accounts/{engine.FAKE_ACCOUNT}/Calls.json"


@pytest.fixture
def town():
    return Town()


# --- documents ---


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_an_address_that_is_none_is_an_invalid_url(town, url):
    """Twilio: error 11100."""
    town.calls(f"<Redirect>{url}</Redirect>", 60)
    assert 11100 in town.codes
    assert not town.emulator.live


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_a_redirect_of_http_to_no_address_is_an_invalid_url(town, url):
    """Twilio: error 11100; TwiML for Programmable Voice, redirects."""
    town.on("/voice", (302, {"Location": url}, ""))
    town.caller.dials(LINE)
    town.after(60)
    assert 11100 in town.codes
    assert not town.emulator.live


def test_a_host_that_gives_no_time_limit_of_reason_is_not_believed(town):
    """Twilio: TwiML for Programmable Voice, Twilio as a caching proxy."""
    forever = {"Content-Type": "audio/wav", "Cache-Control": f"max-age={'9' * 400}"}
    town.on("/a.wav", (200, forever, b"x" * 16000))
    town.calls("<Play>/a.wav</Play>", 60)
    assert not town.emulator.live


@pytest.mark.parametrize("value", [*NO_ADDRESS, *NO_NUMBER])
def test_any_value_of_any_attribute_is_survived(town, value):
    """Twilio: Error and Warning Dictionary."""
    escaped = value.replace("&", "&amp;")
    inside = {"Number": CLINICIAN, "Client": "ana", "Sip": "sip:a@example.org", "Queue": "q"}
    for tag, rules in RULES.items():
        for name in rules:
            verb = f"<{tag} {name}='{escaped}'>{inside.get(tag, 'x')}</{tag}>"
            dialled = tag in ("Number", "Client", "Sip", "Queue", "Conference", "Application")
            town.calls(f"<Dial timeout='1'>{verb}</Dial>" if dialled else verb, 1)
            town.caller.hangs_up()
            town.after(100)
    assert not town.emulator.live


def test_the_same_odd_world_twice_is_the_same_world():
    """Nothing of Twilio's: a failure must replay from its seed, whatever was sent."""

    def told():
        town = Town(seed=5, faults=FaultPlan.of_seed(5), allow_recording=True)
        dice = random.Random(5)
        town.on("/voice", lambda _: _document(dice))
        for _ in range(40):
            if not town.caller.in_call:
                town.caller.dials(LINE)
            town.after(dice.choice([0.1, 2, 40]))
            dice.choice([lambda: town.caller.presses("1"), town.caller.hangs_up])()
        town.after(90_000)
        return town.emulator.timeline.text()

    assert told() == told()


def _document(dice):
    tag = dice.choice(list(RULES))
    name = dice.choice(list(RULES[tag]) or ["x"])
    value = dice.choice([*NO_ADDRESS, *NO_NUMBER, "true", "3", "/voice", "GET"])
    return f"<{tag} {name}='{value}'>{dice.choice(['x', CLINICIAN, '/voice', ''])}</{tag}>"


# --- REST ---


@pytest.mark.parametrize("number", NO_NUMBER[:-2])
def test_a_page_that_is_no_number(town, number):
    """Twilio: error 20006."""
    asked = RestRequest("GET", CALLS, query=[("Page", number)], auth=AUTH)
    answer = handle(town.emulator, asked)
    assert (answer.status, answer.json["code"]) == (400, 20006)


@pytest.mark.parametrize("url", [*NO_ADDRESS, "/relative"])
@pytest.mark.parametrize(
    ("create", "code"),
    [
        (lambda client, url: client.calls.create(to=CLINICIAN, from_=LINE, url=url), 21205),
        (lambda client, url: client.applications.create(voice_url=url), 21502),
        (lambda client, url: client.incoming_phone_numbers.list()[0].update(voice_url=url), 21502),
    ],
    ids=["call", "application", "number"],
)
def test_an_address_over_rest_that_is_none(town, create, code, url):
    """Twilio: errors 21205 and 21502."""
    with pytest.raises(TwilioRestException) as refused:
        create(town.client, url)
    assert (refused.value.status, refused.value.code) == (400, code)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded; charset=nonsense", b"To=1", 400),
        ("application/x-www-form-urlencoded", b"\xff\xfe", 400),
        ("multipart/form-data", b"--x", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense", 400),
        ("application/x-www-form-urlencoded", b"To=" + b"1" * 2_000_000, 413),
    ],
)
def test_a_body_that_is_no_form_is_refused_in_twilios_words(kind, body, status):
    """Twilio: error 20001; REST API: Twilio's response, errors."""
    with serve_in_thread(Configuration(port=0, quiet=True, sound=False)) as served:
        connection = http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=10)
        connection.request("POST", CALLS, body, {"Content-Type": kind})
        answer = connection.getresponse()
        assert (answer.status, b'"code": 20001' in answer.read()) == (status, True)
        connection.close()


# --- tokens and the command line ---


@pytest.mark.parametrize(
    "odd",
    [
        {"exp": "soon"},
        {"exp": 1e300},
        {"nbf": ["x"]},
        {"iat": "now"},
        {"grants": "all"},
        {"grants": {"voice": "yes"}},
        {"grants": {"voice": {"incoming": 1, "outgoing": []}}},
        {"grants": {"identity": 7}},
    ],
)
def test_a_token_of_odd_claims_is_invalid(odd):
    """Twilio: error 31204."""
    now = time.time()
    claims = {"iss": engine.FAKE_KEY, "sub": engine.FAKE_ACCOUNT, "exp": int(now) + 60, **odd}
    made = jwt.encode(claims, engine.FAKE_SECRET, headers={"cty": "twilio-fpa;v=1"})
    with pytest.raises(RefusedTokenError) as refused:
        read_token(made, {engine.FAKE_KEY: engine.FAKE_SECRET}, engine.FAKE_ACCOUNT, now)
    assert refused.value.code == 31204


@pytest.mark.parametrize("url", ["", "localhost:8080", *NO_ADDRESS])
def test_a_number_on_the_command_line_needs_an_address(url):
    """Nothing of Twilio's: a line that could never be answered is not started."""
    with pytest.raises(ConfigurationError):
        number_from_words(f"{LINE}={quote(url, safe=':/[]')}")
    assert number_from_words(f"{LINE}={BASE}/voice")["voice_url"] == f"{BASE}/voice"


@pytest.mark.parametrize(
    ("odd", "named"),
    [
        ({"port": "8081"}, "port"),
        ({"port": 70_000}, "port"),
        ({"host": 5}, "host"),
        ({"account_sid": None}, "account_sid"),
        ({"profile": []}, "profile"),
        ({"quiet": "no"}, "quiet"),
        ({"seed": "x"}, "seed"),
        ({"calls_per_second": 0}, "calls_per_second"),
        ({"calls_per_second": True}, "calls_per_second"),
        ({"people": 5}, "people"),
        ({"people": [{"number": LINE, "ring_seconds": "x"}]}, "ring_seconds"),
        ({"numbers": {}}, "numbers"),
        ({"numbers": [{"number": "x"}]}, "numbers"),
        ({"numbers": [{"number": LINE, "voice_url": "voice"}]}, "voice_url"),
        ({"faults": {"drop": "x"}}, "drop: expected a number from 0 to 1: 'x'"),
        ({"faults": {"drop": 5}}, "drop: expected a number from 0 to 1: 5"),
        ({"faults": {"delay_seconds_max": -1}}, "delay_seconds_max: expected"),
        ({"faults": {"of_seed": 1, "probability": 9}}, "expected a number from 0 to 1"),
    ],
)
def test_a_configuration_of_odd_values_is_named(tmp_path, odd, named):
    """Nothing of Twilio's: what is wrong is said at the start, in one sentence."""
    file = tmp_path / "emulator.json"
    file.write_text(json.dumps(odd))
    with pytest.raises(ConfigurationError, match=named):
        read(file, {})
