"""Who did what, and does the clock still run?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
