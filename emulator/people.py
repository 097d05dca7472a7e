"""How do people behave at their telephones, written as scripts?

A phone rings until it is told what to do: `answers(after=4)`, `is_busy()`, `voicemail(after=20)`...
A script holds for every later call, and for the one that is ringing now.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from emulator import messages
from emulator.clock import Handle

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg
    from emulator.texts import Text

VOICEMAIL_SECONDS = 120.0  # a recording is cut after two minutes


class Script:
    """What comes after an answer: each step so many seconds after the one before."""

    def __init__(self, phone: "Person") -> None:
        self._phone = phone
        self.steps: list[tuple[float, str, str]] = []

    def then_presses(self, keys: str, after: float = 1.0) -> "Script":
        return self._add(after, "press", keys)

    def then_says(self, words: str, after: float = 1.0) -> "Script":
        return self._add(after, "speak", words)

    def then_hangs_up(self, after: float = 1.0) -> "Script":
        return self._add(after, "hang_up", "")

    def _add(self, after: float, verb: str, text: str) -> "Script":
        self.steps.append((after, verb, text))
        return self

    def play(self, leg: "Leg") -> None:
        """Perform the steps on a leg that has just been answered."""
        at = 0.0
        for after, verb, text in self.steps:
            at += after
            action = getattr(leg, verb)
            leg.town.clock.call_later(at, action, *([text] if text else []))


class Person:
    """What telephones and softphones have in common."""

    def __init__(self, town: "Emulator") -> None:
        self.town = town
        self.machine = False  # what answering-machine detection will find
        self.greeting_ends = "beep"  # of a machine; "" of a fax
        self.legs: list[Leg] = []
        self._ringing: Leg | None = None
        self._answer_after: float | None = None
        self._refusal = ""
        self._refuse_after = 0.0
        self._script = Script(self)
        self._planned: Handle | None = None

    # --- scripts ---------------------------------------------------------------------------

    def answers(self, after: float = 0.0) -> Script:
        """Picks up so many seconds into the ringing."""
        return self._will_answer(after, machine=False)

    def voicemail(self, after: float = 20.0, ends: str = "beep") -> Script:
        """A machine picks up, never presses a key, and records until it is full.

        `ends`: how its greeting ends, as detection tells: beep | silence | other.
        """
        self.greeting_ends = ends
        return self._will_answer(after, machine=True).then_hangs_up(after=VOICEMAIL_SECONDS)

    def fax(self, after: float = 5.0) -> Script:
        """A fax machine picks up and whistles."""
        return self.voicemail(after, ends="")

    def is_busy(self) -> None:
        self._will_refuse("busy", 0.0)

    def rejects(self, after: float = 2.0) -> None:
        """Presses the red button, which the caller hears as busy."""
        self._will_refuse("busy", after)

    def is_unreachable(self) -> None:
        """The network says that this number cannot be reached."""
        self._will_refuse("failed", 0.0)

    def never_answers(self) -> None:
        self._answer_after, self._refusal = None, ""
        self._call_off()

    def _will_answer(self, after: float, machine: bool) -> Script:
        self._answer_after, self._refusal, self.machine = after, "", machine
        self._script = Script(self)
        self._react()
        return self._script

    def _will_refuse(self, status: str, after: float) -> None:
        self._answer_after, self._refusal, self._refuse_after = None, status, after
        self._react()

    def _react(self) -> None:
        """Do to the ringing leg what the script says."""
        self._call_off()
        leg, clock = self._ringing, self.town.clock
        if leg is None:
            return
        if self._answer_after is not None:
            self._planned = clock.call_later(self._answer_after, leg.answer, self)
        elif self._refusal:
            self._planned = clock.call_later(self._refuse_after, leg.reject, self._refusal)

    def _call_off(self) -> None:
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None

    # --- at the telephone ------------------------------------------------------------------

    @property
    def leg(self) -> "Leg":
        """The latest leg of this telephone."""
        if not self.legs:
            raise LookupError("this telephone has had no call yet")
        return self.legs[-1]

    @property
    def is_ringing(self) -> bool:
        return self._ringing is not None

    @property
    def in_call(self) -> bool:
        return bool(self.legs) and self.leg.live and self.leg.endpoint is self

    def presses(self, keys: str) -> None:
        self.leg.press(keys)

    def says(self, words: str) -> None:
        self.leg.speak(words)

    def hangs_up(self) -> None:
        """Puts the receiver down, or declines what is ringing."""
        if self._ringing is not None:
            self._ringing.reject()
        else:
            self.leg.hang_up()

    def hears(self, part: str) -> bool:
        """Whether these words (or this URL) were heard in the latest call, any case."""
        return part.casefold() in self.heard_text().casefold()

    def heard_text(self) -> str:
        """Everything said or played in the latest call, one line each."""
        if not self.legs:
            return ""
        return "\n".join(one.text for one in self.leg.heard if one.kind in ("say", "play"))

    # --- the engine's side -----------------------------------------------------------------

    def rings(self, leg: "Leg") -> None:
        if self.in_call or self._ringing is not None:
            self._second_call(leg)
            return
        self._ringing = leg
        self.legs.append(leg)
        self._react()

    def _second_call(self, leg: "Leg") -> None:
        leg.reject("busy")

    def stops_ringing(self, leg: "Leg", why: str) -> None:  # noqa: ARG002  (Endpoint)
        if self._ringing is leg:
            self._ringing = None
            self._call_off()

    def answered(self, leg: "Leg") -> None:
        if self._ringing is leg:
            self._ringing = None
            self._script.play(leg)

    def ended(self, leg: "Leg", why: str) -> None:
        self.stops_ringing(leg, why)


class Phone(Person):
    """A telephone with a number: a caller's, a dispatcher's, a clinician's cell phone."""

    def __init__(self, town: "Emulator", number: str) -> None:
        super().__init__(town)
        self.number = number
        self.inbox: list[Text] = []  # the texts it got
        self.landline = False  # no text can be sent to it (21614)
        self._text_fails: tuple[str, int] | None = None

    def dials(
        self,
        to: str,
        *,
        shown: str | None = None,
        sip_headers: Mapping[str, str] | None = None,
        caller_name: str | None = None,
        forwarded_from: str | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> "Leg":
        """Calls one of the account's numbers; `shown` is the From it arrives with, verbatim."""
        fields = {f"SipHeader_{name}": text for name, text in (sip_headers or {}).items()}
        leg = self.town.call_in(
            self.number if shown is None else shown,
            to,
            endpoint=self,
            extra=fields | dict(extra or {}),
            caller_name=caller_name,
            forwarded_from=forwarded_from,
        )
        self.legs.append(leg)
        return leg

    def texts(self, to: str, words: str) -> "Text":
        """Sends a text message to one of the account's numbers."""
        return self.town.text_in(self.number, to, words)

    def gets_no_texts(self, status: str = "undelivered", code: int = 30003) -> None:
        """It is switched off: texts to it end so (30003: unreachable handset)."""
        self._text_fails = (status, code)

    def takes_text(self, text: "Text") -> tuple[str, int | None]:
        """The network hands one over: the status it ends in, and its error code."""
        if self._text_fails is not None:
            return self._text_fails
        self.inbox.append(text)
        return "delivered", None


class Softphone(Person):
    """A browser's softphone: it can only ring while it is registered."""

    def __init__(self, town: "Emulator", identity: str) -> None:
        super().__init__(town)
        self.identity = identity
        self.messages: list[object] = []  # User Defined Messages, as they came
        self.registers()

    def registers(self) -> None:
        self.town.register_endpoint(f"client:{self.identity}", self)

    def opens_tab(self) -> "Softphone":
        """A second browser tab of the same person: both ring, one answers."""
        return Softphone(self.town, self.identity)

    def receives(self, leg: "Leg", content: object, content_type: str, sid: str) -> bool:
        del leg, content_type, sid
        self.messages.append(content)
        return True

    def sends(self, content: str, content_type: str = "application/json") -> str:
        """`call.sendMessage()`: answers the message's SID."""
        sid = self.town.new_sid("KX")
        messages.from_softphone(self.leg, content, content_type, sid)
        return sid

    def sleeps(self) -> None:
        """The lid closes: no goodbye, nothing rings here any more."""
        self.loses_network()

    def loses_network(self, grace_seconds: float = 30.0) -> None:
        """Gone without a word; a call in progress ends after the signalling grace time."""
        self.town.unregister_endpoint(f"client:{self.identity}", self)
        if self._ringing is not None:
            self.stops_ringing(self._ringing, "network-lost")
        if self.in_call:
            self.leg.lose_network(grace_seconds)

    def connects(self, application_sid: str, params: Mapping[str, str] | None = None) -> "Leg":
        """`Device.connect({params})`."""
        leg = self.town.call_from_client(self.identity, application_sid, params, endpoint=self)
        self.legs.append(leg)
        return leg

    def _second_call(self, leg: "Leg") -> None:
        """The SDK ignores a call that comes while it is busy: it rings out unseen."""
