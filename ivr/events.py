"""What can happen to a call? Facts in the past tense; `at` is always an aware UTC instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Leg = Literal["caller", "clinician", "phone", "person", "psap", "guest"]  # whose webhook it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `leg` is set when that leg's carrier waits for an answer."""

    at: datetime
    leg: Leg | None = None


# -- the caller's own leg asks what to do next ------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Event):
    """A call came in; the line was recognised by the number dialled.

    `digit`: the line is flooded, and the caller is asked for this one before they are offered;
    without it they are offered from `later_at` on.
    """

    next_at: datetime | None = None  # when the ladder's next rung is due
    digit: str = ""
    later_at: datetime | None = None
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen(Event):
    """The caller pressed the language key during the greeting."""

    language: str
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened(Event):
    """In a flood, the caller pressed a key when asked for one; `passed`: that very one."""

    passed: bool
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetingEnded(Event):
    """The greeting played to its end, or a key that means nothing was pressed in it."""

    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited(Event):
    """The wait document ran out: another lap is asked for."""

    ringing: int = 0  # how many people we are reaching now, for the lap's truth
    position: int = 1  # place in the line, 1 is next
    busy: int = 0  # clinicians who are with somebody else now
    backup: bool = False  # the backup team's phones are among them
    overdue: bool = False  # a diversion that nobody accepted within the line's deadline
    due_in: int | None = None  # seconds until then
    ways: tuple[str, ...] = ()  # prompts that offer a way out, besides staying
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed(Event):
    """The caller pressed something while waiting; `key` may be garbled or empty.

    `means` is what the line makes of it: callback | language | partner | dispatcher | clinician
    (back from a consultation) | nothing.
    """

    key: str = ""
    means: str = "nothing"
    language: str = ""
    dialable: bool = False  # the number shown may be called back, if the caller agrees
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAgreed(Event):
    """The caller heard that we would ring the number shown, and answered: yes or not."""

    agreed: bool
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentBegun(Event):
    """Star was pressed on a 911 line, in the greeting or the wait: its dispatcher is there yet."""

    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentKeyed(Event):
    """Keys were pressed after star; `number` "": they are no incident number."""

    number: str = ""
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLeft(Event):
    """The caller's leg left the carrier's queue; `result` is the carrier's word for why."""

    result: str
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded(Event):
    """The caller's bridge ended. `hung_up`: the caller's own leg is over too."""

    hung_up: bool
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassEnded(Event):
    """The dial to the partner ended. `talked`: somebody there was bridged."""

    talked: bool
    hung_up: bool
    way_back: bool = False  # the line has a dispatcher who can be asked back
    leg: Leg | None = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed(Event):
    """The carrier could not perform our last answer and asked the fallback address."""

    code: str
    leg: Leg | None = "caller"


# -- other legs -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicianArrived(Event):
    """The accepted clinician's leg (softphone, or a cell phone after 1) asks where to go."""

    clinician_id: str
    leg_sid: str
    leg: Leg | None = "clinician"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicianLeft(Event):
    """The clinician's bridge ended; `leg_sid` as in ClinicianJoined.

    `hung_up`: their leg is over too, or never got in.
    """

    leg_sid: str = ""
    hung_up: bool = True
    leg: Leg | None = "clinician"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnswered(Event):
    """Follow-up: the person's phone was picked up, and this is the first to be heard there."""

    leg_sid: str
    leg: Leg | None = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRung(Event):
    """Follow-up: the carrier rings the person's phone, on this leg."""

    leg_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonUnreached(Event):
    """Follow-up: busy, no answer, or the carrier failed. `why`: no_answer | busy | failed.

    `leg_sid` ("" unknown) tells which ring it is about: there may have been an accidental second.
    """

    why: str
    leg_sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseStopped(Event):
    """Follow-up: the person's phone is not to ring (any more). `why`: callbacks.plan.Outcome."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PsapAnswered(Event):
    """The 911 centre's line was picked up: nothing counts before 1 is pressed (FAILURES R11)."""

    leg_sid: str
    leg: Leg | None = "psap"


