"""What does `python -m emulator` serve: which account, numbers, applications and people?

One JSON file, overridden by EMULATOR_… variables, overridden by the command line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import UnionType
from typing import Any

from emulator import reading
from emulator.accounts import FAKE_ACCOUNT, FAKE_KEY, FAKE_SECRET, FAKE_TOKEN, PROFILES
from emulator.engine import Emulator
from emulator.faults import FaultPlan
from emulator.handsets import Person

_URLS = (
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "status_callback",
    "status_callback_method",
)
_TEXT_URLS = ("sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method")  # of numbers
_URL_NAMES = {name for name in (*_URLS, *_TEXT_URLS) if not name.endswith("_method")}
_NUMBER = re.compile(r"\+[0-9]{1,18}")
_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(
        ("host", "account_sid", "auth_token", "api_key", "api_secret", "profile"),
        ("a text", lambda it: isinstance(it, str) and bool(it)),
    ),
    **dict.fromkeys(
        ("quiet", "sound", "allow_recording"), ("true or false", lambda it: isinstance(it, bool))
    ),
    **dict.fromkeys(
        ("numbers", "applications", "sip_domains", "people"),
        ("a list", lambda it: isinstance(it, list)),
    ),
    "port": ("0 to 65535", lambda it: _is_number(it, int) and 0 <= it <= 65_535),  # noqa: PLR2004
    "seed": ("a whole number", lambda it: it is None or _is_number(it, int)),
    "calls_per_second": ("a number above 0", lambda it: _is_number(it, int | float) and it > 0),
}
_HABITS = ("no-answer", "busy", "failed", "answers", "voicemail")


class ConfigurationError(Exception):
    """One sentence that names the file or variable, and what was expected there."""


@dataclass(frozen=True)
class Configuration:
    host: str = "127.0.0.1"
    port: int = 8081
    """0 takes any free port."""
    account_sid: str = FAKE_ACCOUNT
    auth_token: str = FAKE_TOKEN
    api_key: str = FAKE_KEY
    api_secret: str = FAKE_SECRET
    calls_per_second: float = 1.0
    profile: str = "business"
    """How many calls at once the account may have: business, individual, none or trial."""
    allow_recording: bool = False
    seed: int | None = None
    """Of the clock's own chances; the faults have one of their own."""
    faults: FaultPlan = field(default_factory=FaultPlan)
    """What goes wrong on purpose."""
    numbers: list[dict[str, str]] = field(default_factory=list)
    """Each: number, name, any of voice_url, voice_fallback_url, status_callback, sms_url (…)."""
    applications: list[dict[str, str]] = field(default_factory=list)
    """Each: sid, name, and the same URLs."""
    sip_domains: list[dict[str, str]] = field(default_factory=list)
    """Each: domain, name, and the same URLs."""
    people: list[Person] = field(default_factory=list)
    quiet: bool = False
    """Print no line for each event."""
    sound: bool = True


def read(path: Path | None, environ: Mapping[str, str]) -> Configuration:
    """Raises ConfigurationError; unknown names are errors too, so that no typo is believed."""
    chosen = path or (Path(environ["EMULATOR_CONFIG"]) if environ.get("EMULATOR_CONFIG") else None)
    configuration = _from_file(chosen) if chosen else Configuration()
    return _from_environment(configuration, environ)


def _from_file(path: Path) -> Configuration:
    try:
        given = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: expected a JSON file ({error})") from error
    if not isinstance(given, dict):
        raise ConfigurationError(f"{path}: expected a JSON object")
    known = {one.name for one in fields(Configuration)}
    for name in given:
        if name not in known:
            raise ConfigurationError(f"{path}: {name!r} is not one of {', '.join(sorted(known))}")
        expected, holds = _KINDS.get(name, ("", lambda _it: True))
        if not holds(given[name]):
            raise ConfigurationError(f"{path}: {name}: expected {expected}: {given[name]!r}")
    owned = (("numbers", "number"), ("applications", "sid"), ("sip_domains", "domain"))
    for name, required in owned:
        given[name] = [_owned(path, name, one, required) for one in given.get(name, [])]
    given["people"] = [_person(path, one) for one in given.get("people", [])]
    if given.get("profile", "business") not in PROFILES:
        raise ConfigurationError(f"{path}: profile: expected one of {', '.join(PROFILES)}")
    if "faults" in given:
        given["faults"] = _faults(path, given["faults"])
    return Configuration(**given)


