"""What is the emulator as a whole: one account, its legs, queues, conferences and telephones?"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from emulator import (
    arriving,
    interpreter,
    notices,
    placing,
    texts,
    verbs_dial,
    verbs_flow,
    verbs_sound,
)
from emulator.accounts import (
    FAKE_ACCOUNT,
    FAKE_KEY,
    FAKE_SECRET,
    FAKE_TOKEN,
    Account,
    refuse_beside_a_real_account,
)
from emulator.clock import Clock
from emulator.conferences import Conference
from emulator.endpoints import Endpoint
from emulator.faults import NO_FAULTS, FaultPlan
from emulator.fibers import Fiber, Work
from emulator.legs import Leg
from emulator.loops import Loop, twin_of
from emulator.people import Phone, Softphone
from emulator.queues import Queue
from emulator.sounds import Bridge, Sound, SoundChanged
from emulator.timeline import Timeline
from emulator.twiml import Goto, Inline
from emulator.web import Transport
from emulator.webcache import WebCache

if TYPE_CHECKING:
    from emulator.http_client import InProcessClient

VERB_ROOMS = (verbs_dial, verbs_flow, verbs_sound)  # each registers its performers on import


@dataclass(frozen=True, slots=True)
class Alert:
    """An entry of Twilio's error log (Monitor alerts)."""

    at: datetime
    code: int
    message: str
    leg_sid: str
    url: str


