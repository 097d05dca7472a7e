"""May a softphone with our token dial in, be nobody else, and not be rung?"""

from datetime import UTC, datetime, timedelta

import jwt
from wire.line_of_tests import SETTINGS

from telephony.tokens import softphone_token

NOW = datetime.now(UTC)  # the reader of tokens has a clock of its own


def read(token: str) -> tuple[dict, dict]:
    secret = SETTINGS.twilio_api_secret.get_secret_value()
    return jwt.get_unverified_header(token), jwt.decode(token, secret, algorithms=["HS256"])


def test_a_token_says_who_calls_and_into_which_application():
    header, payload = read(softphone_token(SETTINGS, "person-ana", NOW))
    assert header["cty"] == "twilio-fpa;v=1"
    assert (payload["iss"], payload["sub"]) == (
        SETTINGS.twilio_api_key,
        SETTINGS.twilio_account_sid,
    )
    assert payload["grants"] == {
        "identity": "person-ana",
        "voice": {"outgoing": {"application_sid": SETTINGS.twilio_twiml_app_sid}},
    }


def test_a_token_is_good_for_an_hour_from_the_given_now():
    later = NOW - timedelta(minutes=10)
    _, payload = read(softphone_token(SETTINGS, "person-ana", later))
    assert payload["exp"] == int(later.timestamp()) + 3600
    assert payload["nbf"] < later.timestamp()
