"""How does `<Dial>` reach another person, and what does it tell when that is over?

Twilio's pages "<Dial>", "<Number>", "<Client>" and "<Sip>"; targets.py says whom it names.
"""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from emulator import twiml
from emulator.bridges import Bridge
from emulator.detection import detect_beside
from emulator.errors import TwimlFailure
from emulator.fibers import Cancelled, Signal, either
from emulator.interpreter import Ending, Performance, Scene
from emulator.legs import Leg
from emulator.placing import full
from emulator.recordings import Tape
from emulator.ringing import ring, send_keys
from emulator.sounds import Ring
from emulator.targets import Target
from emulator.twiml import Goto

TARGETS_MAX = 10
E164 = re.compile(r"\+[1-9]\d{6,14}")
SCREEN_VERBS = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"})
SCREEN = Scene("a screening document", SCREEN_VERBS, 13201, "screen")


@dataclass(frozen=True, slots=True)
class Result:
    """How a Dial ended, as its action will be told."""

    status: str
    leg: Leg | None = None
    seconds: int = 0
    bridged: bool = False
    conference: bool = False

    def params(self) -> dict[str, str]:
        fields = {"DialCallStatus": self.status}
        if self.leg is not None:
            fields |= {"DialCallSid": self.leg.sid}
            if self.bridged or self.status == "completed":
                fields |= {"DialCallDuration": str(self.seconds)}
        return fields | {"DialBridged": "true" if self.bridged else "false"}


@dataclass(eq=False, slots=True)
class Attempt:
    """One Dial in progress: its children and the first news from them."""

    performance: Performance
    caller_id: str
    timeout: float
    children: list[Leg] = field(default_factory=list)
    winner: Leg | None = None
    ready: Signal[Leg] = field(default_factory=Signal)
    hopeless: Signal[str] = field(default_factory=Signal)
    bridge: Bridge | None = None
    bridged_child: Leg | None = None

    def won(self, child: Leg) -> bool:
        """The first pick-up, voicemail's too, ends the ringing of all the others."""
        if self.winner is not None:
            return False
        self.winner = child
        for other in list(self.children):
            if other is not child:
                other.end("canceled", "another telephone was answered")
        return True

    def gone(self) -> None:
        if all(child.final for child in self.children):
            self.hopeless.set("over")


async def dial_people(
    performance: Performance, verb: ET.Element, targets: list[Target], tape: Tape
) -> Result:
    """Ring them (all at once unless sequential), then talk to the first who is ready."""
    result = Result("failed")
    sequential = twiml.flag(verb, "sequential", default=False)
    rounds = [[target] for target in targets] if sequential else [targets[:TARGETS_MAX]]
    for some in rounds:
        result = await _dial_round(performance, verb, some, tape)
        if result.bridged or result.status == "completed":
            break
    return result


async def _dial_round(
    performance: Performance, verb: ET.Element, targets: list[Target], tape: Tape
) -> Result:
    leg, town = performance.leg, performance.town
    caller_id = _caller_id(performance, verb, targets)
    if caller_id is None:
        town.alert(13214, "Dial: invalid callerId value", leg)
        return Result("failed")
    attempt = Attempt(performance, caller_id, twiml.number(verb, "timeout", 30))
    if leg.live or not twiml.flag(verb, "answerOnBridge", default=False):
        leg.pick_up()
    leg.hears(Ring(verb.get("ringTone") or ""))  # early, where the caller is not answered yet
    if (verb.get("record") or "").startswith("record-from-ringing"):
        tape.begin()
    try:
        for target in targets:
            start_child(attempt, target)
        await either(town.clock, None, attempt.ready, attempt.hopeless)
        if attempt.ready.value is None:
            return _nobody(attempt)
        tape.begin()
        return await _talk(attempt, verb, attempt.ready.value)
    finally:
        if attempt.bridge is not None:
            attempt.bridge.stop("hung-up")
        for child in attempt.children:
            child.end("completed" if child.answered_at else "canceled", "its parent went on")


