"""How is a person let in by one click? By a signed address that grows old.

In the demo for hours, as often as one likes. Elsewhere an operator makes one at the shell, for a
colleague without a password yet: it is good for minutes and once (console/signin.py).
"""

from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

from config.settings import Settings

DEMO_MINUTES = 12 * 60


def link(settings: Settings, email: str) -> str:
    """The address that signs `email` in."""
    token = _signer(settings).dumps({"email": email})
    return f"{settings.public_base_url}/sign-in/link/{token}"


def minutes_good(settings: Settings) -> int:
    """How long a link is good."""
    return DEMO_MINUTES if settings.demo else settings.sign_in_link_minutes


def read(settings: Settings, token: str, now: datetime) -> tuple[str, datetime] | None:
    """Whom a link was made for and when, while it is young enough; else None."""
    try:
        facts, made_at = _signer(settings).loads(token, return_timestamp=True)
    except BadData:
        return None
    young = now - made_at < timedelta(minutes=minutes_good(settings))
    return (str(facts["email"]), made_at) if young else None


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key.get_secret_value(), salt="sign-in-link")
