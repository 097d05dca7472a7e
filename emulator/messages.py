"""What do an application and a softphone tell each other beside the sound?

Twilio's pages "UserDefinedMessage resource" and "UserDefinedMessageSubscription resource".
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.notices import notify

if TYPE_CHECKING:
    from emulator.legs import Leg


@dataclass(slots=True)
class Subscription:
    """An application that wants to hear what the softphone of one call has to say."""

    sid: str
    url: str
    method: str
    created_at: datetime
    told: int = field(default=0)


def to_softphone(leg: "Leg", content: object, content_type: str, sid: str) -> bool:
    """Hand a message to the far end; False when nobody there can read it."""
    receives = getattr(leg.endpoint, "receives", None)
    if not leg.live or receives is None:
        return False
    leg.town.timeline.note(leg, "is sent", f"{content_type} {content}")
    return bool(receives(leg, content, content_type, sid))


def from_softphone(leg: "Leg", content: str, content_type: str, sid: str) -> None:
    """Tell every subscriber, each in a request of its own, numbered from 1."""
    leg.town.timeline.note(leg, "sends", f"{content_type} {content}")
    for one in leg.message_subscriptions.values():
        one.told += 1
        params = {
            "AccountSid": leg.town.account_sid,
            "CallSid": leg.sid,
            "Sid": sid,
            "SequenceNumber": str(one.told),
            "ContentType": content_type,
            "Content": content,
        }
        notify(leg.town, leg, "message", one.method, one.url, params)
