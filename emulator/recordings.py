"""What would have been recorded, had anybody allowed it, and who is told of it?

Twilio's pages "<Record>", "<Dial>", "<Conference>" and "Recording resource",
recordingStatusCallback. Nothing is ever kept: a recording here is its SID, its length and the
notices that it has begun and that it is ready, or absent because there was nothing to keep.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from emulator.interpreter import Performance, method_of
from emulator.legs import Subscription
from emulator.notices import notify, rfc2822

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg

NOT_RECORDED = frozenset({"", "false", "do-not-record"})
TOO_SHORT = 16101


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants recorded, and where they want to hear of it."""

    source: str  # Twilio's word for who asked: DialVerb, RecordVerb, Conference, OutboundAPI
    told: Subscription | None = None
    channels: int = 1
    track: str = "both"


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording under way, of a leg or (`about`) of a conference."""

    town: "Emulator"
    order: Order
    about: dict[str, str]
    leg: "Leg | None"
    sid: str
    started_at: datetime

    @property
    def url(self) -> str:
        account = f"{self.town.base_url}/2010-04-01/Accounts/{self.town.account_sid}"
        return f"{account}/Recordings/{self.sid}"

    @property
    def seconds(self) -> int:
        return int((self.town.clock.now() - self.started_at).total_seconds())

    def end(self) -> dict[str, str]:
        """It ends now: its subscriber is told, and what a verb's action is told is answered."""
        if not self.seconds:
            self.town.alert(TOO_SHORT, "Recording: unavailable, too short", self.leg)
            self.tell("absent", {})
            return {}
        fields = {
            "RecordingUrl": self.url,
            "RecordingSid": self.sid,
            "RecordingDuration": str(self.seconds),
        }
        self.tell("completed", fields)
        return fields

    def tell(self, status: str, fields: dict[str, str]) -> None:
        told = self.order.told
        if told is None or status not in told.events:
            return
        params = {"AccountSid": self.town.account_sid, **self.about, "RecordingSid": self.sid}
        params |= fields | {
            "RecordingStatus": status,
            "RecordingChannels": str(self.order.channels),
            "RecordingStartTime": rfc2822(self.started_at),
            "RecordingSource": self.order.source,
            "RecordingTrack": self.order.track,
        }
        notify(self.town, self.leg, "recording-status", told.method, told.url, params)


def begin(town: "Emulator", order: Order, leg: "Leg | None", about: dict[str, str]) -> Recording:
    """A recording that begins now; its subscriber may want to know that too."""
    recording = Recording(town, order, about, leg, town.new_sid("RE"), town.clock.now())
    recording.tell("in-progress", {"RecordingUrl": recording.url})
    return recording


class Tape:
    """A recording of one leg that may be ordered, may begin, and ends at most once."""

    def __init__(self, leg: "Leg", ordered: Order | None) -> None:
        self._leg, self._ordered = leg, ordered
        self._on: Recording | None = None

    def begin(self) -> None:
        if self._ordered is not None and self._on is None:
            about = {"CallSid": self._leg.sid}
            self._on = begin(self._leg.town, self._ordered, self._leg, about)

    def end(self) -> dict[str, str]:
        """What a verb's action is told of it; nothing when it never began."""
        on, self._on, self._ordered = self._on, None, None
        return on.end() if on is not None else {}


def wanted(record: str) -> bool:
    """Whether a value of `record` asks for a recording."""
    return record not in NOT_RECORDED


def asked_for(verb: ET.Element) -> bool:
    return wanted(verb.get("record", ""))


def order(performance: Performance, verb: ET.Element, source: str) -> Order:
    """What `verb` wants recorded."""
    channels = 2 if (verb.get("record") or "").endswith("-dual") else 1
    return Order(source, _told(performance, verb), channels, verb.get("recordingTrack") or "both")


def _told(performance: Performance, verb: ET.Element) -> Subscription | None:
    url = verb.get("recordingStatusCallback")
    if not url:
        return None
    events = frozenset((verb.get("recordingStatusCallbackEvent") or "completed").split())
    method = method_of(verb, "recordingStatusCallbackMethod")
    return Subscription(performance.resolve(url), method, events)
