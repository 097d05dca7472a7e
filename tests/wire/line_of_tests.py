"""Which line, prompts and call do the wire's tests speak of? The ones that ship, and one call."""

from datetime import UTC, datetime

from config import lines, prompts
from config.settings import Settings
from ivr.call import Call, Kind, Stage
from telephony.twiml import Page

AT = datetime(2026, 3, 8, 6, 59, tzinfo=UTC)
SETTINGS = Settings(
    public_base_url="https://line.example.org",
    twilio_account_sid="AC" + "a" * 32,
    twilio_auth_token="12345",
    twilio_api_key="SK" + "b" * 32,
    twilio_api_secret="secret-of-the-key-0123456789abcdef",
    twilio_twiml_app_sid="AP" + "c" * 32,
)
BOOK = lines.read(SETTINGS.line_file)
PROMPTS = prompts.read(SETTINGS.prompts_dir, BOOK.languages, SETTINGS.sound_dir)


def page(line: str = "riverton", **changed) -> Page:
    return Page(SETTINGS.public_base_url, PROMPTS, BOOK.lines[line], **changed)


def call(language: str = "en", hop: int = 3, **changed) -> Call:
    return Call(
        id="c0ffee",
        kind=Kind.INBOUND,
        leg_sid="CA" + "1" * 32,
        line="riverton",
        number_shown="+13145550142",
        language=language,
        stage=Stage.WAITING,
        arrived_at=AT,
        stage_since=AT,
        line_since=AT,
        hop=hop,
        **changed,
    )
