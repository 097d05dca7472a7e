"""What is kept of the roster? Its versions and drafts, and what people ask and are told of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
