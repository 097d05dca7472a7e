"""What is one person's connection, what state is it in, and what does it hear?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.endpoints import Endpoint
from emulator.fibers import Fiber, Signal
from emulator.geography import place_fields
from emulator.sounds import Heard, Play, Say, Silence, Sound

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.messages import Subscription as MessageSubscription
    from emulator.participants import Participant
    from emulator.queues import Member
    from emulator.twiml import Goto, Inline

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

# What may follow what (Twilio's "Call resource", status values). Terminal is final.
MOVES: dict[str, frozenset[str]] = {
    "queued": frozenset({"initiated", "ringing", "canceled", "failed", "completed"}),
    "initiated": frozenset({"ringing", "in-progress"}) | FINAL,
    "ringing": frozenset({"in-progress"}) | FINAL,
    "in-progress": frozenset({"completed", "failed"}),
    **{status: frozenset() for status in FINAL},
}

SIP_CODES = {"completed": "200", "busy": "486", "no-answer": "480", "canceled": "487"}


@dataclass(slots=True)
class Subscription:
    """Where a leg's progress is told, and which of its events."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(slots=True)
class Fallback:
    """Where Twilio turns when a document cannot be fetched or performed."""

    url: str = ""
    method: str = "POST"


@dataclass(eq=False, repr=False, slots=True)
class Leg:
    """One call in Twilio's sense. Endpoints act on it by answer, reject, hang_up, press, speak."""

    town: "Emulator"
    sid: str
    direction: str  # inbound | outbound-api | outbound-dial
    kind: str  # pstn | sip | client | app
    from_: str
    to: str
    created_at: datetime
    parent: "Leg | None" = None
    status: str = "queued"
    extra: dict[str, str] = field(default_factory=dict)  # ApplicationSid, SipHeader_*, params...
    phone_number_sid: str | None = None
    caller_name: str | None = None
    forwarded_from: str | None = None
    answered_by: str | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    updated_at: datetime | None = None
    endpoint: Endpoint | None = None
    ringing_at: list[Endpoint] = field(default_factory=list)
    fallback: Fallback = field(default_factory=Fallback)
    subscriptions: list[Subscription] = field(default_factory=list)
    steps_told: int = 0
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    fiber: Fiber | None = None
    pickup: Signal[str] = field(default_factory=Signal)
    over: Signal[str] = field(default_factory=Signal)
    keys: "Signal[str] | None" = None  # whoever waits for the next key
    keys_kept: str = ""
    pressed_at: list[datetime] = field(default_factory=list)
    words: "Signal[str] | None" = None
    star: "Signal[str] | None" = None  # hangupOnStar
    heard: list[Heard] = field(default_factory=list)
    sound: Sound | None = None
    member: "Member | None" = None
    participant: "Participant | None" = None
    peer: "Leg | None" = None  # the other side of a two-party bridge
    parameters: dict[str, str] = field(default_factory=dict)  # <Parameter> for a softphone
    ended_because: str = ""
    time_limit_seconds: float | None = None
    send_digits: str = ""  # keys sent as soon as a REST-created call is answered
    on_ready: "Callable[[Leg], object] | None" = None
    arrives_at: str = ""  # <Dial><Application copyParentTo>: the To of the leg that arrives
    stir: str = ""  # StirVerstat of an inbound call, which a softphone that it rings is told
    message_subscriptions: "dict[str, MessageSubscription]" = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<{self.kind} leg {self.sid} {self.from_} -> {self.to} {self.status}>"

    # --- what the far end does -------------------------------------------------------------

    def answer(self, by: Endpoint | None = None) -> None:
        """The telephone is picked up; the first of several ringing ones wins."""
        if self.status not in ("initiated", "ringing") or self.pickup.is_set:
            return
        self.endpoint = by or (self.ringing_at[0] if self.ringing_at else None)
        self.pickup.set("answered")
        for other in self.ringing_at:
            if other is not self.endpoint:
                other.stops_ringing(self, "answered-elsewhere")
        self.ringing_at = []

    def reject(self, status: str = "busy") -> None:
        """The far end will not take it: busy, no-answer or failed."""
        self.pickup.set(status)

    def hang_up(self) -> None:
        """The far end hangs up, in whatever state the leg is."""
        if self.final:
            return
        if self.direction == "inbound":
            self.end("completed" if self.answered_at else "canceled", "hung-up")
        elif self.answered_at or self.pickup.is_set:
            self.end("completed", "hung-up")
        else:
            self.reject()

    def press(self, keys: str) -> None:
        """Keys of the telephone, one after another; `w` waits are ignored."""
        for key in keys:
            if key not in "0123456789*#ABCD" or self.final:
                continue
            self.town.timeline.note(self, "presses", key)
            if key == "*" and self.star is not None:
                self.star.set(key)
            self.keys_kept += key
            self.pressed_at.append(self.town.clock.now())
            if self.keys is not None:
                self.keys.set(key)
            if self.peer is not None:
                self.town.tone(self.peer, key)

    def speak(self, words: str) -> None:
        """Words for a `<Gather input="speech">` that is listening."""
        self.town.timeline.note(self, "speaks", words)
        if self.words is not None:
            self.words.set(words)
        if self.participant is not None:
            self.participant.speaks(words)

    def lose_network(self, grace_seconds: float = 30.0) -> None:
        """The connection dies without a goodbye; the leg ends when the grace time is over."""
        self.town.timeline.note(self, "loses", "the network")
        self.town.clock.call_later(grace_seconds, self.end, "completed", "network-lost")

    # --- what the engine does --------------------------------------------------------------

    @property
    def final(self) -> bool:
        return self.status in FINAL

    @property
    def live(self) -> bool:
        return self.status == "in-progress"

    @property
    def seconds(self) -> int:
        """Whole seconds of conversation so far, as in CallDuration."""
        if self.answered_at is None:
            return 0
        return int(((self.ended_at or self.town.clock.now()) - self.answered_at).total_seconds())

    def move(self, status: str) -> None:
        """Take the next state; a step the table does not know is our own bug."""
        assert status in MOVES[self.status], f"{self.sid}: {self.status} -> {status}"
        self.status = status
        now = self.town.clock.now()
        self.updated_at = now
        if status == "in-progress":
            self.answered_at = now
        elif status == "ringing":
            self.started_at = now
        elif status in FINAL:
            self.ended_at = now
        self.town.status_changed(self)

    def pick_up(self) -> None:
        """The leg becomes a conversation; nothing happens when it already is one."""
        if self.status in ("queued", "initiated", "ringing"):
            self.move("in-progress")
            if self.sound is None:
                self.hears(Silence())
            if self.endpoint is not None:
                self.endpoint.answered(self)
            if self.on_ready is not None:
                self.on_ready(self)
            limits = [self.time_limit_seconds, self.town.call_seconds_max]
            shortest = min((one for one in limits if one is not None), default=None)
            if shortest is not None:
                self.town.clock.call_later(shortest, self.end, "completed", "time-limit")

    def end(self, status: str, why: str = "") -> None:
        """The leg is over: its fiber unwinds, its sound stops, everyone concerned is told."""
        if self.final:
            return
        self.ended_because = why or status
        self.move(status)
        self.hears(None)
        if self.fiber is not None:
            self.fiber.cancel("ended")
        self.pickup.set(status)
        self.over.set(status)
        for endpoint in self.ringing_at:
            endpoint.stops_ringing(self, status)
        self.ringing_at = []
        if self.endpoint is not None:
            self.endpoint.ended(self, status)
        self.town.leg_ended(self)

    def redirect(self, first: "Goto | Inline") -> None:
        """Leave whatever it is doing, at once, and perform this instead."""
        if self.fiber is not None:
            self.fiber.cancel("redirected")
        self.hears(Silence())
        self.fiber = self.town.converse(self, first)

    def hears(self, sound: Sound | None) -> None:
        """From now on this leg hears `sound`; stretches of no length are not kept."""
        if self.final and sound is not None:
            return
        if self.sound == sound and not isinstance(sound, Say | Play):
            return  # the same words twice are two stretches, silence after silence is one
        now = self.town.clock.now()
        if self.heard and self.heard[-1].seconds is None:
            last = self.heard[-1]
            last.seconds = (now - last.at).total_seconds()
            if last.seconds == 0 and last.kind == "silence":
                self.heard.pop()
        self.sound = sound
        if sound is not None:
            self.heard.append(Heard(now, None, sound.kind, sound.text, sound))
        self.town.sound_changed(self, sound)

    def params(self) -> dict[str, str]:
        """The fields that every webhook about this leg begins with (page "TwiML for Voice")."""
        to = "" if self.kind == "client" and self.direction == "inbound" else self.to
        fields = {
            "CallSid": self.sid,
            "AccountSid": self.town.account_sid,
            "From": self.from_,
            "To": to,
            "CallStatus": self.status,
            "ApiVersion": "2010-04-01",
            "Direction": self.direction,
        }
        if not self.extra.get("SipDomain"):
            fields |= {"Caller": self.from_, "Called": to}
        if self.kind == "pstn":
            fields |= place_fields(self.from_, to)
        if self.parent is not None:
            fields["ParentCallSid"] = self.parent.sid
        if self.forwarded_from:
            fields["ForwardedFrom"] = self.forwarded_from
        if self.caller_name:
            fields["CallerName"] = self.caller_name
        if self.answered_by and self.direction != "inbound":
            fields["AnsweredBy"] = self.answered_by
        return fields | self.extra
