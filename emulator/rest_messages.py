"""How does an application send a message to a softphone in a call?

Twilio's page "UserDefinedMessage resource". What a softphone sends stands on the timeline; the
subscriptions by which an application would hear of it are not offered.
"""

import json

from emulator.errors import RestFailure
from emulator.rest import Ask, RestResponse, route
from emulator.rest_calls import find
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
    if not leg.message(content):
        raise RestFailure(400, 21220, "Invalid call state: no softphone is in this call.")
    created = {
        "account_sid": ask.town.account_sid,
        "call_sid": leg.sid,
        "sid": ask.town.new_sid("KX"),
        "date_created": date(ask.town.clock.now()),
    }
    return RestResponse(201, created)
