"""How does an application send a message to a softphone in a call, and hear what it sends?

Twilio's pages "UserDefinedMessage resource" and "UserDefinedMessageSubscription resource".
"""

import json

from emulator import messages
from emulator.errors import RestFailure
from emulator.rest import Ask, RestResponse, not_found, route
from emulator.rest_calls import absolute, find
from emulator.rest_pages import date

CONTENT_BYTES_MAX = 10_000


@route("POST", "/Calls/{}/UserDefinedMessages")
def send_message(ask: Ask) -> RestResponse:
    """`Content` is a JSON object; only a live softphone can read it (21220 otherwise: inferred)."""
    leg = find(ask, ask.ids[0])
    text = ask.needs("Content", 20001)
    try:
        content = json.loads(text)
    except ValueError as error:
        raise RestFailure(400, 20001, "Invalid parameter 'Content': expected JSON") from error
    if len(text.encode()) > CONTENT_BYTES_MAX:
        raise RestFailure(400, 20001, "Invalid parameter 'Content': longer than 10 kB")
    sid = ask.town.new_sid("KX")
    if not messages.to_softphone(leg, content, "application/json", sid):
        raise RestFailure(400, 21220, "Invalid call state: no softphone is in this call.")
    created = {
        "account_sid": ask.town.account_sid,
        "call_sid": leg.sid,
        "sid": sid,
        "date_created": date(ask.town.clock.now()),
    }
    return RestResponse(201, created)


@route("POST", "/Calls/{}/UserDefinedMessageSubscriptions")
def subscribe(ask: Ask) -> RestResponse:
    """Every message of this call's softphone will be posted to `Callback`."""
    leg = find(ask, ask.ids[0])
    url = absolute(ask.needs("Callback", 20001))
    if leg.final:
        raise RestFailure(400, 21220, "Invalid call state: the call is over.")
    now = ask.town.clock.now()
    one = messages.Subscription(ask.town.new_sid("ZY"), url, ask.method("Method"), now)
    leg.message_subscriptions[one.sid] = one
    path = f"{ask.base}/Calls/{leg.sid}/UserDefinedMessageSubscriptions/{one.sid}.json"
    created = {
        "account_sid": ask.town.account_sid,
        "call_sid": leg.sid,
        "sid": one.sid,
        "date_created": date(one.created_at),
        "uri": path,
    }
    return RestResponse(201, created)


@route("DELETE", "/Calls/{}/UserDefinedMessageSubscriptions/{}")
def unsubscribe(ask: Ask) -> RestResponse:
    if find(ask, ask.ids[0]).message_subscriptions.pop(ask.ids[1], None) is None:
        raise not_found(ask.request.path)
    return RestResponse(204)
