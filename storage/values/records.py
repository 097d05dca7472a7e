"""What was written about a contact, and what was sent ahead of it?"""

from dataclasses import dataclass, field
from datetime import datetime


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
