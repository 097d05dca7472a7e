"""Which instant is a wall clock's time? One rule for starts and ends alike, in every zone."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from importlib.metadata import version
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The pinned tzdata wheel, never the host's copy: two machines must agree who is on call.
zoneinfo.reset_tzpath(())
TZDATA = version("tzdata")
DAY = timedelta(days=1)


class UnknownZone(ValueError):
    """The name is no IANA time zone."""


def zone(name: str) -> ZoneInfo:
    """Return the IANA zone of that name, renamed links included; raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "America" is a folder
        raise UnknownZone(f"{name!r} is not an IANA time zone, such as America/Chicago") from None


@lru_cache(maxsize=65_536)
def instant(local: datetime, zone_name: str) -> datetime:
    """Return the first instant (aware UTC) whose wall clock reads at least `local` (naive).

    A time that does not exist is the first instant after the jump; one that exists twice is
    its first occurrence (ROSTER.md, Time).
    """
    place: tzinfo = zone(zone_name)
    late = local.replace(tzinfo=place, fold=0).astimezone(UTC)
    if _wall(late, place) == local:
        return late
    # In a gap: `late` took the offset from before the jump, `early` the one after it, and the
    # jump lies between them. It falls on a whole second.
    early = local.replace(tzinfo=place, fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (early, middle) if _wall(middle, place) >= local else (middle, late)
    return late


def on_date(day: date, since_midnight: timedelta, zone_name: str) -> datetime:
    """Return `instant` of a wall clock's time on a date or days after it, fast on most days."""
    if since_midnight >= DAY:
        day, since_midnight = day + since_midnight.days * DAY, since_midnight % DAY
    midnight, steady = _day(day, zone_name)
    if steady:
        return midnight + since_midnight
    return instant(datetime.combine(day, time()) + since_midnight, zone_name)


@lru_cache(maxsize=65_536)
def _day(day: date, zone_name: str) -> tuple[datetime, bool]:
    """Return when a date begins, and whether it has 24 hours and no clock change near it."""
    noon = datetime.combine(day, time(12))
    around = [instant(noon + step * DAY / 2, zone_name) for step in (-2, -1, 0, 1, 2)]
    return around[1], around[4] - around[0] == 2 * DAY and around[2] - around[1] == DAY / 2


def wall(at: datetime, zone_name: str) -> datetime:
    """Return what the clock on the wall reads (naive) at the instant `at`."""
    return _wall(at, zone(zone_name))


def _wall(at: datetime, place: tzinfo) -> datetime:
    return at.astimezone(place).replace(tzinfo=None, fold=0)
