"""Does the telephone door keep strangers out and callers in, whatever is posted to it?"""

import dataclasses
from collections.abc import Iterator
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from doubling import everything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from town import BASE, Town
from wire.door import Door, signed
from wire.twiml_oracle import refusals

from emulator.engine import FAKE_TOKEN
from telephony import forms, signature

OTHER_TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def anywhere(database_url: str) -> Iterator[Door]:
    """The door, once on each database."""
    with Town.opened(database_url) as town:
        yield Door(town)


@pytest.fixture
def door(sqlite_database: str) -> Iterator[Door]:
    with Town.opened(sqlite_database) as town:
        yield Door(town)


def assert_heard(answer, oracles) -> None:
    """A leg that listens always gets a document that Twilio performs and that records nobody."""
    assert answer.status_code == 200, answer.data
    assert answer.content_type.startswith("text/xml")
    assert not refusals(answer.data, oracles)
    for element in ET.fromstring(answer.data).iter():
        assert element.tag != "Record"
        assert not any(name.startswith("record") for name in element.attrib)


# -- strangers --------------------------------------------------------------------------------

STRANGERS = {
    "unsigned": lambda _path, _body: "",
    "forged": lambda _path, _body: "Zm9yZ2VkIGZvcmdlZCBmb3JnZWQ=",
    "no text": lambda _path, _body: "\xff\xfe",
    "another account's token": lambda path, body: signed(path, body, OTHER_TOKEN),
    "an empty token": lambda path, body: signed(path, body, ""),
    "replayed from another path": lambda path, body: signed(f"{path}9", body),
    "replayed with another query": lambda path, body: signed(f"{path}?call=1", body),
    "replayed with another form": lambda path, body: signed(path, body + b"&Digits=2"),
    "only the address": lambda path, _body: signed(path, b""),
    "another house's": lambda path, _b: signature.sign("http://a.example" + path, [], FAKE_TOKEN),
}


def test_a_stranger_changes_no_row_on_any_route(anywhere: Door) -> None:
    body = urlencode(anywhere.form | {"CallStatus": "completed", "Digits": "1"}).encode()
    before = everything(anywhere.town)
    routes = anywhere.routes()
    assert len(routes) > 15
    for path in routes.values():
        for who, header in STRANGERS.items():
            answer = anywhere.post(path, body, header(path, body))
            assert (answer.status_code, answer.data) == (403, b""), (path, who)
    assert everything(anywhere.town) == before


@pytest.mark.parametrize("body", [b"", b"\xff", b"a" * 10_000_000, b"&" * 200_000, b"=&=;%"])
def test_whatever_bytes_a_stranger_sends_the_answer_is_the_same(door: Door, body: bytes) -> None:
    for header in ("", "Zm9yZ2Vk"):
        assert door.post("/voice/arrived", body, header).status_code == 403


def test_what_nobody_signed_is_not_even_taken_apart(door: Door, monkeypatch) -> None:
    """Ten megabytes of percent signs take seconds of a processor."""
    path, body = "/voice/arrived", b"CallSid=CA1111"
    genuine, taken_apart = signed(path, body), []
    monkeypatch.setattr(forms, "pairs", lambda given: taken_apart.append(given) or [])
    for header in ("", "Zm9yZ2Vk", f"{genuine}="):
        assert door.post(path, b"%" * 10_000_000, header).status_code == 403
    assert not taken_apart
    door.post(path, body, genuine)
    assert set(taken_apart) == {body}


def test_during_a_rotation_two_tokens_are_taken_and_no_third(door: Door) -> None:
    given = door.town.board.settings.model_copy(
        update={"twilio_auth_token_secondary": SecretStr(OTHER_TOKEN)}
    )
    door.town.app.extensions["board"] = dataclasses.replace(door.town.board, settings=given)
    path, body = f"/voice/{door.call.id}/room", b"StatusCallbackEvent=conference-start"
    tokens = {FAKE_TOKEN: 204, OTHER_TOKEN: 204, "a third one": 403}
    for token, status in tokens.items():
        assert door.post(path, body, signed(path, body, token)).status_code == status


