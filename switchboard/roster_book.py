"""What does the database's roster say, and how does a document take its place?

The shifts table is what everybody reads. A document is written out into it for a window; beyond
that window a question is answered from the document itself, never with a silent "nobody".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from routing import document, named, oncall
from routing.roster import TIERS, Person, Roster
from routing.stretches import stretches
from storage import ids, values
from storage.store import Rows
from switchboard import roster_rows
from switchboard.roster_rows import CARRIED, IMPORTED

WATCHED = timedelta(days=14)  # how far ahead an import may not open a gap unsaid
REVISIONS = 100
ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
CARRY_AFTER = timedelta(days=30)


class CannotImport(ValueError):
    """The document is not kept; each of `why` is one sentence for the coordinator."""

    def __init__(self, why: Iterable[str]) -> None:
        """Keep the sentences."""
        self.why = tuple(why)
        super().__init__("; ".join(self.why))


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    revision: int
    shifts: int
    created: tuple[str, ...]


# -- reading ----------------------------------------------------------------------------------


def timeline(rows: Rows, start: datetime, end: datetime) -> oncall.Timeline:
    """Return who is on call between two instants, by people's names."""
    names = {person.id: person.name for person in rows.people.all(active_only=False)}
    shifts = [
        oncall.Shift(names.get(one.person_id, one.person_id), one.tier, one.starts_at, one.ends_at)
        for one in rows.roster.shifts_between(start, end)
    ]
    kept = _kept(rows)
    if kept is None:
        return oncall.Timeline(shifts)
    roster, (first, last) = kept
    for since, until in ((start, min(end, first)), (max(start, last), end)):
        if since < until:
            shifts += _as_named(rows, stretches(roster, since, until))
    return oncall.Timeline(shifts, oncall.closed_spans(roster))


def able(rows: Rows, skill: str) -> set[str]:
    """Return the names of those with a skill or a language."""
    people = rows.people.all()
    return {one.name for one in people if skill in one.skills or skill in one.languages}


def _kept(rows: Rows) -> tuple[Roster, tuple[datetime, datetime]] | None:
    """Return the latest document, and the window in which the shifts table speaks for it."""
    revisions = rows.roster.revisions(REVISIONS)
    if not revisions:
        return None
    roster = document.parse(revisions[0].document)
    imported = next((one for one in revisions if one.reason != CARRIED), revisions[-1])
    _, last = roster_rows.window(revisions[0].at, roster.zone)
    return roster, (roster_rows.window(imported.at, roster.zone)[0], last)


def _as_named(rows: Rows, shifts: Iterable[oncall.Shift]) -> list[oncall.Shift]:
    known = _known(rows)
    return [
        oncall.Shift(known[one.person_id].name, one.tier, one.starts_at, one.ends_at)
        if one.person_id in known
        else one
        for one in shifts
    ]


def export(rows: Rows) -> tuple[dict[str, Any], bool]:
    """Return the roster as a document, and whether it is the imported one.

    Shifts edited since the import cannot be told as patterns: they are then written one by one.
    """
    kept, newest = _kept(rows), rows.roster.latest_document()
    if kept and newest:
        roster, (first, last) = kept
        said = _as_named(rows, stretches(roster, first, last))
        by_document = oncall.Timeline(said, oncall.closed_spans(roster))
        by_table = timeline(rows, first, last)
        if all(
            [*by_document.segments(tier, first, last)] == [*by_table.segments(tier, first, last)]
            for tier in TIERS
        ):
            return newest, True
    return _one_by_one(rows, newest or {}), False


def _one_by_one(rows: Rows, newest: dict[str, Any]) -> dict[str, Any]:
    people = rows.people.all(active_only=False)
    by_id = {person.id: person for person in people}
    shifts = rows.roster.shifts_between(*ALWAYS)
    used = {one.person_id for one in shifts}
    return {
        "zone": newest.get("zone") or (shifts[0].zone if shifts else "UTC"),
        "one_offs": [
            {
                "tier": one.tier,
                "person": by_id[one.person_id].name,
                "start": one.starts_at.isoformat(),
                "end": one.ends_at.isoformat(),
            }
            for one in shifts
        ],
        "people": {
            one.name: {"skills": list(one.skills), "languages": list(one.languages)}
            for one in people
            if one.id in used
        },
        **{part: newest[part] for part in ("closures", "needs") if newest.get(part)},
    }


