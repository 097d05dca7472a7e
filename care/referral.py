"""Somebody was referred to a service: what may be told to whom, and did they go?

One table, step by state. A referral is closed by somebody who knows: they went, they did not, or
they declined; what was missed may be agreed anew. Pure: `at` is an argument.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from care.questions import QUESTIONS

WORDS_MOST = 300
LINES_MOST = 100
NO_CONSENT = "no"
CONSENTS = dict(QUESTIONS["referral_consent"].choices)  # spoken | written | no


class State(StrEnum):
    """How far a referral is."""

    MADE = "made"
    APPOINTMENT = "appointment"
    KEPT = "kept"
    MISSED = "missed"
    DECLINED = "declined"


class Step(StrEnum):
    """What somebody says of it."""

    AGREE = "agree"  # an appointment
    KEEP = "keep"
    MISS = "miss"
    DECLINE = "decline"


OPEN = (State.MADE, State.APPOINTMENT)
IN_WORDS = {
    State.MADE: "Made",
    State.APPOINTMENT: "Appointment",
    State.KEPT: "Kept",
    State.MISSED: "Missed",
    State.DECLINED: "Declined",
}
STEPS_IN_WORDS = {
    Step.AGREE: "An appointment was made",
    Step.KEEP: "They went",
    Step.MISS: "They did not go",
    Step.DECLINE: "They do not want it, or were not taken",
}
# The answers to "Did they go?" that need no date.
ANSWERS = {step: STEPS_IN_WORDS[step] for step in (Step.KEEP, Step.MISS, Step.DECLINE)}

_DECLINED = "This was declined. Make another referral if they want one after all."
_KEPT = "They went. Make another referral for another appointment."
_M, _A, _K, _X, _D = State
TABLE: dict[Step, dict[State, State | str]] = {
    Step.AGREE: {_M: _A, _A: _A, _K: _KEPT, _X: _A, _D: _DECLINED},
    Step.KEEP: {_M: _K, _A: _K, _K: _K, _X: _K, _D: _DECLINED},
    Step.MISS: {_M: _X, _A: _X, _K: _X, _X: _X, _D: _DECLINED},
    Step.DECLINE: {_M: _D, _A: _D, _K: _KEPT, _X: _D, _D: _D},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to a referral."""

    at: datetime
    by: str  # a person's id
    what: str  # made, or a Step
    words: str = ""
    appointment_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral. Instants are aware UTC; the service's name and number are as they were then."""

    id: str
    call_id: str  # the contact it was made in
    number: str | None  # of the person, E.164: by it a later contact finds it
    person_name: str | None
    service_id: str | None  # of the directory; None: named in the clinician's words
    service_name: str
    service_phone: str | None
    consent: str  # to share with them: CONSENTS
    consent_by: str | None
    shared: str  # what may be told to them; empty: nothing
    made_by: str
    made_at: datetime
    state: State = State.MADE
    appointment_at: datetime | None = None
    settled_at: datetime | None = None  # when it was kept, missed or declined
    lines: tuple[Line, ...] = ()

    @property
    def open(self) -> bool:
        """Whether nobody has said what came of it."""
        return self.state in OPEN

    @property
    def may_share(self) -> bool:
        """Whether anything may be told to the service."""
        return self.consent != NO_CONSENT


class Refused(ValueError):
    """This cannot be done to the referral; the words say what to do instead."""


def missing(service_name: str, consent: str, consent_by: str | None, shared: str) -> dict[str, str]:
    """Return what stands against making it: field -> a sentence for the clinician.

    `service_name`: of a service of the directory, or in the clinician's words.
    """
    found = {}
    if not service_name.strip():
        found["service_name"] = "Choose a service, or say in your words where to."
    if consent not in CONSENTS:
        found["consent"] = "Ask whether we may share anything with them."
    elif consent == NO_CONSENT and shared:
        found["shared"] = "They did not agree: nothing may be shared."
    elif consent != NO_CONSENT:
        found |= {} if shared else {"shared": "Say what may be told to them."}
        found |= {} if consent_by else {"consent_by": "Say who gave it."}
    return found


def made(referral: Referral) -> Referral:
    """The referral with its first line.

    Raises:
        Refused: see `missing`.
    """
    one = referral
    wrong = missing(one.service_name, one.consent, one.consent_by, one.shared)
    if wrong:
        raise Refused(" ".join(wrong.values()))
    return replace(one, lines=(Line(one.made_at, one.made_by, "made"),))


def take(
    referral: Referral,
    step: Step,
    by: str,
    at: datetime,
    *,
    words: str = "",
    appointment_at: datetime | None = None,
) -> Referral:
    """Write down what came of it; the very same referral when that was said before.

    Raises:
        Refused: the table forbids it, an appointment has no time, or its time is still to come.
    """
    to = TABLE[step][referral.state]
    if not isinstance(to, State):
        raise Refused(to)
    if step is Step.AGREE and appointment_at is None:
        raise Refused("Say when the appointment is.")
    when = appointment_at if step is Step.AGREE else referral.appointment_at
    if step in (Step.KEEP, Step.MISS) and when and when > at:
        raise Refused("The appointment is still to come.")
    if (to, when) == (referral.state, referral.appointment_at) and not words:
        return referral
    if len(referral.lines) >= LINES_MOST or len(words) > WORDS_MOST:
        raise Refused(f"At most {WORDS_MOST} characters, {LINES_MOST} times.")
    line = Line(at, by, step.value, words, when if step is Step.AGREE else None)
    settled = None if to in OPEN else at
    return replace(
        referral,
        state=to,
        appointment_at=when,
        settled_at=settled,
        lines=(*referral.lines, line),
    )


def to_ask(referrals: Iterable[Referral], now: datetime) -> list[Referral]:
    """Those to ask about now, the longest made first: open, and no appointment still to come."""
    due = [one for one in referrals if one.open and not _to_come(one, now)]
    return sorted(due, key=lambda one: (one.appointment_at or one.made_at, one.id))


def _to_come(referral: Referral, now: datetime) -> bool:
    return referral.appointment_at is not None and referral.appointment_at > now
