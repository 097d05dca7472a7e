"""What can happen to whoever else is in a call: asked in, arrived, joined, left?"""

from dataclasses import dataclass

from ivr.call import How
from ivr.events import Event, Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorAsked(Event):
    """A supervisor is about to dial in."""

    guest_id: str
    person_id: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorChanged(Event):
    """A supervisor goes further into the call, or less far."""

    guest_id: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestArrived(Event):
    """A guest's own softphone dialled in; who they are is in the signed token."""

    guest_id: str
    person_id: str
    leg_sid: str
    leg: Leg | None = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestJoined(Event):
    """A guest's leg is in the conference."""

    guest_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLeft(Event):
    """A guest's bridge ended. `hung_up`: their leg is over too."""

    leg_sid: str
    hung_up: bool
    leg: Leg | None = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestGone(Event):
    """A guest's leg is over, or never came about."""

    guest_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestSentAway(Event):
    """Somebody in the call wants this guest to leave it."""

    guest_id: str


GUEST_EVENTS = (
    GuestArrived,
    GuestLeft,
    SupervisorAsked,
    SupervisorChanged,
    GuestJoined,
    GuestGone,
    GuestSentAway,
)
