"""When may this person's phone ring? Windows of the wall clock where they are."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from routing.wallclock import instant, wall

DAY = timedelta(days=1)
QUIET = ("09:00", "20:00")  # nobody is rung before or after: the house's hours, in their zone
DAYS_SEARCHED = 15  # a window that a clock change swallowed is back within two days

Hours = tuple[timedelta, timedelta]  # since local midnight, the end excluded
Window = tuple[datetime, datetime]  # aware UTC, the end excluded


def hours_of(best_from: str, best_until: str, quiet: tuple[str, str] = QUIET) -> Hours:
    """Return the hours in which both the person and the house may be rung.

    Best times wholly outside the house's hours give way to these. Blank means any time.
    """
    opens, closes = since_midnight(quiet[0]), since_midnight(quiet[1])
    begin = since_midnight(best_from or "00:00")
    until = since_midnight(best_until or "24:00")
    wished = [(begin, until)] if begin < until else [(begin, DAY), (timedelta(0), until)]
    shared = [(max(opens, since), min(closes, end)) for since, end in wished]
    return next((pair for pair in shared if pair[0] < pair[1]), (opens, closes))


def since_midnight(clock: str) -> timedelta:
    """Read HH:MM, 24:00 included."""
    hours, minutes = clock.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def windows(hours: Hours, zone: str, after: datetime) -> Iterator[Window]:
    """Yield the windows that end after `after`, in order.

    A window is between two readings of the wall clock: one that falls into a skipped hour does
    not happen that day, one in a repeated hour happens once.
    """
    today = wall(after, zone).date()
    for ahead in range(-1, DAYS_SEARCHED):
        start, end = on(today + ahead * DAY, hours, zone)
        if start < end and end > after:
            yield start, end


def on(day: date, hours: Hours, zone: str) -> Window:
    """Return the window of one local date; empty when the clock skipped it."""
    midnight = datetime.combine(day, time())
    return instant(midnight + hours[0], zone), instant(midnight + hours[1], zone)
