"""What is kept of a call, besides `ivr.call.Call`? Its journal, errands, offers and traces."""

from dataclasses import dataclass
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
