"""Was it a person or a machine that answered? (Twilio's page "Answering Machine Detection".)"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.fibers import sleep
from emulator.legs import Leg
from emulator.notices import notify
from emulator.twiml import Goto

if TYPE_CHECKING:
    from emulator.engine import Emulator

HUMAN_SECONDS, MACHINE_SECONDS, BEEP_SECONDS = 2.0, 3.4, 8.0


@dataclass(frozen=True, slots=True)
class MachineDetection:
    """What the application wants to know about who answered."""

    mode: str  # Enable | DetectMessageEnd
    asynchronous: bool = False
    callback: Goto | None = None


async def detect(town: "Emulator", leg: Leg, detection: MachineDetection) -> float:
    """Listen to who answered; a person takes two seconds, a machine longer."""
    seconds, answer = HUMAN_SECONDS, "human"
    if getattr(leg.endpoint, "machine", False):
        seconds, answer = MACHINE_SECONDS, "machine_start"
        if detection.mode == "DetectMessageEnd":
            seconds, answer = BEEP_SECONDS, "machine_end_beep"
    await sleep(town.clock, seconds)
    leg.answered_by = answer
    return seconds


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
