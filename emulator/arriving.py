"""How does a call from outside, or from a softphone, become a leg with its first webhook?"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.accounts import VoiceConfig
from emulator.endpoints import Endpoint
from emulator.legs import Fallback, Leg, Subscription
from emulator.placing import full
from emulator.twiml import Goto

if TYPE_CHECKING:
    from emulator.engine import Emulator

# Percent-encoded inside the form value, as Twilio really sends it.
CALL_TOKEN = (
    "%7B%22parentCallInfoToken%22%3A%22eyJ-emulator%22%2C%22identityHeaderTokens%22%3A%5B%5D%7D"  # noqa: S105
)
ONLY_AT_FIRST = re.compile(r"StirVerstat|CallToken|SipHeader_.*")
# Only To was seen replaced by a custom parameter; that nothing else can be is inferred.
CERTAIN = frozenset(
    {"CallSid", "AccountSid", "ApplicationSid", "ApiVersion", "From", "Caller", "Called"}
    | {"CallStatus", "Direction"}
)
E164 = re.compile(r"\+[1-9]\d{6,14}")


def from_outside(
    town: "Emulator",
    from_: str,
    to: str,
    *,
    extra: dict[str, str],
    caller_name: str | None,
    forwarded_from: str | None,
) -> Leg:
    """A leg from the telephone network, or by SIP when `to` or the extra fields say so."""
    sip = to.startswith("sip:") or any(name.startswith("Sip") for name in extra)
    if sip:
        extra = _sip_fields(town, to) | extra
    elif E164.fullmatch(from_):
        extra = {"StirVerstat": "TN-Validation-Passed-A", "CallToken": CALL_TOKEN} | extra
    leg = Leg(
        town,
        town.new_sid("CA"),
        "inbound",
        "sip" if sip else "pstn",
        from_,
        to,
        town.clock.now(),
        extra=extra,
        caller_name=caller_name,
        forwarded_from=forwarded_from,
    )
    number = town.numbers.get(to)
    leg.phone_number_sid = number.sid if number else None
    return leg


def _sip_fields(town: "Emulator", to: str) -> dict[str, str]:
    call_id = f"{town.clock.random.getrandbits(64):016x}"
    fields = {"SipCallId": call_id, "SipSourceIp": "203.0.113.10"}
    host = to.partition("@")[2].partition(";")[0].partition(":")[0]
    if host in town.sip_domains:
        fields |= {"SipDomain": host, "SipDomainSid": town.sip_domains[host].sid}
    return fields


def from_client(
    town: "Emulator", identity: str, application_sid: str, params: dict[str, str]
) -> Leg:
    """A softphone's leg; in its first webhook a custom `To` replaces Twilio's own."""
    leg = Leg(
        town,
        town.new_sid("CA"),
        "inbound",
        "client",
        f"client:{identity or 'Anonymous'}",
        "",
        town.clock.now(),
        extra={"ApplicationSid": application_sid},
    )
    leg.parameters = {name: text for name, text in params.items() if name not in CERTAIN}
    return leg


def to_application(town: "Emulator", dialled: Leg) -> Leg:
    """The leg that arrives at an application; it keeps the caller's own number."""
    leg = Leg(
        town,
        town.new_sid("CA"),
        "inbound",
        "app",
        dialled.parent.from_ if dialled.parent else dialled.from_,
        dialled.arrives_at or dialled.to,
        town.clock.now(),
        extra={"ApplicationSid": dialled.to.removeprefix("app:")},
    )
    leg.parameters = {
        name: text for name, text in dialled.parameters.items() if name not in CERTAIN
    }
    return leg


def begin(
    town: "Emulator",
    leg: Leg,
    endpoint: Endpoint | None,
    on_ready: Callable[[Leg], object] | None,
) -> Leg:
    """Let the leg ring here and send its first webhook."""
    leg.endpoint, leg.on_ready = endpoint, on_ready
    leg.stir = leg.extra.get("StirVerstat", "")
    crowded = full(town)
    town.add_leg(leg)
    leg.move("ringing")
    voice = _voice(town, leg)
    if voice is None or not voice.voice_url or crowded:
        code, why = (
            (10004, "concurrency limit") if crowded else (13224, "nobody is configured here")
        )
        town.alert(code, f"{why}: {leg.to or leg.extra.get('ApplicationSid')}", leg)
        town.clock.call_later(0, leg.end, "failed", why)
        return leg
    leg.fallback = Fallback(voice.voice_fallback_url, voice.voice_fallback_method)
    if voice.status_callback:
        leg.subscriptions.append(Subscription(voice.status_callback, voice.status_callback_method))
    once = {key: text for key, text in leg.extra.items() if ONLY_AT_FIRST.fullmatch(key)}
    leg.extra = {key: text for key, text in leg.extra.items() if key not in once}
    first = Goto(voice.voice_url, voice.voice_method, once | leg.parameters)
    leg.fiber = town.converse(leg, first)
    return leg


def _voice(town: "Emulator", leg: Leg) -> VoiceConfig | None:
    """Whose configuration answers: the application's, the SIP domain's or the number's."""
    if leg.kind in ("client", "app"):
        application = town.applications.get(leg.extra["ApplicationSid"])
        return application.voice if application else None
    domain = town.sip_domains.get(leg.extra.get("SipDomain", ""))
    if domain is not None:
        return domain.voice
    number = town.numbers.get(leg.to)
    if number is None:
        return None
    application = town.applications.get(number.voice.voice_application_sid)
    if application is None:
        return number.voice
    leg.extra["ApplicationSid"] = application.sid
    return application.voice