def start_child(attempt: Attempt, target: Target) -> Leg:
    """A child leg of the dialling one; `<Dial>` legs never wait for the calls-per-second limit."""
    parent, town = attempt.performance.leg, attempt.performance.town
    child = Leg(
        town,
        town.new_sid("CA"),
        "outbound-dial",
        target.kind,
        attempt.caller_id,
        target.address,
        town.clock.now(),
        parent,
        parameters=target.parameters,
        arrives_at=target.arrives_at,
    )
    if target.subscription is not None:
        child.subscriptions.append(target.subscription)
    crowded = full(town)
    attempt.children.append(child)
    town.add_leg(child)
    child.over.then(attempt.gone)
    if crowded:
        town.alert(10004, f"concurrency limit: {child.to} is not dialled", parent)
        town.clock.call_later(0, child.end, "failed", "concurrency limit")
    else:
        child.fiber = town.spawn(_child_life, attempt, child, target)
    return child


async def _child_life(attempt: Attempt, child: Leg, target: Target) -> None:
    """Ring, hear the screening document, be bridged; a REST update may lead it elsewhere."""
    town = child.town
    outcome = await ring(town, child, attempt.timeout)
    if outcome != "answered":
        child.end(outcome)
        return
    if not attempt.won(child):
        child.end("canceled", "another telephone was answered")
        return
    child.pick_up()
    try:
        await _child_talks(attempt, child, target)
    except Cancelled:
        if not child.final:  # it is led elsewhere: no longer the parent's to hang up
            attempt.children.remove(child)
            attempt.gone()
        raise


async def _child_talks(attempt: Attempt, child: Leg, target: Target) -> None:
    """Keys for a switchboard, the screening document, then the bridge."""
    town = child.town
    if target.detection is not None:
        town.spawn(detect_beside, town, child, target.detection)
    await send_keys(child, target.send_digits)
    if target.goto is not None and not await _screened(child, target.goto):
        child.end("completed", "declined")
        return
    attempt.bridge = Bridge(town, attempt.performance.leg, child)
    attempt.ready.set(child)
    try:
        await attempt.bridge.over
    finally:
        attempt.bridge.stop("hung-up")
    child.end("completed", "the bridge ended")


async def _screened(child: Leg, goto: Goto) -> bool:
    try:
        return await Performance(child.town, child, SCREEN).run(goto) is Ending.RAN_OUT
    except TwimlFailure as failure:
        child.town.alert(failure.code, failure.message, child, failure.url)
        return False


async def _talk(attempt: Attempt, verb: ET.Element, child: Leg) -> Result:
    leg, town, bridge = attempt.performance.leg, attempt.performance.town, attempt.bridge
    assert bridge is not None
    leg.pick_up()
    bridge.start()
    star: Signal[str] = Signal()
    if twiml.flag(verb, "hangupOnStar", default=False):
        leg.star = star
    try:
        await either(town.clock, twiml.number(verb, "timeLimit", 14_400), bridge.over, star)
    finally:
        leg.star = None
        seconds = bridge.seconds
        bridge.stop("hung-up")
    return Result("completed", child, seconds, bridged=True)


def _nobody(attempt: Attempt) -> Result:
    """The child that picked up and declined, else the last that failed."""
    child = attempt.winner or max(
        attempt.children, key=lambda one: (one.ended_at is not None, one.ended_at), default=None
    )
    if child is None:
        return Result("failed")
    return Result(child.status, child, child.seconds)


def _caller_id(performance: Performance, verb: ET.Element, targets: list[Target]) -> str | None:
    """What the callee sees; None (13214) unless it is ours or a number of this very call."""
    leg, town = performance.leg, performance.town
    shown = (verb.get("callerId") or "").strip() or leg.from_
    if all(target.kind == "client" for target in targets) or not verb.get("callerId"):
        if shown.startswith("client:") and any(target.kind == "pstn" for target in targets):
            return None
        return shown
    if shown in (leg.from_, leg.to) or shown in town.numbers or not E164.fullmatch(shown):
        return shown
    return None
