"""Whom can a clinician bring into a call, or consult, and on which number?"""

from dataclasses import dataclass

from ivr.call import Call, Guest, Role
from storage.store import Rows
from switchboard import candidates
from switchboard.board import Board

PARTNER, DISPATCHER = "partner", "dispatcher"  # the line's own


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who can be asked now. `at_desk`: on their screen, else by telephone."""

    role: Role
    who: str
    name: str
    at_desk: bool = False

    @property
    def key(self) -> str:
        """As a form names it."""
        return f"{self.role}:{self.who}"


def choices(board: Board, rows: Rows, call: Call) -> tuple[Choice, ...]:
    """Everybody whom the clinician of this call may ask in, those of the house first."""
    line = board.line(call.line)
    found = [*_colleagues(board, rows, call)]
    found += [Choice(Role(one.role), one.id, one.name) for one in board.book.outsiders]
    found.append(Choice(Role.PARTNER, PARTNER, line.partner_name))
    if line.return_number and not call.shared:  # else they are on the line already
        found.append(Choice(Role.DISPATCHER, DISPATCHER, f"{line.name}, dispatcher"))
    return tuple(found)


def _colleagues(board: Board, rows: Rows, call: Call) -> list[Choice]:
    names = {person.id: person.name for person in rows.people.all()}
    here = candidates.here(rows, board.now(), board.settings.desk_unheard_seconds)
    able = (one for one in here if one.person_id != call.clinician_id)
    able = (one for one in able if one.desk or (one.phone and one.tiers))
    found = [Choice(Role.COLLEAGUE, one.person_id, names[one.person_id], one.desk) for one in able]
    return sorted(found, key=lambda one: (not one.at_desk, one.name))


def name_of(board: Board, names: dict[str, str], call: Call, guest: Guest) -> str:
    """How our screens call a guest; `names`: of the people of the house."""
    line = board.line(call.line)
    outside = {one.id: one.name for one in board.book.outsiders}
    own = {PARTNER: line.partner_name, DISPATCHER: f"{line.name}, dispatcher"}
    return names.get(guest.who) or outside.get(guest.who) or own.get(guest.who) or "Somebody"


def number_of(board: Board, rows: Rows, call: Call, guest: Guest) -> str | None:
    """The number at which a guest is rung; None: they have none (any more)."""
    line = board.line(call.line)
    match guest.role:
        case Role.PARTNER:
            return line.partner_number
        case Role.DISPATCHER:
            return line.return_number
        case Role.INTERPRETER | Role.CREW:
            outside = {one.id: one.number for one in board.book.outsiders}
            return outside.get(guest.who)
        case _:
            person = rows.people.get(guest.who)
            return person.phone if person and person.active else None
