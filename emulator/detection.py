"""Was it a person or a machine that answered? (Twilio's page "Answering Machine Detection".)"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.fibers import sleep
from emulator.legs import Leg
from emulator.notices import notify
from emulator.twiml import Goto

if TYPE_CHECKING:
    from emulator.engine import Emulator

# A person says a short hello; a machine begins a little later, and its beep comes after a while.
HELLO_SECONDS, ANNOUNCEMENT_AFTER_SECONDS, BEEP_SECONDS = 0.8, 1.0, 8.0
FAX_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class MachineDetection:
    """What the application wants to know about who answered."""

    mode: str  # Enable | DetectMessageEnd
    asynchronous: bool = False
    callback: Goto | None = None
    timeout_seconds: float = 30.0
    speech_threshold_seconds: float = 2.4  # whoever speaks longer is a machine
    speech_end_seconds: float = 1.2  # of silence, after which somebody has finished


async def detect(town: "Emulator", leg: Leg, detection: MachineDetection) -> float:
    """Listen to who answered; by default a person takes two seconds, a machine longer."""
    seconds, answer = HELLO_SECONDS + detection.speech_end_seconds, "human"
    if getattr(leg.endpoint, "machine", False):
        seconds, answer = _machine(getattr(leg.endpoint, "greeting_ends", "beep"), detection)
    if seconds > detection.timeout_seconds:
        seconds, answer = detection.timeout_seconds, "unknown"
    await sleep(town.clock, seconds)
    leg.answered_by = answer
    return seconds


def _machine(ends: str, detection: MachineDetection) -> tuple[float, str]:
    if not ends:
        return FAX_SECONDS, "fax"
    if detection.mode == "DetectMessageEnd":
        return BEEP_SECONDS, f"machine_end_{ends}"
    return ANNOUNCEMENT_AFTER_SECONDS + detection.speech_threshold_seconds, "machine_start"


async def detect_beside(town: "Emulator", leg: Leg, detection: MachineDetection) -> None:
    """Detect while the call goes on, and tell by a callback of its own."""
    seconds = await detect(town, leg, detection)
    goto = detection.callback
    if goto is None or leg.final:
        return
    params = {
        "CallSid": leg.sid,
        "AccountSid": town.account_sid,
        "AnsweredBy": leg.answered_by or "unknown",
        "MachineDetectionDuration": str(int(seconds * 1000)),
    }
    notify(town, leg, "amd", goto.method, goto.url, params)
