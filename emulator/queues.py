"""Who waits in which line, for how long, and how do they get out of it?

Twilio's pages "<Enqueue>", "Queue resource" and "Member resource".
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from emulator import twiml
from emulator.audio import BUILT_IN_SECONDS, HOLD_MUSIC
from emulator.bridges import Bridge
from emulator.errors import TwimlFailure
from emulator.fibers import Cancelled, Fiber, Signal, sleep
from emulator.interpreter import (
    Ending,
    Outcome,
    Performance,
    Scene,
    method_of,
    performs,
)
from emulator.sounds import Play, Silence
from emulator.twiml import Goto

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg

DEFAULT_SIZE_MAX = 1000
NAME_CHARACTERS_MAX = 64
WAIT_VERBS = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"})
QUEUE_VERBS = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"})
SHORTEST_LAP_SECONDS = 1.0  # an empty wait document must not become a busy loop


@dataclass(eq=False, slots=True)
class Member:
    """One waiting leg; `out` says how it gets out: leave, error, bridged."""

    queue: "Queue"
    leg: "Leg"
    enqueued_at: datetime
    out: Signal[str] = field(default_factory=Signal)
    offer: "Offer | None" = None
    waiting: Fiber | None = None

    @property
    def wait_seconds(self) -> int:
        return int((self.queue.town.clock.now() - self.enqueued_at).total_seconds())


@dataclass(eq=False, slots=True)
class Offer:
    """A dequeuing leg's hand, held out to the member at the front."""

    dialer: "Leg"
    goto: Goto | None  # runs on the member before the two are bridged
    ready: Signal[str] = field(default_factory=Signal)  # bridged | gone
    bridge: Bridge | None = None


@dataclass(eq=False, slots=True)
class Queue:
    """A line of waiting legs, first in, first out."""

    town: "Emulator"
    sid: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    size_max: int = DEFAULT_SIZE_MAX
    members: list[Member] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)  # of the last hundred who got out
    arrival: Signal[str] = field(default_factory=Signal)

    def add(self, leg: "Leg") -> Member:
        member = Member(self, leg, self.town.clock.now())
        self.members.append(member)
        leg.member = member
        arrival, self.arrival = self.arrival, Signal()
        arrival.set(leg.sid)
        return member

    def remove(self, member: Member) -> None:
        if member in self.members:
            self.members.remove(member)
            self.waits = [*self.waits[-99:], member.wait_seconds]
        if member.leg.member is member:
            member.leg.member = None

    def position(self, member: Member) -> int:
        return self.members.index(member) + 1 if member in self.members else 0

    @property
    def average_wait_seconds(self) -> int:
        return sum(self.waits) // len(self.waits) if self.waits else 0

    def facts(self, member: Member) -> dict[str, str]:
        """The fields of a waitUrl request."""
        return {
            "QueueSid": self.sid,
            "QueuePosition": str(self.position(member)),
            "QueueTime": str(member.wait_seconds),
            "AvgQueueTime": str(self.average_wait_seconds),
            "CurrentQueueSize": str(len(self.members)),
            "MaxQueueSize": str(self.size_max),
        }


def named(town: "Emulator", name: str) -> Queue | None:
    return next((queue for queue in town.queues.values() if queue.friendly_name == name), None)


def create(town: "Emulator", name: str, size_max: int = DEFAULT_SIZE_MAX) -> Queue:
    now = town.clock.now()
    queue = Queue(town, town.new_sid("QU"), name, now, now, size_max)
    town.queues[queue.sid] = queue
    return queue


@performs("Enqueue")
async def enqueue(performance: Performance, verb: ET.Element) -> Outcome:
    """Twilio's page "<Enqueue>"."""
    town, leg = performance.town, performance.leg
    leg.pick_up()
    name = (verb.text or "").strip()
    refusal = _refusal(verb, name)
    if refusal:
        town.alert(refusal, "Enqueue: invalid queue name or workflow", leg)
        return _after(performance, verb, {"QueueResult": "error"})
    if town.faults.queue_fails():
        return _after(performance, verb, {"QueueResult": "system-error"})
    queue = named(town, name) or create(town, name)
    size_max = int(twiml.number(verb, "maxQueueSize", queue.size_max))
    if len(queue.members) >= min(size_max, queue.size_max):
        town.alert(14207, f"Enqueue: {name} has reached its maximum size", leg)
        return _after(performance, verb, {"QueueResult": "queue-full"})
    member = queue.add(leg)
    member.waiting = town.spawn(_wait, member, verb, performance)
    try:
        result = await member.out
        if member.offer is not None:
            member.waiting.cancel("offered")
            result = await _meet(member, member.offer)
    except Cancelled:
        result = "hangup" if leg.final else _pulled_out(member.offer)
        performance.tell(verb, _result(member, result), "enqueue-action")
        raise
    finally:
        member.waiting.cancel("out")
        queue.remove(member)
    return _after(performance, verb, _result(member, result))


