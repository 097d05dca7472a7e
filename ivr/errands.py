"""What must be done elsewhere? Written with its cause, claimed and carried out after commit."""

from dataclasses import dataclass

from ivr.replies import Reply


@dataclass(frozen=True, slots=True)
class OfferToDesks:
    """Tell clinicians that someone is waiting; the offering rules decide whom and when.

    Nothing takes an offer back: it stands while its caller is in the line (switchboard.offers).
    """


@dataclass(frozen=True, slots=True)
class MoveCaller:
    """Give the caller's leg a new document: `replies` say which."""

    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class CheckRoom:
    """Look at the carrier's conference and report who is in it (an event may have been lost)."""


@dataclass(frozen=True, slots=True)
class EndLeg:
    """End one leg: "clinician" | "caller" | "psap" | "guest". A caller's needs an ivr.call.Ended.

    `sid`: the leg, where the call as it is now no longer names it.
    """

    whose: str
    reason: str
    sid: str = ""


@dataclass(frozen=True, slots=True)
class OccupyClinician:
    """The clinician is with this caller from here on, or on the way: nothing else is offered."""

    clinician_id: str


@dataclass(frozen=True, slots=True)
class OfferAnew:
    """The winner was told of another caller, `call_id`: that one's desks are asked anew."""

    call_id: str


@dataclass(frozen=True, slots=True)
class FreeClinician:
    """The clinician's part is over: to wrap-up when they talked, else available again."""

    clinician_id: str
    talked: bool


@dataclass(frozen=True, slots=True)
class LoseClinician:
    """The clinician's leg vanished or never came. `missed`: paused until they say they are back."""

    clinician_id: str
    missed: bool = False


@dataclass(frozen=True, slots=True)
class DialPerson:
    """Follow-up: ring the person's phone, once."""

    attempt_id: str


@dataclass(frozen=True, slots=True)
class RingPsap:
    """Ring the 911 centre's own 10-digit line, to bring its dispatcher back. Never 911."""


@dataclass(frozen=True, slots=True)
class RingGuest:
    """Ring the phone of somebody who is to come into the call; nothing counts before 1."""

    guest_id: str


@dataclass(frozen=True, slots=True)
class OpenCallback:
    """The caller chose to be called back: open the promise, keeping their place."""


@dataclass(frozen=True, slots=True)
class RingBack:
    """The caller is gone before the end: within the hour, if their number can be rung."""


@dataclass(frozen=True, slots=True)
class MeetPromises:
    """Whoever calls may be somebody whom we promised to call: nothing rings them meanwhile."""


@dataclass(frozen=True, slots=True)
class KeepIncident:
    """The dispatcher pressed this incident number: a hand-off card of the call says it."""

    number: str


@dataclass(frozen=True, slots=True)
class RecordAttempt:
    """Follow-up: write the attempt's outcome and plan what follows."""

    attempt_id: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Put a task before a human. `kind` names the text."""

    kind: str
    for_role: str = "supervisor"


Errand = (
    OfferToDesks
    | MoveCaller
    | CheckRoom
    | EndLeg
    | OccupyClinician
    | OfferAnew
    | FreeClinician
    | LoseClinician
    | DialPerson
    | RingPsap
    | RingGuest
    | OpenCallback
    | MeetPromises
    | RingBack
    | KeepIncident
    | RecordAttempt
    | Alert
)
