"""How long does a recording last, and where is it from?"""

import re
import struct
from typing import TYPE_CHECKING

from emulator.errors import TwimlFailure
from emulator.fetching import fetch

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg

HOLD_MUSIC = "http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMP-Borghestral.mp3"
BUILT_IN_SECONDS = 30.0  # Twilio's own sounds, which are not fetched
BYTES_PER_SECOND = 16_000  # of anything that is not a WAV: 128 kbit/s
_BUILT_IN = re.compile(
    r"https?://((com\.twilio\.|api\.twilio\.com|demo\.twilio\.com)|twimlets\.com)"
)


async def audio_seconds(town: "Emulator", leg: "Leg", url: str) -> float:
    """How long a recording lasts; whether it is fetched again is the cache's business."""
    if _BUILT_IN.match(url) or url.startswith("com.twilio."):
        return BUILT_IN_SECONDS
    response = (await fetch(town, leg, "audio", "GET", url, {})).response
    kind = (response.header("Content-Type") or "").lower()
    if not kind.startswith("audio/"):
        raise TwimlFailure(13420, f"Play: invalid Content-Type: {kind or 'none'}", url)
    return _wav_seconds(response.body) or len(response.body) / BYTES_PER_SECOND


def _wav_seconds(body: bytes) -> float:
    """Length from a WAV header: data bytes over bytes a second; 0 for anything else."""
    if body[:4] != b"RIFF" or body[8:12] != b"WAVE":
        return 0.0
    at, rate = 12, 0
    while at + 8 <= len(body):
        name, size = body[at : at + 4], struct.unpack_from("<I", body, at + 4)[0]
        if name == b"fmt " and at + 20 <= len(body):
            rate = struct.unpack_from("<I", body, at + 16)[0]
        if name == b"data":
            return min(size, len(body) - at - 8) / rate if rate else 0.0
        at += 8 + size + size % 2
    return 0.0
