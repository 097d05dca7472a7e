"""What answers a line when our whole machine is gone? Documents that somebody else hosts for us.

A hosted document decides nothing, so there are three: the line's own rings one phone after another;
the screening asks whoever picked up for a key; the acceptance lets the carrier bridge them. No key
comes from voicemail, and then the next phone rings (FAILURES R6, R11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from config.lines import Line
from config.prompts import Prompts
from telephony.offline import screen
from telephony.twiml import (
    SAFE_RING_SECONDS,
    TALK_SECONDS_MAX,
    _add,
    _finished,
    _say,
)

ROUNDS = 2  # in one document; its end asks for it again


@dataclass(frozen=True, slots=True)
class Hosted:
    """Where the other documents are, and how they are asked for: a plain file store knows GET."""

    screen_url: str = ""
    accept_url: str = ""
    method: str = "POST"


def line_document(
    prompts: Prompts, line: Line, phones: Sequence[str] = (), hosted: Hosted | None = None
) -> str:
    """Words, then people's phones, each asked for a key, the partner last; again and again.

    Raises:
        ValueError: phones without a screening document: voicemail could take the caller.
    """
    hosted = hosted or Hosted()
    people = [one for one in dict.fromkeys(phones) if one != line.partner_number]
    if people and not hosted.screen_url:
        raise ValueError("no phone may be rung without a document that asks who picked up")
    response = ET.Element("Response")
    for _ in range(ROUNDS):
        _words(response, prompts, line)
        for number in people:
            _dial(response, line, number, hosted)
        _dial(response, line, line.partner_number, None)
    # Without an action a Gather asks for the document it stands in: a loop that knows no address.
    again = _add(
        response,
        "Gather",
        numDigits="1",
        timeout="1",
        actionOnEmptyResult="true",
        method=hosted.method,
    )
    _words(again, prompts, line)
    _say(response, prompts, line.language, "danger", {}, loop="0")  # whatever a carrier makes of it
    return _finished(response).decode("utf-8")


def screen_document(prompts: Prompts, line: Line, hosted: Hosted) -> str:
    """Neutral words to whoever picked up; silence, as voicemail's, leads to the next phone.

    Raises:
        ValueError: no acceptance document: a key would have nowhere to go.
    """
    if not hosted.accept_url:
        raise ValueError("a key that was pressed needs the acceptance document")
    response = ET.Element("Response")
    screen(response, prompts, line.language, hosted.accept_url, hosted.method)
    _say(response, prompts, line.language, "phone_not_pressed", {})
    _add(response, "Hangup")
    return _finished(response).decode("utf-8")


def accept_document() -> str:
    """Nothing more to say: the carrier bridges the two. (It holds any key for a yes.)"""
    return _finished(ET.Element("Response")).decode("utf-8")


def _words(parent: ET.Element, prompts: Prompts, line: Line) -> None:
    for key in ("lap_stay", "danger"):
        for language in line.languages:
            _say(parent, prompts, language, key, {})


def _dial(parent: ET.Element, line: Line, number: str, hosted: Hosted | None) -> None:
    dial = _add(
        parent,
        "Dial",
        timeout=str(SAFE_RING_SECONDS),
        answerOnBridge="true",
        timeLimit=TALK_SECONDS_MAX,
        callerId=line.number,
    )
    asked = {"url": hosted.screen_url, "method": hosted.method} if hosted else {}
    _add(dial, "Number", number, **asked)
