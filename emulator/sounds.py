"""What does a leg hear, since when, and for how long?"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.legs import Leg


@dataclass(frozen=True, slots=True)
class Say:
    """Words spoken by a machine, `loop` times (0: for ever), each time for `seconds`."""

    text: str
    language: str
    voice: str
    seconds: float
    loop: int = 1
    kind = "say"


@dataclass(frozen=True, slots=True)
class Play:
    """A recording, `loop` times (0: for ever); `digits` instead of a URL are key tones."""

    url: str
    loop: int = 1
    digits: str = ""
    seconds: float = 0.0
    kind = "play"

    @property
    def text(self) -> str:
        return self.url or self.digits


@dataclass(frozen=True, slots=True)
class Ring:
    """The ringing tone, Twilio's own or (`ringTone`) that of another country."""

    text: str = ""
    kind = "ring"


@dataclass(frozen=True, slots=True)
class Beep:
    """Somebody came into the room or left it."""

    kind = "beep"
    text = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing at all."""

    kind = "silence"
    text = ""


@dataclass(frozen=True, slots=True)
class Conference:
    """Other people in a room; `Emulator.listeners` says who hears whom."""

    name: str
    kind = "conference"

    @property
    def text(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Bridge:
    """One other person (`<Dial>` of a number, client, SIP address or queue)."""

    peer: str  # the other leg's CallSid
    kind = "bridge"

    @property
    def text(self) -> str:
        return self.peer


Sound = Say | Play | Ring | Beep | Silence | Conference | Bridge


@dataclass(frozen=True, slots=True)
class SoundChanged:
    """From this instant on `leg` hears `item`; None: the leg has ended."""

    leg: "Leg"
    item: Sound | None


@dataclass(slots=True)
class Heard:
    """One stretch of what a leg heard; `seconds` grows final when the next one begins."""

    at: datetime
    seconds: float | None
    kind: str
    text: str
    item: Sound
