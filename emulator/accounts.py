"""Whose account is it, and what is provisioned there: numbers, applications, keys, limits?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from emulator.clock import Clock
from emulator.errors import RealAccountError

# A fake account must be recognisable at a glance: "e0" for emulator, eight times.
FAKE_ACCOUNT = "AC" + "e0" * 8 + "0" * 16
FAKE_TOKEN = "e0" * 16
FAKE_KEY = "SK" + "e0" * 8 + "0" * 16
FAKE_SECRET = "emulator-secret-" + "e0" * 8  # 32 bytes, as HS256 wants
_REAL_SID = re.compile(r"AC(?!e0e0e0e0)[0-9a-f]{32}", re.IGNORECASE)

PROFILES: dict[str, int | None] = {
    # Live calls at once, by account profile (Twilio's "Call concurrency limits", 2026-02-03).
    "trial": 5,
    "none": 2,
    "individual": 3,
    "business": None,
}
TRIAL_SECONDS_MAX = 600.0


@dataclass(slots=True)
class VoiceConfig:
    """Where the webhooks of a number, an application or a SIP domain go."""

    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    voice_application_sid: str = ""
    voice_caller_id_lookup: bool = False


@dataclass(slots=True)
class SmsConfig:
    """Where the text messages that a number gets are told."""

    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"


SMS_FIELDS = frozenset(field.name for field in fields(SmsConfig))


@dataclass(slots=True)
class Number:
    """An incoming phone number of the account."""

    sid: str
    phone_number: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    voice: VoiceConfig = field(default_factory=VoiceConfig)
    sms: SmsConfig = field(default_factory=SmsConfig)


@dataclass(slots=True)
class Application:
    """A TwiML application: the URLs that a softphone's call begins with."""

    sid: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    voice: VoiceConfig = field(default_factory=VoiceConfig)


@dataclass(slots=True)
class SipDomain:
    """A SIP domain, where a 911 centre's border controller may send its INVITEs."""

    sid: str
    domain_name: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    voice: VoiceConfig = field(default_factory=VoiceConfig)


@dataclass(slots=True)
class Key:
    """An API key; its secret is told once."""

    sid: str
    friendly_name: str
    secret: str
    created_at: datetime
    updated_at: datetime


class Account:
    """One account and what it owns; also provisioned over REST."""

    def __init__(self, clock: Clock, account_sid: str, auth_token: str, profile: str) -> None:
        self.clock = clock
        self.account_sid, self.auth_token = account_sid, auth_token
        self.profile, self.live_legs_max = profile, PROFILES[profile]
        self.call_seconds_max = TRIAL_SECONDS_MAX if profile == "trial" else None  # 13805
        self.created_at = self.updated_at = clock.now()
        self.friendly_name = "the emulator's account"
        self.numbers: dict[str, Number] = {}
        self.verified: set[str] = set()  # the only numbers a trial account may call
        self.applications: dict[str, Application] = {}
        self.sip_domains: dict[str, SipDomain] = {}
        self.keys: dict[str, Key] = {}

    def new_sid(self, prefix: str) -> str:
        return f"{prefix}{self.clock.random.getrandbits(128):032x}"

    def own_key(self, sid: str, secret: str) -> None:
        self.keys[sid] = Key(sid, "the first key", secret, self.created_at, self.created_at)

    def number(
        self, phone_number: str, *, friendly_name: str = "", sid: str = "", **urls: Any
    ) -> Number:
        """Own a number; `urls` are the fields of VoiceConfig and SmsConfig (voice_url=...)."""
        now = self.clock.now()
        number = Number(
            sid or self.new_sid("PN"), phone_number, friendly_name or phone_number, now, now
        )
        sms = {name: urls.pop(name) for name in SMS_FIELDS & set(urls)}
        number.voice, number.sms = VoiceConfig(**urls), SmsConfig(**sms)
        self.numbers[phone_number] = number
        return number

    def application(
        self, sid: str = "", *, friendly_name: str = "application", **voice: Any
    ) -> Application:
        """Own a TwiML application under this SID (or a new one)."""
        now = self.clock.now()
        application = Application(sid or self.new_sid("AP"), friendly_name, now, now)
        application.voice = VoiceConfig(**voice)
        self.applications[application.sid] = application
        return application

    def sip_domain(self, domain_name: str, *, friendly_name: str = "", **voice: Any) -> SipDomain:
        """Own a SIP domain such as `county.sip.twilio.com`."""
        now = self.clock.now()
        domain = SipDomain(self.new_sid("SD"), domain_name, friendly_name or domain_name, now, now)
        domain.voice = VoiceConfig(**voice)
        self.sip_domains[domain_name] = domain
        return domain


def refuse_beside_a_real_account(environ: Mapping[str, str]) -> None:
    """Raise when TWILIO_ACCOUNT_SID could be a customer's: callers would never reach anyone."""
    sid = environ.get("TWILIO_ACCOUNT_SID", "").strip()
    if _REAL_SID.fullmatch(sid):
        raise RealAccountError(
            "TWILIO_ACCOUNT_SID: a real account is configured here, so the emulator will not run; "
            f"unset it, or use the emulator's own {FAKE_ACCOUNT}"
        )
