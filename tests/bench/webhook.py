"""What does a real webhook look like on the wire? Twilio's fields, signed as Twilio signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from telephony.signature import sign

FORM = "application/x-www-form-urlencoded; charset=UTF-8"
# Everything Twilio says of an inbound call (its page "TwiML Voice: request parameters").
USUAL = {
    "AccountSid": "ACe0e0e0e0e0e0e0e00000000000000000",
    "ApiVersion": "2010-04-01",
    "Direction": "inbound",
    "From": "+13145550150",
    "Caller": "+13145550150",
    "FromCity": "ST LOUIS",
    "FromState": "MO",
    "FromZip": "63101",
    "FromCountry": "US",
    "CallerCity": "ST LOUIS",
    "CallerState": "MO",
    "CallerZip": "63101",
    "CallerCountry": "US",
    "ToCity": "ST LOUIS",
    "ToState": "MO",
    "ToZip": "63101",
    "ToCountry": "US",
    "CalledCity": "ST LOUIS",
    "CalledState": "MO",
    "CalledZip": "63101",
    "CalledCountry": "US",
    "StirVerstat": "TN-Validation-Passed-A",
}


@dataclass(frozen=True, slots=True)
class Webhook:
    """One signed request, ready to be sent."""

    path: str
    body: bytes
    headers: dict[str, str]


def signed(url: str, fields: Mapping[str, str], token: str) -> Webhook:
    """`url` is the address as the carrier knows it: scheme, host, path and query."""
    signature = sign(url, fields.items(), token)
    path = url.split("://", 1)[1].partition("/")[2]
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
    return Webhook(f"/{path}", urlencode(fields).encode(), headers)


def arrival(base: str, sid: str, line: str, token: str) -> Webhook:
    """A call's first webhook, on the number `line`."""
    asked = {"CallSid": sid, "CallStatus": "ringing", "To": line, "Called": line}
    return signed(f"{base}/voice/arrived", USUAL | asked, token)


def about(url: str, sid: str, line: str, token: str, **facts: str) -> Webhook:
    """Any later webhook of the same leg."""
    asked = {"CallSid": sid, "CallStatus": "in-progress", "To": line, "Called": line}
    return signed(url, USUAL | asked | facts, token)
