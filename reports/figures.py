"""How did the line do, day by day? Every column's days add up, and every call is in one column.

Names are those of the field: SM-4 abandonment, SM-5 service level, SM-6 average speed of answer,
SM-7 longest delay, EM-1 handle time (Lifeline, "Crisis Call Center Metrics").
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from callbacks.plan import TALK_OVER
from care.disposition import DIVERTED
from care.referral import State
from ivr.call import Ended
from routing.wallclock import instant, wall
from storage import figures as stored
from storage.figures import Contact, Promise, Referred
from storage.store import Rows

WITHIN_15, WITHIN_20 = timedelta(seconds=15), timedelta(seconds=20)
DAY = timedelta(days=1)
# What became of a call that nobody of ours answered. Anything else was lost.
UNANSWERED = {
    Ended.CALLER_LEFT: "abandoned",
    Ended.PASSED_ON: "passed_on",
    Ended.RETURNED: "returned",
    Ended.CALLBACK: "callback",
}
CAME_TO = ("answered", "abandoned", "passed_on", "returned", "callback", "lost", "live")
LABELS = {
    "calls": "Calls",
    "answered": "Answered",
    "abandoned": "Abandoned",
    "passed_on": "Passed on",
    "returned": "Returned to 911",
    "callback": "Asked to be called back",
    "lost": "Lost",
    "live": "Still waiting",
    "within_15": "Answered within 15 s",
    "within_20": "Answered within 20 s",
    "promised": "Follow-ups promised",
    "kept": "Follow-ups kept",
    "unreached": "Follow-ups unreached",
    "referred": "Referrals made",
    "referral_kept": "Referrals kept",
    "referral_missed": "Referrals missed",
}
STANDARD = {
    "abandonment": "SM-4 abandonment",
    "service_level_15": "SM-5 service level, 15 s",
    "service_level_20": "SM-5 service level, 20 s",
    "speed_of_answer": "SM-6 average speed of answer",
    "longest_delay": "SM-7 longest delay",
    "handle_time": "EM-1 average time talking",
    "diverted": "Closed without police, fire or ambulance",
}


@dataclass
class Tally:
    """What was counted in one day, or in all of them."""

    counts: Counter[str] = field(default_factory=Counter)  # by the keys of LABELS
    outcomes: Counter[str] = field(default_factory=Counter)  # by care.disposition.Disposition
    waited: timedelta = timedelta(0)  # of the answered, together
    talked: timedelta = timedelta(0)  # of the answered whose call is over, together
    over: int = 0  # answered, and the call is over
    longest_delay: timedelta = timedelta(0)

    @property
    def calls(self) -> int:
        """Everything that arrived: the sum of CAME_TO."""
        return self.counts["calls"]

    @property
    def promised(self) -> int:
        """Promises to call back, made on that day."""
        return self.counts["promised"]

    @property
    def abandonment(self) -> float | None:
        """SM-4: the part of the calls whose caller left before anybody answered."""
        return _part(self.counts["abandoned"], self.counts["calls"])

    @property
    def service_level_15(self) -> float | None:
        """SM-5 with 911's shorter limit: of the answered, those within 15 seconds."""
        return _part(self.counts["within_15"], self.counts["answered"])

    @property
    def service_level_20(self) -> float | None:
        """SM-5: of the answered, those within 20 seconds."""
        return _part(self.counts["within_20"], self.counts["answered"])

    @property
    def speed_of_answer(self) -> timedelta | None:
        """SM-6: how long the answered waited, on average."""
        answered = self.counts["answered"]
        return self.waited / answered if answered else None

    @property
    def handle_time(self) -> timedelta | None:
        """EM-1 without the work after the call: how long people talked, on average."""
        return self.talked / self.over if self.over else None

    @property
    def diverted(self) -> float | None:
        """Of the contacts with a disposition, those closed without police, fire or ambulance."""
        known = sum(self.outcomes.values())
        return _part(sum(self.outcomes[one] for one in DIVERTED), known)

    def plus(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(
            self.counts + other.counts,
            self.outcomes + other.outcomes,
            self.waited + other.waited,
            self.talked + other.talked,
            self.over + other.over,
            max(self.longest_delay, other.longest_delay),
        )


@dataclass(frozen=True)
class Figures:
    """The days from `first` to `last`, both included, in `zone`, and all of them together."""

    first: date
    last: date
    zone: str
    days: dict[date, Tally]

    @property
    def total(self) -> Tally:
        """Return the sum of the days."""
        total = Tally()
        for tally in self.days.values():
            total = total.plus(tally)
        return total


def read(rows: Rows, first: date, last: date, zone: str, now: datetime) -> Figures:
    """Count the days from `first` to `last`, both included, by the wall clock in `zone`.

    A call belongs to the day it arrived on, a follow-up to the day it was promised on, a referral
    to the day it was made on.
    """
    start, end = midnight(first, zone), midnight(last + DAY, zone)
    contacts, promises = stored.contacts(rows, start, end), stored.promises(rows, start, end)
    referrals = stored.referred(rows, start, end)
    return count(contacts, promises, first, last, zone, now, referrals)


def count(
    contacts: Iterable[Contact],
    promises: Iterable[Promise],
    first: date,
    last: date,
    zone: str,
    now: datetime,
    referrals: Iterable[Referred] = (),
) -> Figures:
    """Count what was read; days on which nothing happened are there too."""
    days = {first + DAY * n: Tally() for n in range((last - first).days + 1)}
    for contact in contacts:
        _add(days[wall(contact.arrived_at, zone).date()], contact, now)
    for promise in promises:
        if promise.closed_reason == TALK_OVER:
            continue
        counts = days[wall(promise.promised_at, zone).date()].counts
        counts["promised"] += 1
        counts["kept"] += promise.state == "kept"
        counts["unreached"] += promise.closed_reason == "unreached"
    for referral in referrals:
        counts = days[wall(referral.made_at, zone).date()].counts
        counts["referred"] += 1
        counts["referral_kept"] += referral.state == State.KEPT
        counts["referral_missed"] += referral.state == State.MISSED
    return Figures(first, last, zone, days)


def came_to(contact: Contact) -> str:
    """Return the one column of CAME_TO a call is counted in."""
    if contact.answered_at:
        return "answered"
    if contact.ended_reason is None:
        return "live"
    return UNANSWERED.get(Ended(contact.ended_reason), "lost")


def _add(tally: Tally, contact: Contact, now: datetime) -> None:
    tally.counts["calls"] += 1
    tally.counts[came_to(contact)] += 1
    if contact.disposition:
        tally.outcomes[contact.disposition] += 1
    delay = (contact.answered_at or contact.ended_at or now) - contact.arrived_at
    tally.longest_delay = max(tally.longest_delay, delay)
    if contact.answered_at:
        tally.waited += delay
        tally.counts["within_15"] += delay <= WITHIN_15
        tally.counts["within_20"] += delay <= WITHIN_20
        if contact.ended_at:
            tally.talked += contact.ended_at - contact.answered_at
            tally.over += 1


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which the day begins in `zone`."""
    return instant(datetime.combine(day, time()), zone)


def _part(some: int, of: int) -> float | None:
    return some / of if of else None
