"""Do text messages go out, come in and stop as Twilio's own do?"""

import pytest
from twilio.base.exceptions import TwilioRestException
from wire.emulator_town import BASE, CALLER, CLINICIAN, LINE, START, Town

from emulator.engine import FAKE_TOKEN
from emulator.signature import sign
from emulator.texts import segments


@pytest.fixture
def town():
    town = Town()
    town.emulator.number(LINE, sms_url=f"{BASE}/text", sms_fallback_url=f"{BASE}/spare")
    town.on("/text", "<Response/>")
    return town


def sends(town, to=CALLER, body="Hello", **more):
    return town.client.messages.create(to=to, from_=LINE, body=body, **more)


def test_what_becomes_of_a_text_is_told(town):
    """Twilio: Message resource, StatusCallback: its fields, signed, in requests of their own."""
    sent = sends(town, status_callback=f"{BASE}/status?text=1")
    assert (sent.status, sent.direction, sent.num_segments) == ("queued", "outbound-api", "1")
    town.after(5)
    assert [one.form["MessageStatus"] for one in town.asked("/status")] == ["sent", "delivered"]
    for asked in town.asked("/status"):
        assert asked.form["MessageSid"] == asked.form["SmsSid"] == sent.sid
        assert asked.headers["X_TWILIO_SIGNATURE"] == sign(
            FAKE_TOKEN, f"{BASE}/status?text=1", asked.pairs
        )
    assert asked.form.keys() == {
        *("AccountSid", "ApiVersion", "From", "MessageSid", "MessageStatus", "SmsSid", "SmsStatus"),
        *("To", "RawDlrDoneDate"),
    }
    assert [one.body for one in town.caller.inbox] == ["Hello"]
    now = town.client.messages(sent.sid).fetch()
    assert (now.status, now.error_code) == ("delivered", None)
    assert (now.date_sent - START).total_seconds() == 1


@pytest.mark.parametrize(("status", "code"), [("undelivered", 30003), ("failed", 30007)])
def test_a_text_that_nobody_gets_says_why(town, status, code):
    """Twilio: Message resource, error_code; errors 30003 and 30007."""
    town.caller.gets_no_texts(status, code)
    sent = sends(town, status_callback=f"{BASE}/status")
    town.after(5)
    assert [one.form.get("ErrorCode") for one in town.asked("/status")] == [None, str(code)]
    assert town.client.messages(sent.sid).fetch().error_code == code
    assert not town.caller.inbox


REFUSED = [
    ({"to": "314"}, 21211),
    ({"to": LINE}, 21266),
    ({"to": "+13145550179"}, 21614),
    ({"body": ""}, 21602),
    ({"body": "x" * 1601}, 21617),
    ({"status_callback": "nowhere"}, 21609),
    ({"from_": "+13145550199"}, 21606),
    ({"from_": "line"}, 21212),
    ({"messaging_service_sid": "MG" + "0" * 32}, 20001),
]


@pytest.mark.parametrize(("asked", "code"), REFUSED, ids=[str(code) for _, code in REFUSED])
def test_what_cannot_be_sent_is_refused_by_its_code(town, asked, code):
    """Twilio: errors 21211, 21212, 21266, 21602, 21606, 21609, 21614, 21617."""
    town.emulator.phone("+13145550179").landline = True
    with pytest.raises(TwilioRestException) as refused:
        town.client.messages.create(**({"to": CALLER, "from_": LINE, "body": "x"} | asked))
    assert refused.value.code == code
    assert not town.emulator.texts


def test_texts_are_found_by_who_and_when(town):
    """Twilio: Message resource, read multiple: To, From, DateSent; the newest first."""
    for to in (CALLER, CLINICIAN, CALLER):
        sends(town, to=to)
        town.after(60)
    listed = town.client.messages.list
    assert len(listed()) == 3
    assert [one.to for one in listed(to=CALLER, from_=LINE)] == [CALLER, CALLER]
    assert listed(from_=CALLER) == []
    late = listed(date_sent_after=START.replace(minute=1))
    assert [one.to for one in late] == [CALLER, CLINICIAN]
    assert late[0].date_sent > late[1].date_sent


