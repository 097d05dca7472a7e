"""What happens between dialling an address, somebody picking up, and the keys sent then?"""

from typing import TYPE_CHECKING

from emulator.fibers import either, sleep
from emulator.sounds import Play

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg

SETUP_SECONDS = {"pstn": 1.0, "sip": 0.3, "client": 0.1, "app": 0.1}
KEY_SECONDS = 0.5  # a key tone, and a `w`
RING_BUFFER_SECONDS = 5.0  # Twilio adds about five seconds to every ring timeout


async def ring(town: "Emulator", leg: "Leg", seconds: float) -> str:
    """Ring the leg's address: answered, busy, no-answer, failed or canceled.

    A softphone that is not registered cannot ring; a telephone nobody plays rings unanswered.
    """
    leg.move("initiated")
    await sleep(town.clock, SETUP_SECONDS[leg.kind])
    leg.ringing_at = town.endpoints(leg.to)
    if leg.kind == "client" and not leg.ringing_at:
        return "no-answer"
    leg.move("ringing")
    for endpoint in list(leg.ringing_at):
        endpoint.rings(leg)
    if not await either(town.clock, seconds + RING_BUFFER_SECONDS, leg.pickup):
        leg.pickup.set("no-answer")
    return leg.pickup.value or "failed"


async def send_keys(leg: "Leg", keys: str) -> None:
    """`sendDigits`: for a switchboard, as soon as it has answered."""
    if keys:
        seconds = KEY_SECONDS * len(keys)
        leg.hears(Play("", 1, keys, seconds))
        await sleep(leg.town.clock, seconds)
