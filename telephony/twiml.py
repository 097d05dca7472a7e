"""How does a reply become TwiML? One element builder for each class of ivr.replies."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from config.lines import Line
from config.prompts import Prompts
from ivr import replies as heard
from ivr.call import Call

# XML 1.0 knows no control characters and no surrogates; nothing spoken needs them.
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
BYTES_MAX = 64 * 1024  # Twilio refuses more (error 11750)
TALK_SECONDS_MAX = "86400"  # Dial's default of four hours would cut long crisis calls
BED_SECONDS = 5  # how long config/sound/bed.wav lasts
WAIT_SOUND_LOOPS = 20  # a conference's waiting sound, before its document is asked for again
SAFE_ROUNDS = 3
SAFE_RING_SECONDS = 25
SOUNDS = {"bed": "bed.wav", "ringing": "ring.wav"}


class RefusedTwiml(ValueError):
    """The document must not be sent: it records, or is larger than the carrier accepts."""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a rendering needs besides the replies and the call."""

    base_url: str
    prompts: Prompts
    line: Line
    queue: str = "line"
    subject: str = ""  # the offer (or attempt) a phone's addresses are about
    voice_override: str = ""  # connection overrides such as rc=2&rp=all, without the #
    status_override: str = ""

    def voice(self, call: Call, verb: str) -> str:
        """Address a voice webhook; the hop makes a lap distinct from a retry (FAILURES R1)."""
        subject = f"/{self.subject}" if verb == "pressed" else ""
        path = f"/voice/{call.id}/{verb}{subject}/{call.hop}"
        return with_override(self.base_url + path, self.voice_override)

    def status(self, call: Call, verb: str) -> str:
        """Address a status webhook of this call."""
        return with_override(f"{self.base_url}/voice/{call.id}/{verb}", self.status_override)


def with_override(url: str, override: str) -> str:
    """Add connection overrides: the carrier reads the fragment, never sends or signs it."""
    return f"{url}#{override}" if override else url


def render(replies: Sequence[heard.Reply], call: Call, page: Page) -> bytes:
    """Write the document that makes one leg hear `replies`; RefusedTwiml when it must not go."""
    response = ET.Element("Response")
    for reply in replies:
        _BUILD[type(reply)](response, reply, call, page)
    return _finished(response)


def message(words: str | None) -> bytes:
    """Answer a text with these words, or with nothing (page "TwiML for Programmable Messaging")."""
    response = ET.Element("Response")
    if words:
        ET.SubElement(response, "Message").text = words
    return _finished(response)


def safe(  # what a caller hears when all else fails
    prompts: Prompts,
    languages: Sequence[str],
    numbers: Sequence[str],
    *,
    caller_id: str,
    again: str,
) -> bytes:
    """Words in every language, then people's numbers in turn, several rounds, and then `again`.

    Needs nothing but its arguments. Whoever picks up is bridged: numbers that people answer as
    the partner line does, never a clinician's own (FAILURES R11).
    """
    response = ET.Element("Response")
    for _ in range(SAFE_ROUNDS):
        for key in ("lap_stay", "danger"):
            for language in languages:
                _say(response, prompts, language, key, {})
        for number in numbers:
            dial = _add(
                response,
                "Dial",
                timeout=str(SAFE_RING_SECONDS),
                answerOnBridge="true",
                timeLimit=TALK_SECONDS_MAX,
                callerId=caller_id,
            )
            _add(dial, "Number", number)
    _add(response, "Redirect", again, method="POST")
    return _finished(response)


def waiting_sound(base_url: str, sound: str) -> bytes:
    """Write what a conference plays until it starts, "bed" or "ringing", without an end."""
    response = ET.Element("Response")
    _add(response, "Play", f"{base_url}/sound/{SOUNDS[sound]}", loop=str(WAIT_SOUND_LOOPS))
    _add(response, "Redirect", f"{base_url}/voice/{sound}", method="POST")
    return _finished(response)


def nothing() -> bytes:
    """Answer a status webhook, which no one hears."""
    return _finished(ET.Element("Response"))


# -- one builder for each reply, in the order of ivr/replies.py --------------------------------


def _build_say(parent: ET.Element, reply: heard.Say, call: Call, page: Page) -> None:
    words = {**page.line.spoken_names(call.language), **reply.words}
    _speak(parent, page, call.language, reply.key, words)


def _build_say_all(parent: ET.Element, reply: heard.SayAll, call: Call, page: Page) -> None:
    for language in page.line.languages:
        if language != call.language:
            words = {**page.line.spoken_names(language), **reply.words}
            _speak(parent, page, language, reply.key, words)


def _build_bed(parent: ET.Element, reply: heard.Bed, _call: Call, page: Page) -> None:
    loops = max(1, math.ceil(reply.seconds / BED_SECONDS))
    _add(parent, "Play", f"{page.base_url}/sound/{SOUNDS['bed']}", loop=str(loops))


