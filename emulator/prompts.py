"""Which sound belongs to what the engine says a leg hears now, and where in it are we?"""

from __future__ import annotations

import asyncio
import io
import logging
import re
import time
import wave
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import av
import numpy as np

from emulator import mixer, sounds
from emulator.media import Media
from emulator.mixer import Samples
from emulator.speech import Voice

log = logging.getLogger(__name__)

_RECORDINGS_KEPT = 32
_LOOPS_MAX = 20  # of what does not loop for ever: nobody listens longer
_KEYS = {
    **dict(zip("123A", ((697, high) for high in (1209, 1336, 1477, 1633)), strict=True)),
    **dict(zip("456B", ((770, high) for high in (1209, 1336, 1477, 1633)), strict=True)),
    **dict(zip("789C", ((852, high) for high in (1209, 1336, 1477, 1633)), strict=True)),
    **dict(zip("*0#D", ((941, high) for high in (1209, 1336, 1477, 1633)), strict=True)),
}
# Twilio's own hold music is on the internet; a quiet bed stands for it.
_BUILT_IN = re.compile(r"https?://(com\.twilio\.|(api|demo)\.twilio\.com|twimlets\.com)")

Fetch = Callable[[str], Awaitable[bytes]]


class Prompts:
    """Follows the engine's SoundChanged and plays it to the legs that a browser holds."""

    def __init__(self, media: Media, voice: Voice, fetch: Fetch) -> None:
        self._media = media
        self._voice = voice
        self._fetch = fetch
        self._now: dict[str, tuple[sounds.Sound, float]] = {}
        self._making: dict[str, asyncio.Task[None]] = {}
        self._recordings: OrderedDict[str, Samples] = OrderedDict()
        media.on_join = self.begin

    def changed(self, change: sounds.SoundChanged) -> None:
        sid = change.leg.sid
        self._stop(sid)
        if change.item is None:
            self._now.pop(sid, None)
            return
        self._now[sid] = (change.item, time.monotonic())
        if sid in self._media.mixer.legs:
            self.begin(sid)

    def begin(self, sid: str) -> None:
        """Play what this leg hears now, from the instant that it has reached."""
        item, began = self._now.get(sid, (None, 0.0))
        if isinstance(item, sounds.Say | sounds.Play | sounds.Ring | sounds.Beep):
            self._making[sid] = asyncio.create_task(self._play(sid, item, began))

    async def close(self) -> None:
        making = list(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)

    def _stop(self, sid: str) -> None:
        task = self._making.pop(sid, None)
        if task is not None:
            task.cancel()
        self._media.mixer.stop(sid)

    async def _play(self, sid: str, item: sounds.Sound, began: float) -> None:
        try:
            samples = await self._sound(item)
        except (OSError, ValueError, wave.Error, av.error.FFmpegError, TimeoutError) as error:
            log.warning("no sound for %s %r: %s", item.kind, item.text, error)
            return
        if samples is not None and len(samples):
            late = time.monotonic() - began
            loops = item.kind == "ring" or getattr(item, "loop", 1) == 0
            # The first words matter most: what took no longer than a breath starts at its start.
            late = late % (len(samples) / mixer.RATE) if loops else late if late > 1 else 0.0
            self._media.mixer.play(sid, samples, loops=loops, late=late)

    async def _sound(self, item: sounds.Sound) -> Samples | None:
        if isinstance(item, sounds.Ring):
            return mixer.ringing()
        if isinstance(item, sounds.Beep):
            return mixer.beep()
        if isinstance(item, sounds.Say):
            wav = await self._voice.speak(item.text, item.language or "en-US", item.seconds)
            return spoken(mixer.from_wav(wav), item) if wav else None
        if isinstance(item, sounds.Play):
            once = key_tones(item.digits) if item.digits else await self._recording(item.url)
            return np.tile(once, max(1, min(item.loop, _LOOPS_MAX)))
        return None

    async def _recording(self, url: str) -> Samples:
        if _BUILT_IN.match(url):
            return mixer.bed()
        if url not in self._recordings:
            self._recordings[url] = decoded(await self._fetch(url))
            if len(self._recordings) > _RECORDINGS_KEPT:
                self._recordings.popitem(last=False)
        return self._recordings[url]


def spoken(once: Samples, item: sounds.Say) -> Samples:
    """As often as it is said, each time beginning when the engine begins it."""
    if item.loop == 1:
        return once
    length = max(len(once), int(item.seconds * mixer.RATE))
    whole = np.concatenate([once, np.zeros(length - len(once), np.int16)])
    return np.tile(whole, max(1, min(item.loop, _LOOPS_MAX)))


def decoded(data: bytes) -> Samples:
    """Any audio file that FFmpeg reads (WAV, MP3, Ogg), at the mixer's rate."""
    to_ours = av.AudioResampler("s16", "mono", mixer.RATE)
    with av.open(io.BytesIO(data), "r") as opened:
        frames = [piece for frame in opened.decode(audio=0) for piece in to_ours.resample(frame)]
    frames += to_ours.resample(None)
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.int16)


def key_tones(digits: str) -> Samples:
    """100 ms a key and 50 ms between; `w` waits half a second, as Twilio's `digits` does."""
    pieces = [np.zeros(0)]
    moment = np.arange(mixer.RATE // 10) / mixer.RATE
    for digit in digits:
        if digit in _KEYS:
            low, high = _KEYS[digit]
            tone = np.sin(2 * np.pi * low * moment) + np.sin(2 * np.pi * high * moment)
            pieces += [tone * 4000, np.zeros(mixer.RATE // 20)]
        elif digit in "wW":
            pieces.append(np.zeros(mixer.RATE // 2))
    return np.concatenate(pieces).astype(np.int16)