def _is_number(value: object, kind: type | UnionType) -> bool:
    """`true` is a whole number only to Python."""
    return isinstance(value, kind) and not isinstance(value, bool)


def _owned(path: Path, what: str, given: Any, required: str) -> dict[str, str]:
    known = {required, "name", *_URLS, *(_TEXT_URLS if what == "numbers" else ())}
    if not isinstance(given, dict) or required not in given or not known.issuperset(given):
        raise ConfigurationError(
            f"{path}: {what}: expected {required!r} and any of {', '.join(sorted(known))}: {given}"
        )
    owned = {str(name): str(value) for name, value in given.items()}
    if required == "number" and not _NUMBER.fullmatch(owned[required]):
        raise ConfigurationError(f"{path}: numbers: expected +NUMBER: {owned[required]}")
    for name in _URL_NAMES & owned.keys():
        if owned[name] and not reading.is_web_address(owned[name]):
            raise ConfigurationError(f"{path}: {what}: {name}: expected a URL: {owned[name]}")
    return owned


def _person(path: Path, given: Any) -> Person:
    try:
        person = Person(**given)
    except TypeError as error:
        raise ConfigurationError(f"{path}: people: {error}") from error
    if not _is_number(person.ring_seconds, int | float) or person.ring_seconds < 0:
        raise ConfigurationError(f"{path}: people: ring_seconds: expected a number of seconds")
    if person.habit not in _HABITS:
        raise ConfigurationError(f"{path}: people: habit: expected one of {', '.join(_HABITS)}")
    return person


def _faults(path: Path, given: Any) -> FaultPlan:
    """`{"seed": 7, "drop": 0.1}`, or `{"of_seed": 7}` for a random subset of all faults."""
    try:
        if "of_seed" in given:
            return FaultPlan.of_seed(int(given["of_seed"]), float(given.get("probability", 0.1)))
        return FaultPlan(**given)
    except (TypeError, ValueError) as error:
        known = ", ".join(one.name for one in fields(FaultPlan))
        raise ConfigurationError(
            f"{path}: faults: expected 'of_seed' and 'probability', or any of {known} ({error})"
        ) from error


def _from_environment(found: Configuration, environ: Mapping[str, str]) -> Configuration:
    simple = ("host", "account_sid", "auth_token", "api_key", "api_secret")
    changes: dict[str, Any] = {
        name: environ[f"EMULATOR_{name.upper()}"]
        for name in simple
        if environ.get(f"EMULATOR_{name.upper()}")
    }
    if environ.get("EMULATOR_PORT"):
        try:
            changes["port"] = int(environ["EMULATOR_PORT"])
        except ValueError as error:
            raise ConfigurationError("EMULATOR_PORT: expected a whole number") from error
    return replace(found, **changes)


def number_from_words(words: str) -> dict[str, str]:
    """`--number +13145550101=http://localhost:8080/voice/arrived`."""
    number, _, url = words.partition("=")
    if not _NUMBER.fullmatch(number) or not reading.is_web_address(url):
        raise ConfigurationError(f"--number {words}: expected +NUMBER=URL")
    return {"number": number, "voice_url": url}


def provide(emulator: Emulator, configuration: Configuration) -> None:
    """Own the configured numbers, applications and SIP domains."""
    for one in configuration.numbers:
        urls = {name: one[name] for name in (*_URLS, *_TEXT_URLS) if name in one}
        emulator.number(one["number"], friendly_name=one.get("name", ""), **urls)
    for one in configuration.applications:
        urls = {name: one[name] for name in _URLS if name in one}
        emulator.application(one["sid"], friendly_name=one.get("name", one["sid"]), **urls)
    for one in configuration.sip_domains:
        urls = {name: one[name] for name in _URLS if name in one}
        emulator.sip_domain(one["domain"], friendly_name=one.get("name", ""), **urls)
