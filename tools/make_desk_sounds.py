"""Which sounds does the desk make? Short WAV files of our own."""

import math
import struct
import wave
from pathlib import Path

RATE = 16_000
FOLDER = Path(__file__).resolve().parent.parent / "console" / "static" / "sounds"


def tone(hertz: tuple[float, ...], seconds: float, loud: float = 0.25) -> list[float]:
    """A tone that swells in and out, so that it does not click."""
    count, edge = int(RATE * seconds), int(RATE * 0.02)
    return [
        loud
        * min(1, i / edge, (count - i) / edge)
        * sum(math.sin(2 * math.pi * f * i / RATE) for f in hertz)
        / len(hertz)
        for i in range(count)
    ]


def silence(seconds: float) -> list[float]:
    return [0.0] * int(RATE * seconds)


def write(name: str, samples: list[float]) -> None:
    with wave.open(str(FOLDER / name), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", int(s * 32_767)) for s in samples))


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    two = tone((523.25, 659.25), 0.35) + silence(0.1) + tone((659.25, 783.99), 0.45)
    write("desk-ring.wav", two + silence(1.3))
    write("silence.wav", silence(0.1))


if __name__ == "__main__":
    main()
