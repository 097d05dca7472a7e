"""How do Say, Play, Pause and Gather sound, how long do they last, and what was pressed?"""

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from emulator import twiml
from emulator.audio import audio_seconds
from emulator.errors import TwimlFailure
from emulator.fibers import Signal, either
from emulator.interpreter import Outcome, Performance, method_of, performs
from emulator.notices import notify
from emulator.sounds import Play, Say, Silence

if TYPE_CHECKING:
    from emulator.legs import Leg

CHARACTERS_PER_SECOND = 14.0
SAY_CHARACTERS_MAX = 4096
DIGITS_MAX = 1000


@performs("Say")
async def say(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Say>"."""
    await hear_say(performance, verb)
    return None


async def hear_say(performance: Performance, verb: ET.Element, *interrupts: Signal[str]) -> None:
    text = twiml.words(verb)
    if not text:
        performance.town.alert(13520, "Say: no text", performance.leg)
        return
    if len(text) > SAY_CHARACTERS_MAX:
        performance.town.alert(13521, "Say: text is too long", performance.leg)
        return
    once = speech_seconds(text) + sum(map(_break_seconds, verb.iter("break")))
    language, voice = verb.get("language") or "en-US", verb.get("voice") or "man"
    sound = Say(text, language, voice, once, int(twiml.number(verb, "loop", 1)))
    await performance.hear(sound, _looped(verb, once), *interrupts)


def speech_seconds(text: str) -> float:
    """How long somebody takes to say this."""
    return len(text) / CHARACTERS_PER_SECOND


def _break_seconds(element: ET.Element) -> float:
    found = re.fullmatch(
        r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s)", (element.get("time") or "").strip()
    )
    if not found:
        return 0.5
    return min(10.0, float(found[1]) / (1000 if found[2] == "ms" else 1))


def _looped(verb: ET.Element, seconds: float) -> float | None:
    loop = int(twiml.number(verb, "loop", 1))
    return seconds * loop if loop else None


