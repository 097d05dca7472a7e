"""What can happen to whoever else is in a call: asked in, arrived, joined, left?"""

from dataclasses import dataclass

from ivr.call import How, Role
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
class GuestAsked(Event):
    """The clinician wants somebody in the call, or (`consult`) to speak with them apart first.

    `at_desk`: a colleague who is asked on their screen; anybody else is rung.
    """

    guest_id: str
    role: Role
    who: str
    consult: bool = False
    at_desk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRung(Event):
    """The carrier rings a guest's phone; this is the leg."""

    guest_id: str
    leg_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestAnswered(Event):
    """A guest's phone was picked up: nothing counts before 1 is pressed (FAILURES R11)."""

    guest_id: str
    leg_sid: str
    leg: Leg | None = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestPressed(Event):
    """A key was pressed on a guest's phone. `took`: it was 1."""

    leg_sid: str
    took: bool
    leg: Leg | None = "guest"


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
    """A guest's bridge ended. `hung_up`: their leg is over too; `refused`: they never got in."""

    leg_sid: str
    hung_up: bool
    refused: bool = False
    leg: Leg | None = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestGone(Event):
    """A guest's leg is over, or never came about; `leg_sid` as in PersonUnreached."""

    guest_id: str
    leg_sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestSentAway(Event):
    """Somebody in the call wants this guest to leave it."""

    guest_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack(Event):
    """The clinician wants the caller back; `alone`: and whom they consulted to leave."""

    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Event):
    """The clinician leaves the caller to this guest."""

    guest_id: str


GUEST_EVENTS = (
    GuestAsked,
    GuestRung,
    GuestAnswered,
    GuestPressed,
    TakenBack,
    HandedOver,
    GuestArrived,
    GuestLeft,
    SupervisorAsked,
    SupervisorChanged,
    GuestJoined,
    GuestGone,
    GuestSentAway,
)
