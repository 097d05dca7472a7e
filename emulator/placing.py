"""When does a call created over REST begin to ring, and what happens when it is answered?

Twilio's pages "Call resource", "Participant resource", "Answering Machine Detection", and the
support article on calls per second: what exceeds the rate is queued, not refused.
"""

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

from emulator.detection import MachineDetection, detect, detect_beside
from emulator.fibers import Cancelled, Signal
from emulator.interpreter import converse
from emulator.legs import Leg
from emulator.participants import Participant
from emulator.ringing import ring, send_keys
from emulator.twiml import Goto, Inline

if TYPE_CHECKING:
    from emulator.engine import Emulator


def full(town: "Emulator") -> bool:
    """Whether the account's profile allows no further leg (queued ones aside)."""
    if town.live_legs_max is None:
        return False
    waiting = ("outbound-api", "queued")
    busy = [leg for leg in town.live.values() if (leg.direction, leg.status) != waiting]
    return len(busy) >= town.live_legs_max


class Pace:
    """Lets REST-created calls out at the account's rate and within its concurrency."""

    def __init__(self, town: "Emulator") -> None:
        self._town = town
        self._waiting: deque[tuple[Leg, Signal[str]]] = deque()
        self._next = town.clock.now()
        self._planned = False

    def enter(self, leg: Leg) -> Signal[str]:
        """A signal that is set when this leg may begin."""
        go: Signal[str] = Signal()
        self._waiting.append((leg, go))
        self.look()
        return go

    def look(self) -> None:
        """Let out whom the limits allow; called on every arrival and every end of a leg."""
        clock = self._town.clock
        while self._waiting and not self._planned:
            leg, go = self._waiting[0]
            if leg.final:
                self._waiting.popleft()
                continue
            if full(self._town):
                return
            left = (self._next - clock.now()).total_seconds()
            if left > 0:
                self._planned = True
                clock.call_later(left, self._due)
                return
            self._waiting.popleft()
            self._next = clock.now() + timedelta(seconds=1 / self._town.calls_per_second)
            go.set("go")

    def _due(self) -> None:
        self._planned = False
        self.look()


def place(
    town: "Emulator",
    leg: Leg,
    first: Goto | Inline,
    ring_seconds: float,
    detection: MachineDetection | None = None,
) -> None:
    """Begin the life of a REST-created call."""
    town.add_leg(leg)
    leg.fiber = town.spawn(_life, town, leg, first, ring_seconds, detection)


async def _life(
    town: "Emulator",
    leg: Leg,
    first: Goto | Inline,
    ring_seconds: float,
    detection: MachineDetection | None,
) -> None:
    await town.pace.enter(leg)
    outcome = await ring(town, leg, ring_seconds)
    if outcome != "answered":
        leg.end(outcome)
        return
    leg.pick_up()
    await send_keys(leg, leg.send_digits)
    if detection is not None and not detection.asynchronous:
        await detect(town, leg, detection)
    elif detection is not None:
        town.spawn(detect_beside, town, leg, detection)
    await converse(town, leg, first)


def place_participant(
    town: "Emulator",
    participant: Participant,
    ring_seconds: float,
    detection: MachineDetection | None,
) -> None:
    """Ring somebody straight into a room."""
    leg = participant.leg
    participant.conference.coming.append(participant)
    town.add_leg(leg)
    leg.over.then(lambda: _never_came(participant))
    leg.fiber = town.spawn(_participant_life, town, participant, ring_seconds, detection)


def _never_came(participant: Participant) -> None:
    room = participant.conference
    if participant in room.coming:
        room.coming.remove(participant)
        if not room.everyone():
            room.end("last-participant-left", "", None)


async def _participant_life(
    town: "Emulator",
    participant: Participant,
    ring_seconds: float,
    detection: MachineDetection | None,
) -> None:
    leg, room = participant.leg, participant.conference
    await town.pace.enter(leg)
    outcome = await ring(town, leg, ring_seconds)
    if outcome != "answered" or room.status == "completed":
        leg.end(outcome if outcome != "answered" else "completed")
        return
    leg.pick_up()
    if detection is not None:
        town.spawn(detect_beside, town, leg, detection)
    room.join(participant)
    try:
        await participant.left
    except Cancelled:
        room.leave(
            participant,
            "participant_hung_up" if leg.final else "participant_updated_via_api",
        )
        raise
    leg.end("completed", "the conference is over for this one")
