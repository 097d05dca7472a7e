"""When is a promise to call somebody back due, and what follows from each attempt?

A follow-up keeps to the person's window; a callback was asked for by somebody waiting, so it is
due at once and at any hour. Both have a limit, and after it a human decides: never silence.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callbacks.window import QUIET, Window, hours_of, windows

ATTEMPTS_MAX = 3  # programs set 3 to 5
SPACING = timedelta(hours=4)  # and the next attempt falls into another part of the day
PARTS = 3  # of the window: early, middle, late
LINE_WAS_BUSY = timedelta(minutes=30)
CALLBACK_AGAIN = (timedelta(minutes=5), timedelta(minutes=30))  # after the first, later ones


class Outcome(StrEnum):
    """What an attempt came to."""

    REACHED = "reached"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"  # the carrier could not place it
    WRONG_NUMBER = "wrong_number"
    WITHDRAWN = "withdrawn"  # the person asked not to be called
    INTERRUPTED = "interrupted"  # on our side, before the person was reached


LABELS = {
    Outcome.REACHED: "Reached",
    Outcome.VOICEMAIL: "Voicemail",
    Outcome.NO_ANSWER: "No answer",
    Outcome.BUSY: "Busy",
    Outcome.FAILED: "The call could not be placed",
    Outcome.WRONG_NUMBER: "Wrong number",
    Outcome.WITHDRAWN: "Does not want to be called",
    Outcome.INTERRUPTED: "Interrupted on our side",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the plan looks at. Times are HH:MM in `zone`; `attempts_made` counts dials."""

    kind: str  # followup | callback
    zone: str
    best_from: str
    best_until: str
    attempts_made: int
    attempts_max: int = ATTEMPTS_MAX

    @property
    def asked_for(self) -> bool:
        """A waiting caller asked for it: now, at any hour."""
        return self.kind == "callback"

    @property
    def used_up(self) -> bool:
        """No dial is left."""
        return self.attempts_made >= self.attempts_max


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the promise: due again, kept or closed; and the task a human gets."""

    state: str  # due | kept | closed
    due_at: datetime | None = None
    closed_reason: str | None = None
    task: str | None = None


def after(outcome: str, facts: Facts, now: datetime, quiet: tuple[str, str] = QUIET) -> Decision:
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
        case _ if facts.used_up:
            return Decision("closed", closed_reason="unreached", task="followup_unreached")
        case Outcome.INTERRUPTED:
            return Decision("due", earliest(now, facts, quiet))
        case Outcome.BUSY | Outcome.FAILED:
            return Decision("due", earliest(now + LINE_WAS_BUSY, facts, quiet))
        case Outcome.VOICEMAIL | Outcome.NO_ANSWER:
            return Decision("due", _again(facts, now, quiet))


def next_due(
    now: datetime,
    zone: str,
    best_from: str,
    best_until: str,
    attempts_made: int,
    quiet: tuple[str, str] = QUIET,
) -> datetime:
    """Return when a follow-up is to be tried next, in its window.

    The first attempt is due as soon as it may be; a later one (then `now` is the moment of the one
    before) falls into another part of the day, at least SPACING later.
    """
    hours = hours_of(best_from, best_until, quiet)
    since = now if attempts_made == 0 else now + SPACING
    used = None if attempts_made == 0 else _part_now(now, next(windows(hours, zone, now)))
    for window in windows(hours, zone, since):
        if used is None:
            return max(window[0], since)
        # Two parts on: three attempts then meet early, late and middle, in some order.
        start, end = _part(window, (used + 2) % PARTS)
        if end > since and start < end:
            return max(start, since)
    raise AssertionError(f"no window in two weeks: {best_from}-{best_until} in {zone}")


def earliest(moment: datetime, facts: Facts, quiet: tuple[str, str] = QUIET) -> datetime:
    """Return the first instant from `moment` on at which this person may be rung."""
    if facts.asked_for:
        return moment
    return next_due(moment, facts.zone, facts.best_from, facts.best_until, 0, quiet)


def forbidden(
    facts: Facts, consent_by: str | None, now: datetime, quiet: tuple[str, str] = QUIET
) -> str | None:
    """Return why this person may not be rung now; None: they may.

    Asked once more right before each dial: no_consent | limit | outside_window.
    """
    if not consent_by:
        return "no_consent"
    if facts.used_up:
        return "limit"
    return None if earliest(now, facts, quiet) == now else "outside_window"


def _again(facts: Facts, now: datetime, quiet: tuple[str, str]) -> datetime:
    if facts.asked_for:
        return now + CALLBACK_AGAIN[min(facts.attempts_made, len(CALLBACK_AGAIN)) - 1]
    best = facts.best_from, facts.best_until
    return next_due(now, facts.zone, *best, facts.attempts_made, quiet)


def _part(window: Window, index: int) -> Window:
    start, end = window
    return start + (end - start) * index / PARTS, start + (end - start) * (index + 1) / PARTS


def _part_now(now: datetime, window: Window) -> int | None:
    """Return which part of the day the attempt at `now` used; None: it was outside any window."""
    found = (index for index in range(PARTS) if _part(window, index)[1] > now >= window[0])
    return next(found, None)
