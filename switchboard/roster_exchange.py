"""How does the exchange document, which names people, become the roster, and back again?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from routing import document, named
from routing.roster import Person, Roster
from storage import ids, values
from storage.store import Rows
from switchboard import roster_book
from switchboard.roster_book import CannotSave

NAME_MOST = 80  # letters of a name
ALIKE = 0.88  # "Anna Lopez" for "Ana Lopez" is a slip; "dan" for "dana" may be somebody else
SHARED = ("phone", "zone", "email")  # facts that the people's table has too, besides skills
SPOKEN = ("skills", "languages")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `created` and `changed` are people's names."""

    revision: int
    created: tuple[str, ...]
    changed: tuple[str, ...]
    uncovered: tuple[str, ...]


# -- in ---------------------------------------------------------------------------------------


def take(
    rows: Rows,
    exchange: Any,
    actor: str,
    now: datetime,
    *,
    create_people: bool = False,
    leave_uncovered: str | None = None,
) -> Imported:
    """Put a document in the place of the whole roster, all or nothing.

    People it names and we do not know are added. `create_people`: also those whose name is so
    like a known one that it may be a slip. `leave_uncovered`: the reason for which hours may go
    short that are covered now.

    Raises CannotSave: mistakes by their place, doubtful names, or a gap nobody agreed to.
    """
    checked = document.check(exchange)
    if checked.errors:
        raise CannotSave(str(error) for error in checked.errors)
    people = _People(rows, checked.roster)
    known = people.named_in(exchange, create=create_people)
    before, _ = roster_book.newest(rows)
    saved = roster_book.save(
        rows,
        named.renamed(exchange, known),
        actor,
        "imported",
        now,
        based_on=before,
        leave_uncovered=leave_uncovered,
        whole=True,
    )
    uncovered = tuple(map(roster_book.words, saved.opened))
    return Imported(saved.revision, tuple(people.created), tuple(people.changed), uncovered)


class _People:
    """The people a document names: known, added or brought up to date."""

    def __init__(self, rows: Rows, roster: Roster) -> None:
        """Read who is here already."""
        self.rows, self.roster = rows, roster
        here = rows.people.all(active_only=False)
        self.twins = {name for name, many in Counter(one.name for one in here).items() if many > 1}
        self.known = {one.email.lower(): one for one in here} | {one.name: one for one in here}
        self.created: list[str] = []
        self.changed: list[str] = []

    def named_in(self, exchange: Any, *, create: bool) -> dict[str, str]:
        """Return everybody's id by the name the document uses."""
        places = {name: place for place, name in reversed([*named.names(exchange)])}
        doubts = [doubt for name in places for doubt in self._doubts(name, places[name], create)]
        if doubts:
            raise CannotSave(doubts)
        return {name: self._person(name).id for name in places}

    def _doubts(self, name: str, place: str, create: bool) -> Iterator[str]:
        if name in self.twins:
            yield f"{place}: two people here are called {name!r}; write an e-mail address"
        elif len(name) > NAME_MOST:
            yield f"{place}: a name has at most {NAME_MOST} letters"
        elif not create and self._found(name) is None:
            for like in get_close_matches(name, self.known, n=1, cutoff=ALIKE):
                yield (
                    f"{place}: nobody here is called {name!r}: did you mean {like!r}? "
                    "(--create-people when it is somebody new)"
                )

    def _found(self, name: str) -> values.Person | None:
        email = self.roster.people.get(name, Person()).email or name
        return self.known.get(name) or self.known.get(email.lower())

    def _person(self, name: str) -> values.Person:
        listed, found = self.roster.people.get(name), self._found(name)
        if found is None:
            found = _created(name, listed or Person(), self.roster.zone)
            self.rows.people.add(found)
            self.created.append(name)
        elif listed and (said := _said(found, listed)) != found:
            self.rows.people.update(said)
            self.changed.append(name)
        return found


def _said(person: values.Person, listed: Person) -> values.Person:
    """Return the person with what the document says of them; what it leaves out stays."""
    return replace(
        person,
        skills=tuple(sorted(listed.skills)) if listed.skills else person.skills,
        languages=tuple(sorted(listed.languages)) if listed.languages else person.languages,
        phone=listed.phone or person.phone,
        zone=listed.zone or person.zone,
    )


def _created(name: str, listed: Person, zone: str) -> values.Person:
    """Return somebody who can be rung, and who cannot sign in until they are invited."""
    new_id = ids.new()
    return values.Person(
        id=new_id,
        name=name,
        email=listed.email or f"{new_id.lower()}@roster.invalid",
        phone=listed.phone,
        languages=tuple(sorted(listed.languages)) or ("en",),
        skills=tuple(sorted(listed.skills)),
        zone=listed.zone or zone,
        auto_answer=False,
        active=True,
        roles=("clinician",),
    )


# -- out --------------------------------------------------------------------------------------


def export(rows: Rows) -> dict[str, Any]:
    """Return the roster in force as an exchange document, with people's names."""
    _, book = roster_book.newest(rows)
    people = {one.id: one for one in rows.people.all(active_only=False)}
    kept = book.document
    if "people" in kept:
        listed = {of: _up_to_date(facts, people.get(of)) for of, facts in kept["people"].items()}
        kept = kept | {"people": listed}
    return named.renamed(kept, names(rows))


def names(rows: Rows) -> dict[str, str]:
    """Return by id what a document calls people: a name, or the address where two share one."""
    people = rows.people.all(active_only=False)
    many = Counter(one.name for one in people)
    return {one.id: one.name if many[one.name] == 1 else one.email for one in people}


def _up_to_date(facts: dict[str, Any], person: values.Person | None) -> dict[str, Any]:
    """Return what the document says of a person, as the people's page has it now."""
    if person is None:
        return facts
    fresh = {fact: getattr(person, fact) for fact in SHARED if fact in facts}
    for fact in SPOKEN:
        if fact in facts and set(facts[fact]) != set(getattr(person, fact)):
            fresh[fact] = list(getattr(person, fact))
    return facts | fresh
