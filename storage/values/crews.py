"""Which mobile crews are there? Their visits are `care.crew.Visit`."""

from dataclasses import dataclass
from datetime import datetime


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
