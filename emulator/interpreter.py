"""How is a document performed on a leg: verb after verb, until nothing is left to do?

Twilio's page "TwiML for Programmable Voice": verbs run in order; one that goes elsewhere makes the
rest unreachable; a document that ends, ends the call.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from emulator import reading, twiml
from emulator.errors import TwimlFailure
from emulator.fetching import fetch
from emulator.fibers import Signal, either
from emulator.notices import notify
from emulator.sounds import Say, Silence, Sound
from emulator.twiml import Document, Goto, Inline

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg

APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
FALLBACKS_MAX = 50


class Ending(Enum):
    """Why a performance is over."""

    RAN_OUT = "ran-out"
    HANGUP = "hangup"
    LEAVE = "leave"
    REJECTED = "no-answer"
    BUSY = "busy"


Outcome = Goto | Ending | None


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a document is performed: which verbs may occur, and what every request adds."""

    name: str
    allowed: frozenset[str] | None = None
    refusal: int = 12200
    kind: str = "voice"
    params: Callable[[], dict[str, str]] = dict
    waits: bool = False  # bare audio repeats here


VOICE = Scene("voice")


class Performance:
    """One leg performing documents in one scene."""

    def __init__(self, town: "Emulator", leg: "Leg", scene: Scene = VOICE) -> None:
        self.town, self.leg, self.scene = town, leg, scene
        self.document = Document(())

    async def run(self, first: Goto | Inline) -> Ending:
        """Perform until a document runs out or a verb ends it."""
        following: Goto | Inline = first
        while True:
            self.document = (
                following.document()
                if isinstance(following, Inline)
                else await self.load(following)
            )
            outcome = await self.perform(self.document)
            if not isinstance(outcome, Goto):
                return outcome or Ending.RAN_OUT
            following = outcome

    async def load(self, goto: Goto) -> Document:
        """Fetch the next document; the leg hears nothing meanwhile."""
        if self.leg.live:
            self.leg.hears(Silence())
        params = self.leg.params() | self.scene.params() | goto.params
        fetched = await fetch(self.town, self.leg, goto.kind, goto.method, goto.url, params)
        return twiml.read(fetched, waiting=self.scene.waits)

    async def perform(self, document: Document) -> Outcome:
        for verb in document.verbs:
            outcome = await self.perform_verb(verb)
            if outcome is not None:
                return outcome
        return None

    async def perform_verb(self, verb: ET.Element) -> Outcome:
        performer = VERBS.get(verb.tag)
        if performer is None:
            self.town.alert(12200, f"schema validation warning: <{verb.tag}>", self.leg)
            return None
        if self.scene.allowed is not None and verb.tag not in self.scene.allowed:
            raise TwimlFailure(
                self.scene.refusal, f"<{verb.tag}> is not allowed in {self.scene.name}"
            )
        faults = self.document.faults.get(verb, ())
        for fault in faults:
            self.town.alert(fault.code, fault.message, self.leg, self.document.url)
        failed = FAILED.get(verb.tag)
        if failed is not None and any(fault.fatal for fault in faults):
            self.leg.pick_up()
            return self.action(verb, *failed)
        return await performer(self, verb)

    # --- what verbs are made of ------------------------------------------------------------

    async def hear(self, sound: Sound, seconds: float | None, *interrupts: Signal[str]) -> bool:
        """Answer if need be and hear `sound` (None: for ever); True when interrupted."""
        self.leg.pick_up()
        if any(signal.is_set for signal in interrupts):
            return True
        self.leg.hears(sound)
        return await either(self.town.clock, seconds, *interrupts)

    def resolve(self, url: str) -> str:
        """An absolute URL, relative ones against the document being performed."""
        absolute = reading.joined(self.document.url, url)
        if not absolute.startswith("com.twilio.") and not reading.is_web_address(absolute):
            raise TwimlFailure(11100, "invalid URL format", url)
        return absolute

    def action(
        self, verb: ET.Element, params: dict[str, str], kind: str, default: bool = False
    ) -> Goto | None:
        """Where a verb with an `action` goes next; with `default`, back to this document."""
        url = verb.get("action")
        if url is None and not default:
            return None
        return Goto(self.resolve(url or ""), method_of(verb, "method"), params, kind)

    def tell(self, verb: ET.Element, params: dict[str, str], kind: str) -> None:
        """Request a verb's action although nobody can perform its answer any more."""
        url = verb.get("action")
        if url is not None:
            merged = self.leg.params() | params
            method = method_of(verb, "method")
            notify(self.town, self.leg, kind, method, self.resolve(url), merged)


def method_of(verb: ET.Element, name: str) -> str:
    return "GET" if (verb.get(name) or "").strip().upper() == "GET" else "POST"


Performer = Callable[[Performance, ET.Element], Awaitable[Outcome]]
VERBS: dict[str, Performer] = {}


# What the action of a verb is told that could not be performed as it stands.
FAILED: dict[str, tuple[dict[str, str], str]] = {
    "Dial": ({"DialCallStatus": "failed", "DialBridged": "false"}, "dial-action"),
    "Enqueue": ({"QueueResult": "error"}, "enqueue-action"),
}


def performs(tag: str) -> Callable[[Performer], Performer]:
    """Register the performer of a verb."""

    def register(performer: Performer) -> Performer:
        VERBS[tag] = performer
        return performer

    return register


async def converse(town: "Emulator", leg: "Leg", first: Goto | Inline) -> None:
    """A leg's life under TwiML, with its fallback, to the end of the call."""
    ending = await _perform_with_fallback(Performance(town, leg), first)
    if ending in (Ending.REJECTED, Ending.BUSY):
        leg.end(ending.value, "rejected")
        return
    leg.pick_up()
    leg.end("completed", "its document ended" if ending is Ending.RAN_OUT else "hangup")


async def _perform_with_fallback(performance: Performance, first: Goto | Inline) -> Ending:
    """Any fatal error leads to the fallback URL; without one, to Twilio's apology."""
    leg, town = performance.leg, performance.town
    following = first
    for _ in range(FALLBACKS_MAX):
        try:
            return await performance.run(following)
        except TwimlFailure as failure:
            url = failure.url or performance.document.url
            town.alert(failure.code, failure.message, leg, url)
            bare = leg.fallback.url.partition("#")[0]
            if not bare or url == bare:
                break
            params = {"ErrorCode": str(failure.code), "ErrorUrl": url}
            following = Goto(leg.fallback.url, leg.fallback.method, params, "fallback")
    await performance.hear(Say(APPLICATION_ERROR, "en-US", "man", 4.0), 4.0)
    return Ending.HANGUP
