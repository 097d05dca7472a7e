"""How are text messages sent, found and forgotten over REST? (Twilio's page "Message resource".)"""

import re

from emulator import texts
from emulator.errors import RestFailure
from emulator.rest import Ask, Json, RestResponse, route
from emulator.rest_calls import absolute
from emulator.rest_pages import check_dates, date, equal, found, page, within
from emulator.texts import Text

BODY_CHARACTERS_MAX = 1600
E164 = re.compile(r"\+[1-9]\d{6,14}")
NOT_OFFERED = ("MessagingServiceSid", "ContentSid", "MediaUrl", "SendAt")


def show(ask: Ask, text: Text) -> Json:
    uri = f"{ask.base}/Messages/{text.sid}"
    failed = text.error_code is not None
    return {
        "sid": text.sid,
        "account_sid": ask.town.account_sid,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": date(text.created_at),
        "date_sent": date(text.sent_at),
        "date_updated": date(text.updated_at),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": "the telephone did not take it" if failed else None,
        "from": text.from_,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(text.segments),
        "price": None,
        "price_unit": "USD",
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.to,
        "uri": f"{uri}.json",
    }


@route("GET", "/Messages")
def list_messages(ask: Ask) -> RestResponse:
    check_dates(ask, "DateSent")
    some = [
        text
        for text in reversed(ask.town.texts.values())
        if equal(ask, "To", text.to)
        and equal(ask, "From", text.from_)
        and within(ask, "DateSent", text.sent_at)
    ]
    return page(ask, "messages", "/Messages", some, lambda text: show(ask, text))


@route("POST", "/Messages")
def create_message(ask: Ask) -> RestResponse:
    """Queued at once; what is not offered is refused by its name."""
    for name in NOT_OFFERED:
        if ask.form.get(name):
            raise RestFailure(400, 20001, f"{name} is not offered by this emulator")
    to, from_ = _telephones(ask)
    body = ask.form.get("Body", "")
    if not body:
        raise RestFailure(400, 21602, "Message body is required.")
    if len(body) > BODY_CHARACTERS_MAX:
        raise RestFailure(400, 21617, "The concatenated message body exceeds 1600 characters.")
    callback = ask.form.get("StatusCallback", "")
    if callback:
        absolute(callback, 21609)
    text = texts.send(ask.town, from_, to, body, "outbound-api", callback)
    return RestResponse(201, show(ask, text))


def _telephones(ask: Ask) -> tuple[str, str]:
    """Who is to get it and from which number, checked as Twilio checks them."""
    to, from_ = ask.needs("To", 21604), ask.needs("From", 21603)
    town = ask.town
    if not E164.fullmatch(to):
        raise RestFailure(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not E164.fullmatch(from_):
        raise RestFailure(400, 21212, f"Invalid 'From' Phone Number: {from_}")
    if from_ not in town.numbers:
        raise RestFailure(400, 21606, f"{from_} is not a message-capable number of this account")
    if to == from_:
        raise RestFailure(400, 21266, "'To' and 'From' number cannot be the same")
    if town.profile == "trial" and to not in town.verified:
        raise RestFailure(400, 21608, f"{to} is unverified: a trial account may not text it")
    phone = town.phone_of(to)
    if phone is not None and phone.landline:
        raise RestFailure(400, 21614, f"'To' number is not a valid mobile number: {to}")
    if (from_, to) in town.opted_out:
        raise RestFailure(400, 21610, "Attempt to send to unsubscribed recipient")
    return to, from_


@route("GET", "/Messages/{}")
def fetch_message(ask: Ask) -> RestResponse:
    return RestResponse(200, show(ask, found(ask, ask.town.texts)))


@route("POST", "/Messages/{}")
def update_message(ask: Ask) -> RestResponse:
    """An empty `Body` takes its words away; nothing here is scheduled that could be canceled."""
    text = found(ask, ask.town.texts)
    if ask.form.get("Status"):
        raise RestFailure(400, 30409, "Message can not be canceled: it was not scheduled")
    if ask.form.get("Body") != "":
        raise RestFailure(400, 20001, "Invalid parameter 'Body': only an empty one is taken")
    if text.status in ("queued", "sending"):
        raise RestFailure(409, 20009, "Cannot redact a message before it is complete")
    text.body = ""
    return RestResponse(200, show(ask, text))


@route("DELETE", "/Messages/{}")
def delete_message(ask: Ask) -> RestResponse:
    """Forget a message that has left or come in (20009: it is still on its way)."""
    text = found(ask, ask.town.texts)
    if text.status in ("queued", "sending"):
        raise RestFailure(409, 20009, "Cannot delete this resource before it is complete")
    del ask.town.texts[text.sid]
    return RestResponse(204)
