"""How does a text message reach a telephone, and what happens to one that comes in?

Twilio's pages "Message resource", "Track outbound message status", "TwiML for Programmable
Messaging" and "Twilio support for opt-out keywords".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from emulator import reading, twiml
from emulator.errors import TwimlFailure
from emulator.fetching import fetch
from emulator.fibers import sleep
from emulator.geography import place
from emulator.notices import notify

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from emulator.accounts import Number
    from emulator.engine import Emulator

SENDING_SECONDS, SENT_SECONDS, DELIVERED_SECONDS = 0.2, 0.8, 2.0
TOLD = frozenset({"sent", "delivered", "undelivered", "failed"})
DOCUMENTS_MAX = 10  # a chain of <Redirect>
# GSM 03.38: these take one place, the second row two; anything else makes the whole text UCS-2.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€\f")
# "Twilio support for opt-out keywords": the whole message, in any case.
STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START, HELP = frozenset({"start", "yes", "unstop"}), frozenset({"help", "info"})
CONFIRMED = {
    "stop": "You have successfully been unsubscribed. You will not receive any more messages from "
    "this number. Reply START to resubscribe.",
    "start": "You have successfully been re-subscribed to messages from this number. Reply HELP "
    "for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "help": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


@dataclass(slots=True)
class Text:
    """One message. `direction`: inbound, outbound-api or outbound-reply."""

    sid: str
    direction: str
    from_: str
    to: str
    body: str
    status: str
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    error_code: int | None = None
    callback: str = ""

    @property
    def segments(self) -> int:
        return segments(self.body)


def segments(body: str) -> int:
    """How many parts the network carries it in."""
    if GSM.issuperset(set(body) - GSM_TWICE):
        length, one, each = len(body) + sum(char in GSM_TWICE for char in body), 160, 153
    else:
        length, one, each = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= one else -(-length // each)


# --- going out -----------------------------------------------------------------------------


def send(
    town: "Emulator", from_: str, to: str, body: str, direction: str, callback: str = ""
) -> Text:
    """Queue a message; it is on its way from the next step of the clock on."""
    now = town.clock.now()
    text = Text(
        town.new_sid("SM"), direction, from_, to, body, "queued", now, now, callback=callback
    )
    _note(town, text)
    town.spawn(_travel, town, text)
    return text


def _note(town: "Emulator", text: Text) -> None:
    town.texts[text.sid] = text
    town.timeline.note(None, "texts", f"{text.from_} -> {text.to}: {text.body}")
    _changed(town, text)


def _changed(town: "Emulator", text: Text) -> None:
    for handler in town.text_handlers:
        handler(text)


async def _travel(town: "Emulator", text: Text) -> None:
    """Queued, sending, sent; then what the telephone at the far end makes of it."""
    await sleep(town.clock, SENDING_SECONDS)
    _becomes(town, text, "sending")
    await sleep(town.clock, SENT_SECONDS)
    text.sent_at = town.clock.now()
    _becomes(town, text, "sent")
    await sleep(town.clock, DELIVERED_SECONDS)
    phone = town.phone_of(text.to)
    status, text.error_code = phone.takes_text(text) if phone else ("delivered", None)
    _becomes(town, text, status)


def _becomes(town: "Emulator", text: Text, status: str) -> None:
    text.status, text.updated_at = status, town.clock.now()
    town.timeline.note(None, "text is", f"{status} {text.to}")
    _changed(town, text)
    if text.callback and status in TOLD:
        notify(town, None, "text-status", "POST", text.callback, _status_fields(town, text))


def _status_fields(town: "Emulator", text: Text) -> dict[str, str]:
    fields = {
        "AccountSid": town.account_sid,
        "ApiVersion": "2010-04-01",
        "From": text.from_,
        "MessageSid": text.sid,
        "MessageStatus": text.status,
        "SmsSid": text.sid,
        "SmsStatus": text.status,
        "To": text.to,
    }
    if text.error_code is not None:
        fields["ErrorCode"] = str(text.error_code)
    if text.status == "delivered":
        fields["RawDlrDoneDate"] = f"{text.updated_at:%y%m%d%H%M}"
    return fields


# --- coming in -----------------------------------------------------------------------------


def come_in(town: "Emulator", from_: str, to: str, body: str) -> Text:
    """Somebody texts one of our numbers: its words of opting out are obeyed, and it is told."""
    now = town.clock.now()
    text = Text(town.new_sid("SM"), "inbound", from_, to, body, "received", now, now, sent_at=now)
    _note(town, text)
    _obey(town, text)
    number = town.numbers.get(to)
    if number is not None and number.sms.sms_url:
        town.spawn(_converse, town, text, number)
    return text


def _obey(town: "Emulator", text: Text) -> None:
    """Opt out, opt in or help, and Twilio's own words about it."""
    word, pair = text.body.strip().casefold(), (text.to, text.from_)
    told = ""
    if word in STOP and pair not in town.opted_out:
        town.opted_out.add(pair)
        told = "stop"
    elif word in START and pair in town.opted_out:
        town.opted_out.discard(pair)
        told = "start"
    elif word in HELP:
        told = "help"
    if told:
        send(town, text.to, text.from_, CONFIRMED[told], "outbound-reply")