def _pulled_out(offer: Offer | None) -> str:
    """How far the leg had come towards who took it from the line when REST moved it elsewhere."""
    if offer is None:
        return "redirected"
    return "redirected-from-bridged" if offer.bridge else "bridging-in-process"


def _refusal(verb: ET.Element, name: str) -> int:
    if verb.get("workflowSid"):
        return 14226  # no TaskRouter here
    if not name:
        return 14204
    return 14205 if len(name) > NAME_CHARACTERS_MAX else 0


def _result(member: Member, result: str) -> dict[str, str]:
    queue_time = str(member.wait_seconds)
    return {"QueueResult": result, "QueueSid": member.queue.sid, "QueueTime": queue_time}


def _after(performance: Performance, verb: ET.Element, params: dict[str, str]) -> Outcome:
    """The action when there is one, else the next verb."""
    return performance.action(verb, params, "enqueue-action")


async def _wait(member: Member, verb: ET.Element, outer: Performance) -> None:
    """Lap after lap of the wait document, until somebody takes the member out."""
    town, leg, url = member.queue.town, member.leg, verb.get("waitUrl")
    if url is None:
        leg.hears(Play(HOLD_MUSIC, 0, "", BUILT_IN_SECONDS))
        return
    if not url:
        leg.hears(Silence())
        return
    scene = Scene(
        "a queue's wait document",
        WAIT_VERBS,
        14202,
        "wait",
        lambda: member.queue.facts(member),
        True,
    )
    performance = Performance(town, leg, scene)
    try:
        goto = Goto(outer.resolve(url), method_of(verb, "waitUrlMethod"), {}, "wait")
        while True:
            began = town.clock.now()
            ending = await performance.run(goto)
            if ending is not Ending.RAN_OUT:
                break
            if (town.clock.now() - began).total_seconds() < SHORTEST_LAP_SECONDS:
                await sleep(town.clock, SHORTEST_LAP_SECONDS)
    except TwimlFailure as failure:
        town.alert(failure.code, failure.message, leg, failure.url)
        member.out.set("error")
        return
    if ending is Ending.LEAVE:
        member.out.set("leave")
    else:
        leg.end("completed", "hangup")


async def _meet(member: Member, offer: Offer) -> str:
    """What `<Dial><Queue url>` has the member hear, then the two talk until one goes."""
    town, leg = member.queue.town, member.leg
    member.queue.remove(member)
    try:
        if offer.goto is not None and not await _hear_first(member, offer, offer.goto):
            return "error"
        if offer.dialer.final or offer.ready.is_set:
            return "error"
        offer.bridge = Bridge(town, offer.dialer, leg)
        offer.bridge.start()
        offer.ready.set("bridged")
        await offer.bridge.over
    finally:
        if offer.bridge is not None:
            offer.bridge.stop("hung-up")
        offer.ready.set("gone")
    return "bridged"


async def _hear_first(member: Member, offer: Offer, goto: Goto) -> bool:
    extra = _result(member, "") | {"DequeingCallSid": offer.dialer.sid}  # (sic)
    del extra["QueueResult"]
    scene = Scene("a dequeuing document", QUEUE_VERBS, 13201, "queue", lambda: extra)
    try:
        ending = await Performance(member.queue.town, member.leg, scene).run(goto)
    except TwimlFailure as failure:
        member.queue.town.alert(failure.code, failure.message, member.leg, failure.url)
        return False
    if ending is not Ending.RAN_OUT:
        member.leg.end("completed", "hangup")
    return ending is Ending.RAN_OUT
