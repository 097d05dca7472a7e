"""How does Flask-Security see the people of the house? As ORM objects over the same two tables.

Only this file uses the ORM, and only sign-in uses this file. A session here never keeps a
connection or a lock while a page is made, a password is hashed, or an event stream is open.
"""

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_security import RoleMixin, SQLAlchemySessionUserDatastore, UserMixin
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    relationship,
    scoped_session,
    sessionmaker,
    validates,
)

from storage import ids
from storage.engine import beginning
from storage.tables import metadata, people, people_roles, roles

if TYPE_CHECKING:
    from storage.store import Store


class Base(DeclarativeBase):
    metadata = metadata


class Role(Base, RoleMixin):
    """What a person may do."""

    __table__ = roles
    users: Mapped[list["User"]] = relationship(secondary=people_roles, back_populates="roles")


class User(Base, UserMixin):
    """A person of the house, as the one who signs in."""

    __table__ = people
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]  # the mixin only hints
        secondary=people_roles, back_populates="users"
    )

    def __init__(self, **facts: Any) -> None:
        usual = {
            "id": ids.new(),
            "name": facts.get("email", ""),
            "languages": ["en"],
            "skills": [],
            "zone": "UTC",
            "auto_answer": False,
            "active": True,
            "fs_uniquifier": secrets.token_hex(32),
            "created_at": datetime.now(UTC),
        }
        super().__init__(**{**usual, **facts})

    @validates("confirmed_at", "last_login_at", "current_login_at")
    def _with_its_zone(self, _name: str, at: datetime | None) -> datetime | None:
        """Flask-Security's own clock is UTC without saying so."""
        return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


class Datastore(SQLAlchemySessionUserDatastore):
    """Flask-Security's datastore; `remove()` forgets the thread's session."""

    def __init__(self, session: "scoped_session[Any]") -> None:
        super().__init__(session, User, Role)
        self.remove = session.remove

    def find_user(self, case_insensitive: bool = False, **which: Any) -> UserMixin | None:
        found = super().find_user(case_insensitive, **which)
        self._release()
        return found

    def find_role(self, role: str) -> RoleMixin | None:
        found = super().find_role(role)
        self._release()
        return found

    def _release(self) -> None:
        """Give the connection back at once; what was found stays usable and may be changed."""
        session = self.db.session
        if not (session.new or session.dirty or session.deleted):
            session.commit()


def open_datastore(store: "Store") -> Datastore:
    engine = beginning(store.engine, "session")
    # expire_on_commit would fetch the person again at the first look at them
    return Datastore(scoped_session(sessionmaker(engine, expire_on_commit=False)))