async def _converse(town: "Emulator", text: Text, number: "Number") -> None:
    """Ask the number's address what to answer; its fallback when that fails."""
    sms = number.sms
    try:
        await _perform(town, text, sms.sms_method, sms.sms_url, {})
    except TwimlFailure as failure:
        town.alert(failure.code, failure.message, None, failure.url)
        if not sms.sms_fallback_url:
            return
        why = {"ErrorCode": str(failure.code), "ErrorUrl": failure.url}
        try:
            await _perform(town, text, sms.sms_fallback_method, sms.sms_fallback_url, why)
        except TwimlFailure as again:
            town.alert(again.code, again.message, None, again.url)


async def _perform(
    town: "Emulator", text: Text, method: str, url: str, more: dict[str, str]
) -> None:
    for _ in range(DOCUMENTS_MAX):
        fields = incoming_fields(town, text) | more
        fetched = await fetch(town, None, "text", method, url, fields)
        if fetched.response.status == 204:  # noqa: PLR2004  (nothing to say)
            return
        document = twiml.read(fetched)
        onward = _answer(town, text, document.verbs)
        if onward is None:
            return
        url = reading.joined(document.url, twiml.words(onward))
        method = onward.get("method", "POST")
    raise TwimlFailure(11215, "too many <Redirect>", url)


def _answer(town: "Emulator", text: Text, verbs: "Sequence[Element]") -> "Element | None":
    """Send every <Message>; the <Redirect> that ends the document, if one does."""
    for verb in verbs:
        if verb.tag == "Redirect":
            return verb
        if verb.tag in ("Message", "Say"):  # bare text/plain is read as <Say>, and is sent
            body = verb.find("Body")
            _reply(town, text, twiml.words(verb if body is None else body), verb)
        elif verb.tag != "Hangup":
            town.alert(12200, f"schema validation warning: <{verb.tag}> in a message's document")
    return None


def _reply(town: "Emulator", text: Text, body: str, verb: "Element") -> None:
    to, from_ = verb.get("to", text.from_), verb.get("from", text.to)
    if (from_, to) in town.opted_out:
        town.alert(21610, "Attempt to send to unsubscribed recipient")
    elif not body:
        town.alert(14103, "Message: invalid Body")
    else:
        send(town, from_, to, body, "outbound-reply", verb.get("action", ""))


def incoming_fields(town: "Emulator", text: Text) -> dict[str, str]:
    """What Twilio posts about a message that came in (page "TwiML for Programmable Messaging")."""
    fields = {
        "AccountSid": town.account_sid,
        "ApiVersion": "2010-04-01",
        "Body": text.body,
        "From": text.from_,
        "MessageSid": text.sid,
        "NumMedia": "0",
        "NumSegments": str(text.segments),
        "SmsMessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsStatus": "received",
        "To": text.to,
    }
    for role, number in (("From", text.from_), ("To", text.to)):
        names = ("City", "State", "Zip", "Country")
        fields |= {f"{role}{name}": said for name, said in zip(names, place(number), strict=True)}
    return fields
