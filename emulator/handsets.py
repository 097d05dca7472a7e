"""Who is on the telephone, as the phone page shows it: those who call there, and phones that ring.

A handset is one person's telephone in one call. Numbers that nobody else answers ring here; with
no page open they behave by a script (they ring, and nobody comes).
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from emulator import sounds
from emulator.engine import Emulator
from emulator.legs import Leg

if TYPE_CHECKING:
    from emulator.media import Media

_KEPT_MAX = 24
# A pause between two sentences is not worth a line; this long is.
_SILENCE_WORTH_A_LINE_SECONDS = 2.0
_VOICEMAIL_SECONDS = 30.0

_OVER = {
    "busy": "Busy",
    "no-answer": "Nobody answered",
    "failed": "Could not be connected",
    "canceled": "Ended before it was answered",
    "completed": "The call is over",
}
_MISSED = {"answered-elsewhere": "Answered elsewhere", "canceled": "They gave up"}


@dataclass
class Caption:
    at: float
    """Seconds since the call began."""
    kind: str
    text: str


@dataclass(eq=False)
class Handset:
    leg: Leg
    title: str
    numbers: str
    rung: bool
    """Somebody called this phone, rather than its owner calling."""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(6))
    state: str = ""
    stage: str = "ringing"
    """ringing, talking or ended."""
    began_at: float = field(default_factory=time.time)
    ended_at: float | None = None
    hung_up_here: bool = False
    machine: bool = False
    """Its voicemail has answered."""
    captions: list[Caption] = field(default_factory=list)

    def note(self, kind: str, text: str) -> None:
        self.captions.append(Caption(round(time.time() - self.began_at, 1), kind, text))

    def shown(self) -> dict[str, Any]:
        hidden = ("leg", "hung_up_here", "machine", "captions")
        plain = {name: value for name, value in vars(self).items() if name not in hidden}
        return plain | {"captions": [asdict(line) for line in self.captions]}


@dataclass(frozen=True)
class Person:
    """Somebody in the world with a number; `habit` is what they do when no page is open."""

    number: str
    name: str = ""
    habit: str = "no-answer"
    """no-answer, busy, failed, answers or voicemail."""
    ring_seconds: float = 25.0


class Handsets:
    """The Endpoint of every call made on the page and of every number nobody else answers."""

    def __init__(self, emulator: Emulator, media: Media | None, people: list[Person]) -> None:
        self._emulator = emulator
        self.media = media
        self._people = {person.number: person for person in people}
        self._handsets: dict[str, Handset] = {}
        self._by_leg: dict[str, Handset] = {}
        self.pages_open = 0
        self.tell: Callable[[dict[str, Any]], None] = lambda _message: None
        """Called with each message for every open page."""

    def all(self) -> list[Handset]:
        return list(self._handsets.values())

    def get(self, handset: str) -> Handset | None:
        return self._handsets.get(handset)

    # --- what somebody does on the page ---

    def call(
        self,
        to: str,
        shown: str,
        *,
        role: str = "caller",
        name: str = "",
        headers: dict[str, str] | None = None,
    ) -> Handset:
        """Dial one of the emulator's numbers; `headers` are X- headers, as of a call by SIP."""
        extra = {f"SipHeader_{name}": value for name, value in (headers or {}).items()}
        leg = self._emulator.call_in(
            shown, to, endpoint=self, extra=extra, caller_name=name or None
        )
        number = self._emulator.numbers.get(to)
        title = name or ("911 dispatcher" if role == "dispatcher" else "Caller")
        domain = self._emulator.sip_domains.get(to.partition("@")[2])
        owned = number or domain
        called = _spaced(owned.friendly_name if owned else to)
        handset = Handset(leg, title, f"{_spaced(shown) or 'no number'} → {called}", rung=False)
        handset.state = "Calling…"
        self._keep(handset)
        return handset

    def answer(self, handset: Handset) -> None:
        handset.leg.answer(self)

    def voicemail(self, handset: Handset) -> None:
        """A machine answers: it listens for a while and never presses a key."""
        handset.note("own", "Your voicemail answers. It never presses a key.")
        handset.machine = True
        handset.leg.answer(Machine(self))
        self._emulator.clock.call_later(_VOICEMAIL_SECONDS, self.hang_up, handset)

    def refuse(self, handset: Handset, status: str) -> None:
        handset.hung_up_here = True
        handset.leg.reject(status)

    def ignore(self, handset: Handset) -> None:
        if handset.stage == "ringing":
            handset.state = "Left to ring"
            self._show(handset)

    def press(self, handset: Handset, keys: str) -> None:
        handset.note("own", f"You press {keys}")
        handset.leg.press(keys)
        self._show(handset)

    def hang_up(self, handset: Handset) -> None:
        if handset.stage != "ended":
            handset.hung_up_here = True
            handset.leg.hang_up()

    def put_away(self, handset: Handset) -> None:
        self._handsets.pop(handset.id, None)
        self.tell({"type": "gone", "id": handset.id})

    def hang_up_all(self) -> None:
        """The last page is closed: nobody is there to speak."""
        for handset in self.all():
            if handset.stage == "talking" or not handset.rung:
                self.hang_up(handset)

    # --- what the engine tells (Endpoint, and on_sound) ---

    def rings(self, leg: Leg) -> None:
        person = self._people.get(leg.to) or Person(leg.to)
        title = person.name or "A telephone"
        handset = Handset(
            leg, title, f"{_spaced(leg.to)}, called by {_spaced(leg.from_)}", rung=True
        )
        handset.state = "Ringing"
        self._keep(handset)
        if not self.pages_open:
            self._emulator.clock.call_later(person.ring_seconds, self._by_habit, handset, person)

    def stops_ringing(self, leg: Leg, why: str) -> None:
        handset = self._by_leg.get(leg.sid)
        if handset is not None and not handset.machine:
            self._over(handset, _MISSED.get(why, _OVER.get(why, "Stopped ringing")))

    def answered(self, leg: Leg) -> None:
        handset = self._by_leg.get(leg.sid)
        if handset is not None and handset.stage == "ringing":
            handset.stage, handset.state = "talking", "Connected"
            self._show(handset)

    def ended(self, leg: Leg, why: str) -> None:
        handset = self._by_leg.get(leg.sid)
        if handset is not None:
            self._over(handset, _OVER.get(why, "The call is over"))

    def hears(self, change: sounds.SoundChanged) -> None:
        handset, item = self._by_leg.get(change.leg.sid), change.item
        if handset is None or item is None:
            return
        if handset.stage == "talking":
            together = isinstance(item, sounds.Conference | sounds.Bridge)
            handset.state = "In conversation" if together else "Connected"
        if isinstance(item, sounds.Silence):
            self._emulator.clock.call_later(
                _SILENCE_WORTH_A_LINE_SECONDS, self._still_silent, handset, item
            )
        else:
            handset.note(item.kind, _words(change.leg, item))
        self._show(handset)

    # --- within ---

    def _still_silent(self, handset: Handset, item: sounds.Silence) -> None:
        if handset.leg.sound is item and handset.stage == "talking":
            handset.note("silence", "(silence)")
            self._show(handset)

    def _by_habit(self, handset: Handset, person: Person) -> None:
        if handset.stage != "ringing" or self.pages_open:
            return
        if person.habit == "voicemail":
            self.voicemail(handset)
        elif person.habit == "answers":
            self.answer(handset)
        else:
            self.refuse(handset, person.habit)

    def _over(self, handset: Handset, words: str) -> None:
        if handset.stage == "ended":
            return
        if handset.hung_up_here and handset.stage == "talking":
            words = "You hung up"
        handset.stage, handset.state = "ended", words
        handset.ended_at = time.time()
        handset.note("own", f"{words}.")
        self._by_leg.pop(handset.leg.sid, None)
        if self.media is not None:
            self.media.drop(handset.leg.sid)
        self._show(handset)

    def _keep(self, handset: Handset) -> None:
        self._handsets[handset.id] = handset
        self._by_leg[handset.leg.sid] = handset
        over = [one for one in self.all() if one.stage == "ended"]
        for old in over[: max(0, len(self._handsets) - _KEPT_MAX)]:
            self.put_away(old)
        if handset.leg.final:
            self.ended(handset.leg, handset.leg.status)
        self._show(handset)

    def _show(self, handset: Handset) -> None:
        if handset.id in self._handsets:
            self.tell({"type": "phone", "phone": handset.shown()})


