"""How does the exchange document, which names people, become the roster, and back again?"""

from collections import Counter
from collections.abc import Iterator, Mapping
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
from telephony.forms import e164

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
    people = _People(rows, checked.roster, exchange.get("people") or {})
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
    people.audit(actor, now)
    uncovered = tuple(map(roster_book.words, saved.opened))
    return Imported(saved.revision, tuple(people.created), tuple(people.changed), uncovered)


class _People:
    """The people a document names: known, added or brought up to date."""

    def __init__(self, rows: Rows, roster: Roster, facts: Mapping[str, Any]) -> None:
        """Read who is here already; `facts` is what the document writes of whom."""
        self.rows, self.roster, self.facts = rows, roster, facts
        here = rows.people.all(active_only=False)
        self.twins = {name for name, many in Counter(one.name for one in here).items() if many > 1}
        self.known = {one.email.lower(): one for one in here} | {one.name: one for one in here}
        self.created: list[str] = []
        self.changed: list[str] = []
        self.done: list[tuple[str, str, values.Person]] = []  # what, by which name, to whom

    def named_in(self, exchange: Any, *, create: bool) -> dict[str, str]:
        """Return everybody's id by the name the document uses."""
        places = {name: place for place, name in reversed([*named.names(exchange)])}
        doubts = [doubt for name in places for doubt in self._doubts(name, places[name], create)]
        if doubts := [*doubts, *self._one_by_two_names(places)]:
            raise CannotSave(doubts)
        return {name: self._person(name).id for name in places}

    def audit(self, actor: str, now: datetime) -> None:
        """Write down who was added or changed: names of fields, and not how they are reached."""
        for what, name, person in self.done:
            facts = {"roles": list(person.roles), "said": sorted(self.facts.get(name) or {})}
            self.rows.audit.write(actor, f"person.{what}", f"person:{person.id}", facts, now)

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
        phone = self._listed(name).phone
        if phone and e164(phone) is None:
            yield f"people.{name}.phone: {phone!r} cannot be rung: write it like +13145550121"

    def _one_by_two_names(self, places: Mapping[str, str]) -> Iterator[str]:
        """What is written of them under one name would be lost under the other."""
        seen: dict[str, str] = {}
        for name in self.roster.people:
            found = self._found(name)
            one = found.id if found else (self._listed(name).email or name).lower()
            if one in seen:
                yield f"{places[name]}: the same person as people.{seen[one]}"
            seen[one] = name

    def _listed(self, name: str) -> Person:
        return self.roster.people.get(name, Person())

    def _found(self, name: str) -> values.Person | None:
        email = self._listed(name).email or name
        return self.known.get(name) or self.known.get(email.lower())

    def _person(self, name: str) -> values.Person:
        listed, found = self._listed(name), self._found(name)
        if found is None:
            found = _created(name, listed, self.roster.zone)
            self.rows.people.add(found)
            self.created.append(name)
            self.done.append(("added", name, found))
        elif (said := _said(found, listed, self.facts.get(name) or {})) != found:
            self.rows.people.update(said)
            self.changed.append(name)
            self.done.append(("changed", name, said))
        return found


def _said(person: values.Person, listed: Person, facts: Mapping[str, Any]) -> values.Person:
    """Return the person with what the document says of them; what it leaves out stays."""
    return replace(
        person,
        skills=person.skills if facts.get("skills") is None else tuple(sorted(listed.skills)),
        languages=tuple(sorted(listed.languages)) or person.languages,
        phone=e164(listed.phone) if listed.phone else person.phone,
        zone=listed.zone or person.zone,
    )


def _created(name: str, listed: Person, zone: str) -> values.Person:
    """Return somebody who can be rung, and who cannot sign in until they are invited."""
    new_id = ids.new()
    return values.Person(
        id=new_id,
        name=name,
        email=listed.email or f"{new_id.lower()}@roster.invalid",
        phone=e164(listed.phone) if listed.phone else None,
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
