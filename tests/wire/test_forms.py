"""Is what the carrier sends read once, rightly, and never with an accident?"""

import contextlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony import forms

SID = "CA" + "5" * 32
# Thirty-odd ways a carrier says that the number is withheld (FAILURES A9).
WITHHELD = [
    "",
    " ",
    "anonymous",
    "Anonymous",
    "ANONYMOUS",
    "Restricted",
    "RESTRICTED",
    "unknown",
    "Unknown",
    "UNKNOWN CALLER",
    "unavailable",
    "Unavailable",
    "Blocked",
    "blocked",
    "Private",
    "PRIVATE NUMBER",
    "Private Caller",
    "No Caller ID",
    "no-caller-id",
    "NoCallerID",
    "ID withheld",
    "withheld",
    "Out Of Area",
    "OutOfArea",
    "Not Available",
    "N/A",
    "null",
    "none",
    "undefined",
    "+266696687",
    "266696687",
    "+7378742833",
    "+2562533",
    "+86282452253",
    "+8656696",
    "+7748283",
    "0000000000",
    "+00000000000",
    "sip:anonymous@anonymous.invalid",
    "sips:Anonymous@203.0.113.9:5061;transport=tls",
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
    "sip:unknown@unknown.invalid",
    "sip:+266696687@pstn.twilio.com",
    "sip:@203.0.113.9",
    "tel:",
    "\u200b",
]


@pytest.mark.parametrize("raw", WITHHELD, ids=repr)
def test_a_withheld_number_is_nobodys_number(raw):
    assert forms.number_shown(raw) is None


@pytest.mark.parametrize(
    ("raw", "shown", "dialable"),
    [
        ("+13145550142", "+13145550142", True),
        ("13145550142", "+13145550142", True),
        ("3145550142", "+13145550142", True),
        ("(314) 555-0142", "+13145550142", True),
        ("+44 20 7946 0958", "+442079460958", True),
        ("sip:+13145550142@project.sip.example.net", "+13145550142", True),
        ("sip:3145550142;ext=9@psap.example.gov:5060", "+13145550142", True),
        ("sip:%2B13145550142@psap.example.gov", "+13145550142", True),
        ('"City 911" <sip:+13145550142@psap.example.gov>', "+13145550142", True),
        ("tel:+1-314-555-0142", "+13145550142", True),
        ("+١٣١٤٥٥٥٠١٤٢", "+13145550142", True),  # digits of another script
        ("911", "911", False),
        ("+12115550142", "+12115550142", False),  # a pseudo-number of a wireless 911 call
        ("5115550142", "+15115550142", False),
        ("1001", "1001", False),
        ("sip:dispatch3@psap.example.gov", "dispatch3", False),
        ("client:Ana", "client:Ana", False),
        ("+1314555014299999999", "+1314555014299999999", False),
        ("x" * 500, "x" * 64, False),
        ("RIVERTON\r\nPD", "RIVERTONPD", False),
    ],
)
def test_a_shown_number_is_kept_and_only_a_real_one_is_dialable(raw, shown, dialable):
    assert forms.number_shown(raw) == shown
    assert forms.dialable(forms.number_shown(raw)) is dialable


def test_every_captured_webhook_is_read(captures):
    for capture in captures:
        body = urlencode(capture["params"]).encode()
        fields = forms.parse(forms.pairs(body))
        assert fields == capture["params"], capture["id"]
        assert len(forms.inbox_key("/voice/arrived", fields)) <= 200
        forms.key(fields)
        if "From" in fields:
            facts = forms.arrival(fields)
            assert facts.call_sid == fields["CallSid"]


def arrived(**fields):
    return forms.arrival({"CallSid": SID, "From": "+13145550142", "To": "+13145550101", **fields})


def test_an_arrival_says_which_line_and_what_number_was_shown():
    facts = arrived(ForwardedFrom="+13145550191")
    assert (facts.to, facts.number_shown, facts.dialable) == ("+13145550101", "+13145550142", True)
    assert facts.forwarded_from == "+13145550191"