# -- the carrier's pen, and nonsense ----------------------------------------------------------

MALFORMED = {
    "the same field twice": b"CallSid=CA1111&CallSid=CA1111",
    "a field twice, differently": b"CallSid=CA1111&From=%2B13145550150&From=%2B13145550151",
    "a value without an end": b"CallSid=CA1111&Digits=" + b"1" * 9_000,
    "fields without an end": b"&".join(b"a%d=1" % n for n in range(900)),
    "invalid UTF-8, quoted": b"CallSid=CA1111&From=%ff%fe",
    "invalid UTF-8, bare": b"CallSid=CA1111&From=\xff\xfe",
    "half a surrogate": b"CallSid=CA1111&From=%ed%a0%80",
    "a NUL": b"CallSid=CA1111&From=%00",
    "a NUL in a name": b"CallSid=CA1111&Fr%00om=1",
    "a name without an end": b"CallSid=CA1111&" + b"x" * 5000 + b"=1",
}
MONSTERS = {
    "ten megabytes": b"CallSid=CA1111&Digits=" + b"1" * 10_000_000,
    "as many fields as are read": b"&".join(b"a%d=1" % n for n in range(90_000)),
}
ABSURD = {
    "nothing": {},
    "no CallSid": {"CallSid": ""},
    "a CallSid that is a path": {"CallSid": "../../etc/passwd"},
    "a CallSid without an end": {"CallSid": "CA" + "1" * 7000},
    "a status nobody knows": {"CallStatus": "reincarnated", "DialCallStatus": "?"},
    "64 keys": {"Digits": "1" * 64},
    "keys of another script": {"Digits": "١"},
    "numbers that are none": {"From": "x" * 7000, "To": "\U0001f4de", "Called": ""},
    "numbers below zero": {"SequenceNumber": "-1", "QueueTime": "-9" * 50, "CallDuration": "NaN"},
    "markup": {"From": "<Response/>", "To": "]]>", "QueueResult": "&amp;", "offer": "' OR 1=1 --"},
    "control characters": {"From": "\x1b[2J\x07", "Digits": "\r\n", "ErrorCode": "\x7f"},
    "many SIP headers": {f"SipHeader_X-{n}": "y" * 999 for n in range(150)},
}


def test_a_malformed_form_still_leads_a_leg_on(door: Door, oracles) -> None:
    for why, body in MALFORMED.items():
        for path in door.voice_routes():
            assert_heard(door.post(path, body), oracles)
        for path in door.status_routes():
            assert door.post(path, body).status_code == 400, (path, why)
    assert not door.caller.call.over


@pytest.mark.parametrize("why", MONSTERS)
def test_a_signed_monster_is_no_accident(door: Door, oracles, why: str) -> None:
    assert_heard(door.post("/voice/arrived", MONSTERS[why]), oracles)
    assert_heard(door.post(f"/voice/{door.call.id}/wait/1", MONSTERS[why]), oracles)
    assert door.post("/voice/ended", MONSTERS[why]).status_code == 400


def test_absurd_values_are_no_accident(anywhere: Door, oracles) -> None:
    for why, fields in ABSURD.items():
        form = anywhere.form | fields if fields else {}
        for path in anywhere.voice_routes():
            assert_heard(anywhere.post(path, form), oracles)
        for path in anywhere.status_routes():
            assert anywhere.post(path, form).status_code < 500, (path, why)


STRANGE_IDS = ["unknown", "none", "-", "0", "%", "..", "a" * 900, "ü", "١", "\x00", "a\x00b", "'"]


