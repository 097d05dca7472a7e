"""Is everything we say complete, short, calm and the same in every language?"""

import itertools
import math
import re
import string
import wave
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from config import lines, prompts
from config.errors import ConfigError
from config.settings import Settings
from ivr.call import Stage
from ivr.events import KeyPressed, Waited
from ivr.replies import Bed
from ivr.step import NEUTRAL
from ivr.waiting import lap, press
from switchboard.voice import nobody
from telephony.twiml import BED_SECONDS

BOOK = lines.read(Settings().line_file)
PROMPTS = prompts.read(Settings().prompts_dir, BOOK.languages, Settings().sound_dir)
WORDS_MAX = 12
GREETING_SECONDS_MAX = 6
LAP_SECONDS_MAX = 30
SILENT_SECONDS_MAX = 4
SPOKEN_CHARS_PER_SECOND = 14
# What no caller in crisis should have to hear.
FORBIDDEN = re.compile(
    r"important to us|your call is|su llamada es|representative|representante|agent\b|agente"
    r"|menu|menú|options have|sus opciones|suicid|patient|paciente|customer|cliente|website"
    r"|www|!|visit|hold music|unfortunately|desafortunadamente|lamentablemente|error",
    re.IGNORECASE,
)

SAID = [
    pytest.param(language, key, id=f"{language}-{key}")
    for language in PROMPTS.languages
    for key in prompts.PROMPTS
]


@pytest.mark.parametrize(("language", "key"), SAID)
def test_a_prompt_is_short_calm_and_filled(language, key):
    words = {"count": "2", "position": "3", **BOOK.default.spoken_names(language)}
    text = PROMPTS.text(language, key, **words)
    for sentence in re.split(r"(?<=[.?])\s+", text):
        assert len(sentence.split()) <= WORDS_MAX, sentence
    assert not FORBIDDEN.search(text)
    assert not set("{}") & set(text)
    assert text.endswith((".", "?"))


def test_every_language_of_every_line_says_everything():
    for line in BOOK.lines.values():
        for language in line.languages:
            assert set(PROMPTS.languages[language].text) == set(prompts.PROMPTS)


@pytest.mark.parametrize("key", prompts.PROMPTS)
def test_the_blanks_are_the_same_in_every_language(key):
    for language in PROMPTS.languages.values():
        parsed = string.Formatter().parse(language.text[key])
        assert {name for _, name, _, _ in parsed if name} == prompts.PROMPTS[key]


@pytest.mark.parametrize("line", BOOK.lines.values(), ids=BOOK.lines)
def test_the_greeting_takes_at_most_six_seconds(line):
    for language in line.languages:
        said = PROMPTS.text(language, "greeting", **line.spoken_names(language))
        assert len(said) / SPOKEN_CHARS_PER_SECOND <= GREETING_SECONDS_MAX, said


TRUTHS = {
    "one": {"ringing": 1},
    "many": {"ringing": 12},
    "backup": {"ringing": 2, "backup": True},
    "busy, next": {"busy": 3},
    "busy, and others before": {"busy": 3, "position": 12},
    "nobody": {},
    "the dispatcher soon": {"ringing": 1, "due_in": 20},
    "nobody in time": {"ringing": 2, "overdue": True},
}


def waiting():
    board = SimpleNamespace(now=lambda: datetime.now(UTC), book=BOOK)
    return replace(nobody(board), stage=Stage.WAITING)


@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize("line", BOOK.lines.values(), ids=BOOK.lines)
def test_a_lap_takes_at_most_thirty_seconds(line, truth):
    """Found by the simulation: with the dispatcher's key a lap took 34 s."""
    ways = ("lap_keys", "lap_keys_dispatcher") if line.return_number else ("lap_keys",)
    listen = lap(waiting(), Waited(at=datetime.now(UTC), ways=ways, **TRUTHS[truth])).replies[0]
    for language in line.languages:
        assert seconds_of(listen, line, language) <= LAP_SECONDS_MAX


def seconds_of(listen, line, language):
    """As the carrier counts: words, whole rounds of the bed, and the pause for a key."""
    total = listen.seconds
    for part in listen.parts:
        if isinstance(part, Bed):
            total += math.ceil(part.seconds / BED_SECONDS) * BED_SECONDS
        else:
            words = line.spoken_names(language) | part.words
            total += len(PROMPTS.text(language, part.key, **words)) / SPOKEN_CHARS_PER_SECOND
    return total


