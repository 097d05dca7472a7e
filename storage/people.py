"""Who belongs to the house, and what may each do?

Flask-Security's view of the same rows is storage/signin.py: `datastore(store)`.
"""

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from storage.errors import Stale
from storage.noun import Noun
from storage.tables import people, people_roles, roles
from storage.values import Person

if TYPE_CHECKING:
    from storage.signin import Datastore
    from storage.store import Store

COLUMNS = tuple(
    people.c[name]
    for name in (
        "id",
        "name",
        "email",
        "phone",
        "languages",
        "skills",
        "zone",
        "auto_answer",
        "active",
    )
)
NAMES = tuple(column.name for column in COLUMNS)
_ALL = (
    select(*COLUMNS, roles.c.name.label("role"))
    .outerjoin(people_roles, people_roles.c.person_id == people.c.id)
    .outerjoin(roles, roles.c.id == people_roles.c.role_id)
    .order_by(people.c.name, people.c.id, roles.c.name)
)
_ACTIVE = _ALL.where(people.c.active)
_GET = _ALL.where(people.c.id == bindparam("who"))
_PHONES = select(people.c.id, people.c.phone).where(
    people.c.id.in_(bindparam("ids", expanding=True)), people.c.phone.is_not(None), people.c.active
)
_GIVE_ROLE = insert(people_roles).from_select(
    ["person_id", "role_id"],
    select(bindparam("person", type_=people.c.id.type), roles.c.id).where(
        roles.c.name.in_(bindparam("names", expanding=True))
    ),
)


class People(Noun):
    """The people of the house: clinicians, coordinators, supervisors, administrators."""

    __slots__ = ()

    def get(self, person_id: str) -> Person | None:
        return self._first(_GET, who=person_id)

    def names(self) -> dict[str, str]:
        """Return everybody's name by id: those who left are in what was."""
        return {one.id: one.name for one in self.all(active_only=False)}

    def by_email(self, email: str) -> Person | None:
        """Upper and lower case are one address."""
        return self._first(_ALL.where(func.lower(people.c.email) == email.strip().lower()))

    def all(self, active_only: bool = True) -> list[Person]:
        """Return the people by name; those who left only on request."""
        return self._people(_ACTIVE if active_only else _ALL)

    def phones(self, person_ids: Iterable[str]) -> dict[str, str]:
        """Return the backup phone of each of these who has one and is active."""
        ids = tuple(person_ids)
        return {row.id: row.phone for row in self._rows(_PHONES, ids=ids)} if ids else {}

    def add(self, person: Person) -> None:
        """Raise Duplicate on a known address; without a password nobody signs in as them."""
        facts = _facts(person) | {"fs_uniquifier": secrets.token_hex(32)}
        self.connection.execute(insert(people), facts | {"created_at": self.now()})
        self._give(person)

    def update(self, person: Person) -> None:
        """Write the whole person, roles too; who is no longer active is signed out at once."""
        facts = _facts(person)
        if not person.active:
            facts["fs_uniquifier"] = secrets.token_hex(32)
        if self._change(update(people).where(people.c.id == facts.pop("id")), **facts) != 1:
            raise Stale(f"no person {person.id}")
        self.connection.execute(delete(people_roles).where(people_roles.c.person_id == person.id))
        self._give(person)

    def _give(self, person: Person) -> None:
        if person.roles:
            self._change(_GIVE_ROLE, person=person.id, names=person.roles)

    def _first(self, statement: Any, **params: Any) -> Person | None:
        return next(iter(self._people(statement, **params)), None)

    def _people(self, statement: Any, **params: Any) -> list[Person]:
        """Fold one row per role into one person."""
        found: dict[str, list[Row[Any]]] = {}
        for row in self._rows(statement, **params):
            found.setdefault(row.id, []).append(row)
        return [_person(rows) for rows in found.values()]


def _person(rows: list[Row[Any]]) -> Person:
    facts = dict(zip(NAMES, rows[0], strict=False))
    facts |= {"languages": tuple(facts["languages"]), "skills": tuple(facts["skills"])}
    return Person(**facts, roles=tuple(row.role for row in rows if row.role))


def _facts(person: Person) -> dict[str, Any]:
    facts = {column.name: getattr(person, column.name) for column in COLUMNS}
    return facts | {"languages": list(person.languages), "skills": list(person.skills)}


def datastore(store: "Store") -> "Datastore":
    """Return what Flask-Security asks for its users; call its `remove()` when a request ends."""
    from storage.signin import open_datastore  # the ORM is slow to import, and only needed here

    return open_datastore(store)
