"""How is a person let in by one click? By a signed address, where the demo allows it."""

from itsdangerous import URLSafeTimedSerializer

from config.settings import Settings


def link(settings: Settings, email: str, *, hours: int = 12) -> str:
    """The address that signs `email` in for the next `hours`; the console reads it."""
    token = signer(settings).dumps({"email": email, "hours": hours})
    return f"{settings.public_base_url}/sign-in/link/{token}"


def signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key.get_secret_value(), salt="sign-in-link")