@performs("Play")
async def play(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Play>"."""
    await hear_play(performance, verb)
    return None


async def hear_play(
    performance: Performance, verb: ET.Element, *interrupts: Signal[str], in_gather: bool = False
) -> None:
    loop = int(twiml.number(verb, "loop", 1))
    digits = verb.get("digits")
    if digits:
        seconds = 0.5 * len(digits)
        await performance.hear(Play("", 1, digits, seconds), seconds, *interrupts)
        return
    url = performance.resolve(twiml.words(verb))
    if performance.leg.live:
        performance.leg.hears(Silence())  # until the recording is here
    try:
        seconds = await audio_seconds(performance.town, performance.leg, url)
    except TwimlFailure as failure:
        if failure.code == 13420 and in_gather:  # noqa: PLR2004
            raise TwimlFailure(13325, failure.message, failure.url) from failure
        raise
    if not any(signal.is_set for signal in interrupts):
        await performance.hear(Play(url, loop, "", seconds), _looped(verb, seconds), *interrupts)


@performs("Pause")
async def pause(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Pause>": as the first verb it also delays picking up."""
    seconds = twiml.number(verb, "length", 1)
    if performance.leg.live:
        performance.leg.hears(Silence())
    await either(performance.town.clock, seconds)
    return None


@performs("Gather")
async def gather(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Gather>": keys or words, or falling through to the next verb."""
    leg = performance.leg
    leg.pick_up()
    inputs = (verb.get("input") or "dtmf").split()
    hearing = _Hearing(leg, verb, "dtmf" in inputs, "speech" in inputs)
    if hearing.speech:
        _tell_of_words(performance, verb)
    try:
        await _nested(performance, verb, hearing)
        params = await hearing.collect(performance)
    finally:
        hearing.stop()
    empty = not params.get("Digits") and not params.get("SpeechResult")
    if empty and not twiml.flag(verb, "actionOnEmptyResult", default=False):
        return None
    return performance.action(verb, params, "gather", default=True)


def _tell_of_words(performance: Performance, verb: ET.Element) -> None:
    """`partialResultCallback`: once here, because everything is understood at once."""
    url, leg = verb.get("partialResultCallback"), performance.leg
    if not url or leg.words is None:
        return
    url, method = performance.resolve(url), method_of(verb, "partialResultCallbackMethod")
    words = leg.words

    def tell() -> None:
        heard = {"UnstableSpeechResult": words.value or "", "Stability": "0.9"}
        params = leg.params() | {"SequenceNumber": "0", "StableSpeechResult": ""} | heard
        notify(performance.town, leg, "partial-speech", method, url, params)

    words.then(tell)


async def _nested(performance: Performance, verb: ET.Element, hearing: "_Hearing") -> None:
    """Prompts inside a Gather stop at the first key or word (unless bargeIn="false")."""
    barge_in = twiml.flag(verb, "bargeIn", default=True)
    interrupts = hearing.signals if barge_in else []
    for child in verb:
        if hearing.something and barge_in:
            return
        if child.tag == "Say":
            await hear_say(performance, child, *interrupts)
        elif child.tag == "Play":
            await hear_play(performance, child, *interrupts, in_gather=True)
        elif child.tag == "Pause":
            pause_seconds = twiml.number(child, "length", 1)
            await performance.hear(Silence(), pause_seconds, *interrupts)


class _Hearing:
    """The ear of one Gather: armed before the prompt, disarmed whatever happens."""

    def __init__(self, leg: "Leg", verb: ET.Element, keys: bool, speech: bool) -> None:
        self.leg, self.keys, self.speech = leg, keys, speech
        self.finish = verb.get("finishOnKey", "#")
        self.digits_max = int(twiml.number(verb, "numDigits", 0)) or DIGITS_MAX
        self.timeout = twiml.number(verb, "timeout", 5)
        self.speech_timeout = twiml.number(verb, "speechTimeout", 0)  # absent or auto: at once
        leg.keys_kept = ""
        leg.keys = Signal() if keys else None
        leg.words = Signal() if speech else None

    @property
    def signals(self) -> list[Signal[str]]:
        return [signal for signal in (self.leg.keys, self.leg.words) if signal is not None]

    @property
    def something(self) -> bool:
        return any(signal.is_set for signal in self.signals)

    def stop(self) -> None:
        self.leg.keys = self.leg.words = None

    async def collect(self, performance: Performance) -> dict[str, str]:
        """Wait key by key; the timeout starts anew with each."""
        while True:
            words = self.leg.words
            if words is not None and words.is_set:
                return await self._sentence(performance, words.value or "")
            digits, finished_on, complete = read_keys(
                self.leg.keys_kept if self.keys else "", self.finish, self.digits_max
            )
            if complete:
                return _digits(digits, finished_on)
            if self.keys:
                self.leg.keys = Signal()
            if not await performance.hear(Silence(), self.timeout, *self.signals):
                return _digits(digits, "")

    async def _sentence(self, performance: Performance, text: str) -> dict[str, str]:
        """What is said until there was a pause of `speechTimeout`."""
        self.leg.words = Signal()
        while self.speech_timeout and await performance.hear(
            Silence(), self.speech_timeout, self.leg.words
        ):
            text = f"{text} {self.leg.words.value or ''}"
            self.leg.words = Signal()
        return {"SpeechResult": text, "Confidence": "0.9"}


def _digits(digits: str, finished_on: str) -> dict[str, str]:
    return {"Digits": digits, "FinishedOnKey": finished_on, "msg": "Gather End"}


def read_keys(kept: str, finish: str, digits_max: int) -> tuple[str, str, bool]:
    """What the keys pressed so far amount to: digits, the finishing key, and whether it is done."""
    for index, key in enumerate(kept):
        if key in finish:
            return kept[:index], key, True
        if index + 1 == digits_max:
            return kept[: index + 1], "", True
    return kept, "", False
