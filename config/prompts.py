"""What do we say, in which voice? Reads prompts/<language>.toml, complete or not at all."""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.errors import ConfigError, at_line, toml

# Every sentence the rooms may say, with its blanks. A new one is added here and in each language.
PROMPTS: Mapping[str, frozenset[str]] = {
    "greeting": frozenset({"public_name"}),
    "greeting_other_language": frozenset(),  # spoken in the other language: press two
    "screen": frozenset({"public_name", "digit"}),  # in a flood, before the line
    "lap_ringing_one": frozenset(),
    "lap_ringing_many": frozenset({"count"}),
    "lap_all_busy_next": frozenset(),
    "lap_all_busy": frozenset({"position"}),
    "lap_backup": frozenset(),
    "lap_reaching": frozenset(),  # nobody is there yet, and nobody is said to be
    "lap_stay": frozenset(),
    "lap_keys": frozenset({"partner_name"}),
    "lap_keys_dispatcher": frozenset(),
    "incident_noted": frozenset({"number"}),  # after star, number and pound on a 911 line
    "connecting": frozenset(),
    "here_is_counselor": frozenset(),
    "cut_off": frozenset(),
    "passing_to_partner": frozenset({"partner_name"}),
    "partner_failed": frozenset(),
    "pass_over": frozenset(),  # the partner or the dispatcher hung up; the caller is still ours
    "lap_nobody_yet": frozenset(),  # within the line's deadline; the way back follows
    "bringing_dispatcher": frozenset(),
    "here_is_dispatcher": frozenset(),
    "dispatcher_failed": frozenset(),
    "callback_no_number": frozenset(),
    "callback_confirm": frozenset(),
    "callback_promised": frozenset(),
    "goodbye": frozenset(),
    "one_moment": frozenset(),
    "danger": frozenset(),
    # to the 911 centre's own line, when its caller is brought back; nothing before 1 is pressed
    "psap_screen": frozenset({"public_name"}),
    "psap_summary": frozenset({"seconds"}),
    "psap_summary_incident": frozenset({"incident", "seconds"}),
    "psap_summary_counselor": frozenset(),
    "psap_not_pressed": frozenset(),
    "psap_not_needed": frozenset(),
    # to a 911 centre that rings its beacon: how many are ready, before it transfers anybody
    "ready_one": frozenset(),
    "ready_many": frozenset({"count"}),
    "ready_soon": frozenset({"seconds"}),
    "ready_waiting_one": frozenset(),
    "ready_waiting_many": frozenset({"count"}),
    "ready_backups": frozenset(),
    "ready_nobody": frozenset({"partner_name"}),
    "ready_unknown": frozenset(),
    # while the clinician speaks with somebody else, and when the caller goes over to them
    "apart": frozenset(),
    "apart_calling": frozenset(),
    "apart_talking": frozenset(),
    "apart_key": frozenset(),
    "here_again": frozenset(),
    "here_is_guest": frozenset(),
    "guest_lost": frozenset(),
    # to whoever is brought into a call by telephone: nothing about the caller before 1 is pressed
    "guest_screen": frozenset({"public_name"}),
    "colleague_screen": frozenset(),
    "guest_welcome": frozenset(),
    "guest_consulted": frozenset(),
    "guest_not_pressed": frozenset(),
    "guest_not_needed": frozenset(),
    # to a colleague's cell phone: nothing about any caller
    "phone_screen": frozenset(),
    "phone_taken": frozenset(),
    "phone_not_pressed": frozenset(),
    "caller_gone": frozenset(),
    # to a person we call back, before anybody knows who picked up
    "person_hold": frozenset(),
    "person_cut_off": frozenset(),
    "person_again": frozenset(),
    "person_apart_key": frozenset(),
}
# A recording says what it says: only names may be part of it, never a number that changes.
NAMES = frozenset({"public_name", "partner_name"})


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks a language: `tag` such as en-US, and the carrier's name of the voice."""

    tag: str
    name: str