@pytest.mark.parametrize("strange", STRANGE_IDS, ids=ascii)
def test_an_address_we_never_gave_is_no_accident(anywhere: Door, oracles, strange: str) -> None:
    call = anywhere.call.id
    for path in (
        f"/voice/{strange}/wait/1",
        f"/voice/{strange}/greeted/1",
        f"/voice/{call}/{strange}/1",
        f"/voice/{call}/phone/{strange}/1",
        f"/voice/{call}/pressed/{strange}/1",
        f"/voice/{call}/person/{strange}/1",
        f"/voice/{strange}/person/{strange}/1",
        f"/voice/{call}/guest/{strange}/1",
    ):
        assert_heard(anywhere.post(path, anywhere.form), oracles)
    form = anywhere.form | {"CallStatus": "completed", "ParticipantLabel": "caller"}
    form |= {"StatusCallbackEvent": "participant-join"}
    for path in (
        f"/voice/{strange}/room",
        f"/voice/{strange}/phone-status/{strange}",
        f"/voice/{call}/phone-status/{strange}",
        f"/voice/{strange}/person-status/{strange}",
        f"/voice/{call}/guest-status/{strange}",
    ):
        assert anywhere.post(path, form).status_code < 500, path
    assert not anywhere.caller.call.over


@pytest.mark.parametrize("call", ["", "unknown", "%00", "%ff", "a&call=b", "a" * 900])
def test_the_fallback_names_any_call_or_none(anywhere: Door, oracles, call: str) -> None:
    answer = anywhere.post(f"/voice/fallback?call={call}", anywhere.form | {"ErrorCode": "11200"})
    assert_heard(answer, oracles)


OTHER_LEGS = {
    "a softphone": {"From": "client:ana", "To": "", "Direction": "inbound"},
    "a softphone, offer unknown": {"From": "client:ana", "Direction": "inbound", "offer": "?"},
    "a cell phone": {"From": "+13145550101", "To": "+13145550121", "Direction": "outbound-api"},
    "a dialled leg": {"From": "+13145550101", "To": "+13145550188", "Direction": "outbound-dial"},
}


@pytest.mark.parametrize("whose", OTHER_LEGS)
@pytest.mark.parametrize("query", ["", "?call={}"])
def test_the_fallback_gives_the_callers_place_to_nobody_else(
    door: Door, oracles, whose: str, query: str
) -> None:
    before = everything(door.town)
    leg = {"CallSid": "CA" + "9" * 32, "ErrorCode": "11200", "CallStatus": "in-progress"}
    path = "/voice/fallback" + query.format(door.call.id)
    answer = door.post(path, leg | OTHER_LEGS[whose])
    assert_heard(answer, oracles)
    assert ET.fromstring(answer.data)[-1].tag == "Hangup"
    assert everything(door.town) == before


@pytest.mark.parametrize("whose", OTHER_LEGS)
def test_without_the_database_another_legs_failed_page_makes_it_no_caller(
    door: Door, oracles, whose: str
) -> None:
    door.town.board.standby.trip(door.town.now)
    leg = {"CallSid": "CA" + "9" * 32, "ErrorCode": "11200", "CallStatus": "in-progress"}
    answer = door.post("/voice/fallback", leg | OTHER_LEGS[whose])
    assert_heard(answer, oracles)
    assert ET.fromstring(answer.data)[-1].tag == "Hangup"
    assert not list(door.town.board.settings.snapshot_dir.glob("offline-*"))


@pytest.mark.parametrize("whose", OTHER_LEGS)
def test_the_end_of_another_leg_makes_it_no_caller(door: Door, whose: str) -> None:
    before = everything(door.town)
    leg = {"CallSid": "CA" + "9" * 32, "CallStatus": "completed"}
    assert door.post("/voice/ended", leg | OTHER_LEGS[whose]).status_code == 204
    assert everything(door.town) == before


def test_without_the_database_whoever_talked_with_us_is_led_on(door: Door, oracles) -> None:
    """A follow-up's person, cut off: their leg was rung by us, and is no clinician's."""
    door.town.board.standby.trip(door.town.now)
    failed = {"ErrorCode": "11200", "ErrorUrl": f"{BASE}/voice/{door.call.id}/talk-ended/7"}
    answer = door.post("/voice/fallback", door.form | OTHER_LEGS["a cell phone"] | failed)
    assert_heard(answer, oracles)
    on = ET.fromstring(answer.data)[-1]
    assert (on.tag, "/voice/offline/again/" in str(on.text)) == ("Redirect", True)
    assert "988" not in answer.text, "nothing of who we are (FAILURES D19)"


