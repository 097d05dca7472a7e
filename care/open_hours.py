"""Is a service open at an instant, and until when? Read from HSDS's schedules.

A schedule repeats as iCalendar says (freq, interval, byday, bymonthday, byweekno, count, until),
from opens_at to closes_at. A time without an offset is the wall clock of the house: HSDS would
have it UTC, and publishers write what stands on their door.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from care.hsds import Row
from routing.wallclock import on_date, wall

DAY = timedelta(days=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LOOKS_AHEAD = 9  # days: a week, the rest of today, and tomorrow's minute before midnight
LAST_MINUTE = timedelta(minutes=1)  # 23:59 is written for midnight
BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
CLOCK = re.compile(r"(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
COUNTED_MOST = 3660  # days over which a schedule's count is followed

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """What is known of the hours at one instant, in aware UTC.

    `open` None: the directory says nothing that can be reckoned with. `changes_at` None: it stays
    as it is for a week.
    """

    open: bool | None
    changes_at: datetime | None = None


UNKNOWN = Hours(None)


def at(schedules: Iterable[Row], instant: datetime, zone: str) -> Hours:
    """Return whether one of these schedules is open; `zone`: of times without an offset."""
    telling = [one for one in schedules if "opens_at" in one and "closes_at" in one]
    if not telling:
        return UNKNOWN
    spans = list(_merged(telling, instant, zone))
    horizon = instant + (LOOKS_AHEAD - 2) * DAY
    for start, end in spans:
        if start <= instant < end:
            return Hours(open=True, changes_at=end if end < horizon else None)
        if start > instant:
            return Hours(open=False, changes_at=start)
    return Hours(open=False)


def _merged(schedules: list[Row], instant: datetime, zone: str) -> Iterator[Span]:
    """The spans around an instant, in order; those that touch are one."""
    found = sorted(span for one in schedules for span in _spans(one, instant, zone))
    begun: Span | None = None
    for start, end in found:
        if begun and start - begun[1] <= LAST_MINUTE:
            begun = (begun[0], max(begun[1], end))
            continue
        if begun:
            yield begun
        begun = (start, end)
    if begun:
        yield begun


def _spans(schedule: Row, instant: datetime, zone: str) -> Iterator[Span]:
    opens, offset = _clock(schedule, "opens_at")
    closes, _ = _clock(schedule, "closes_at")
    if closes <= opens:
        closes += DAY  # over midnight; the same time twice is a whole day
    today = instant.astimezone(offset).date() if offset else wall(instant, zone).date()
    for ahead in range(-1, LOOKS_AHEAD):
        day = today + ahead * DAY
        if falls_on(schedule, day):
            yield _on(day, opens, offset, zone), _on(day, closes, offset, zone)


def _on(day: date, since_midnight: timedelta, offset: tzinfo | None, zone: str) -> datetime:
    if offset is None:
        return on_date(day, since_midnight, zone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=offset)
    return (midnight + since_midnight).astimezone(UTC)


def _clock(schedule: Row, field: str) -> tuple[timedelta, tzinfo | None]:
    """A time of day since midnight, and the offset from UTC that it names."""
    read = CLOCK.fullmatch(str(schedule[field]))
    assert read is not None, "care.hsds_rows lets no other time in"
    hours, minutes, zoned = read.groups()
    since = timedelta(hours=int(hours), minutes=int(minutes))
    if zoned == "Z":
        return since, UTC
    if zoned:
        east = timedelta(hours=int(zoned[1:3]), minutes=int(zoned[-2:]))
        return since, timezone(-east if zoned[0] == "-" else east)
    if "timezone" in schedule:
        return since, timezone(timedelta(hours=float(schedule["timezone"])))
    return since, None


# -- on which days ------------------------------------------------------------------------------


def falls_on(schedule: Row, day: date) -> bool:
    """Whether a schedule takes place on that local date."""
    if not _within(schedule, day) or not _repeats_on(schedule, day):
        return False
    count, first = schedule.get("count"), _date(schedule, "dtstart")
    if count is None or first is None:
        return True
    days = min((day - first).days, COUNTED_MOST)
    before = sum(_repeats_on(schedule, first + n * DAY) for n in range(days))
    return before < int(count)


def _within(schedule: Row, day: date) -> bool:
    starts = [_date(schedule, "dtstart"), _date(schedule, "valid_from")]
    ends = [_date(schedule, "until"), _date(schedule, "valid_to")]
    return all(one <= day for one in starts if one) and all(day <= one for one in ends if one)


def _repeats_on(schedule: Row, day: date) -> bool:
    if schedule.get("freq") == "MONTHLY":
        return _in_step(schedule, day, _months) and _day_of_month(schedule, day)
    named = [found[2] for found in BYDAY.finditer(str(schedule.get("byday", "")))]
    first = _date(schedule, "dtstart")
    if not named and first and schedule.get("freq"):
        named = [WEEKDAYS[first.weekday()]]
    if not named and first:
        return day == first  # it does not repeat
    weeks = _numbers(schedule, "byweekno")
    if weeks and day.isocalendar().week not in weeks:
        return False
    in_step = _in_step(schedule, day, _weeks)
    return in_step and (not named or WEEKDAYS[day.weekday()] in named)


def _day_of_month(schedule: Row, day: date) -> bool:
    last = ((day.replace(day=28) + 4 * DAY).replace(day=1) - DAY).day
    days = _numbers(schedule, "bymonthday")
    if days and not {day.day, day.day - last - 1} & days:
        return False
    named = [(found[1], found[2]) for found in BYDAY.finditer(str(schedule.get("byday", "")))]
    if named:
        nth, from_end = (day.day - 1) // 7 + 1, -((last - day.day) // 7 + 1)
        today = WEEKDAYS[day.weekday()]
        return any(
            name == today and (not number or int(number) in (nth, from_end))
            for number, name in named
        )
    first = _date(schedule, "dtstart")
    return bool(days) or (first is not None and day.day == first.day)


def _in_step(schedule: Row, day: date, since: Callable[[Row, date, date], int]) -> bool:
    interval, first = int(schedule.get("interval", 1)), _date(schedule, "dtstart")
    if interval <= 1 or first is None:
        return True
    return since(schedule, first, day) % interval == 0


def _weeks(schedule: Row, first: date, day: date) -> int:
    begins = WEEKDAYS.index(str(schedule.get("wkst", "MO")))
    monday, this = (one - ((one.weekday() - begins) % 7) * DAY for one in (first, day))
    return (this - monday).days // 7


def _months(_schedule: Row, first: date, day: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month


def _numbers(schedule: Row, field: str) -> set[int]:
    return {int(one) for one in re.findall(r"-?\d{1,3}", str(schedule.get(field, "")))}


def _date(schedule: Row, field: str) -> date | None:
    return date.fromisoformat(str(schedule[field])) if field in schedule else None
