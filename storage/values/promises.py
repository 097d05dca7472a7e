"""What was promised, what was tried, and what must somebody decide?"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A promise to call somebody back."""

    id: str
    kind: str
    call_id: str | None
    state: str
    name: str | None
    number: str
    zone: str
    language: str
    line: str
    consent_by: str | None
    consent_at: datetime | None
    may_leave_message: bool
    best_from: str
    best_until: str
    promised_at: datetime
    due_at: datetime
    attempts_max: int
    attempts_made: int = 0
    prefers: str | None = None
    offered_to: str | None = None
    closed_reason: str | None = None
    closed_at: datetime | None = None
    note: str | None = None
    template: str | None = None
    due_until: datetime | None = None
    spacing_minutes: int = 240
    urgent: bool = True
    risk: int = 0
    consent_how: str | None = None
    zone_confirmed: bool = False
    message: str | None = None
    tell_if_unreached: str | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revoked_how: str | None = None
    texts_agreed_at: datetime | None = None
    texts_agreed_by: str | None = None
    texts_agreed_how: str | None = None
    texts_revoked_at: datetime | None = None
    texts_revoked_by: str | None = None
    texts_revoked_how: str | None = None


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A reminder, or a text that came in. `state`: see storage.texts."""

    id: str
    kind: str
    number: str
    line: str
    at: datetime
    state: str
    followup_id: str | None = None
    sid: str | None = None
    told_at: datetime | None = None
    why: str | None = None
    answer: bytes | None = None


@dataclass(frozen=True, slots=True)
class TextNumber:
    """Whether a number is texted at all, and when it was last answered that nobody reads."""

    number: str
    opted_out_at: datetime | None = None
    opted_in_at: datetime | None = None
    answered_at: datetime | None = None
    agreed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a follow-up."""

    id: str
    followup_id: str
    number_of: int
    person_id: str
    call_id: str
    started_at: datetime
    heard_at: datetime | None = None
    outcome: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What a named human must decide."""

    id: str
    kind: str
    for_role: str
    call_id: str | None
    followup_id: str | None
    text: str
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    decision: str | None = None