def test_a_sip_call_brings_its_x_headers_under_any_capitals():
    facts = arrived(
        To="sip:+13145550101@riverton.sip.twilio.com",
        **{
            "SipHeader_X-Emergency-CallId": "urn:emergency:uid:callid:1",
            "sipheader_x-psap-id": "riverton",
            "SipHeader_X-Long": "y" * 5000,
            "SipHeader_Diversion": "not ours",
            "SipCallId": "abc",
        },
    )
    assert facts.to == "+13145550101"
    assert facts.sip["x-emergency-callid"] == "urn:emergency:uid:callid:1"
    assert facts.sip["x-psap-id"] == "riverton"
    assert len(facts.sip["x-long"]) == 256
    assert len(facts.sip) == 3


def test_a_flood_of_sip_headers_is_bounded():
    many = {f"SipHeader_X-{number}": "1" for number in range(90)}
    assert len(arrived(**many).sip) == 20


@pytest.mark.parametrize("sid", ["", "C", "../x", "CA" + "1" * 90, "CA 1"])
def test_without_a_call_there_is_nothing_to_answer(sid):
    with pytest.raises(forms.BadForm, match="CallSid"):
        arrived(CallSid=sid)


@pytest.mark.parametrize(
    "form",
    [
        [("CallSid", SID), ("CallSid", SID)],
        [("From", "+13145550142"), ("From", "+13145550143")],
        [("x" * 201, "1")],
        [("x", "1" * 8001)],
        [("x", "a\0b")],
        [("x", "\ud800")],
        [(str(number), "") for number in range(201)],
    ],
    ids=["doubled", "doubled and different", "long name", "long value", "nul", "half", "many"],
)
def test_a_form_the_carrier_does_not_send_is_refused(form):
    with pytest.raises(forms.BadForm):
        forms.parse(form)


@pytest.mark.parametrize(
    "body",
    [b"a=%ff", b"%c3%28=1", b"a=\xff", b"a=" + b"1" * 70_000, b"&".join([b"a=1"] * 300)],
    ids=["bad value", "bad name", "no text", "large", "many"],
)
def test_a_body_that_is_no_form_is_refused(body):
    with pytest.raises(forms.BadForm):
        forms.parse(forms.pairs(body))


@given(st.lists(st.tuples(st.text(), st.text())))
def test_any_text_is_read_or_refused_by_name(form):
    try:
        fields = forms.parse(form)
        forms.arrival({**fields, "CallSid": SID})
    except forms.BadForm:
        return
    assert dict(form) == fields


@given(st.binary())
def test_any_bytes_are_read_or_refused_by_name(body):
    with contextlib.suppress(forms.BadForm):
        forms.parse(forms.pairs(body))


numbers = st.text(max_size=80) | st.from_regex(r"(sip:|tel:|\+)?[0-9٠-٩ ().,;x-]{0,30}(@.{0,9})?")


@given(numbers, numbers)
def test_any_number_is_served(caller, called):
    facts = forms.arrival({"CallSid": SID, "From": caller, "To": called})
    assert len(facts.to) <= 64
    assert facts.number_shown is None or 0 < len(facts.number_shown) <= 64
    assert not facts.dialable or facts.number_shown.startswith("+")


@pytest.mark.parametrize(
    ("digits", "key"),
    [("1", "1"), ("*", "*"), ("#", "#"), ("", ""), ("12", ""), ("w", ""), ("١", ""), (" 1 ", "1")],
)
def test_only_a_single_key_counts(digits, key):
    assert forms.key({"Digits": digits}) == key


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("26104881#", "26104881"),
        ("*26104881#", "26104881"),  # star again, by who was not sure of the first
        ("1234567890123456#", "1234567890123456"),
        ("12345678901234567", ""),  # too long
        ("26104881", ""),  # no pound: perhaps half of it
        ("12#", ""),
        ("#", ""),
        ("", ""),
        ("261#04881", ""),
        ("26*104*881#", ""),
        ("A261#", ""),
        ("١٢٣٤#", ""),
    ],
)
def test_an_incident_number_is_digits_before_pound(digits, number):
    assert forms.incident({"Digits": digits}) == number


# -- the inbox's key (FAILURES R1) ------------------------------------------------------------

FIRST = {"CallSid": SID, "CallStatus": "in-progress", "QueueTime": "4"}


def test_a_retry_has_the_same_key_though_its_clocks_went_on():
    retried = {**FIRST, "QueueTime": "5", "msg": "Gather End", "Timestamp": "later"}
    assert forms.inbox_key("/voice/x/wait/3", FIRST) == forms.inbox_key("/voice/x/wait/3", retried)


