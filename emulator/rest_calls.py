"""How are calls created, found, moved and ended over REST? (Twilio's page "Call resource".)"""

import re

from emulator import reading, recordings
from emulator.detection import MachineDetection
from emulator.errors import RestFailure
from emulator.legs import Fallback, Leg, Subscription
from emulator.placing import place
from emulator.rest import Ask, Json, RestResponse, not_found, route
from emulator.rest_pages import check_dates, date, equal, page, within
from emulator.twiml import Goto, Inline

TWIML_CHARACTERS_MAX = 4000
SIP_HEADER_CHARACTERS_MAX = 1024
RING_SECONDS, RING_SECONDS_MAX = 60, 600
EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
SHOWN = {"initiated": "queued"}  # the resource knows no `initiated`
PARTS = (
    ("notifications", "Notifications"),
    ("recordings", "Recordings"),
    ("payments", "Payments"),
    ("events", "Events"),
    ("siprec", "Siprec"),
    ("streams", "Streams"),
    ("transcriptions", "Transcriptions"),
    ("user_defined_message_subscriptions", "UserDefinedMessageSubscriptions"),
    ("user_defined_messages", "UserDefinedMessages"),
)


def show(ask: Ask, leg: Leg) -> Json:
    uri = f"{ask.base}/Calls/{leg.sid}"
    to = "" if leg.kind == "client" and leg.direction == "inbound" else leg.to
    return {
        "sid": leg.sid,
        "date_created": date(leg.created_at),
        "date_updated": date(leg.updated_at or leg.created_at),
        "parent_call_sid": leg.parent.sid if leg.parent else None,
        "account_sid": ask.town.account_sid,
        "to": to,
        "to_formatted": formatted(to),
        "from": leg.from_,
        "from_formatted": formatted(leg.from_),
        "phone_number_sid": leg.phone_number_sid,
        "status": SHOWN.get(leg.status, leg.status),
        "start_time": date(leg.started_at),
        "end_time": date(leg.ended_at),
        "duration": str(leg.seconds) if leg.final else None,
        "price": None,
        "price_unit": "USD",
        "direction": leg.direction,
        "answered_by": leg.answered_by,
        "api_version": "2010-04-01",
        "forwarded_from": leg.forwarded_from,
        "group_sid": None,
        "caller_name": leg.caller_name,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {name: f"{uri}/{part}.json" for name, part in PARTS},
    }


def formatted(number: str) -> str:
    found = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", number)
    return f"({found[1]}) {found[2]}-{found[3]}" if found else number


def find(ask: Ask, sid: str) -> Leg:
    leg = ask.town.legs.get(sid)
    if leg is None:
        raise not_found(ask.request.path)
    return leg


@route("GET", "/Calls")
def list_calls(ask: Ask) -> RestResponse:
    check_dates(ask, "StartTime", "EndTime")
    legs = [
        leg
        for leg in reversed(ask.town.legs.values())
        if equal(ask, "Status", SHOWN.get(leg.status, leg.status))
        and equal(ask, "To", leg.to)
        and equal(ask, "From", leg.from_)
        and equal(ask, "ParentCallSid", leg.parent.sid if leg.parent else "")
        and within(ask, "StartTime", leg.started_at)
        and within(ask, "EndTime", leg.ended_at)
    ]
    return page(ask, "calls", "/Calls", legs, lambda leg: show(ask, leg))


@route("GET", "/Calls/{}")
def fetch_call(ask: Ask) -> RestResponse:
    return RestResponse(200, show(ask, find(ask, ask.ids[0])))


@route("DELETE", "/Calls/{}")
def delete_call(ask: Ask) -> RestResponse:
    """Forget an ended call; a live one may not be deleted (20009)."""
    leg = find(ask, ask.ids[0])
    if not leg.final:
        raise RestFailure(409, 20009, "Cannot delete this resource before it is complete")
    del ask.town.legs[leg.sid]
    return RestResponse(204)


