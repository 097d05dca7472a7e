"""When may a person be reminded by text of a call that we promised, and what forbids it?

The strictest reading of the law's limits on messages about health (47 CFR 64.1200(a)(9)(iv),
(a)(10) and (c)(1)): only with consent to texts, only to the number that was given for it, from 8 am
to 9 pm where the person is, one a day and three a week, and never again after they said stop.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from callbacks.window import ANY_TIME, House, Window, windows

HOURS = House(("08:00", "21:00"), ("08:00", "21:00"))
AHEAD = timedelta(hours=2)  # before the promised call falls due
LOOKED_AHEAD = timedelta(days=1)  # no reminder is sent longer before
DAY, WEEK = timedelta(days=1), timedelta(days=7)
WEEK_MOST = 3
WAITS = frozenset({"too_early", "too_late"})  # nothing to write down: it passes, or has passed


@dataclass(frozen=True, slots=True)
class Facts:
    """What is looked at. `sent`: when texts went to this number in the last week."""

    zone: str
    promised_at: datetime
    due_at: datetime
    agreed: bool
    opted_out: bool
    sent: Collection[datetime] = ()


def span(due_at: datetime, zone: str) -> Window:
    """Return from when until when a call that falls due then may be reminded of.

    The last two permitted hours before it: in the evening before, for a call early in the day.
    """
    before = windows(ANY_TIME, zone, due_at - 2 * DAY, HOURS)
    *_, (start, end) = takewhile(lambda window: window[0] < due_at, before)
    closes = min(end, due_at)
    return max(start, closes - AHEAD), closes


def by_day(now: datetime, zone: str) -> bool:
    """Whether it is a time of texts there."""
    start, end = next(windows(ANY_TIME, zone, now, HOURS))
    return start <= now < end


def forbidden(facts: Facts, now: datetime) -> str | None:
    """Return why no reminder may be sent now; None: it may.

    Asked before it is written down and right before it is sent: no_consent | opted_out | too_early
    | too_late | just_promised | too_many.
    """
    if not facts.agreed:
        return "no_consent"
    if facts.opted_out:
        return "opted_out"
    opens, closes = span(facts.due_at, facts.zone)
    if now < opens:
        return "too_early"
    if now >= closes:
        return "too_late"
    if opens < facts.promised_at:  # they remember
        return "just_promised"
    young = [at for at in facts.sent if now - at < WEEK]
    if any(now - at < DAY for at in young) or len(young) >= WEEK_MOST:
        return "too_many"
    return None
