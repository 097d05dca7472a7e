"""What would have been recorded, had anybody allowed it, and who is told that it is ready?

Twilio's pages "<Record>", "<Dial>" and "Recording resource", recordingStatusCallback. Nothing is
ever kept: a recording here is its SID, its length and the notice of its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from emulator.interpreter import Performance, method_of
from emulator.legs import Subscription
from emulator.notices import notify, rfc2822

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg

NOT_RECORDED = frozenset({"", "false", "do-not-record"})


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording that has just ended; `source` is Twilio's word for who asked for it."""

    sid: str
    url: str
    source: str
    seconds: int
    started_at: datetime
    channels: int = 1

    def fields(self) -> dict[str, str]:
        """What a verb's action is told."""
        return {
            "RecordingUrl": self.url,
            "RecordingSid": self.sid,
            "RecordingDuration": str(self.seconds),
        }


def asked_for(verb: ET.Element) -> bool:
    return verb.get("record", "") not in NOT_RECORDED


def told(performance: Performance, verb: ET.Element) -> Subscription | None:
    """Where `verb` wants to hear of its recording."""
    url = verb.get("recordingStatusCallback")
    if not url:
        return None
    events = frozenset((verb.get("recordingStatusCallbackEvent") or "completed").split())
    method = method_of(verb, "recordingStatusCallbackMethod")
    return Subscription(performance.resolve(url), method, events)


def ended(
    town: "Emulator",
    source: str,
    seconds: int,
    subscription: Subscription | None,
    *,
    leg: "Leg | None" = None,
    about: Mapping[str, str] | None = None,
    channels: int = 1,
) -> Recording:
    """A recording that ends now; its subscriber is told, of a leg or (`about`) of a conference."""
    sid = town.new_sid("RE")
    url = f"{town.base_url}/2010-04-01/Accounts/{town.account_sid}/Recordings/{sid}"
    began = town.clock.now() - timedelta(seconds=seconds)
    recording = Recording(sid, url, source, seconds, began, channels)
    if subscription is not None and "completed" in subscription.events:
        whose = {"CallSid": leg.sid} if leg is not None else dict(about or {})
        params = {"AccountSid": town.account_sid, **whose, **recording.fields()}
        params |= {
            "RecordingStatus": "completed",
            "RecordingChannels": str(channels),
            "RecordingStartTime": rfc2822(began),
            "RecordingSource": source,
        }
        notify(town, leg, "recording-status", subscription.method, subscription.url, params)
    return recording