def _build_listen(parent: ET.Element, reply: heard.Listen, call: Call, page: Page) -> None:
    gather = _add(
        parent,
        "Gather",
        input="dtmf",
        numDigits=str(reply.keys),
        finishOnKey="",  # or the carrier would eat a pressed #: whether there was one, we must know
        timeout=str(reply.seconds),
        action=page.voice(call, reply.then),
        method="POST",
        actionOnEmptyResult="false",  # silence goes on to what follows
    )
    for part in reply.parts:
        _BUILD[type(part)](gather, part, call, page)


def _build_wait_in_line(
    parent: ET.Element, _reply: heard.WaitInLine, call: Call, page: Page
) -> None:
    _add(
        parent,
        "Enqueue",
        page.queue,
        waitUrl=page.voice(call, "wait"),
        waitUrlMethod="POST",
        action=page.voice(call, "line-left"),
        method="POST",
    )


def _build_leave_line(parent: ET.Element, _reply: heard.LeaveLine, _call: Call, page: Page) -> None:
    _add(parent, "Leave")  # ends the document, where there is a line to leave
    again = with_override(f"{page.base_url}/voice/fallback", page.voice_override)
    _add(parent, "Redirect", again, method="POST")


def _build_ask(parent: ET.Element, reply: heard.Ask, call: Call, page: Page) -> None:
    _add(parent, "Redirect", page.voice(call, reply.then), method="POST")


def _build_join(parent: ET.Element, reply: heard.Join, call: Call, page: Page) -> None:
    dial = _add(
        parent,
        "Dial",
        action=page.voice(call, reply.then),
        method="POST",
        timeLimit=TALK_SECONDS_MAX,
    )
    sound = "ringing" if reply.ringing else "bed"
    _add(
        dial,
        "Conference",
        call.room,
        participantLabel=reply.label,
        startConferenceOnEnter="true",
        endConferenceOnExit="true" if reply.ends_room else "false",
        muted="true" if reply.muted else "",
        coach=reply.coach,
        beep="false",
        waitUrl=with_override(f"{page.base_url}/voice/{sound}", page.voice_override),
        waitMethod="POST",
        # Read from the first leg only, so every leg says it.
        statusCallback=page.status(call, "room"),
        statusCallbackEvent="start end join leave",
        statusCallbackMethod="POST",
    )


def _build_pass_to(parent: ET.Element, reply: heard.PassTo, call: Call, page: Page) -> None:
    dial = _add(
        parent,
        "Dial",
        action=page.voice(call, "pass-ended"),
        method="POST",
        timeout=str(reply.seconds),
        answerOnBridge="true",
        callerId=page.line.number,
        timeLimit=TALK_SECONDS_MAX,
    )
    _add(dial, "Number", page.line.partner_number)


def _build_hang_up(parent: ET.Element, _reply: heard.HangUp, _call: Call, _page: Page) -> None:
    _add(parent, "Hangup")


# Any: each builder takes its own class of reply, which a mapping of types cannot say.
_BUILD: Mapping[type, Callable[[ET.Element, Any, Call, Page], None]] = {
    heard.Say: _build_say,
    heard.SayAll: _build_say_all,
    heard.Bed: _build_bed,
    heard.Listen: _build_listen,
    heard.WaitInLine: _build_wait_in_line,
    heard.LeaveLine: _build_leave_line,
    heard.Ask: _build_ask,
    heard.Join: _build_join,
    heard.PassTo: _build_pass_to,
    heard.HangUp: _build_hang_up,
}


def _speak(
    parent: ET.Element, page: Page, language: str, key: str, words: Mapping[str, str]
) -> None:
    recording = page.prompts.recording(language, key)
    if recording is None:
        _say(parent, page.prompts, language, key, words)
    elif recording.startswith("https://"):
        _add(parent, "Play", recording)
    else:
        _add(parent, "Play", f"{page.base_url}/sound/{recording}")


def _say(
    parent: ET.Element,
    prompts: Prompts,
    language: str,
    key: str,
    words: Mapping[str, str],
    loop: str = "",
) -> None:
    voice = prompts.voice(language)
    text = prompts.text(language, key, **words)
    _add(parent, "Say", text, voice=voice.name, language=voice.tag, loop=loop)


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    given = {name: value for name, value in attributes.items() if value or name == "finishOnKey"}
    element = ET.SubElement(parent, tag, given)
    element.text = NOT_XML.sub("", text) or None
    return element


def _finished(response: ET.Element) -> bytes:
    for element in response.iter():
        # Recording needs a policy and an announcement, and no reply speaks of either.
        if element.tag == "Record" or any(name.startswith("record") for name in element.attrib):
            raise RefusedTwiml(f"<{element.tag}> would record")
    # As text first: ElementTree's own encoding sets up three layers of files for each document.
    document = DECLARATION + ET.tostring(response, "unicode").encode(errors="xmlcharrefreplace")
    if len(document) > BYTES_MAX:
        raise RefusedTwiml(f"{len(document)} bytes, more than {BYTES_MAX}")
    return document
