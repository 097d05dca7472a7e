"""Mobile crews at the desk: how far each visit is, and why somebody leaves before it arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from care import crew as rules
from care import crew_details, crew_seen
from care.crew import IN_WORDS, Visit
from care.crew_details import AFTERWARDS, LABELS, LEAVING
from care.disposition import Disposition
from console.crew_words import LOOKS, SHORT_KINDS, Happening, happenings
from console.here import board, myself, now, store
from console.words import phone
from ivr.call import Role
from storage.store import Rows
from storage.values import Crew
from switchboard import crews
from switchboard.desk import DeskState


@dataclass(frozen=True, slots=True)
class Shown:
    """One visit as a page shows it. `crew`: that has it, else that is asked; None: any."""

    visit: Visit
    crew: Crew | None
    asked_by: str
    happened: list[Happening]

    @property
    def kind(self) -> str:
        return SHORT_KINDS[self.visit.kind]

    @property
    def word(self) -> str:
        return IN_WORDS[self.visit.state]

    @property
    def look(self) -> tuple[str, str]:
        return LOOKS[self.visit.state]

    @property
    def late(self) -> bool:
        """Nobody has acknowledged in time."""
        return rules.late(self.visit, now())

    @property
    def unopened(self) -> bool:
        """No crew's page has shown it since it was asked for."""
        return crew_seen.unopened(self.visit)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and words of each detail."""
        facts = self.visit.facts
        said = [(name, facts[name]) for name in crew_details.NAMES if facts.get(name)]
        return [(LABELS[n], phone(words) if n == "number" else words) for n, words in said]

    def left_at(self, person_id: str) -> datetime:
        """When this person left the caller without saying why."""
        return rules.unexplained(self.visit)[person_id]

    @property
    def unread(self) -> str:
        """What the crew has not read yet, in words."""
        return ", ".join(LABELS[name].lower() for name in self.visit.unread)

    @property
    def spans(self) -> list[tuple[str, Any]]:
        """How long after the request each state was reached."""
        return [(IN_WORDS[rules.State(name)], span) for name, span in self.visit.spans.items()]


def shown(rows: Rows, visits: Sequence[Visit]) -> list[Shown]:
    """Visits with the names that go with them."""
    if not visits:
        return []
    people, known = rows.people.names(), crews.by_id(rows)
    names = {crew.id: crew.name for crew in known.values()}
    return [
        Shown(
            one,
            known.get(one.crew or one.asked or ""),
            people.get(one.requested_by, "unknown"),
            happenings(one, people, names),
        )
        for one in visits
    ]


def at_desk(current: DeskState) -> dict[str, Any]:
    """What the desk's templates need about mobile crews."""
    call_id = current.call.id if current.call else None
    with store().read() as rows:
        visits = crews.at_desk(rows, current.person.id, call_id)
        found = shown(rows, visits)
        unexplained = shown(rows, crews.unexplained_by(rows, current.person.id))
    others = [one for one in visits if one.requested_by != current.person.id]
    crews.note_reading(board(), current.person.id, others)
    of_call = [one for one in visits if call_id and one.call_id == call_id]
    talking = current.state == "talking"
    ahead = current.handoff.asked_already if current.handoff else {}
    return {
        "visits": found,
        "may_ask_crew": call_id is not None and not any(not one.over for one in of_call),
        "stays": talking and any(one.keeps_clinician for one in of_call),
        "leaving": LEAVING.items(),
        "unexplained": unexplained,
        "afterwards": AFTERWARDS.items(),
        "prefilled": rules.taken_over(of_call) | ahead,
    }


# -- leaving before the crew is there -----------------------------------------------------------


def keeping(call_id: str, to: str = "") -> list[Visit]:
    """The visits for which this clinician should stay on the line of their own call.

    `to`: the guest they hand it over to; a colleague is a clinician too, and stays in their place.
    """
    with store().read() as rows:
        call = rows.calls.get(call_id)
        if call is None or call.clinician_id != myself().id:
            return []
        guest = call.guest(to)
        if guest and guest.role is Role.COLLEAGUE:
            return []
        return [one for one in rows.crew_visits.of_call(call_id) if one.keeps_clinician]


def note_left(visits: list[Visit], why: str) -> None:
    """They left all the same; `why` is one of LEAVING."""
    by = myself().id
    for one in visits:
        crews.change(board(), one.id, by, "left", lambda v, at: rules.left(v, why, by, at))


# -- the record ---------------------------------------------------------------------------------


def of_call(rows: Rows, call_id: str) -> list[Shown]:
    """The visits of a contact, for its record."""
    return shown(rows, rows.crew_visits.of_call(call_id))


def told_elsewhere(call_id: str) -> frozenset[str]:
    """The dispositions whose account a visit gives: nobody writes down twice who was asked."""
    with store().read() as rows:
        asked = rows.crew_visits.of_call(call_id)
    return frozenset({Disposition.MOBILE_CREW_REQUESTED.value} if asked else ())
