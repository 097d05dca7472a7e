"""How is a whole month put into an empty database at once?

For the demo and for tests: rows in bulk, one statement a table, in one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from ivr.call import Call
from storage import ids
from storage.calls import _facts as call_facts
from storage.store import Rows
from storage.tables import metadata, people, people_roles, roles
from storage.values import Person

ROLES = {
    "clinician": "answers calls, writes records, keeps follow-ups",
    "coordinator": "edits the roster, decides about follow-ups",
    "supervisor": "sees the board, coaches, reads the figures",
    "administrator": "manages people",
}


def is_empty(rows: Rows) -> bool:
    """Whether nobody was ever added."""
    return not _connection(rows).execute(select(func.count()).select_from(people)).scalar_one()


def wipe(rows: Rows) -> None:
    """Remove every row of every table: for the demo's fresh start alone."""
    for table in reversed(metadata.sorted_tables):
        _connection(rows).execute(delete(table))


def plant_people(rows: Rows, staff: Iterable[Person], now: datetime) -> None:
    """Add people with their roles; they sign in by link until they set a password."""
    connection, staff = _connection(rows), list(staff)
    known = dict(connection.execute(select(roles.c.name, roles.c.id)).tuples().all())
    missing = [name for name in ROLES if name not in known]
    if missing:
        wanted = [{"name": name, "description": ROLES[name]} for name in missing]
        connection.execute(insert(roles), wanted)
        known = dict(connection.execute(select(roles.c.name, roles.c.id)).tuples().all())
    rows_of = [_person(person, now) for person in staff]
    plant(rows, {"people": rows_of})
    held = [{"person_id": one.id, "role_id": known[name]} for one in staff for name in one.roles]
    connection.execute(insert(people_roles), held)


def _person(person: Person, now: datetime) -> dict[str, Any]:
    facts = asdict(person)
    del facts["roles"]
    return facts | {
        "languages": list(person.languages),
        "skills": list(person.skills),
        "fs_uniquifier": ids.new(),
        "confirmed_at": now,
        "created_at": now,
    }


def plant_calls(rows: Rows, calls: Iterable[Call]) -> None:
    """Add calls as they are."""
    plant(rows, {"calls": [call_facts(call) for call in calls]})


def plant(rows: Rows, batches: Mapping[str, Sequence[Any]]) -> None:
    """Add rows (mappings, or values named as their columns) to tables by name."""
    for name, batch in batches.items():
        facts = [one if isinstance(one, Mapping) else asdict(one) for one in batch]
        if facts:
            _connection(rows).execute(insert(metadata.tables[name]), facts)


def _connection(rows: Rows) -> Connection:
    return rows.calls.connection
