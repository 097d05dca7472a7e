"""What became of a caller whom a 911 centre handed to us? One answer for each, and its reason.

Offered, then accepted (by whom, after how long), declined by a clinician with a reason, cancelled
by 911, bounced because nobody of ours took it, or left by the caller. Nothing is stored for it:
the call and its record say it all.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from care.disposition import LABELS, Disposition

OFFERED, ACCEPTED, DECLINED, CANCELLED, BOUNCED, LEFT = (
    "offered",
    "accepted",
    "declined",
    "cancelled",
    "bounced",
    "left",
)
CAME_TO = {
    ACCEPTED: "Accepted",
    DECLINED: "Declined",
    CANCELLED: "Cancelled by 911",
    BOUNCED: "Bounced",
    LEFT: "Left by the caller",
    OFFERED: "Still offered",
}
DECLINES = (
    Disposition.OUT_OF_SCOPE,
    Disposition.OUT_OF_AREA,
    Disposition.RETURNED_TO_911,
)
# How a call ended that no clinician answered, by ivr.call.Ended. Any other end is a loss of ours.
BOUNCES = {"returned": "returned to 911", "passed_on": "passed on to the partner line"}
LEAVES = {"caller_left": "before anybody answered", "callback": "to be called back"}


@dataclass(frozen=True, slots=True)
class HandOff:
    """One diversion's end. `after`: from its arrival to the first word with a clinician."""

    came_to: str
    after: timedelta | None = None
    reason: str = ""

    @property
    def in_words(self) -> str:
        """As a page says it."""
        parts = [CAME_TO[self.came_to]]
        if self.after is not None:
            parts.append(f"after {int(self.after.total_seconds())} s")
        return " ".join(parts) + (f": {self.reason}" if self.reason else "")

    def within(self, seconds: float) -> bool:
        """Whether a clinician answered by then: what the line promised its centre."""
        return self.after is not None and self.after <= timedelta(seconds=seconds)


def of(
    arrived_at: datetime,
    answered_at: datetime | None,
    ended_reason: str | None,
    disposition: str | None,
) -> HandOff:
    """Return what became of a diversion, by its call and its record."""
    if answered_at is not None:
        return _answered(answered_at - arrived_at, disposition)
    if disposition == Disposition.CANCELLED_BY_911:
        return HandOff(CANCELLED)
    if ended_reason is None:
        return HandOff(OFFERED)
    if ended_reason in LEAVES:
        return HandOff(LEFT, reason=LEAVES[ended_reason])
    return HandOff(BOUNCED, reason=BOUNCES.get(ended_reason, "lost by the carrier"))


def _answered(after: timedelta, disposition: str | None) -> HandOff:
    if disposition == Disposition.CANCELLED_BY_911:
        return HandOff(CANCELLED, after)
    if disposition in DECLINES:
        return HandOff(DECLINED, after, LABELS[disposition].lower())
    return HandOff(ACCEPTED, after)
