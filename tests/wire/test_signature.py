"""Are the carrier's webhooks told from forged ones? On the vectors of seven official libraries."""

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from telephony import forms, signature

TOKEN = "12345"
URL = "https://line.example.org/voice/arrived"
PARAMS = (("CallSid", "CA1"), ("From", "+13145550142"))
# Defects of twilio-python, named in the vectors' own notes.
LIBRARY_DIFFERS = {"apostrophe-in-query", "json-body-without-bodySHA256"}


def vectors(oracles) -> list[dict]:
    return json.loads((oracles / "signature_vectors.json").read_text("utf-8"))["vectors"]


def answer(vector: dict, *tokens: str) -> bool:
    params = tuple((name, value) for name, value in vector["params"] or ())
    body = (vector["body"] or urlencode(params)).encode()
    return signature.valid(vector["url"], params, body, vector["signature"], tokens)


def test_every_official_vector_holds(oracles):
    wrong = [v["id"] for v in vectors(oracles) if answer(v, v["auth_token"]) != v["expect_valid"]]
    assert wrong == []


def test_either_token_is_good_while_tokens_are_rotated(oracles):
    good = [v for v in vectors(oracles) if v["expect_valid"]]
    assert all(answer(v, "the new one", v["auth_token"]) for v in good)
    assert not any(answer(v, "the new one") for v in good)


def test_no_token_means_nobody_is_believed():
    assert not signature.valid(URL, PARAMS, b"x", signature.sign(URL, PARAMS, ""), ("",))
    assert not signature.valid(URL, PARAMS, b"x", signature.sign(URL, PARAMS, TOKEN), ())


def test_the_library_signs_the_same(oracles):
    for vector in vectors(oracles):
        if vector["id"] not in LIBRARY_DIFFERS and not vector["body"]:
            params = [(name, value) for name, value in vector["params"]]
            ours = signature.sign(vector["url"], params, TOKEN)
            theirs = RequestValidator(TOKEN).compute_signature(vector["url"], MultiDict(params))
            assert ours == theirs, vector["id"]


names = st.text("abcXYZ019_", min_size=1, max_size=12)
filled = st.dictionaries(names, st.text(max_size=20).filter(str.isprintable), max_size=12)


@given(filled, st.sampled_from(["", ":443", ":8443"]), names)
def test_the_library_agrees_about_any_form(form, port, path):
    url = f"https://line.example.org{port}/{path}?a=1"
    ours = signature.sign(url, form.items(), TOKEN)
    assert ours == RequestValidator(TOKEN).compute_signature(url, form)
    assert signature.valid(url, form.items(), b"", ours, (TOKEN,))
    assert RequestValidator(TOKEN).validate(url, form, ours)


@given(filled, names, st.text(max_size=5))
def test_a_changed_form_is_not_believed(form, name, value):
    header = signature.sign(URL, form.items(), TOKEN)
    if form.get(name) != value:
        assert not signature.valid(URL, {**form, name: value}.items(), b"x", header, (TOKEN,))


@given(
    st.text(),
    st.lists(st.tuples(st.text(), st.text())),
    st.binary(),
    st.none() | st.text(),
)
def test_a_stranger_never_makes_it_raise(url, params, body, header):
    assert signature.valid(url, params, body, header, (TOKEN,)) is False


@pytest.mark.parametrize(
    "url", ["https://[::1/x", "https://h:port/x", "https://h:99999/x", "//", ""]
)
def test_a_broken_address_is_only_refused(url):
    assert signature.valid(url, PARAMS, b"", "A" * 28, (TOKEN,)) is False


def test_a_port_the_carrier_leaves_out_or_puts_in_is_no_forgery():
    with_port = "https://line.example.org:8443/voice"
    userinfo = "https://user:pass@[2001:db8::1]:8443/voice"
    for said, signed in (
        (with_port, "https://line.example.org/voice"),
        ("https://line.example.org/voice", "https://line.example.org:443/voice"),
        ("http://line.example.org/voice", "http://line.example.org:80/voice"),
        (userinfo, "https://user:pass@[2001:db8::1]/voice"),
        (userinfo, userinfo),
    ):
        header = signature.sign(signed, PARAMS, TOKEN)
        assert signature.valid(said, PARAMS, b"", header, (TOKEN,)), signed


def test_the_fragment_is_neither_sent_nor_signed():
    header = signature.sign(URL, PARAMS, TOKEN)
    assert signature.valid(URL + "#rc=2", PARAMS, b"", header, (TOKEN,))


@pytest.mark.parametrize("body", [b"CallSid=CA1&From=%ff%fe", b"CallSid=CA1&From=\xff\xfe"])
def test_a_signed_form_of_broken_text_is_known_as_the_carriers(body):
    params = forms.pairs(body)
    as_bytes = hmac.new(TOKEN.encode(), URL.encode() + b"CallSidCA1From\xff\xfe", hashlib.sha1)
    replaced = signature.sign(URL, [("CallSid", "CA1"), ("From", "\ufffd\ufffd")], TOKEN)
    for header in (base64.b64encode(as_bytes.digest()).decode(), replaced):
        assert signature.valid(URL, params, body, header, (TOKEN,))
    with pytest.raises(forms.BadForm):  # known, and still not believed
        forms.parse(params)


@given(st.dictionaries(names, st.text(st.characters(codec="utf-8")), max_size=9))
def test_whatever_text_is_sent_its_pairs_are_those_signed(form):
    assert forms.pairs(urlencode(form).encode()) == list(form.items())


@given(st.binary())
def test_any_body_has_pairs_to_check(body):
    assert signature.valid(URL, forms.pairs(body), body, "A" * 28, (TOKEN,)) is False


def test_a_flood_of_fields_is_nobodys():
    assert forms.pairs(b"a&" * 200_000) == []
