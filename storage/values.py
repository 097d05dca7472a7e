"""What does a row look like outside this room? Frozen values, named as their columns.

A call is `ivr.call.Call`. All instants are aware UTC; a person is named by `person_id`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from routing.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class NewLine:
    """One thing that happened to a call, and the bytes answered, as it is written down.

    `effects`: what the step still changes in our own tables, a name and its facts each.
    """

    call_id: str
    at: datetime
    inbox_key: str | None
    event: str
    facts: dict[str, Any]
    stage_before: str | None
    stage_after: str
    surprise: bool
    answer: bytes | None
    effects: list[tuple[str, dict[str, Any]]] | None = None


@dataclass(frozen=True, slots=True)
class JournalLine(NewLine):
    """A line of the journal."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class ErrandRow:
    """Something that must be done outside, written with its cause."""

    id: int
    call_id: str
    kind: str
    facts: dict[str, Any]
    target: str
    state: str
    due_at: datetime
    claimed_by: str | None
    lease_until: datetime | None
    tries: int
    outcome: str | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Ringing one clinician about one caller or follow-up."""

    id: str
    kind: str
    call_id: str | None
    followup_id: str | None
    person_id: str
    channel: str
    state: str
    offered_at: datetime
    lapses_at: datetime
    settled_at: datetime | None = None
    why: str | None = None
    phone_leg: str | None = None
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What changed at one instant in who is told of a caller, by which revision of the roster."""

    call_id: str
    at: datetime
    revision: int
    rung: int
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """A clinician's state now."""

    person_id: str
    state: str
    state_since: datetime
    heard_at: datetime | None
    active_at: datetime | None
    idle_since: datetime
    call_id: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the house: never a caller."""

    id: str
    name: str
    email: str
    phone: str | None
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    zone: str
    auto_answer: bool
    active: bool
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """Which version of the roster it is; `digest` is its document's, `speaks_from` None: always."""

    revision: int
    at: datetime
    digest: str
    speaks_from: datetime | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of the roster's exchange document, and who made it why. People are ids."""

    revision: int
    at: datetime
    actor: str
    reason: str
    digest: str
    speaks_from: datetime | None
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RosterDraft:
    """One coordinator's unpublished changes of revision `based_on`, step by step."""

    person_id: str
    version: int  # counts the saves: who writes must have seen the last one
    based_on: int
    document: dict[str, Any]
    steps: list[dict[str, Any]]  # what was said and changed, the oldest first; undone from the end
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RosterFeed:
    """An address by which a calendar reads the roster; another `nonce` is another address."""

    person_id: str
    kind: str
    nonce: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class CoverRequest:
    """A shift that somebody asks colleagues to take; `why`: what a coordinator has to agree to.

    A swap is asked of one of them, who gives the hours `back_...` in return.
    """

    id: str
    person_id: str
    tier: str
    starts_at: datetime
    ends_at: datetime
    note: str | None
    state: str
    asked_at: datetime
    taken_by: str | None = None
    why: str | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    asked_of: str | None = None
    back_tier: str | None = None
    back_starts_at: datetime | None = None
    back_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimeOffRequest:
    """Somebody asks to be on call for nothing; `why`: what a coordinator has to agree to."""

    id: str
    person_id: str
    starts_at: datetime
    ends_at: datetime
    note: str | None
    state: str
    asked_at: datetime
    why: str | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody of the house is told; never anything of a caller."""

    id: str
    person_id: str
    kind: str
    text: str
    made_at: datetime
    seen_at: datetime | None
    mail_state: str
    mail_due_at: datetime
    mail_tries: int = 0


@dataclass(frozen=True, slots=True)
class ShiftConfirmation:
    """Somebody's yes to exactly these hours."""

    starts_at: datetime
    ends_at: datetime
    tier: str
    person_id: str
    confirmed_at: datetime
    confirmed_by: str


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


@dataclass(frozen=True, slots=True)
class Record:
    """The wrap-up of a contact. `version` 0: not saved yet."""

    call_id: str
    author: str
    version: int
    disposition: str | None
    person_name: str | None
    callback_number: str | None
    incident: str | None
    notes: str
    updated_at: datetime
    finished_at: datetime | None = None
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandoffCard:
    """One message of a 911 centre about a caller, or a clinician's correction of it."""

    id: str
    line: str
    how: str
    sender: str
    digest: str
    sent_at: datetime
    received_at: datetime
    incident: str | None
    number: str | None
    facts: dict[str, str]
    call_id: str | None = None
    matched: str | None = None
    not_call: str | None = None


@dataclass(frozen=True, slots=True)
class PsapKey:
    """By what a 911 centre's system signs, or opens its page. The secret is derived, not kept."""

    id: str
    line: str
    kind: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    """A mobile crew. Its page's address is derived from `nonce`, which alone opens nothing."""

    id: str
    name: str
    phone: str | None
    nonce: str | None
    made_at: datetime
    made_by: str
    seen_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DirectoryHeading:
    """Which directory it is: imported when, by whom, from which file; `digest` is its package's."""

    imported_at: datetime
    imported_by: str
    source: str
    services: int
    digest: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did or read what, sealed to the line before it."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    facts: dict[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """When a process last swept, and how long that took."""

    process: str
    at: datetime
    seconds: float
