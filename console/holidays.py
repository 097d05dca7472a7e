"""Which holidays fall on the days shown? They are named on the roster, and decide nothing."""

from datetime import date
from functools import lru_cache

from console.here import board


def named(first: date, last: date) -> dict[date, str]:
    """The holidays of the house between two dates, both included."""
    region = board().book.roster.holidays
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        found |= {day: name for day, name in of_year(region, year) if first <= day <= last}
    return found


@lru_cache(maxsize=32)
def of_year(region: str, year: int) -> tuple[tuple[date, str], ...]:
    """(date, name) of a region such as US-MO; nothing for one that is not known."""
    if not region:
        return ()
    import holidays  # slow to import, and only this page asks

    country, _, state = region.partition("-")
    try:
        known = holidays.country_holidays(country, subdiv=state or None, years=year)
    except NotImplementedError:
        return ()
    return tuple(sorted(known.items()))
