"""Who is asking, when, and of which switchboard?"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g
from flask_security import current_user

from storage.store import Store
from switchboard.board import Board


@dataclass(frozen=True, slots=True)
class Me:
    """The person signed in."""

    id: str
    name: str
    email: str
    zone: str
    roles: frozenset[str]

    def may(self, *roles: str) -> bool:
        """Whether one of these roles is theirs."""
        return not self.roles.isdisjoint(roles)


def board() -> Board:
    return cast("Board", current_app.extensions["board"])


def store() -> Store:
    return board().store


def now() -> datetime:
    return board().now()


def me() -> Me | None:
    """The person signed in, read once a request."""
    if "me" not in g:
        g.me = _signed_in()
    return cast("Me | None", g.me)


def myself() -> Me:
    """The person signed in, behind the guard that made sure there is one."""
    person = me()
    assert person is not None
    return person


def house_zone_name() -> str:
    """The zone of the house's main line: the roster's and the figures' wall clock."""
    return board().book.default.zone


def _signed_in() -> Me | None:
    if not current_user.is_authenticated:
        return None
    roles = frozenset(role.name for role in current_user.roles)
    return Me(current_user.id, current_user.name, current_user.email, current_user.zone, roles)
