"""How does a roster's meaning become rows of the database, and how are they read back?"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from routing import oncall
from routing.roster import Roster
from routing.stretches import stretches
from routing.wallclock import instant, wall
from storage import ids
from storage.values import Shift

# How far a document is written out as shifts. Later instants are answered from the document
# itself, and `roster_book.carry_forward` moves the end long before it is reached.
BACK, AHEAD = timedelta(days=35), timedelta(days=120)
IMPORTED, CARRIED = "imported", "carried forward"  # why a revision was written


def window(now: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return whole days of the zone, from BACK before `now` to AHEAD after it."""
    midnight = wall(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return instant(midnight - BACK, zone), instant(midnight + AHEAD, zone)


def rows_of(
    roster: Roster,
    person_ids: dict[str, str],
    window: tuple[datetime, datetime],
    new_id: Callable[[], str] = ids.new,
) -> Iterator[Shift]:
    """Yield one row per shift of the window; `person_ids` by the roster's names."""
    for one in stretches(roster, *window):
        yield row(one, person_ids[one.person_id], roster.zone, new_id())


def row(shift: oncall.Shift, person_id: str, zone: str, shift_id: str) -> Shift:
    """Return the row of one shift: its instants, and what the wall clock in `zone` reads there."""
    start, end = wall(shift.starts_at, zone), wall(shift.ends_at, zone)
    return Shift(
        id=shift_id,
        person_id=person_id,
        tier=str(shift.tier),
        zone=zone,
        local_date=start.date(),
        local_start=f"{start:%H:%M}",
        local_end=f"{end:%H:%M}",
        end_days=(end.date() - start.date()).days,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
    )


def timeline(shifts: Iterable[Shift], roster: Roster | None = None) -> oncall.Timeline:
    """Merge the database's shifts; `roster` says which hours are closed on purpose."""
    spans = [oncall.Shift(one.person_id, one.tier, one.starts_at, one.ends_at) for one in shifts]
    return oncall.Timeline(spans, oncall.closed_spans(roster) if roster else ())
