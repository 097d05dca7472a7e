"""May somebody have this time off without asking anybody? What stands against it, in words."""

from datetime import datetime, timedelta

from routing import coverage
from routing.coverage import Able
from routing.oncall import Timeline
from routing.roster import Roster


def against(
    window: tuple[datetime, datetime],
    before: Roster,
    after: Roster,
    able: Able,
    now: datetime,
    notice: timedelta,
) -> list[str]:
    """Return what a coordinator would have to agree to; nothing when nobody need be asked.

    `before` and `after` are the roster without and with the time off; the end is excluded.
    """
    found = []
    old, new = (
        coverage.shortfalls(Timeline.of(one, *window), one, *window, able)
        for one in (before, after)
    )
    short = coverage.opened(old, new)
    if window[0] < now + notice:
        found.append(f"it begins in less than {notice / timedelta(days=1):g} days")
    found += [f"fewer than {one.wanted} would be on call" for one in short]
    return [*dict.fromkeys(found)]
