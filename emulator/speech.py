"""What does this sentence sound like? A WAV by the machine's own voice, or nothing without one."""

from __future__ import annotations

import asyncio
import hashlib
import io
import secrets
import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

# One voice each; espeak-ng knows plain language tags, `say` wants a voice's name.
_SAY_VOICES = {"en": "Samantha", "es": "Paulina", "vi": "Linh"}
# About 14 characters a second, which is also how long the emulator reckons a <Say> to last.
_WORDS_PER_MINUTE = 165
_SPEAKING_SECONDS_MAX = 20


class Voice:
    """Speaks with espeak-ng or macOS `say`; each sentence is made once and kept until `close()`."""

    def __init__(self) -> None:
        self._command = shutil.which("espeak-ng") or shutil.which("say")
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def missing(self) -> str:
        """One sentence for the operator when prompts cannot be spoken, else empty."""
        if self._command:
            return ""
        return "No voice found: prompts appear as captions only (apt-get install espeak-ng)."

    async def speak(
        self, text: str, language: str = "en-US", seconds_max: float = 0.0
    ) -> bytes | None:
        """The sentence as a WAV file's bytes, or None when nothing here can speak it.

        What would last longer than `seconds_max` (when given) is spoken faster.
        """
        if not self._command or not text.strip():
            return None
        async with self._one_at_a_time:
            sound = await self._kept(text, language, _WORDS_PER_MINUTE)
            if sound and 0 < seconds_max < (seconds := wav_seconds(sound)):
                faster = int(_WORDS_PER_MINUTE * seconds / seconds_max) + 1
                sound = await self._kept(text, language, faster)
        return sound

    async def _kept(self, text: str, language: str, pace: int) -> bytes | None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="emulator-speech-", ignore_cleanup_errors=True
            )
        name = hashlib.sha256(f"{language}\n{pace}\n{text}".encode()).hexdigest()[:32]
        path = Path(self._folder.name) / f"{name}.wav"
        # In a thread: a prompt that is broken off must not leave a half-dead process behind.
        made = path.exists() or await asyncio.to_thread(self._make, path, text, language, pace)
        if not made:
            return None
        return path.read_bytes()

    def _make(self, path: Path, text: str, language: str, pace: int) -> bool:
        part = path.with_suffix(f".{secrets.token_hex(4)}.wav")
        try:
            subprocess.run(  # noqa: S603 (the program was found by name, the text goes in by stdin)
                self._arguments(part, language, pace),
                input=text.encode(),
                check=True,
                capture_output=True,
                timeout=_SPEAKING_SECONDS_MAX,
            )
            part.replace(path)
        except (OSError, subprocess.SubprocessError):
            return False
        return True

    def _arguments(self, path: Path, language: str, pace: int) -> list[str]:
        assert self._command is not None
        short = language.split("-", maxsplit=1)[0].lower()
        if self._command.endswith("espeak-ng"):
            voice = {"en": "en-us", "es": "es-419"}.get(short, short)
            return [self._command, "-v", voice, "-s", str(pace), "-w", str(path), "--stdin"]
        voice = _SAY_VOICES.get(short, "Samantha")
        wav = ["--file-format=WAVE", "--data-format=LEI16@22050", "-o", str(path)]
        return [self._command, "-v", voice, "-r", str(pace), *wav, "-f", "-"]

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def wav_seconds(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as opened:
        frames, rate = int(opened.getnframes()), int(opened.getframerate())
    return frames / rate