@dataclass(frozen=True, slots=True, kw_only=True)
class PsapPressed(Event):
    """A key was pressed there. `took`: it was 1. The rest is the summary they hear."""

    took: bool
    leg_sid: str
    incident: str = ""
    seconds: int = 0  # since the caller came from them
    leg: Leg | None = "psap"


@dataclass(frozen=True, slots=True, kw_only=True)
class PsapLeft(Event):
    """The dispatcher's bridge ended. `hung_up`: their leg is over too."""

    leg_sid: str
    hung_up: bool
    leg: Leg | None = "psap"


# -- facts nobody waits for an answer to ------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(Event):
    """A clinician won this caller; decided in the database, before any sound (FAILURES B1)."""

    clinician_id: str
    offer_id: str
    told_of: str = ""  # the call that the offer named: late binding may have given them another


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicianJoined(Event):
    """The clinician's leg is in the conference; `leg_sid` ("" unknown) tells whose it is."""

    leg_sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerJoined(Event):
    """The caller's (person's) leg is in the conference; `leg_sid` as in ClinicianJoined."""

    leg_sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatcherAsked(Event):
    """The clinician wants the 911 dispatcher back on the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegShared(Event):
    """The clinician says whether the 911 dispatcher is on the caller's own leg."""

    shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PsapRung(Event):
    """The carrier rings the 911 centre's line; this is the leg."""

    leg_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PsapJoined(Event):
    """The dispatcher's leg is in the conference; `leg_sid` as in ClinicianJoined."""

    leg_sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PsapGone(Event):
    """The dispatcher's leg is over, or never came about; `leg_sid` "": none was made."""

    leg_sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicianEnded(Event):
    """The clinician pressed End at the desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(Event):
    """The carrier says the caller's leg is over; `leg_sid` as in PersonUnreached."""

    leg_sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedOffline(Event):
    """The database was away: the caller was led to people's phones. `talked`: one was bridged."""

    talked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitElapsed(Event):
    """The stage's deadline passed."""

    rung: int = 0  # the rung of the ladder the caller has waited long enough for
    pass_on: bool = False  # that rung is the partner line
    nobody: bool = False  # because there is nobody at all, on duty or by phone
    next_at: datetime | None = None  # when the rung after it is due


@dataclass(frozen=True, slots=True, kw_only=True)
class Strayed(Event):
    """We looked: the caller's leg lives, yet asks us nothing any more and is not in the line.

    A document of last resort took it, while nothing of ours answered; or a move that came late led
    it into a room of before. `talking`: with somebody.
    """

    talking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSeen(Event):
    """We looked at the carrier's conference: who is in it (evidence, when an event was lost)."""

    caller: bool
    clinician: bool
    psap: bool = False
    keeper: bool = False  # whom the caller was handed over to
    stale: bool = False  # somebody else has come into the call since we looked


VOICE_EVENTS = (
    Arrived,
    LanguageChosen,
    Screened,
    GreetingEnded,
    Waited,
    KeyPressed,
    CallbackAgreed,
    IncidentBegun,
    IncidentKeyed,
    LineLeft,
    TalkEnded,
    PassEnded,
    FetchFailed,
    ClinicianArrived,
    ClinicianLeft,
    PersonAnswered,
    PsapAnswered,
    PsapPressed,
    PsapLeft,
)
EVENTS = (
    *VOICE_EVENTS,
    PersonRung,
    PersonUnreached,
    PromiseStopped,
    OfferAccepted,
    ClinicianJoined,
    CallerJoined,
    ClinicianEnded,
    DispatcherAsked,
    LegShared,
    PsapRung,
    PsapJoined,
    PsapGone,
    LegEnded,
    LedOffline,
    WaitElapsed,
    RoomSeen,
    Strayed,
)
