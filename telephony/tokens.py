"""With what may a browser place its call? A short-lived token that says who is calling."""

from datetime import datetime

from config.settings import Settings

GOOD_FOR_SECONDS = 3_600
CLOCK_SKEW_SECONDS = 30  # our clock may be a little ahead of the carrier's


def softphone_token(settings: Settings, identity: str, now: datetime) -> str:
    """Write the token of one person's softphone, good for an hour from `now`.

    It may dial into our TwiML application and may not be rung: offers are data, not calls.
    """
    from twilio.jwt.access_token import AccessToken
    from twilio.jwt.access_token.grants import VoiceGrant

    at = int(now.timestamp())
    grant = VoiceGrant(  # type: ignore[no-untyped-call]
        incoming_allow=False, outgoing_application_sid=settings.twilio_twiml_app_sid
    )
    token = AccessToken(  # type: ignore[no-untyped-call]
        settings.twilio_account_sid,
        settings.twilio_api_key,
        settings.twilio_api_secret.get_secret_value(),
        grants=[grant],
        identity=identity,
        nbf=at - CLOCK_SKEW_SECONDS,
        valid_until=at + GOOD_FOR_SECONDS,
    )
    return str(token.to_jwt())  # type: ignore[no-untyped-call]