# -- writing ----------------------------------------------------------------------------------


def take(
    rows: Rows,
    exchange: Any,
    actor: str,
    now: datetime,
    *,
    create_people: bool = False,
    leave_uncovered: str | None = None,
) -> Imported:
    """Put a document in the place of every shift, all or nothing.

    `leave_uncovered`: the reason for which a gap may open that was covered until now.

    Raises:
        CannotImport: mistakes by their place, unknown people, or a gap that nobody agreed to.
    """
    checked = document.check(exchange)
    if checked.errors:
        raise CannotImport(str(error) for error in checked.errors)
    roster = document.parse(exchange)
    people, created = _people(rows, exchange, roster, create=create_people)
    before = timeline(rows, now, now + WATCHED)
    window = roster_rows.window(now, roster.zone)
    shifts = list(roster_rows.rows_of(roster, people, window))
    opened = _opened(before, oncall.Timeline.of(roster, now, now + WATCHED), now)
    if opened and not leave_uncovered:
        raise CannotImport([*opened, "say why with --leave-uncovered REASON, or cover them"])
    revision = rows.roster.replace_all(shifts, exchange, actor, IMPORTED, now)
    facts = {"shifts": len(shifts), "uncovered": opened, "because": leave_uncovered}
    rows.audit.write(actor, "roster.imported", f"roster:{revision}", facts, now)
    return Imported(revision, len(shifts), created)


def carry_forward(rows: Rows, now: datetime) -> int:
    """Write out the newest document's coming days; the clock asks once a day. Idempotent.

    Returns how many shifts were added. What a coordinator changed inside the window stays.
    """
    newest, kept = rows.roster.revisions(1), _kept(rows)
    if not newest or kept is None or now - newest[0].at < CARRY_AFTER:
        return 0
    roster, (_, since) = kept
    until = roster_rows.window(now, roster.zone)[1]
    people = {name: person.id for name, person in _known(rows).items()}
    added = list(roster_rows.rows_of(roster, people, (since, until)))
    for shift in added:
        rows.roster.add(shift)
    rows.roster.add_revision(newest[0].document, "clock", CARRIED, now)
    return len(added)


def _opened(before: oncall.Timeline, after: oncall.Timeline, now: datetime) -> list[str]:
    """Return what was covered and would not be any more, as sentences."""
    return [
        f"{tier} would be uncovered {part.start.isoformat()} to {part.end.isoformat()}"
        for tier in TIERS
        for since, until in after.gaps(now, now + WATCHED, tier)
        for part in before.segments(tier, since, until)
        if part.people
    ]


# -- people -----------------------------------------------------------------------------------


def _known(rows: Rows) -> dict[str, values.Person]:
    """Return people by all that a document may call them: name, or e-mail address."""
    people = rows.people.all(active_only=False)
    return {one.email: one for one in people} | {one.name: one for one in people}


def _people(
    rows: Rows, exchange: Any, roster: Roster, *, create: bool
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the ids of everybody named, adding the unknown when asked to."""
    known = _known(rows)
    unknown: dict[str, str] = {}
    for place, name in named.names(exchange):
        listed = roster.people.get(name, Person())
        if name not in known and listed.email in known:
            known[name] = known[listed.email]
        if name not in known:
            unknown.setdefault(name, place)
    if unknown and not create:
        raise CannotImport(
            f"{place}: nobody here is called {name!r} (--create-people adds them)"
            for name, place in unknown.items()
        )
    for name in unknown:
        known[name] = _created(name, roster.people.get(name, Person()), roster.zone)
        rows.people.add(known[name])
    return {name: person.id for name, person in known.items()}, tuple(unknown)


def _created(name: str, listed: Person, zone: str) -> values.Person:
    """Return somebody who can be rung, and who cannot sign in until they are invited."""
    new_id = ids.new()
    return values.Person(
        id=new_id,
        name=name[:80],
        email=listed.email or f"{new_id.lower()}@roster.invalid",
        phone=listed.phone,
        languages=tuple(sorted(listed.languages)) or ("en",),
        skills=tuple(sorted(listed.skills)),
        zone=listed.zone or zone,
        auto_answer=False,
        active=True,
        roles=("clinician",),
    )
