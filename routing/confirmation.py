"""Which shifts that begin soon has nobody said yes to, as they stand now?

A confirmation is of one person's hours in one tier. When they change it is of another shift, and
what stands now must be confirmed again. To take a shift is to confirm it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from routing.cover import Handing
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


def taken_whole(
    shifts: Iterable[Shift], taken: Collection[Handing], confirmed: Collection[Shift]
) -> list[Shift]:
    """Return the shifts whose every hour their person took now, or had confirmed before."""
    return [one for one in shifts if _covered(one, taken, confirmed)]


def _covered(shift: Shift, taken: Iterable[Handing], confirmed: Iterable[Shift]) -> bool:
    mine = (shift.tier, shift.person_id)
    said = [(one.start, one.end) for one in taken if (one.tier, one.by) == mine]
    said += [(o.starts_at, o.ends_at) for o in confirmed if (o.tier, o.person_id) == mine]
    until = shift.starts_at
    for start, end in sorted(said):
        if start <= until:
            until = max(until, end)
    return until >= shift.ends_at
