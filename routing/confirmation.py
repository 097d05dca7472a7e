"""Which shifts that begin soon has nobody said yes to, as they stand now?

A confirmation is of one person's hours in one tier. When they change it is of another shift, and
what stands now must be confirmed again.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from routing.roster import Roster
from routing.stretches import Shift, whole


def unconfirmed(
    roster: Roster, confirmed: Collection[Shift], now: datetime, within: timedelta
) -> list[Shift]:
    """Return the shifts that begin in less than `within` after `now` and are not confirmed."""
    return [
        one
        for one in whole(roster, now, now + within)
        if one.starts_at > now and one not in confirmed
    ]
