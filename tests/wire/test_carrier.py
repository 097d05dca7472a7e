"""Do we ask the carrier only what it takes, and read every answer as one of three outcomes?"""

import json
from datetime import timedelta

import pytest
import requests
from twilio.http.response import Response
from wire import api_oracle
from wire.carrier_wire import Wire, says
from wire.line_of_tests import AT, PROMPTS, SETTINGS, call, page

from ivr import replies as heard
from telephony import codes, twiml
from telephony.carrier import Carrier, LegFound, Member
from telephony.outcomes import CarrierBusy, CarrierRefused, CarrierUnknown

LEG = "CA" + "1" * 32
FALLBACK = "https://line.example.org/voice/fallback"
WORDS = twiml.render((heard.Say("cut_off"), heard.WaitInLine()), call(), page())


def carrier(wire: Wire, **changed) -> Carrier:
    return Carrier(SETTINGS.model_copy(update=changed), wire)


def ring(line: Carrier) -> str:
    return line.ring(
        "+13145550177",
        "+13145550101",
        url="https://line.example.org/voice/c0ffee/phone/0ffe4/1#rc=2&rp=all",
        status_url="https://line.example.org/voice/c0ffee/phone-status/0ffe4",
        fallback_url=FALLBACK,
    )


EVERYTHING = {
    "move": lambda line: line.move(LEG, WORDS, FALLBACK),
    "end": lambda line: line.end(LEG),
    "ring": ring,
    "leg": lambda line: line.leg(LEG),
    "dialled_by": lambda line: line.dialled_by(LEG),
    "find": lambda line: line.find("+13145550177", "+13145550101", AT - timedelta(minutes=1)),
    "in_room": lambda line: line.in_room("room-c0ffee"),
    "hold": lambda line: line.hold("room-c0ffee", "caller", on=True, hold_url=FALLBACK),
    "unhold": lambda line: line.hold("room-c0ffee", "caller", on=False),
    "coach": lambda line: line.coach("CF" + "2" * 32, "supervisor-1", LEG),
    "uncoach": lambda line: line.coach("CF" + "2" * 32, "supervisor-1", muted=True),
    "mute": lambda line: line.mute("CF" + "2" * 32, "caller", on=True),
    "send_text": lambda line: line.send_text(
        "+13145550177", "+13145550101", "Hello", status_url=f"{FALLBACK}#rc=5&rp=all"
    ),
    "find_texts": lambda line: line.find_texts(
        "+13145550177", "+13145550101", AT - timedelta(minutes=1)
    ),
    "text_addresses": lambda line: line.text_addresses(),
    "queue_members": lambda line: line.queue_members(),
}


@pytest.mark.parametrize("ask", EVERYTHING.values(), ids=EVERYTHING)
def test_every_request_is_valid_for_its_operation(ask, oracles):
    wire = Wire(oracles)
    ask(carrier(wire, queue_name=example_queue(oracles)))
    assert wire.asked
    for method, path, params, form in wire.asked:
        assert api_oracle.refusals(method, path, params, form, oracles) == [], path


def test_every_method_of_the_carrier_is_tried():
    public = {name for name in vars(Carrier) if not name.startswith("_")}
    assert public - {"warm"} == set(EVERYTHING) - {"unhold", "uncoach"}


def example_queue(oracles) -> str:
    path = f"/2010-04-01/Accounts/{SETTINGS.twilio_account_sid}/Queues.json"
    return api_oracle.example("GET", path, oracles)["queues"][0]["friendly_name"]


@pytest.mark.parametrize(
    ("method", "path", "params", "form"),
    [
        ("POST", "/2010-04-01/Accounts/AC{0}/Calls/nonsense.json", {}, {}),
        ("POST", "/2010-04-01/Accounts/AC{0}/Calls.json", {}, {"To": "+1"}),
        (
            "POST",
            "/2010-04-01/Accounts/AC{0}/Calls.json",
            {},
            {"To": "1", "From": "1", "Loud": "1"},
        ),
        ("POST", "/2010-04-01/Accounts/AC{0}/Calls/CA{0}.json", {}, {"Status": "finished"}),
        ("GET", "/2010-04-01/Accounts/AC{0}/Calls.json", {"Colour": "red"}, {}),
        ("GET", "/2010-04-01/Accounts/AC{0}/Shouts.json", {}, {}),
    ],
)
def test_a_request_twilio_does_not_know_is_noticed(method, path, params, form, oracles):
    assert api_oracle.refusals(method, path.format("0" * 32), params, form, oracles)


def test_a_move_brings_its_document_along_and_a_way_on(oracles):
    wire = Wire(oracles)
    carrier(wire).move(LEG, WORDS, FALLBACK)
    assert wire.form["Twiml"] == WORDS.decode()
    assert wire.form["FallbackUrl"] == FALLBACK


def test_a_phone_is_rung_with_a_way_on_and_not_cut_after_four_hours(oracles):
    wire = Wire(oracles)
    assert ring(carrier(wire)).startswith("CA")
    assert wire.form["FallbackUrl"] == FALLBACK
    assert wire.form["TimeLimit"] == 86_400
    assert wire.form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]


def test_nothing_we_ask_for_records(oracles):
    wire = Wire(oracles)
    for ask in EVERYTHING.values():
        ask(carrier(wire))
    asked = [name for *_, form in wire.asked for name in form]
    assert not [name for name in asked if name.startswith("Record")]


