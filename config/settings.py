"""What does this installation run with? The environment, read once into one frozen value."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.errors import ConfigError, expected, first

HERE = Path(__file__).parent
SQLITE = "sqlite:///var/diversion.db"


def _sid(prefix: str) -> AfterValidator:
    def check(value: str) -> str:
        if value and not re.fullmatch(prefix + "[0-9a-fA-F]{32}", value):
            raise ValueError(f"{prefix} and 32 hexadecimal digits, as Twilio's console shows it")
        return value

    return AfterValidator(check)


def _base_url(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address such as https://line.example.org, without a query")
    return value.rstrip("/")


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("sqlite:///path or postgresql://user@host/name")
    return re.sub(r"^postgresql://", "postgresql+psycopg://", value)


def _log_level(value: str) -> str:
    level = value.lower()
    if level not in {"debug", "info", "warning", "error"}:
        raise ValueError("debug, info, warning or error")
    return level


def _smtp_security(value: str) -> str:
    if value not in {"starttls", "tls", "none"}:
        raise ValueError("starttls, tls or none")
    return value


def _secret_key(value: SecretStr) -> SecretStr:
    shortest = 32
    if value.get_secret_value() and len(value.get_secret_value()) < shortest:
        raise ValueError(f"at least {shortest} random characters")
    return value


BaseUrl = Annotated[str, AfterValidator(_base_url)]


class SecretFiles(PydanticBaseSettingsSource):
    """NAME_FILE names a file that holds the secret NAME, as Docker and systemd hand them out."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Read one secret from its file, when its NAME_FILE is set."""
        name = field_name.upper()
        path = os.environ.get(f"{name}_FILE", "")
        if field.annotation is not SecretStr or not path:
            return None, field_name, False
        if os.environ.get(name):
            raise ConfigError(f"{name}, {name}_FILE: expected one of the two, both are set")
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{name}_FILE={path!r}: expected a readable text file") from error

    def __call__(self) -> dict[str, Any]:
        """Collect every secret that is given by a file."""
        fields = self.settings_cls.model_fields.items()
        found = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """Everything the environment decides. Names in the environment are these, in capitals."""

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    NEEDED_FOR_CALLS: ClassVar = (
        "public_base_url",
        "secret_key",
        "twilio_account_sid",
        "twilio_auth_token",
        "twilio_api_key",
        "twilio_api_secret",
        "twilio_twiml_app_sid",
    )

    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default=SQLITE, description="Where the data lives: an SQLite file or a PostgreSQL database."
    )
    public_base_url: BaseUrl = Field(
        default="",
        description="The https address under which Twilio and browsers reach us. Signatures are "
        "checked against it, never against a Host header.",
    )
    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] = Field(
        default=SecretStr(""),
        description="At least 32 random characters: signs sessions and sign-in links.",
    )

    twilio_account_sid: Annotated[str, _sid("AC")] = Field(
        default="", description="The Twilio account (AC...)."
    )
    twilio_auth_token: SecretStr = Field(
        default=SecretStr(""), description="Checks the signature of every webhook."
    )
    twilio_auth_token_secondary: SecretStr = Field(
        default=SecretStr(""),
        description="The second token while tokens are rotated; both are accepted.",
    )
    twilio_api_key: Annotated[str, _sid("SK")] = Field(
        default="", description="API key (SK...) for requests to Twilio and softphone tokens."
    )
    twilio_api_secret: SecretStr = Field(
        default=SecretStr(""), description="The secret of that API key."
    )
    twilio_twiml_app_sid: Annotated[str, _sid("AP")] = Field(
        default="", description="The TwiML application (AP...) that softphones dial into."
    )
    twilio_api_base_url: BaseUrl = Field(
        default="", description="Where Twilio's REST API is; empty: the real one."
    )
    carrier_timeout_seconds: int = Field(
        default=3, ge=1, le=30, description="Longest wait for one answer of Twilio's REST API."
    )
    voice_url_override: str = Field(
        default="rc=2&rp=all&ct=2000&rt=4000&tt=13000",
        description="Twilio's connection overrides on voice URLs: retries and time-outs that make "
        "failover start early.",
    )
    status_url_override: str = Field(
        default="rc=5&rp=all", description="The same for status webhooks."
    )
    softphone_host: str = Field(
        default="", description="Signalling host of the softphone; empty: Twilio's own."
    )

    line_file: Path = Field(
        default=HERE / "line.toml", description="The lines, their ladder and offering rules."
    )
    followup_file: Path = Field(
        default=HERE / "followups.toml",
        description="When promised calls ring, the plans a wrap-up offers, the neutral words.",
    )
    prompts_dir: Path = Field(
        default=HERE / "prompts",
        description="One file of spoken sentences for each language, such as en.toml.",
    )
    sound_dir: Path = Field(
        default=HERE / "sound", description="Sounds and recordings, served under /sound/."
    )
    snapshot_dir: Path = Field(
        default=Path("var"),
        description="Where the signed snapshot and the offline journal are kept.",
    )
    queue_name: str = Field(
        default="line",
        min_length=1,
        max_length=64,
        description="Name of the waiting line at Twilio.",
    )

    text_messages: bool = Field(
        default=False,
        description="Whether people who agreed to it are reminded of a promised call by text, and "
        "texts to our numbers are answered, and people of the house who asked for it are told of "
        "changed hours.",
    )

    smtp_host: str = Field(
        default="",
        description="The mail server that takes notices to people of the house; empty: "
        "none are sent, and they stand at the desk alone.",
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_security: Annotated[str, AfterValidator(_smtp_security)] = Field(
        default="starttls", description="starttls, tls, or none (a server on this machine)."
    )
    smtp_user: str = Field(default="", description="Who we are there; empty: nobody is asked.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="The password for it.")
    mail_from: str = Field(
        default="",
        description="Their sender, such as roster@line.example.org; empty: SMTP_USER.",
    )

    desk_unheard_seconds: int = Field(
        default=25, ge=5, le=600, description="A desk silent for so long is not offered calls."
    )
    web_threads: int = Field(
        default=64,
        ge=20,
        le=1000,
        description="Threads of a web process; streams leave 16 of them free.",
    )
    log_level: Annotated[str, AfterValidator(_log_level)] = Field(
        default="info", description="debug, info, warning or error."
    )
    demo: bool = Field(
        default=False, description="The demonstration: one-click sign-in links for each role."
    )
    sign_in_link_minutes: int = Field(
        default=15, ge=1, le=1440, description="How long a sign-in link is good."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments, then the environment, then NAME_FILE; no other place is looked at."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, SecretFiles(settings_cls)

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens a webhook may be signed with: one, or two during rotation."""
        both = (self.twilio_auth_token, self.twilio_auth_token_secondary)
        return tuple(token.get_secret_value() for token in both if token.get_secret_value())

    def ready_for_calls(self) -> Self:
        """Return these settings, or raise ConfigError naming what telephone service still needs."""
        missing = [
            name.upper() for name in self.NEEDED_FOR_CALLS if not _plain(getattr(self, name))
        ]
        if missing:
            raise ConfigError(f"{', '.join(missing)}: expected a value, see docs/settings.md")
        return self


def _plain(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def read() -> Settings:
    """Read the environment once; raise ConfigError such as `WEB_THREADS='x': expected a ...`."""
    try:
        return Settings()
    except ValidationError as error:
        detail = first(error)
        name = str(detail["loc"][0]).upper()
        field = Settings.model_fields[name.lower()]
        given = "" if field.annotation is SecretStr else f"={os.environ.get(name, '')!r}"
        raise ConfigError(f"{name}{given}: expected {expected(detail)}") from error