@pytest.mark.parametrize(
    "other",
    [
        {"CallStatus": "completed"},
        {"Digits": "1"},
        {"SequenceNumber": "2"},
        {"StatusCallbackEvent": "participant-join"},
        {"QueueResult": "redirected"},
        {"DialCallStatus": "no-answer"},
        {"ErrorCode": "11200"},
    ],
)
def test_another_fact_has_another_key(other):
    path = "/voice/x/wait/3"
    assert forms.inbox_key(path, FIRST) != forms.inbox_key(path, {**FIRST, **other})


def test_another_lap_has_another_key():
    assert forms.inbox_key("/voice/x/wait/3", FIRST) != forms.inbox_key("/voice/x/wait/4", FIRST)


@given(st.text(), st.dictionaries(st.sampled_from(forms.FACTS), st.text()))
def test_any_webhook_has_a_key_that_fits_its_column(path, fields):
    name = forms.inbox_key(path, fields)
    assert len(name) <= 200
    assert name.isascii()


CUT_ELSEWHERE = {
    "the next field became part of a value": {"CallSid": "CA12CallStatuscompleted"},
    "a status that swallowed a name": {"CallSid": "CA12", "CallStatus": "ringingCalled"},
    "a name cut in two": {"CallSid": "CA12", "Digi": "ts1"},
    "a name that grew": {"CallSid": "CA12", "CallStatusbus": "y"},
    "a name that took in capitals": {"CallSidC": "A12"},
    "the same, of a conference": {"CallSid": "CA12", "ConferenceSidCF": "12"},
    "the same, of a key": {"CallSid": "CA12", "DigitsA": "1"},
    "the same, of a parameter of ours": {"CallSid": "CA12", "offerM": "8F"},
    "a value between two new names": {"CallSid": "CA12", "ConferenceSidC": "", "Fb8": "12"},
    "a name that swallowed an empty field and half a name": {
        "CallSid": "CA12",
        "FromZipDi": "gits3",
    },
    "two names over one value": {"CallSid": "CA12", "CallerZipDigits": "17"},
    "the end of a status": {"CallSid": "CA12", "CallStatus": "ring", "ingTimestampTh": "u, 01 Jun"},
    "the end of a parameter of ours": {"CallSid": "CA12", "offer": "M8", "w5": ""},
    "numbers in names": {"CallSid": "CA12", "To+1314": "5550100"},
    "a field without a name": {"CallSid": "CA12", "": ""},
    "a number that went": {"CallSid": "CA12", "Caller": "+13145550150"},
}


@pytest.mark.parametrize("why", CUT_ELSEWHERE)
def test_names_and_values_cut_elsewhere_are_refused(why):
    """The signature of these holds: it has no marks between names and values (FAILURES C17)."""
    with pytest.raises(forms.BadForm):
        forms.parse([*CUT_ELSEWHERE[why].items()])


@pytest.mark.parametrize(
    "name",
    ["ParticipantCallStatus", "CallSidOfTomorrow", "ConferenceSidHash", "CallSidTimestamp", "Mood"],
)
def test_a_name_that_is_new_is_no_cut(name):
    assert forms.parse([("CallSid", "CA12"), (name, "ringing")])[name] == "ringing"


@pytest.mark.parametrize("ours", [{"offer": "M8"}, {"guest": "g1", "call": "c1"}])
def test_what_our_softphone_says_is_no_cut(ours):
    assert forms.parse([*FIRST.items(), *ours.items()]) == FIRST | ours


def test_captured_webhooks_are_whole(captures):
    for one in captures:
        forms.parse([*one["params"].items()])


def test_a_captured_webhook_cut_anywhere_is_refused_or_says_the_same(captures):
    """Each name in turn takes in the head of its value, or gives up its own end."""
    for one in captures:
        whole = one["params"]
        said = forms.inbox_key("/", whole)
        for name, value in whole.items():
            rest = {other: text for other, text in whole.items() if other != name}
            row = name + value
            for place in range(1, len(row)):
                cut = {row[:place]: row[place:]} | rest
                with contextlib.suppress(forms.BadForm):
                    assert forms.inbox_key("/", forms.parse([*cut.items()])) == said, cut
