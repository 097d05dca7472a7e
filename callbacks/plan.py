"""When is a promise to call somebody back due, and what follows from each attempt?

A follow-up keeps to the person's window; a callback was asked for by somebody waiting, so it is
due at once and at any hour. Both have a limit, and after it a human decides: never silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callbacks.window import HOUSE, House, NoWindow, Window, windows

ATTEMPTS_MAX = 3  # programs set 3 to 5
SPACING = timedelta(hours=4)  # and the next attempt falls into another part of the day
PARTS = 3  # of the window: early, middle, late
LINE_WAS_BUSY = timedelta(minutes=30)
WITH_US = timedelta(hours=2)  # they are on our line: not rung meanwhile
CALLBACK_AGAIN = (timedelta(minutes=5), timedelta(minutes=30))  # after the first, later ones
CALLED_US = "called_us"  # how consent was given: they called, and were gone before the end
TALK_OVER = "talk_over"  # closed so, nobody had to be rung: it is not counted as a promise
CALLBACK_WITHIN = timedelta(hours=1)  # a callback that waits longer is overdue


class Outcome(StrEnum):
    """What an attempt came to."""

    REACHED = "reached"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"  # the carrier could not place it
    WRONG_NUMBER = "wrong_number"
    WITHDRAWN = "withdrawn"  # the person asked not to be called
    REACHED_US = "reached_us"  # they rang us while we rang them
    INTERRUPTED = "interrupted"  # on our side, before the person was reached


# After one of these nothing opens the promise again, whatever an attempt comes to.
STOPPED = frozenset({Outcome.WITHDRAWN, Outcome.WRONG_NUMBER})
LABELS = {
    Outcome.REACHED: "Reached",
    Outcome.VOICEMAIL: "Voicemail",
    Outcome.NO_ANSWER: "No answer",
    Outcome.BUSY: "Busy",
    Outcome.FAILED: "The call could not be placed",
    Outcome.WRONG_NUMBER: "Wrong number",
    Outcome.WITHDRAWN: "Does not want to be called",
    Outcome.REACHED_US: "They called us first",
    Outcome.INTERRUPTED: "Interrupted on our side",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the plan looks at. Times are HH:MM in `zone`; `attempts_made` counts dials.

    `urgent` promises are rung on weekends and holidays too. Who asked to be called back is rung at
    any hour; who only left our line, for as long as they may still be awake.
    """

    kind: str  # followup | callback
    zone: str
    best_from: str
    best_until: str
    attempts_made: int
    attempts_max: int = ATTEMPTS_MAX
    spacing: timedelta = SPACING
    urgent: bool = True
    any_hour_until: datetime | None = None  # of a callback; None: without end

    @property
    def asked_for(self) -> bool:
        """A waiting caller asked for it: now, at any hour."""
        return self.kind == "callback"

    @property
    def used_up(self) -> bool:
        """No dial is left."""
        return self.attempts_made >= self.attempts_max

    def windows(self, after: datetime, house: House) -> Iterator[Window]:
        """Yield when this person's phone may ring; raises NoWindow."""
        best = (self.best_from, self.best_until)
        return windows(best, self.zone, after, house, urgent=self.urgent)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the promise: due again, kept or closed; and the task a human gets."""

    state: str  # due | kept | closed
    due_at: datetime | None = None
    closed_reason: str | None = None
    task: str | None = None


UNREACHED = Decision("closed", closed_reason="unreached", task="followup_unreached")


def after(outcome: str, facts: Facts, now: datetime, house: House = HOUSE) -> Decision:
    """Decide what follows an attempt that is counted in `facts.attempts_made` already.

    Raises:
        ValueError: `outcome` is no Outcome.
    """
    match Outcome(outcome):
        case Outcome.REACHED:
            return Decision("kept", closed_reason="kept")
        case Outcome.WITHDRAWN:
            return Decision("closed", closed_reason="withdrawn")
        case Outcome.WRONG_NUMBER:  # stops at once; a human finds the right one, or closes
            return Decision("closed", closed_reason="wrong_number", task="followup_wrong_number")
        case Outcome.REACHED_US:  # the clinician who talks with them now keeps it
            return Decision("due", earliest(now + WITH_US, facts, house))
        case _ if facts.used_up:
            return UNREACHED
        case Outcome.INTERRUPTED:
            return Decision("due", earliest(now, facts, house))
        case Outcome.BUSY | Outcome.FAILED:
            return Decision("due", earliest(now + LINE_WAS_BUSY, facts, house))
        case Outcome.VOICEMAIL | Outcome.NO_ANSWER:
            return Decision("due", _again(facts, now, house))


def not_now(why: str, facts: Facts, now: datetime, house: House = HOUSE) -> Decision:
    """Decide what becomes of a promise that may not be rung now, for a reason of `forbidden`."""
    match why:
        case "outside_window":  # nobody was free while it was open (FAILURES D16, D17)
            return Decision("due", earliest(now + timedelta(seconds=1), facts, house))
        case "limit":  # they reached us at the last attempt, and nobody talked with them
            return UNREACHED
        case _:
            return Decision("closed", closed_reason=why, task="followup_unreached")


def closes(facts: Facts, due_at: datetime, house: House = HOUSE) -> datetime:
    """Return until when an attempt that falls due then is in time; raises NoWindow."""
    if facts.asked_for:
        return due_at + CALLBACK_WITHIN
    return next(facts.windows(due_at, house))[1]


def next_window(facts: Facts, now: datetime, house: House = HOUSE) -> Window:
    """Return when a follow-up is to be tried next: from when, and until when.

    The first attempt may be made at once, in the person's window; a later one (then `now` is the
    moment of the one before) falls into another part of the day, at least `facts.spacing` later.

    Raises:
        NoWindow: the house's hours leave none.
    """
    if facts.attempts_made == 0:
        start, end = next(facts.windows(now, house))
        return max(start, now), end
    since = now + facts.spacing
    used = _part_now(now, next(facts.windows(now, house)))
    for window in facts.windows(since, house):
        if used is None:
            return max(window[0], since), window[1]
        # Two parts on: three attempts then meet early, late and middle, in some order.
        start, end = _part(window, (used + 2) % PARTS)
        if end > since and start < end:
            return max(start, since), end
    raise NoWindow(f"no part of a day: {facts.best_from}-{facts.best_until} in {facts.zone}")


def next_due(facts: Facts, now: datetime, house: House = HOUSE) -> datetime:
    """Return the first instant of `next_window`; raises NoWindow."""
    return next_window(facts, now, house)[0]


def earliest(moment: datetime, facts: Facts, house: House = HOUSE) -> datetime:
    """Return the first instant from `moment` on at which this person may be rung."""
    if facts.asked_for and (facts.any_hour_until is None or moment < facts.any_hour_until):
        return moment
    start, _ = next(facts.windows(moment, house))
    return max(start, moment)


def forbidden(
    facts: Facts, consent_by: str | None, now: datetime, house: House = HOUSE
) -> str | None:
    """Return why this person may not be rung now; None: they may.

    Asked once more right before each dial: no_consent | limit | outside_window.
    """
    if not consent_by:
        return "no_consent"
    if facts.used_up:
        return "limit"
    return None if earliest(now, facts, house) == now else "outside_window"


def _again(facts: Facts, now: datetime, house: House) -> datetime:
    if facts.asked_for:
        wait = CALLBACK_AGAIN[min(facts.attempts_made, len(CALLBACK_AGAIN)) - 1]
        return earliest(now + wait, facts, house)
    return next_due(facts, now, house)


def _part(window: Window, index: int) -> Window:
    start, end = window
    return start + (end - start) * index / PARTS, start + (end - start) * (index + 1) / PARTS


def _part_now(now: datetime, window: Window) -> int | None:
    """Return which part of the day the attempt at `now` used; None: it was outside any window."""
    found = (index for index in range(PARTS) if _part(window, index)[1] > now >= window[0])
    return next(found, None)
