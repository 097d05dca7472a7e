"""Which two legs talk to each other, and what ends that?"""

from typing import TYPE_CHECKING

from emulator.fibers import Signal
from emulator.sounds import Bridge as Talking
from emulator.sounds import Silence

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg


class Bridge:
    """Two legs connected; `over` is set by whoever goes first."""

    def __init__(self, town: "Emulator", one: "Leg", other: "Leg") -> None:
        self.town, self.one, self.other = town, one, other
        self.over: Signal[str] = Signal()
        self.started_at = town.clock.now()

    def start(self) -> None:
        self.one.peer, self.other.peer = self.other, self.one
        self.started_at = self.town.clock.now()
        self.one.hears(Talking(self.other.sid))
        self.other.hears(Talking(self.one.sid))

    def stop(self, why: str) -> None:
        """Both stop hearing each other; repeated stops change nothing."""
        for leg, peer in ((self.one, self.other), (self.other, self.one)):
            if leg.peer is peer:
                leg.peer = None
                leg.hears(Silence())
        self.over.set(why)

    @property
    def seconds(self) -> int:
        return int((self.town.clock.now() - self.started_at).total_seconds())