def test_a_text_that_comes_in_is_told_and_answered(town):
    """Twilio: TwiML for Programmable Messaging: the fields, and <Message>."""
    town.on("/text", "<Message><Body>Call us, please.</Body></Message>")
    town.caller.texts(LINE, "Hello?")
    town.after(5)
    assert town.told("/text") == {
        "AccountSid": town.emulator.account_sid,
        "ApiVersion": "2010-04-01",
        "Body": "Hello?",
        "From": CALLER,
        "FromCity": "ST. LOUIS",
        "FromCountry": "US",
        "FromState": "MO",
        "FromZip": "63101",
        "MessageSid": (sid := next(iter(town.emulator.texts))),
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": LINE,
        "ToCity": "ST. LOUIS",
        "ToCountry": "US",
        "ToState": "MO",
        "ToZip": "63101",
    }
    (asked,) = town.asked("/text")
    assert asked.headers["X_TWILIO_SIGNATURE"] == sign(FAKE_TOKEN, f"{BASE}/text", asked.pairs)
    assert [one.body for one in town.caller.inbox] == ["Call us, please."]
    assert town.caller.inbox[0].direction == "outbound-reply"


def test_an_address_that_fails_has_a_fallback(town):
    """Twilio: IncomingPhoneNumber resource, sms_fallback_url: ErrorCode and ErrorUrl."""
    town.on("/text", (500, {"Content-Type": "text/html"}, "away"))
    town.on("/spare", "<Redirect>/again</Redirect>")
    town.on("/again", "<Message>Call us.</Message>")
    town.caller.texts(LINE, "Hello?")
    town.after(8)
    assert town.told("/spare")["ErrorCode"] == "11200"
    assert [one.body for one in town.caller.inbox] == ["Call us."]
    assert town.codes == [11200]


@pytest.mark.parametrize("word", ["STOP", " stopall ", "Unsubscribe", "cancel", "END", "quit"])
def test_stop_ends_every_text_from_that_number_until_start(town, word):
    """Twilio: support for opt-out keywords; error 21610."""
    town.on("/text", "<Message>We are here.</Message>")
    town.caller.texts(LINE, word)
    town.after(5)
    (confirmed,) = town.caller.inbox
    assert "unsubscribed" in confirmed.body
    assert town.codes == [21610], "what the application answered was not sent"
    assert town.told("/text")["Body"] == word
    with pytest.raises(TwilioRestException, match="unsubscribed recipient") as refused:
        sends(town)
    assert refused.value.code == 21610
    town.caller.texts(LINE, "START")
    town.after(5)
    assert "re-subscribed" in "".join(one.body for one in town.caller.inbox)
    sends(town, body="Again")
    town.after(5)
    assert town.caller.inbox[-1].body == "Again"


def test_help_is_answered_by_itself(town):
    """Twilio: support for opt-out keywords, HELP and INFO."""
    town.caller.texts(LINE, "help")
    town.after(5)
    assert ["Reply STOP" in one.body for one in town.caller.inbox] == [True]


def test_a_text_is_redacted_and_forgotten(town):
    """Twilio: Message resource, update and delete; errors 20009 and 20404."""
    sent = sends(town)
    with pytest.raises(TwilioRestException) as early:
        town.client.messages(sent.sid).delete()
    assert early.value.code == 20009
    town.after(5)
    assert town.client.messages(sent.sid).update(body="").body == ""
    assert town.client.messages(sent.sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        town.client.messages(sent.sid).fetch()
    assert gone.value.code == 20404


def test_a_numbers_address_for_texts_is_entered_over_rest(town):
    """Twilio: IncomingPhoneNumber resource, SmsUrl."""
    (number,) = town.client.incoming_phone_numbers.list()
    town.client.incoming_phone_numbers(number.sid).update(sms_url=f"{BASE}/other", sms_method="GET")
    town.on("/other", "<Response/>")
    town.caller.texts(LINE, "Hello")
    town.after(2)
    (asked,) = town.asked("/other")
    assert asked.method == "GET"
    assert asked.form["Body"] == "Hello"


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        *(("x" * 160, 1), ("x" * 161, 2), ("é" * 160, 1), ("€" * 80, 1), ("€" * 81, 2)),
        *(("ó" * 70, 1), ("ó" * 71, 2), ("🙂" * 35, 1), ("🙂" * 36, 2), ("x" * 307, 3)),
    ],
)
def test_a_text_is_carried_in_parts(body, parts):
    """Twilio: glossary, "SMS character limit": GSM-7 and UCS-2."""
    assert segments(body) == parts