@route("POST", "/Calls")
def create_call(ask: Ask) -> RestResponse:
    """Queued at once, ringing when the calls-per-second limit lets it."""
    first, fallback, subscriptions = _instructions(ask)
    leg = outbound(ask, ask.needs("To", 21201), ask.needs("From", 21213))
    leg.fallback = fallback
    leg.subscriptions = subscriptions
    leg.send_digits = _keys_to_send(ask)
    asynchronous = ask.flag("AsyncAmd")
    detection = detection_of(ask, "AsyncAmdStatusCallback", asynchronous=asynchronous)
    place(ask.town, leg, first, ring_seconds(ask), detection)
    return RestResponse(201, show(ask, leg))


def outbound(ask: Ask, to: str, from_: str) -> Leg:
    """A leg for somebody to ring, its numbers checked as Twilio checks them."""
    recorded = ask.flag("Record") or recordings.wanted(ask.form.get("ConferenceRecord", ""))
    if recorded and not ask.town.allow_recording:
        raise RestFailure(403, 20403, "Recording is not allowed in this emulator")
    kind = check_numbers(ask, to, from_)
    town = ask.town
    leg = Leg(town, town.new_sid("CA"), "outbound-api", kind, from_, to, town.clock.now())
    number = town.numbers.get(from_)
    leg.phone_number_sid = number.sid if number else None
    if ask.form.get("TimeLimit"):
        leg.time_limit_seconds = ask.whole("TimeLimit", 14_400)
    if ask.flag("Record"):
        _record(ask, leg)
    return leg


def _record(ask: Ask, leg: Leg) -> None:
    """`Record=true`: from the answer to the end."""
    told = subscriptions(ask, "RecordingStatusCallback")
    channels = 2 if ask.form.get("RecordingChannels") == "dual" else 1
    track = ask.form.get("RecordingTrack", "both")
    order = recordings.Order("OutboundAPI", told[0] if told else None, channels, track)
    tape = recordings.Tape(leg, order)
    leg.on_ready = lambda _leg: tape.begin()
    leg.over.then(tape.end)


def _keys_to_send(ask: Ask) -> str:
    keys = ask.form.get("SendDigits", "")
    if not re.fullmatch(r"[0-9#*wW]*", keys):
        raise RestFailure(400, 20001, f"Invalid parameter 'SendDigits': {keys}")
    return keys


def check_numbers(ask: Ask, to: str, from_: str) -> str:
    """The kind of leg; 21211, 21202, 21212 and 21210 as the page "Error and Warning Dictionary"."""
    if to.startswith("client:"):
        return "client"
    if to.startswith("sip:"):
        if len(to.partition("?")[2]) > SIP_HEADER_CHARACTERS_MAX:
            raise RestFailure(400, 21227, "The headers of the SIP address are too long")
        return "sip"
    if re.fullmatch(r"\+?1?[2-9]11", to):
        raise RestFailure(400, 21202, f"The number {to} cannot be called")
    if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
        message = f"The phone number you are attempting to call, {to}, is not valid."
        raise RestFailure(400, 21211, message)
    if not re.fullmatch(r"\+[1-9]\d{6,14}", from_):
        raise RestFailure(400, 21212, f"The 'From' number {from_} is not a valid phone number")
    if from_ not in ask.town.numbers:
        message = f"The source phone number provided, {from_}, is not yet verified."
        raise RestFailure(400, 21210, message)
    if ask.town.profile == "trial" and to not in ask.town.verified:
        raise RestFailure(
            400, 21219, f"The number {to} is unverified. Trial accounts may not call it"
        )
    return "pstn"


def ring_seconds(ask: Ask) -> int:
    return min(ask.whole("Timeout", RING_SECONDS), RING_SECONDS_MAX)


def _instructions(ask: Ask) -> tuple[Goto | Inline, Fallback, list[Subscription]]:
    """Where the call's TwiML comes from: an application, a URL or the request itself."""
    application = ask.town.applications.get(ask.form.get("ApplicationSid", ""))
    if ask.form.get("ApplicationSid") and application is None:
        raise RestFailure(400, 21218, f"Invalid ApplicationSid {ask.form['ApplicationSid']}")
    if application is not None:
        voice = application.voice
        told = [Subscription(voice.status_callback, voice.status_callback_method)]
        fallback = Fallback(voice.voice_fallback_url, voice.voice_fallback_method)
        from_application = Goto(voice.voice_url, voice.voice_method)
        return from_application, fallback, told if voice.status_callback else []
    first = next_document(ask)
    if first is None:
        raise RestFailure(400, 21205, "Url parameter is required.")
    return first, fallback_of(ask), subscriptions(ask, "StatusCallback")


