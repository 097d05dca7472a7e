"""What must always be true of who may see what, and of what leaves the house: 19, 20.

The pages themselves are not in the simulation; what they ask before they show or change anything
is, for every person of the story, in every role, about every contact and promise there is.
"""

from contextlib import suppress
from typing import Any

from chaos.invariants import Invariant
from chaos.invariants_promises import OWN
from chaos.simulation_people import CANARY_NAME, CANARY_NOTE

from console.followups import may_see
from console.here import Me
from console.permissions import ROLES
from console.records import may_read
from switchboard import calls
from switchboard import desk as the_desk

CANARIES = tuple(word.lower().encode() for word in (CANARY_NOTE, *CANARY_NAME.split()))
OVERSEE = {"coordinator", "supervisor", "administrator"}
OPEN = ("due", "offered", "placing")
FOREIGN = the_desk.Draft("resolved_by_phone", None, None, None, "not theirs to write")


class Access(Invariant):
    """Everybody may read and change exactly what the rules say, as told a second time here."""

    number = 19

    def phase(self, name: str) -> None:
        if name not in ("liveness", "settling", "end"):
            return
        self.net.looks()
        with self.town.app.app_context(), self.town.store.read() as rows:
            for person in self._everybody():
                self._reads(rows, person)
        if name == "liveness":
            self._foreign_hands()

    def _everybody(self) -> list[Me]:
        """Each clinician of the story, and one person of each other role, and of none."""
        people = list(self.town.people)
        others = [(people[0], role) for role in (*ROLES, "") if role != "clinician" and people]
        every = [*((one, "clinician") for one in people), *others]
        return [Me(one, one, "", "UTC", frozenset({role} - {""})) for one, role in every]

    def _reads(self, rows: Any, person: Me) -> None:
        for id_, call in self.mirror.calls.items():
            known = rows.calls.get(id_)
            if may_read(rows, person, known) is not self._reads_record(person, call):
                self.broken(f"{person.id} as {set(person.roles)} and the record of {call}")
        for id_, promise in self.mirror.followups.items():
            known = rows.followups.get(id_)
            if may_see(person, known) is not self._sees_promise(person, promise):
                self.broken(f"{person.id} as {set(person.roles)} and {promise}")

    def _reads_record(self, person: Me, call: Any) -> bool:
        """All; what a task asks about; one's own contacts, and those of whom one is with."""
        if "supervisor" in person.roles:
            return True
        asked = (one for one in self.mirror.tasks.values() if one.closed_at is None)
        if "coordinator" in person.roles and call.id in {one.call_id for one in asked}:
            return True
        return "clinician" in person.roles and (
            call.clinician_id == person.id or self._is_with(person, call.number_shown)
        )

    def _is_with(self, person: Me, number: str | None) -> bool:
        desk = self.mirror.desks.get(person.id)
        current = self.mirror.calls.get(desk.call_id) if desk else None
        known = number is not None and number not in OWN
        return known and current is not None and current.number_shown == number

    def _sees_promise(self, person: Me, promise: Any) -> bool:
        due = promise.state in OPEN and promise.due_at <= self.town.board.now()
        return bool(OVERSEE & person.roles) or promise.prefers in (None, person.id) or due

    def _foreign_hands(self) -> None:
        """Whoever presses End, or writes, about a call that is another's, changes nothing."""
        board = self.town.board
        for call in list(self.mirror.calls.values()):
            for person_id in self.town.people:
                desk = self.mirror.desks.get(person_id)
                if call.clinician_id == person_id or (desk and desk.call_id == call.id):
                    continue
                calls.end(board, call.id, person_id)
                with suppress(the_desk.NotTheirs):
                    the_desk.write_record(board, call.id, person_id, FOREIGN, 0)
                if self.mirror.is_new or self._wrote(call.id):
                    self.broken(f"{person_id} changed {call}, which is not theirs")

    def _wrote(self, call_id: str) -> bool:
        written = "SELECT count(*) FROM records WHERE call_id = '{}' AND notes = '{}'"
        return bool(self.mirror.one(written.format(call_id, FOREIGN.notes)))


class StaysHere(Invariant):
    """No word of a record leaves the house by itself: nothing flagged can leave without its notice
    and the copy of consent, for nothing leaves (42 CFR Part 2).
    """

    number = 20

    def answered(self, request: Any, answer: Any, spent: float) -> None:
        body = getattr(answer, "body", b"") or b""
        if told(body):
            self.broken(f"{request.url} was answered with somebody's record: {body[:400]!r}")

    def asks(self, process: Any, method: str, url: str, form: dict[str, Any]) -> None:
        if told(repr(form).encode()):
            self.broken(f"{method} {url} tells the carrier of a record: {form}")

    def phase(self, name: str) -> None:
        """What lies on the disk beside the database goes into copies of it, and is sealed only."""
        for path in sorted(self.town.settings.snapshot_dir.rglob("*")):
            if path.is_file() and told(path.read_bytes()):
                self.broken(f"{path.name} holds a part of somebody's record")


def told(content: bytes) -> bool:
    """Whether anything that was written in confidence is in it."""
    found = content.lower()
    return any(word in found for word in CANARIES)
