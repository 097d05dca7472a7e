"""What may a text message say? Few neutral words, in one part of the network's.

A longer one arrives in pieces, and a reminder may have 160 characters at most by law.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from config.lines import Language, Value

# GSM 03.38: each takes one place, those of the second row two. Any other makes all of it UCS-2.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€\f")
GSM_MOST, UCS2_MOST = 160, 70
LONGEST_NUMBER = "+" + "0" * 15  # of E.164
# A message tells nobody who we are or why we called (FAILURES, invariant 16).
TELLING = re.compile(
    r"\b(crisis|988|911|suicid\w*|mental|behaviou?ral|counsel\w*|clinic\w*|health|hospital|"
    r"therap\w*|emergency|police|salud|suicidio|consejer\w*|emergencia|policía)\b",
    re.IGNORECASE,
)
WAYS_ON = ("{number}", "988", "911")


def fits(words: str) -> bool:
    """Whether the network carries these words in one part."""
    if GSM.issuperset(set(words) - GSM_TWICE):
        return len(words) + sum(char in GSM_TWICE for char in words) <= GSM_MOST
    return len(words.encode("utf-16-le")) // 2 <= UCS2_MOST


def _short(value: str) -> str:
    if set(re.findall(r"{(\w*)}", value)) - {"number"}:
        raise ValueError("no blank but {number}")
    whole = value.replace("{number}", LONGEST_NUMBER)
    if not fits(whole):
        odd = "".join(sorted(set(whole) - GSM - GSM_TWICE))
        why = f": with {odd!r} in it" if odd else ""
        most = UCS2_MOST if odd else GSM_MOST
        raise ValueError(f"at most {most} characters with the number filled in{why}")
    return value


def _reminder(value: str) -> str:
    told = TELLING.search(value)
    if told:
        raise ValueError(f"neutral words: {told[0]!r} would tell who calls, or why")
    if "STOP" not in value or "{number}" not in value:
        raise ValueError("{number}, and the word STOP: how to have no more of them")
    return _short(value)


def _answer(value: str) -> str:
    lacking = [way for way in WAYS_ON if way not in value]
    if lacking:
        raise ValueError(f"where to call: {', '.join(lacking)}")
    return _short(value)


def _hours(value: str) -> str:
    if "STOP" not in value:
        raise ValueError("the word STOP: how to have no more of them")
    return _short(value)


Reminder = Annotated[str, Field(min_length=1), AfterValidator(_reminder)]
Answer = Annotated[str, Field(min_length=1), AfterValidator(_answer)]


Hours = Annotated[str, Field(min_length=1), AfterValidator(_hours)]


class Texts(Value):
    """The words of every text message, by language; the only blank is the line's number."""

    reminder: dict[Language, Reminder] = Field(default_factory=dict)
    help: dict[Language, Answer] = Field(default_factory=dict)  # to who writes HELP
    nobody_reads: dict[Language, Answer] = Field(default_factory=dict)  # to any other text
    hours: dict[Language, Hours] = Field(default_factory=dict)  # to who of the house asked for it

    def lacking(self, languages: tuple[str, ...]) -> list[str]:
        """Name what is not there in one of these languages, such as texts.help.es."""
        return [
            f"texts.{name}.{language}"
            for name in Texts.model_fields
            for language in languages
            if language not in getattr(self, name)
        ]

    def words(self, name: str, language: str, number: str) -> str:
        """Fill in the number; a language that we lack is answered in the first one."""
        said: Mapping[str, str] = getattr(self, name)
        return (said.get(language) or next(iter(said.values()))).replace("{number}", number)