def next_document(ask: Ask) -> Goto | Inline | None:
    """The `Twiml` or `Url` of a request; 32018 when inline TwiML is too long."""
    text, url = ask.form.get("Twiml"), ask.form.get("Url")
    if text:
        if len(text) > TWIML_CHARACTERS_MAX:
            raise RestFailure(400, 32018, "Twiml parameter is longer than 4000 characters")
        return Inline(text)
    if url:
        return Goto(absolute(url), ask.method("Method"))
    return None


def absolute(url: str, code: int = 21205) -> str:
    if not reading.is_web_address(url):
        raise RestFailure(400, code, f"Url is not a valid URL: {url}")
    return url


def fallback_of(ask: Ask) -> Fallback:
    return Fallback(ask.form.get("FallbackUrl", ""), ask.method("FallbackMethod"))


def subscriptions(ask: Ask, name: str, default: str = "completed") -> list[Subscription]:
    url = ask.form.get(name)
    if not url:
        return []
    events = frozenset(ask.many(f"{name}Event") or default.split())
    if name == "StatusCallback" and not events <= EVENTS:
        wrong = " ".join(sorted(events - EVENTS))
        raise RestFailure(400, 21626, f"Invalid StatusCallbackEvent: {wrong}")
    return [Subscription(absolute(url, 21609), ask.method(f"{name}Method"), events)]


def detection_of(ask: Ask, callback: str, *, asynchronous: bool) -> MachineDetection | None:
    """What the form wants to know about who answers, and where (`callback`) that is told."""
    mode = ask.form.get("MachineDetection")
    if not mode:
        return None
    if mode not in ("Enable", "DetectMessageEnd"):
        raise RestFailure(400, 20001, f"Invalid MachineDetection: {mode}")
    url = ask.form.get(callback)
    return MachineDetection(
        mode,
        asynchronous,
        Goto(absolute(url), ask.method(f"{callback}Method")) if url else None,
        ask.whole("MachineDetectionTimeout", 30),
        ask.whole("MachineDetectionSpeechThreshold", 2400) / 1000,
        ask.whole("MachineDetectionSpeechEndThreshold", 1200) / 1000,
    )


@route("POST", "/Calls/{}")
def update_call(ask: Ask) -> RestResponse:
    """Redirect, hang up or cancel; an ended call answers 21220, which is a benign race."""
    leg = find(ask, ask.ids[0])
    status, first = ask.form.get("Status"), next_document(ask)
    if leg.final:
        raise RestFailure(400, 21220, "Invalid call state: the call is not in-progress.")
    if status and status not in ("canceled", "completed"):
        raise RestFailure(400, 21218, f"Invalid Status: {status}")
    if first is not None and not leg.live:
        raise RestFailure(400, 21220, "Call is not in-progress. Cannot redirect.")
    if "FallbackUrl" in ask.form:
        leg.fallback = fallback_of(ask)
    if "StatusCallback" in ask.form:
        leg.subscriptions = subscriptions(ask, "StatusCallback")
    if ask.form.get("TimeLimit"):
        seconds = ask.whole("TimeLimit", 0)
        ask.town.clock.call_later(max(0, seconds - leg.seconds), leg.end, "completed", "time-limit")
    _move(leg, status, first)
    return RestResponse(200, show(ask, leg))


def _move(leg: Leg, status: str | None, first: Goto | Inline | None) -> None:
    if status == "completed":
        leg.end("completed" if leg.live else "canceled", "ended over REST")
    elif status == "canceled" and not leg.live:
        leg.end("canceled", "canceled over REST")
    elif first is not None:
        leg.redirect(first)