@dataclass(frozen=True, slots=True)
class Language:
    """One language's sentences, its voice, and where humans recorded some of them."""

    name: str
    voice: Voice
    text: Mapping[str, str]
    recordings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Everything we can say. Asking for a language we lack answers in the first one (A19)."""

    languages: Mapping[str, Language]
    recordings_missing: tuple[str, ...] = ()  # named by doctor; spoken by the voice meanwhile

    def text(self, language: str, key: str, **words: str) -> str:
        """The sentence `key` with its blanks filled; a blank without a word stays silent."""
        sentence = self._of(language).text[key]
        return string.Formatter().vformat(
            sentence, (), {**dict.fromkeys(PROMPTS[key], ""), **words}
        )

    def voice(self, language: str) -> Voice:
        """The voice that speaks `language`."""
        return self._of(language).voice

    def recording(self, language: str, key: str) -> str | None:
        """Where a human's recording of `key` is: a path under /sound/ or a full address."""
        return self._of(language).recordings.get(key)

    def _of(self, language: str) -> Language:
        return self.languages.get(language) or next(iter(self.languages.values()))


def read(folder: Path, languages: Iterable[str], sounds: Path | None = None) -> Prompts:
    """Read every language's file; raise ConfigError naming file, line, key and what is wrong."""
    found = {language: _language(folder / f"{language}.toml") for language in languages}
    if not found:
        raise ConfigError(f"{folder}: expected at least one language")
    missing = []
    for code, language in found.items():
        for key, place in tuple(language.recordings.items()):
            if sounds and not place.startswith("https://") and not (sounds / place).is_file():
                missing.append(f"{code}: {key}: {sounds / place}")
    lost = {(line.split(": ")[0], line.split(": ")[1]) for line in missing}
    kept = {code: _without(language, code, lost) for code, language in found.items()}
    return Prompts(kept, tuple(missing))


def _without(language: Language, code: str, lost: set[tuple[str, str]]) -> Language:
    recordings = {k: v for k, v in language.recordings.items() if (code, k) not in lost}
    return Language(language.name, language.voice, language.text, recordings)


def _language(path: Path) -> Language:
    text, values = toml(path)
    for name in ("name", "tag", "voice"):
        if not isinstance(values.get(name), str) or not values[name].strip():
            raise at_line(path, text, (name,), ": expected text in quotes")
    sentences = _table(path, text, values, "text")
    for key, blanks in PROMPTS.items():
        if key not in sentences:
            raise at_line(path, text, ("text", key), ": expected this prompt, it is not there")
        _check_sentence(path, text, key, sentences[key], blanks)
    recordings = _table(path, text, values, "recordings")
    for key in recordings:
        if key in PROMPTS and PROMPTS[key] - NAMES:
            raise at_line(path, text, ("recordings", key), ": expected none: it has a number in it")
    return Language(values["name"], Voice(values["tag"], values["voice"]), sentences, recordings)


def _table(path: Path, text: str, values: Mapping[str, Any], name: str) -> dict[str, str]:
    table = values.get(name, {})
    if not isinstance(table, dict):
        raise at_line(path, text, (name,), ": expected a table")
    for key, sentence in table.items():
        if key not in PROMPTS:
            raise at_line(path, text, (name, key), ": expected no such prompt")
        if not isinstance(sentence, str) or not sentence.strip():
            raise at_line(path, text, (name, key), f"={sentence!r}: expected text in quotes")
    return table


def _check_sentence(path: Path, text: str, key: str, sentence: str, blanks: frozenset[str]) -> None:
    where = ("text", key)
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
    except ValueError as error:
        raise at_line(path, text, where, f": expected blanks such as {{count}}: {error}") from error
    if used != blanks:
        wanted = ", ".join(f"{{{name}}}" for name in sorted(blanks)) or "none"
        raise at_line(path, text, where, f"={sentence!r}: expected the blanks: {wanted}")
