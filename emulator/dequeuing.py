"""How does `<Dial><Queue>` take somebody out of the line? (Twilio's page "<Queue>".)"""

from xml.etree import ElementTree as ET

from emulator import queues, twiml
from emulator.dialing import Result
from emulator.fibers import either
from emulator.interpreter import Performance, method_of
from emulator.ringing import RING_BUFFER_SECONDS
from emulator.sounds import Silence
from emulator.twiml import Goto


async def dial_queue(performance: Performance, verb: ET.Element, noun: ET.Element) -> Result:
    """Take the member at the front, waiting for one as long as the Dial's timeout allows."""
    leg, town = performance.leg, performance.town
    queue = queues.named(town, (noun.text or "").strip())
    leg.pick_up()
    if queue is None or noun.get("reservationSid"):
        code = 14219 if noun.get("reservationSid") else _misnamed((noun.text or "").strip())
        town.alert(code, "Dial->Queue: no such queue", leg)
        return Result("failed")
    url = noun.get("url")
    goto = Goto(performance.resolve(url), method_of(noun, "method"), {}, "queue") if url else None
    deadline = twiml.number(verb, "timeout", 30) + RING_BUFFER_SECONDS
    member = await _front(performance, queue, deadline)
    if member is None:
        return Result("no-answer")
    offer = member.offer = queues.Offer(leg, goto)
    queue.remove(member)
    member.out.set("bridged")
    return await _talk_to_member(performance, verb, member, offer)


def _misnamed(name: str) -> int:
    """Twilio has codes for a bad name; that a good one names nothing is only "not found"."""
    if not name:
        return 14212
    return 14213 if len(name) > queues.NAME_CHARACTERS_MAX else 20404


async def _front(
    performance: Performance, queue: "queues.Queue", seconds: float
) -> "queues.Member | None":
    leg, clock = performance.leg, performance.town.clock
    began = clock.now()
    while True:
        free = [member for member in queue.members if not member.out.is_set]
        if free:
            return free[0]
        left = seconds - (clock.now() - began).total_seconds()
        leg.hears(Silence())
        if left <= 0 or not await either(clock, left, queue.arrival):
            return None


async def _talk_to_member(
    performance: Performance, verb: ET.Element, member: "queues.Member", offer: "queues.Offer"
) -> Result:
    town, bridged = performance.town, False
    seconds = 0
    try:
        await offer.ready
        if offer.bridge is not None and offer.ready.value == "bridged":
            bridged = True
            limit = twiml.number(verb, "timeLimit", 14_400)
            await either(town.clock, limit, offer.bridge.over)
            seconds = offer.bridge.seconds
    finally:
        offer.ready.set("gone")
        if offer.bridge is not None:
            offer.bridge.stop("hung-up")
    return Result("completed" if bridged else "failed", member.leg, seconds, bridged)
