"""What does a text that came in ask for? Nobody reads it: a few words are known, nothing else.

The words of the carrier and of the law (47 CFR 64.1200(a)(10)), and those customary in Spanish.
"""

import re
from enum import StrEnum


class Meaning(StrEnum):
    """What is done about a text that came in."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    OTHER = "other"


STOP = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
    | {"alto", "pare", "parar", "basta", "baja", "cancelar", "nomas", "nomás"}
)
START = frozenset({"start", "unstop", "iniciar"})
HELP = frozenset({"help", "info", "ayuda"})
# Whole phrases alone: "I can't stop crying" and "end it" ask for a person, not for silence.
PHRASE = re.compile(
    r"(please )?stop( (texting|messaging|sending)( me)?)?( (these )?(texts|messages))?"
    r"( please| now)?|no more (texts|messages)( please)?"
    r"|(por favor )?no me (escriba|escriban)( mas| más)?"
)


def meaning(body: str) -> Meaning:
    """Say what a text asks for; whatever is not plainly one of the words is OTHER."""
    words = " ".join(re.sub(r"[^\w\s]|_", " ", body.casefold()).split())
    word = words.replace(" ", "")
    if word in STOP or PHRASE.fullmatch(words):
        return Meaning.STOP
    if word in START:
        return Meaning.START
    return Meaning.HELP if word in HELP else Meaning.OTHER
