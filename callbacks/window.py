"""When may this person's phone ring? Windows of the wall clock where they are."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from routing.wallclock import instant, wall

DAY = timedelta(days=1)
SATURDAY = 5
DAYS_SEARCHED = 40  # longer than any run of weekends and holidays
ANY_TIME = ("00:00", "24:00")

Clocks = tuple[str, str]  # HH:MM, the end excluded
Hours = tuple[timedelta, timedelta]  # since local midnight, the end excluded
Window = tuple[datetime, datetime]  # aware UTC, the end excluded


class NoWindow(ValueError):
    """No phone of this zone may ring in the next weeks: the house's hours leave none."""


@dataclass(frozen=True, slots=True)
class House:
    """When this house rings anybody, by the wall clock where the person is.

    On weekends and holidays only what cannot wait is rung, and in hours of their own.
    """

    weekday: Clocks = ("09:00", "20:00")
    weekend: Clocks = ("09:00", "20:00")
    holidays: Container[date] = frozenset()

    def hours(self, day: date, *, urgent: bool) -> Clocks | None:
        """Return the hours of this local date; None: this promise is not rung on it."""
        if day.weekday() < SATURDAY and day not in self.holidays:
            return self.weekday
        return self.weekend if urgent else None


HOUSE = House()


def shared(best: Clocks, house: Clocks) -> Hours:
    """Return the hours in which both the person and the house may be rung.

    Best times wholly outside the house's hours give way to these. Blank means any time.
    """
    opens, closes = since_midnight(house[0]), since_midnight(house[1])
    begin = since_midnight(best[0] or ANY_TIME[0])
    until = since_midnight(best[1] or ANY_TIME[1])
    wished = [(begin, until)] if begin < until else [(begin, DAY), (timedelta(0), until)]
    both = [(max(opens, since), min(closes, end)) for since, end in wished]
    return next((pair for pair in both if pair[0] < pair[1]), (opens, closes))


def since_midnight(clock: str) -> timedelta:
    """Read HH:MM, 24:00 included."""
    hours, minutes = clock.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def windows(
    best: Clocks, zone: str, after: datetime, house: House = HOUSE, *, urgent: bool = True
) -> Iterator[Window]:
    """Yield the windows that end after `after`, in order.

    A window is between two readings of the wall clock: one that falls into a skipped hour does
    not happen that day, one in a repeated hour happens once.

    Raises:
        NoWindow: there is none in the next DAYS_SEARCHED days.
    """
    today, found = wall(after, zone).date(), False
    for ahead in range(-1, DAYS_SEARCHED):
        day = today + ahead * DAY
        hours = house.hours(day, urgent=urgent)
        start, end = on(day, shared(best, hours), zone) if hours else (after, after)
        if start < end and end > after:
            found = True
            yield start, end
    if not found:
        raise NoWindow(f"{best[0]}-{best[1]} in {zone} after {after}")


def on(day: date, hours: Hours, zone: str) -> Window:
    """Return the window of one local date; empty when the clock skipped it."""
    midnight = datetime.combine(day, time())
    return instant(midnight + hours[0], zone), instant(midnight + hours[1], zone)
