"""Who works here, and what are they doing now? A person is named by `person_id`, never a caller."""

from dataclasses import dataclass
from datetime import datetime


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