class Machine:
    """The Endpoint of a voicemail, so that answering-machine detection finds one."""

    machine = True

    def __init__(self, handsets: Handsets) -> None:
        self.rings, self.stops_ringing = handsets.rings, handsets.stops_ringing
        self.answered, self.ended = handsets.answered, handsets.ended


def whose(leg: Leg) -> str:
    """Who sits at the far end of a leg: a number, or a softphone's identity."""
    return (leg.from_ if leg.direction == "inbound" else leg.to).removeprefix("client:")


def _spaced(number: str) -> str:
    """+13145550142 as people write it; anything else as it is."""
    found = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", number)
    return f"+1 {' '.join(found.groups())}" if found else number


def _words(leg: Leg, item: sounds.Sound) -> str:
    if isinstance(item, sounds.Say):
        return item.text
    if isinstance(item, sounds.Play):
        return f"♪ {item.url.rsplit('/', 1)[-1] or 'recording'}" if item.url else "(key tones)"
    if isinstance(item, sounds.Ring):
        return "(it rings)"
    if isinstance(item, sounds.Beep):
        return "(a beep: somebody came or left)"
    peer = leg.town.legs.get(item.text)
    with_whom = _spaced(whose(peer)) if peer is not None else "the people in this conversation"
    return f"(you are connected with {with_whom})"
