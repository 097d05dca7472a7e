"""What is provisioned in the account: numbers, applications, SIP domains, keys, limits?"""

from dataclasses import dataclass, field
from datetime import datetime

PROFILES: dict[str, int | None] = {
    # Live calls at once, by account profile (Twilio's "Call concurrency limits", 2026-02-03).
    "trial": 5,
    "none": 2,
    "individual": 3,
    "business": None,
}


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
class Number:
    """An incoming phone number of the account."""

    sid: str
    phone_number: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    voice: VoiceConfig = field(default_factory=VoiceConfig)


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