class Emulator(Account):
    """A small Twilio. Everything in it runs on one clock and one thread.

    `transport` carries webhooks out; `http_client()` and `rest.handle` take REST in; telephones
    are made by `phone` and `softphone`, or registered as `Endpoint`s.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        transport: Transport,
        account_sid: str = FAKE_ACCOUNT,
        auth_token: str = FAKE_TOKEN,
        api_key: str = FAKE_KEY,
        api_secret: str = FAKE_SECRET,
        profile: str = "business",
        calls_per_second: float = 1.0,
        allow_recording: bool = False,
        base_url: str = "https://api.twilio.com",
        faults: FaultPlan = NO_FAULTS,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        refuse_beside_a_real_account(environ)
        super().__init__(clock, account_sid, auth_token, profile)
        self.own_key(api_key, api_secret)
        self.transport = transport
        self.calls_per_second, self.allow_recording = calls_per_second, allow_recording
        self.base_url, self.faults = base_url.rstrip("/"), faults
        self.timeline = Timeline(clock)
        self.alerts: list[Alert] = []
        self.legs: dict[str, Leg] = {}
        self.live: dict[str, Leg] = {}
        self.texts: dict[str, texts.Text] = {}
        self.text_handlers: list[Callable[[texts.Text], object]] = []  # after every change of one
        self.opted_out: set[tuple[str, str]] = set()  # (a number of ours, who wrote STOP to it)
        self.queues: dict[str, Queue] = {}
        self.conferences: dict[str, Conference] = {}  # by SID, ended ones too
        self.rooms: dict[str, Conference] = {}  # by name, the latest of each
        self.pace = placing.Pace(self)
        self.web_cache = WebCache()
        self._fibers: WeakSet[Fiber] = WeakSet()
        self._endpoints: dict[str, list[Endpoint]] = {}
        self.anyone: Endpoint | None = None  # rings for every number that nobody else answers
        self._phones: dict[str, Phone] = {}
        self._softphones: dict[str, Softphone] = {}
        self._sound_handlers: list[Callable[[SoundChanged], object]] = []
        self._status_handlers: list[Callable[[Leg], object]] = []

    # --- telephones ------------------------------------------------------------------------

    def phone(self, number: str) -> Phone:
        """The telephone of a person, always the same object for the same number."""
        if number not in self._phones:
            self._phones[number] = Phone(self, number)
            self.register_endpoint(number, self._phones[number])
        return self._phones[number]

    def phone_of(self, number: str) -> Phone | None:
        """That telephone, if a script has one."""
        return self._phones.get(number)

    def softphone(self, identity: str) -> Softphone:
        """A scripted browser softphone, registered as `client:<identity>`."""
        if identity not in self._softphones:
            self._softphones[identity] = Softphone(self, identity)
        return self._softphones[identity]

    def register_endpoint(self, address: str, endpoint: Endpoint) -> None:
        """`endpoint` rings from now on for `address`: +1..., client:..., or a bare identity."""
        registered = self._endpoints.setdefault(_address(address), [])
        if endpoint not in registered:
            registered.append(endpoint)

    def unregister_endpoint(self, address: str, endpoint: Endpoint) -> None:
        registered = self._endpoints.get(_address(address), [])
        if endpoint in registered:
            registered.remove(endpoint)

    def endpoints(self, address: str) -> list[Endpoint]:
        """Who would ring for this address now."""
        registered = list(self._endpoints.get(_address(address), ()))
        if registered or _address(address).startswith("client:"):
            return registered
        if address in self.numbers or address.startswith("app:"):
            return [Loop(self)]
        return [self.anyone] if self.anyone is not None else []

    # --- calls that come in ----------------------------------------------------------------

    def call_in(
        self,
        from_: str,
        to: str,
        *,
        endpoint: Endpoint | None = None,
        extra: Mapping[str, str] | None = None,
        caller_name: str | None = None,
        forwarded_from: str | None = None,
        on_ready: Callable[[Leg], object] | None = None,
    ) -> Leg:
        """Somebody outside dials one of our numbers (or `sip:user@one-of-our-domains`).

        `extra` are further webhook fields (StirVerstat, SipHeader_X-...); `on_ready(leg)` is
        called when the leg is connected. Returns at once; the first webhook leaves next.
        """
        leg = arriving.from_outside(
            self,
            from_,
            to,
            extra=dict(extra or {}),
            caller_name=caller_name,
            forwarded_from=forwarded_from,
        )
        return arriving.begin(self, leg, endpoint, on_ready)

    def text_in(self, from_: str, to: str, body: str) -> texts.Text:
        """Somebody outside texts one of our numbers."""
        return texts.come_in(self, from_, to, body)

    def call_from_client(
        self,
        identity: str,
        application_sid: str,
        params: Mapping[str, str] | None = None,
        on_ready: Callable[[Leg], object] | None = None,
        *,
        endpoint: Endpoint | None = None,
    ) -> Leg:
        """A softphone connects: `params` are the custom parameters of `Device.connect()`."""
        leg = arriving.from_client(self, identity, application_sid, dict(params or {}))
        return arriving.begin(self, leg, endpoint, on_ready)

    def call_to_application(self, dialled: Leg, endpoint: Endpoint) -> Leg:
        """A leg of ours dials one of our applications (`<Dial><Application>`)."""
        return arriving.begin(self, arriving.to_application(self, dialled), endpoint, None)

    # --- what the served mode listens to ---------------------------------------------------

    def on_sound(self, handler: Callable[[SoundChanged], object]) -> None:
        """`handler(SoundChanged(leg, item))` whenever what a leg hears changes."""
        self._sound_handlers.append(handler)

    def on_status(self, handler: Callable[[Leg], object]) -> None:
        """`handler(leg)` after every change of a leg's status."""
        self._status_handlers.append(handler)

    def listeners(self, leg: Leg) -> list[Leg]:
        """The legs that hear this leg speak now: mute, hold, coaching and start respected."""
        if leg.final:
            return []
        if leg.participant is not None:
            some = [other.leg for other in leg.participant.listeners()]
        else:
            some = [leg.peer] if leg.peer is not None else []
        beyond = [twin for one in some if (twin := twin_of(one)) is not None]
        return some + [one for twin in beyond for one in self.listeners(twin)]

    def http_client(self) -> "InProcessClient":
        """For `twilio.rest.Client(..., http_client=town.http_client())`: REST without sockets."""
        from emulator.http_client import InProcessClient

        return InProcessClient(self)

    # --- for the other rooms of the engine -------------------------------------------------

    def spawn(self, fn: Callable[..., Work], *args: Any) -> Fiber:
        """Run `fn(*args)`, a coroutine function, from the next step of the clock on."""
        fiber = Fiber(self.clock, fn, *args)
        self._fibers.add(fiber)
        return fiber

    def close(self) -> None:
        """Stop everything that is under way, so that nothing is left waiting on the clock."""
        for fiber in list(self._fibers):
            fiber.abandon()

    def alert(self, code: int, message: str, leg: Leg | None = None, url: str = "") -> None:
        """Log an error as Twilio's debugger would; whoever raised decides what follows."""
        sid = leg.sid if leg else ""
        self.alerts.append(Alert(self.clock.now(), code, message, sid, url))
        self.timeline.note(leg, "alert", f"{code} {message} {url}".rstrip())

    def add_leg(self, leg: Leg) -> Leg:
        self.legs[leg.sid] = self.live[leg.sid] = leg
        if leg.from_ == leg.to == "":
            return leg
        self.timeline.note(
            leg, "begins", f"{leg.direction} {leg.from_} -> {leg.to or 'an application'}"
        )
        return leg

    def converse(self, leg: Leg, first: Goto | Inline) -> Fiber:
        """Begin the leg's life under TwiML."""
        return self.spawn(interpreter.converse, self, leg, first)

    def children(self, leg: Leg) -> list[Leg]:
        """The legs that this one dialled, oldest first."""
        return [one for one in self.legs.values() if one.parent is leg]

    def tone(self, leg: Leg, key: str) -> None:
        """A key is heard on `leg`: where it is the far end of another of ours, that one is told."""
        twin = twin_of(leg)
        if twin is not None:
            twin.press(key)

    def sound_changed(self, leg: Leg, item: Sound | None) -> None:
        self.timeline.sound(leg, item)
        if not self._sound_handlers:
            return
        changes = [SoundChanged(leg, item)]
        if (twin := twin_of(leg)) is not None:
            changes += [SoundChanged(one, item) for one in self.listeners(twin)]
        if isinstance(item, Bridge) and leg.peer is not None:
            far = twin_of(leg.peer)  # what is being said there began before the two were bridged
            changes += [SoundChanged(leg, far.sound)] if far is not None else []
        for change in changes:
            for handler in self._sound_handlers:
                handler(change)

    def status_changed(self, leg: Leg) -> None:
        why = f" ({leg.ended_because})" if leg.final and leg.ended_because != leg.status else ""
        self.timeline.note(leg, "is", leg.status + why)
        notices.leg_progress(self, leg)
        for handler in self._status_handlers:
            handler(leg)

    def leg_ended(self, leg: Leg) -> None:
        self.live.pop(leg.sid, None)
        self.pace.look()


def _address(address: str) -> str:
    known = ("+", "client:", "sip:", "app:")
    return address if address.startswith(known) else f"client:{address}"