HOPS = ["0", "007", "9" * 30, "9" * 4000, "٣"]


@pytest.mark.parametrize("hop", HOPS, ids=lambda hop: ascii(hop[:9]))
def test_a_hop_is_only_a_nonce(anywhere: Door, oracles, hop: str) -> None:
    for verb in ("wait", "key", "line-left", "never heard of"):
        assert_heard(
            anywhere.post(f"/voice/{anywhere.call.id}/{verb}/{hop}", anywhere.form), oracles
        )


@pytest.mark.parametrize("hop", ["x", "-1", "1.5", "", " ", "0x1"])
def test_an_address_that_is_none_of_ours_leads_on(door: Door, oracles, hop: str) -> None:
    before = everything(door.town)
    path = f"/voice/{door.call.id}/wait/{hop}"
    assert_heard(door.post(path, door.form), oracles)
    assert door.post(path, door.form, "forged").status_code == 403
    assert everything(door.town) == before


def test_a_number_entered_with_get_leads_its_callers_to_a_human(door: Door, oracles) -> None:
    path = f"/voice/arrived?{urlencode(door.form)}"
    headers = {"X-Twilio-Signature": signed(path, b"")}
    answer = door.client.get(path, BASE, headers=headers)
    assert_heard(answer, oracles)
    assert "<Dial" in answer.text
    assert door.client.get(path, BASE).status_code == 403
    for silent in ("/voice/ended", f"/voice/{door.call.id}/room"):
        headers = {"X-Twilio-Signature": signed(silent, b"")}
        assert door.client.get(silent, BASE, headers=headers).status_code == 405


def test_a_softphone_that_strays_is_let_go(door: Door) -> None:
    answer = door.post("/voice/nowhere", door.form | {"From": "client:ana"})
    assert answer.status_code == 200
    assert "<Dial" not in answer.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
def test_other_methods_open_nothing(door: Door, method: str) -> None:
    before = everything(door.town)
    for path in door.routes().values():
        assert door.client.open(path, BASE, method=method).status_code in (403, 404, 405)
    assert everything(door.town) == before


# -- what others have received ----------------------------------------------------------------


def test_every_captured_webhook_is_answered_on_every_route(door: Door, oracles, captures) -> None:
    for capture in captures:
        for path in door.voice_routes():
            assert_heard(door.post(path, capture["params"]), oracles)
        for path in door.status_routes():
            assert door.post(path, capture["params"]).status_code == 204, (path, capture["id"])


NAMES = (
    "CallSid CallStatus From To Digits QueueResult DialCallStatus DialBridged ErrorCode offer "
    "StatusCallbackEvent ParticipantLabel SequenceNumber SipHeader_X-Psap AnsweredBy"
)
VALUES = (
    "1 2 3 9 # * +13145550150 +13145550101 anonymous client:ana in-progress completed busy hangup "
    "no-answer leave redirected queue-full error bridged true participant-join participant-leave "
    "caller clinician person"
)
names = st.sampled_from(NAMES.split()) | st.text(max_size=9)
values = st.sampled_from(VALUES.split()) | st.text(max_size=40)


def test_no_form_whatever_is_an_accident(door: Door, oracles) -> None:
    routes = [*door.voice_routes(), *door.status_routes()]
    voice = set(door.voice_routes())

    @settings(max_examples=300, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(routes), st.lists(st.tuples(names, values)))
    def nonsense(path: str, form: list[tuple[str, str]]) -> None:
        body = urlencode(form, errors="surrogatepass").encode()
        answer = door.post(path, body)
        if path in voice:
            assert_heard(answer, oracles)
        else:
            assert answer.status_code in (204, 400)

    nonsense()
