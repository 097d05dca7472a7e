"""Where do the sounds in `config/sound/` come from? This computes them, the same bytes each time.

`python tools/make_sounds.py` writes them; `--check` names those that differ.
"""

# ruff: noqa: T201 (a command speaks to its operator)

import math
import sys
import wave
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "config" / "sound"
TELEPHONE_HZ = 8_000
DESK_HZ = 16_000
LOUDEST = 32_767
TAU = 2 * math.pi

# Bed: whole numbers of cycles in 5 s, so that the end meets the beginning without a click.
BED_SECONDS = 5
CHORD_HZ = (174.6, 220.0, 261.6, 329.6)  # F major seventh, low and close
BED_LOUDNESS = 0.05  # well under a voice: it says that the line is alive, and no more


def bed(second: float) -> float:
    """A warm chord that swells once and sinks, like a breath."""
    swell = 0.35 + 0.65 * (0.5 - 0.5 * math.cos(TAU * second / BED_SECONDS))
    chord = sum(math.sin(TAU * tone * second) for tone in CHORD_HZ) / len(CHORD_HZ)
    return BED_LOUDNESS * swell * chord


def ring(second: float) -> float:
    """The ringing tone of North America: 440 and 480 Hz, two seconds on, four off."""
    on_seconds = 2
    if second >= on_seconds:
        return 0.0
    return 0.1 * (math.sin(TAU * 440 * second) + math.sin(TAU * 480 * second)) / 2


def desk_ring(second: float) -> float:
    """Two soft strokes of a bell, then a rest: heard across a room, and not a fright."""
    value = 0.0
    for start, tone in ((0.0, 659.3), (0.35, 880.0)):
        since = second - start
        if since >= 0:
            attack = min(1.0, since / 0.01)
            value += attack * math.exp(-4 * since) * math.sin(TAU * tone * since)
    return 0.25 * value


# name: (samples a second, seconds, what sounds)
SOUNDS: dict[str, tuple[int, float, Callable[[float], float]]] = {
    "bed.wav": (TELEPHONE_HZ, BED_SECONDS, bed),
    "ring.wav": (TELEPHONE_HZ, 6, ring),
    "desk-ring.wav": (DESK_HZ, 2.5, desk_ring),
}


def rendered(name: str) -> bytes:
    """Compute one file: mono, 16 bits."""
    rate, seconds, sound = SOUNDS[name]
    samples = (round(LOUDEST * sound(index / rate)) for index in range(round(rate * seconds)))
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
    return file.getvalue()


def main() -> int:
    """Write, or check, every sound."""
    different = [name for name in SOUNDS if not _same(FOLDER / name, rendered(name))]
    for name in different:
        if "--check" in sys.argv:
            print(f"{name} differs: run python tools/make_sounds.py")
        else:
            (FOLDER / name).write_bytes(rendered(name))
            print(f"wrote {FOLDER / name}")
    return 1 if different and "--check" in sys.argv else 0


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


if __name__ == "__main__":
    sys.exit(main())
