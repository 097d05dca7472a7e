"""What does a caller hear while people's phones ring in turn, and all we know is in the address?

One phone at a time: the first pick-up of several would end the others' ringing, voicemail's too.
"""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from config.prompts import Prompts
from telephony.twiml import (
    SAFE_RING_SECONDS,
    SOUNDS,
    TALK_SECONDS_MAX,
    Page,
    _add,
    _finished,
    _say,
    _speak,
    with_override,
)

RING_SECONDS = 18  # most voicemails pick up later
BED_LOOPS = "3"  # of 5 s
SCREEN_SECONDS = 8  # of silence in which a cell phone may press 1

Said = Sequence[tuple[str, str]]  # language and prompt


def ring(page: Page, said: Said, number: str, *, then: str, screen: str = "") -> bytes:
    """Words, then one phone. `then` is told what became of it; `screen` asks who picked up for 1.

    Without `screen` whoever picks up is bridged: a partner line answers in its own way.
    """
    response = _words(page, said)
    dial = _add(
        response,
        "Dial",
        action=_address(page, then),
        method="POST",
        timeout=str(RING_SECONDS if screen else SAFE_RING_SECONDS),
        answerOnBridge="true",
        callerId=page.line.number,
        timeLimit=TALK_SECONDS_MAX,
    )
    _add(dial, "Number", number, url=_address(page, screen), method="POST" if screen else "")
    return _finished(response)


def again(page: Page, said: Said, then: str, *, bed: bool = False) -> bytes:
    """Words, and another round; the quiet bed of sound between, where nobody was rung."""
    response = _words(page, said)
    if bed:
        _add(response, "Play", f"{page.base_url}/sound/{SOUNDS['bed']}", loop=BED_LOOPS)
    _add(response, "Redirect", _address(page, then), method="POST")
    return _finished(response)


def ask_for_one(page: Page, then: str) -> bytes:
    """Neutral words to whoever picked up; silence, as voicemail's, is a no."""
    response = ET.Element("Response")
    screen(response, page.prompts, page.line.language, _address(page, then), "POST")
    return _declined(response, page)


def screen(response: ET.Element, prompts: Prompts, language: str, action: str, method: str) -> None:
    """Ask whoever picked up for a key, in words that tell nobody anything."""
    gather = _add(
        response,
        "Gather",
        input="dtmf",
        numDigits="1",
        finishOnKey="",
        timeout=str(SCREEN_SECONDS),
        action=action,
        method=method,
    )
    _say(gather, prompts, language, "phone_screen", {})


def declined(page: Page) -> bytes:
    """Another key than 1 was pressed."""
    return _declined(ET.Element("Response"), page)


def _declined(response: ET.Element, page: Page) -> bytes:
    _say(response, page.prompts, page.line.language, "phone_not_pressed", {})
    _add(response, "Hangup")
    return _finished(response)


def _words(page: Page, said: Said) -> ET.Element:
    response = ET.Element("Response")
    for language, key in said:
        _speak(response, page, language, key, page.line.spoken_names(language))
    return response


def _address(page: Page, path: str) -> str:
    return with_override(page.base_url + path, page.voice_override) if path else ""