def test_the_waiting_line_is_read_head_first(oracles):
    line = carrier(Wire(oracles), queue_name=example_queue(oracles))
    assert line.queue_members() == [Member("CA" + "a" * 32, 1, 124)]


def test_a_waiting_line_nobody_used_is_empty(oracles):
    assert carrier(Wire(oracles), queue_name="never").queue_members() == []


def test_evidence_is_legs_with_their_status(oracles):
    line = carrier(Wire(oracles))
    assert line.find("+13145550177", "+13145550101", AT) == [], "older legs prove nothing"
    legs = line.find("+13145550177", "+13145550101", AT - timedelta(days=9999))
    assert legs
    assert all(isinstance(leg, LegFound) and leg.sid.startswith("CA") for leg in legs)


def test_requests_go_where_the_settings_say(oracles):
    class Elsewhere(Wire):
        def request(self, method, url, *args, **kwargs):
            assert url.startswith("http://127.0.0.1:8081/2010-04-01/")
            return super().request(method, url, *args, **kwargs)

    carrier(Elsewhere(oracles), twilio_api_base_url="http://127.0.0.1:8081").leg(LEG)


# -- what can come back -----------------------------------------------------------------------


REFUSED = [
    (says(400, 21220), 21220, True),  # the call is over: a benign race
    (says(404, 20404), 20404, True),
    (says(404), 404, True),
    (says(400, 21211), 21211, False),
    (says(401, 20003), 20003, False),
    (says(403, 20003), 20003, False),
]


@pytest.mark.parametrize("ask", EVERYTHING.values(), ids=EVERYTHING)
@pytest.mark.parametrize(("answer", "code", "gone"), REFUSED)
def test_a_refusal_is_named_and_final(ask, answer, code, gone):
    with pytest.raises(CarrierRefused) as refused:
        ask(carrier(Wire(answer=answer)))
    assert (refused.value.code, refused.value.gone, refused.value.permanent) == (code, gone, True)
    assert refused.value.words


@pytest.mark.parametrize("ask", EVERYTHING.values(), ids=EVERYTHING)
def test_too_many_requests_is_not_a_no(ask):
    with pytest.raises(CarrierBusy):
        ask(carrier(Wire(answer=says(429, 20429))))


@pytest.mark.parametrize("ask", EVERYTHING.values(), ids=EVERYTHING)
@pytest.mark.parametrize(
    "answer",
    [
        says(500, 20500),
        says(503),
        says(408),
        Response(200, "<html>login</html>"),
        requests.Timeout(),
        requests.ConnectionError("reset"),
        ConnectionResetError(),
        TimeoutError(),
    ],
    ids=repr,
)
def test_without_a_clear_answer_it_may_have_happened(ask, answer):
    with pytest.raises(CarrierUnknown):
        ask(carrier(Wire(answer=answer)))


@pytest.mark.parametrize("name", EVERYTHING)
def test_only_a_question_is_asked_once_more_when_the_carrier_failed(name):
    wire = Wire(answer=says(503))
    with pytest.raises(CarrierUnknown):
        EVERYTHING[name](carrier(wire))
    questions = ("leg", "dialled_by", "in_room", "queue_members")
    assert len(wire.asked) == (2 if name in questions else 1)


def test_who_is_in_a_room_is_known_though_the_carrier_failed_once():
    """A caller was alone in it for four and a half seconds: the next look came two later."""
    empty = Response(200, json.dumps({"conferences": [], "next_page_uri": None}))

    class OnceFailed(Wire):
        def request(self, *given, **facts):
            self.answer = empty if self.asked else says(503)
            return super().request(*given, **facts)

    assert carrier(OnceFailed()).in_room("room-c0ffee") == {}


def test_a_document_too_long_to_travel_is_refused_before_it_leaves():
    wire = Wire()
    with pytest.raises(CarrierRefused, match="32018"):
        carrier(wire).move(LEG, b"<Response>" + b" " * 4000 + b"</Response>", FALLBACK)
    assert wire.asked == []


def test_a_room_that_is_not_listed_yet_is_asked_again():
    empty = Response(200, json.dumps({"conferences": [], "next_page_uri": None}))
    with pytest.raises(CarrierBusy):
        carrier(Wire(answer=empty)).hold("room-c0ffee", "caller", on=True)
    assert carrier(Wire(answer=empty)).in_room("room-c0ffee") == {}


def test_every_code_has_words_for_the_operator():
    assert all(words.endswith((".", "?")) for words in codes.WORDS.values())
    assert codes.words(21220) == "The call is already over."
    assert codes.words(1, "as it says") == "as it says"
    assert codes.words(1) == "Twilio's error 1"


def test_the_longest_move_in_any_language_fits_into_a_request():
    # MoveCaller's documents go as a parameter of at most 4,000 characters.
    long = (heard.Say("cut_off"), heard.Listen((heard.Say("greeting"),), "key"), heard.WaitInLine())
    join = (heard.Say("here_is_counselor"), heard.Join("caller", "talk-ended"))
    full = page(voice_override=SETTINGS.voice_url_override, status_override="rc=5&rp=all")
    for language in PROMPTS.languages:
        for replies in (long, join):
            assert len(twiml.render(replies, call(language), full).decode()) < 4_000
