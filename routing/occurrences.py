"""On which dates does a pattern happen, and whose turn is it? Dates only, never instants."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from routing.roster import Pattern, Rotation, Turn
from routing.wallclock import DAY


def occurrences(
    pattern: Pattern, first: date, last: date
) -> Iterator[tuple[date, tuple[str, ...]]]:
    """Yield (start date, people) of every occurrence from `first` to `last`, both included."""
    first = max(first, pattern.valid_from)
    last = min(last, pattern.valid_until - DAY) if pattern.valid_until != date.max else last
    rotation = pattern.rotation
    shifts = 0
    if rotation and rotation.turn is Turn.SHIFT and first <= last:
        shifts = _recurrences(pattern, rotation.anchor, first)
    for day in _dates(first, last):
        if not recurs(pattern, day):
            continue
        if day not in pattern.except_dates:
            yield day, _people(pattern, day, shifts)
        shifts += 1  # a date left out keeps its turn: nobody else's shifts may move


def happens(pattern: Pattern, day: date) -> tuple[str, ...] | None:
    """Return who has the pattern's shift on `day` by the pattern alone; None: no shift."""
    return next((people for _, people in occurrences(pattern, day, day)), None)


def recurs(pattern: Pattern, day: date) -> bool:
    """Whether the rule names `day`, whatever its validity and exceptions say."""
    if day.weekday() not in pattern.days:
        return False
    if pattern.only_dates is not None and day not in pattern.only_dates:
        return False
    if pattern.every_weeks > 1:
        start = pattern.valid_from
        monday = start.toordinal() - start.weekday()
        if (day.toordinal() - monday) // 7 % pattern.every_weeks:
            return False
    if pattern.nth:
        from_end = (monthrange(day.year, day.month)[1] - day.day) // 7 + 1
        return not pattern.nth.isdisjoint({(day.day - 1) // 7 + 1, -from_end})
    return True


def _people(pattern: Pattern, day: date, shifts: int) -> tuple[str, ...]:
    rotation = pattern.rotation
    if rotation is None:
        return pattern.people
    turns = (shifts if rotation.turn is Turn.SHIFT else _units(rotation, day)) // rotation.every
    return rotation.groups[turns % len(rotation.groups)]


def _units(rotation: Rotation, day: date) -> int:
    """Count whole days, weeks or months since the anchor; negative before it."""
    anchor = rotation.anchor
    if rotation.turn is Turn.MONTH:
        turning_day = min(anchor.day, monthrange(day.year, day.month)[1])
        months = (day.year - anchor.year) * 12 + day.month - anchor.month
        return months - (day.day < turning_day)
    days = day.toordinal() - anchor.toordinal()
    return days // 7 if rotation.turn is Turn.WEEK else days


def _recurrences(pattern: Pattern, anchor: date, day: date) -> int:
    """Count the rule's dates from the anchor up to `day`, excluded; negative before it."""
    if day < anchor:
        return -_recurrences(pattern, day, anchor)
    if pattern.only_dates is not None:
        return sum(recurs(pattern, each) for each in pattern.only_dates if anchor <= each < day)
    if pattern.nth:  # months differ; years are counted once
        years = sum(_in_year(pattern, year) for year in range(anchor.year, day.year))
        here, there = (_counted(pattern, _new_year(each), each) for each in (day, anchor))
        return years + here - there
    cycles, rest = divmod((day - anchor).days, 7 * pattern.every_weeks)
    return cycles * len(pattern.days) + _counted(pattern, day - rest * DAY, day)


@lru_cache(maxsize=4096)
def _in_year(pattern: Pattern, year: int) -> int:
    return _counted(pattern, date(year, 1, 1), date(year, 12, 31) + DAY)


def _counted(pattern: Pattern, first: date, day: date) -> int:
    return sum(recurs(pattern, each) for each in _dates(first, day - DAY))


def _new_year(day: date) -> date:
    return day.replace(month=1, day=1)


def _dates(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
