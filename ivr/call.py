"""What do we know about one call, and which stages can it be in?"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Why this call exists."""

    INBOUND = "inbound"  # someone reached us: a diversion, or a person who dialled
    FOLLOWUP = "followup"  # we rang someone, as promised


class Stage(StrEnum):
    """Where the caller is. Exactly one at a time (FAILURES, invariant 1)."""

    GREETING = "greeting"  # hears who we are; offers are already out
    WAITING = "waiting"  # in the waiting line
    CONNECTING = "connecting"  # a clinician accepted; their leg is on its way
    TALKING = "talking"
    PARTNER = "partner"  # being passed to the partner line, or talking with it
    DISPATCHER = "dispatcher"  # the 911 dispatcher took them back and is on the way, or there
    CONSULTING = "consulting"  # kept company; the clinician speaks with somebody else meanwhile
    HANDED = "handed"  # handed over to a guest who keeps them, on the way there or with them
    CALLING = "calling"  # follow-up: the clinician is there, the person's phone rings
    ENDED = "ended"


class Ended(StrEnum):
    """Why a call ended. Nothing else may end one (FAILURES, invariant 7)."""

    CALLER_LEFT = "caller_left"  # while waiting: abandoned
    CALLER_ENDED = "caller_ended"  # while talking
    CLINICIAN_ENDED = "clinician_ended"
    PASSED_ON = "passed_on"  # talked with the partner line
    RETURNED = "returned"  # talked with the 911 dispatcher
    HANDED_OVER = "handed_over"  # talked with the mobile crew, without a clinician
    WITH_911 = "with_911"  # the leg that caller and dispatcher shared ended: may be with 911 still
    CALLBACK = "callback"  # chose to be called back
    UNREACHED = "unreached"  # follow-up: nobody answered
    LOST = "lost"  # the carrier no longer knows the call


class Psap(StrEnum):
    """How far the 911 centre's own line is, once it was asked back."""

    RINGING = "ringing"
    FAILED = "failed"  # nobody there took the caller; they have not been told yet
    COMING = "coming"  # a human pressed 1 and is on the way to the room
    HERE = "here"  # in the room, before the caller or beside a clinician
    TOGETHER = "together"  # in the room with the caller, and no clinician


class Role(StrEnum):
    """What a guest is in the call for; it says who may leave, and what their leaving ends."""

    SUPERVISOR = "supervisor"  # with the clinician, and leaves with them
    INTERPRETER = "interpreter"  # the same: nobody is left alone with an interpreter
    COLLEAGUE = "colleague"  # another clinician: may take the caller over
    CREW = "crew"  # these three may stay with the caller when the clinician leaves
    PARTNER = "partner"
    DISPATCHER = "dispatcher"


KEEPERS = (Role.CREW, Role.PARTNER, Role.DISPATCHER)


class Coming(StrEnum):
    """How far a guest is."""

    RINGING = "ringing"  # their phone or desk
    FAILED = "failed"  # nobody there came; shown until they are asked again
    COMING = "coming"  # said yes, and is on the way to the room
    HERE = "here"  # in the room with the clinician
    TOGETHER = "together"  # in the room with the caller, and no clinician


class How(StrEnum):
    """How far into the call a supervisor is, from least to most."""

    LISTEN = "listen"  # hears both, heard by nobody
    WHISPER = "whisper"  # heard by the clinician alone
    JOIN = "join"  # heard by both


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody in the call besides caller, clinician and the dispatcher asked back."""

    id: str
    role: Role
    who: str  # id of the person of the house, or of the line's file; names stand in no call
    since: datetime  # when they were asked in
    leg: str | None = None
    state: Coming = Coming.COMING
    consulted: bool = False  # spoken with apart from the caller
    how: How | None = None  # of a supervisor

    @property
    def here(self) -> bool:
        """Whether they are in the room."""
        return self.state in (Coming.HERE, Coming.TOGETHER)

    @property
    def takes_over(self) -> bool:
        """Whether the caller may be left to them, and they are there."""
        return self.here and (self.role in KEEPERS or self.role is Role.COLLEAGUE)

    @property
    def label(self) -> str:
        """What the carrier calls them in the room: each label there is another."""
        return f"{self.role}-{self.id}"


# Stages in which a clinician may be given the caller.
IN_LINE = (Stage.GREETING, Stage.WAITING)


@dataclass(frozen=True, slots=True)
class Call:
    """The whole contact with one caller. All instants are aware UTC."""

    id: str
    kind: Kind
    leg_sid: str  # the caller's own leg; of a follow-up, the person's once it exists, else ""
    line: str
    number_shown: str | None  # None: withheld. Never a number to call back until confirmed
    language: str
    stage: Stage
    arrived_at: datetime
    stage_since: datetime
    line_since: datetime  # the place in the waiting line
    hop: int = 0  # voice answers given so far; in every URL we render (FAILURES R1)
    priority: int = 0
    deadline_at: datetime | None = None
    rung: int = 0
    laps: int = 0
    clinician_id: str | None = None
    clinician_leg: str | None = None
    clinician_here: bool = False
    prefers: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ended_reason: Ended | None = None
    cut_offs: int = 0
    followup_id: str | None = None
    attempt_id: str | None = None
    sip: dict[str, str] = field(default_factory=dict)
    psap: Psap | None = None  # None: the dispatcher was not asked back
    psap_leg: str | None = None
    psap_since: datetime | None = None  # when their line was rung; stays when they have left
    returned_at: datetime | None = None  # first moment with the dispatcher
    guests: tuple[Guest, ...] = ()  # who else is in the call, or on the way
    shared_since: datetime | None = None  # the clinician said: the dispatcher is on this leg too
    shared_until: datetime | None = None  # and that they are there no longer

    @property
    def room(self) -> str:
        """The conference's name: random, says nothing about anybody (FAILURES E13).

        Another after each cut-off, and for each consultation: a leg left behind in the old one
        never meets the next person, and who is consulted never meets the caller unasked.
        """
        return f"room-{self.id}-{self.cut_offs}" if self.cut_offs else f"room-{self.id}"

    def guest(self, guest_id: str = "", *, leg: str = "", who: str = "") -> Guest | None:
        """The guest of this id, on this leg, or who is this person."""
        found = (
            one
            for one in self.guests
            if (guest_id and one.id == guest_id)
            or (leg and one.leg == leg)
            or (who and one.who == who)
        )
        return next(found, None)

    @property
    def shared(self) -> bool:
        """Whether the dispatcher is on the caller's own leg, as far as the clinician said."""
        return self.shared_since is not None and self.shared_until is None

    @property
    def consulted(self) -> Guest | None:
        """Whom the clinician speaks with apart from the caller, or is about to."""
        return next((one for one in self.guests if one.consulted), None)

    @property
    def keeper(self) -> Guest | None:
        """Who has the caller, once they were handed over."""
        return self.guests[0] if self.stage is Stage.HANDED and self.guests else None

    @property
    def has_leg(self) -> bool:
        """Whether the carrier has told us the caller's (person's) leg."""
        return self.leg_sid.startswith("CA")

    @property
    def over(self) -> bool:
        """Whether the call ended: absorbing, nothing brings it back."""
        return self.stage is Stage.ENDED
