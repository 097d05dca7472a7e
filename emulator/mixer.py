"""What does each leg hear in this fiftieth of a second? Plain arrays: no network, no codec.

48 kHz, mono, 16 bit, 20 ms a tick. A leg hears its own prompt and the legs it is connected with;
itself only where it is connected with itself (`<Echo>`).
"""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

RATE = 48_000
TICK_SAMPLES = 960
TICK_SECONDS = TICK_SAMPLES / RATE
# Speech waits for two ticks before it is passed on and is cut back to three when it piles up:
# 60 ms of patience against a jittery sender, never a growing delay.
_TICKS_BEFORE_SPEAKING = 2
_TICKS_KEPT = 3
_TICKS_MAX = 8
# Who hears whom is asked five times a second: a mute is felt within 100 ms on average.
_TICKS_BETWEEN_QUESTIONS = 10

Samples = npt.NDArray[np.int16]
SILENCE: Samples = np.zeros(TICK_SAMPLES, np.int16)


@dataclass
class Prompt:
    samples: Samples
    loops: bool = False
    position: int = 0

    def take(self) -> Samples | None:
        """The next tick of sound, None once it is over."""
        piece = self.samples[self.position : self.position + TICK_SAMPLES]
        self.position += TICK_SAMPLES
        if self.loops and self.position >= len(self.samples):
            self.position = 0
        return padded(piece) if len(piece) else None


@dataclass
class Mouth:
    """What one leg has said and nobody has been given yet."""

    waiting: list[Samples] = field(default_factory=list)
    speaking: bool = False

    def say(self, samples: Samples) -> None:
        self.waiting.append(samples)
        if len(self.waiting) > _TICKS_MAX:
            del self.waiting[:-_TICKS_KEPT]

    def take(self) -> Samples | None:
        if not self.waiting:
            self.speaking = False
        elif len(self.waiting) >= _TICKS_BEFORE_SPEAKING:
            self.speaking = True
        return self.waiting.pop(0) if self.speaking else None


class Mixer:
    """Give `tick()` what was said since the last one; it gives back what each leg hears."""

    def __init__(self, heard_by: Callable[[str], Iterable[str]]) -> None:
        self._heard_by = heard_by
        self._mouths: dict[str, Mouth] = {}
        self._prompts: dict[str, Prompt] = {}
        self._hears: dict[str, set[str]] = {}
        self._ticks = 0

    @property
    def legs(self) -> set[str]:
        return set(self._mouths)

    def join(self, leg: str) -> Mouth:
        self._ticks = 0
        return self._mouths.setdefault(leg, Mouth())

    def leave(self, leg: str) -> None:
        self._mouths.pop(leg, None)

    def play(self, leg: str, samples: Samples, *, loops: bool = False, late: float = 0.0) -> None:
        """Play from `late` seconds in: the machine's voice took that long to make it."""
        self._prompts[leg] = Prompt(samples, loops=loops, position=int(late * RATE))

    def stop(self, leg: str) -> None:
        self._prompts.pop(leg, None)

    def tick(self) -> dict[str, Samples]:
        if self._ticks % _TICKS_BETWEEN_QUESTIONS == 0:
            self._hears = {leg: set(self._heard_by(leg)) for leg in self._mouths}
        self._ticks += 1
        said = {leg: mouth.take() for leg, mouth in self._mouths.items()}
        return {leg: self._mix(leg, said) for leg in self._mouths}

    def _mix(self, leg: str, said: dict[str, Samples | None]) -> Samples:
        sounds = [said.get(other) for other in self._hears.get(leg, ())]
        prompt = self._prompts.get(leg)
        if prompt is not None:
            sounds.append(prompt.take())
            if sounds[-1] is None:
                self.stop(leg)
        heard = [samples for samples in sounds if samples is not None]
        if len(heard) > 1:
            total = np.sum(heard, axis=0, dtype=np.int32)
            return np.clip(total, -32768, 32767).astype(np.int16)
        return heard[0] if heard else SILENCE  # by far the most ticks, and nothing to reckon


def padded(piece: Samples) -> Samples:
    if len(piece) == TICK_SAMPLES:
        return piece
    return np.concatenate([piece, np.zeros(TICK_SAMPLES - len(piece), np.int16)])


def from_wav(data: bytes) -> Samples:
    """A WAV file's sound at our rate; raises wave.Error or ValueError if it is not 16-bit PCM."""
    with wave.open(io.BytesIO(data)) as opened:
        if opened.getsampwidth() != 2:  # noqa: PLR2004 (bytes of 16-bit PCM)
            raise ValueError("expected 16-bit PCM")
        raw = np.frombuffer(opened.readframes(opened.getnframes()), np.int16)
        mono = raw.reshape(-1, opened.getnchannels()).mean(axis=1)
        rate = opened.getframerate()
    moments = np.arange(0, len(mono), rate / RATE)
    samples: Samples = np.interp(moments, np.arange(len(mono)), mono).astype(np.int16)
    return samples


def ringing() -> Samples:
    """The North American ringback tone, once: two seconds of 440 and 480 Hz, four of nothing."""
    moment = np.arange(RATE * 2) / RATE
    tone = np.sin(2 * np.pi * 440 * moment) + np.sin(2 * np.pi * 480 * moment)
    return np.concatenate([tone * 1500, np.zeros(RATE * 4)]).astype(np.int16)


def beep() -> Samples:
    """A quarter of a second of 1 kHz."""
    moment = np.arange(RATE // 4) / RATE
    return np.asarray(np.sin(2 * np.pi * 1000 * moment) * 4000).astype(np.int16)


def bed() -> Samples:
    """A quiet chord that swells and fades in four seconds: the line is alive."""
    moment = np.arange(RATE * 4) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * moment) for pitch in (220.0, 277.25, 329.75))
    return np.asarray(chord * np.sin(np.pi * moment / 4) ** 2 * 900).astype(np.int16)