def test_no_question_waits_in_silence():
    """Found by the simulation: five silent seconds after the question about the callback."""
    call = waiting()
    pressed = KeyPressed(at=call.arrived_at, key="1", means="callback", dialable=True)
    ask = press(call, pressed).replies[0]
    assert ask.seconds < SILENT_SECONDS_MAX


@pytest.mark.parametrize(
    "key", ["phone_screen", "phone_taken", "colleague_screen", "person_hold", *NEUTRAL.values()]
)
def test_nobody_learns_who_calls_or_why(key):
    telling = r"crisis|counsel|consejer|mental|suicid|therap|terap|health|salud|911|988|name|nombre"
    for language in PROMPTS.languages:
        assert not re.search(telling, PROMPTS.text(language, key), re.IGNORECASE)


def test_spanish_says_usted():
    text = " ".join(PROMPTS.languages["es"].text.values()).lower()
    assert not re.search(r"\b(tú|tu|tus|te|contigo|oprime|quédate|cuelga)\b", text)


ENGLISH = (Settings().prompts_dir / "en.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('goodbye = "Goodbye. Take care."\n', "", r":\d+: text\.goodbye: expected this prompt"),
        (
            "{public_name}. A ",
            "{name}. A ",
            r":\d+: text\.greeting=.*: expected the blanks: {public_name}",
        ),
        (
            "ringing {count}",
            "ringing {count",
            r":\d+: text\.lap_ringing_many: expected blanks such as {count}",
        ),
        (
            'goodbye = "Goodbye. Take care."',
            'goodbye = ""',
            r":\d+: text\.goodbye='': expected text",
        ),
        ("goodbye =", 'goodby = "x"\ngoodbye =', r":\d+: text\.goodby: expected no such prompt"),
        ("[recordings]\n", '[recordings]\nlap_all_busy = "x.wav"\n', "it has a number in it"),
        ('voice = "Polly', '# voice = "Polly', r":\d+: voice: expected text in quotes"),
        ("[text]", "[text", r":\d+: expected valid TOML"),
    ],
)
def test_a_broken_prompt_is_named_by_file_line_and_key(tmp_path, old, new, says):
    head, mark, tail = ENGLISH.rpartition(old)  # the last: the first may be a comment
    assert mark
    (tmp_path / "en.toml").write_text(head + new + tail, encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as broken:
        prompts.read(tmp_path, ("en",))
    assert str(broken.value).startswith(str(tmp_path / "en.toml"))


@pytest.mark.parametrize("key", prompts.PROMPTS)
def test_without_any_one_prompt_the_start_fails(tmp_path, key):
    kept = [line for line in ENGLISH.splitlines() if not line.startswith(f"{key} =")]
    (tmp_path / "en.toml").write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"text\.{key}: expected this prompt"):
        prompts.read(tmp_path, ("en",))


def test_a_language_without_a_file_stops_the_start(tmp_path):
    with pytest.raises(ConfigError, match=r"vi\.toml: expected a readable file"):
        prompts.read(Settings().prompts_dir, ("en", "vi"))
    with pytest.raises(ConfigError, match="expected at least one language"):
        prompts.read(tmp_path, ())


def test_a_lost_recording_is_spoken_by_the_voice_and_named(tmp_path):
    recordings = '[recordings]\ngoodbye = "en/bye.wav"\nconnecting = "en/here.wav"\n'
    text = ENGLISH.rpartition("[recordings]")[0] + recordings
    (tmp_path / "en.toml").write_text(text, encoding="utf-8")
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "here.wav").touch()
    read = prompts.read(tmp_path, ("en",), tmp_path)
    assert read.recording("en", "goodbye") is None
    assert read.recording("en", "connecting") == "en/here.wav"
    assert read.recordings_missing == (f"en: goodbye: {tmp_path / 'en' / 'bye.wav'}",)


def test_a_blank_without_a_word_is_silent_rather_than_an_accident():
    assert PROMPTS.text("en", "lap_ringing_many") == "I am ringing  counselors now."


# -- sounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bed.wav", "ring.wav", "desk-ring.wav"])
def test_a_sound_begins_and_ends_without_a_click_and_is_not_loud(name):
    with wave.open(str(Settings().sound_dir / name)) as sound:
        frames = sound.readframes(sound.getnframes())
    samples = [
        int.from_bytes(frames[at : at + 2], "little", signed=True)
        for at in range(0, len(frames), 2)
    ]
    steps = [abs(one - other) for one, other in itertools.pairwise(samples)]
    assert abs(samples[-1] - samples[0]) <= max(steps)
    assert 200 < max(samples) < (2_000 if name == "bed.wav" else 12_000)
