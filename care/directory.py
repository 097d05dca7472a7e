"""Where can this person go from here? The services of the directory, found by what is needed.

A `Service` is one row of HSDS's `service` with what a clinician reads aloud, gathered from the
rows around it. Only services that are active are offered.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from care.hsds import TABLES, Package, Row
from care.open_hours import Hours
from care.open_hours import at as hours_at

ACTIVE = "active"
WORD = re.compile(r"[^\W_]+")
# One language, said in two or three letters or by its name (ISO 639).
LANGUAGES: dict[str, frozenset[str]] = {
    "en": frozenset({"en", "eng", "english"}),
    "es": frozenset({"es", "spa", "spanish"}),
    "vi": frozenset({"vi", "vie", "vietnamese"}),
    "bs": frozenset({"bs", "bos", "bosnian"}),
}


@dataclass(frozen=True, slots=True)
class Service:
    """One service as a clinician reads it. Ages in years; `schedules` are HSDS's rows."""

    id: str
    name: str
    organization: str
    status: str = ACTIVE
    description: str = ""
    needs: tuple[str, ...] = ()  # the names of its taxonomy terms
    languages: tuple[str, ...] = ()
    interpretation: str = ""
    eligibility: str = ""
    minimum_age: float | None = None
    maximum_age: float | None = None
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    email: str = ""
    url: str = ""
    how_to_apply: str = ""
    fees: str = ""
    wait_time: str = ""
    alert: str = ""
    hours_said: tuple[str, ...] = ()
    schedules: tuple[Row, ...] = ()

    @property
    def words(self) -> str:
        """All that a need is looked for in, in lower case."""
        said = (self.name, self.organization, self.description, self.eligibility, *self.needs)
        return " ".join(WORD.findall(" ".join(said).casefold()))

    def speaks(self, language: str) -> bool:
        """Whether it is told to speak a language, or to have interpreters of it."""
        wanted = language.casefold()
        names = next((known for known in LANGUAGES.values() if wanted in known), {wanted})
        said = " ".join((*self.languages, self.interpretation)).casefold()
        return not names.isdisjoint(WORD.findall(said))

    def takes(self, age: int) -> bool:
        """Whether somebody of this age is taken; an age that it does not name is no limit."""
        above = self.minimum_age is None or self.minimum_age <= age
        return above and (self.maximum_age is None or age <= self.maximum_age)

    def hours(self, at: datetime, zone: str) -> Hours:
        """Whether it is open at an instant; `zone`: the wall clock its hours are written in."""
        return hours_at(self.schedules, at, zone)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; what is left empty is not asked."""

    need: str = ""
    language: str = ""
    age: int | None = None
    eligibility: str = ""  # words that its eligibility must say, such as veteran
    open_at: datetime | None = None


def terms(words: str) -> list[str]:
    """The words of a search, in lower case."""
    return WORD.findall(words.casefold())


def search(services: Iterable[Service], wanted: Wanted, zone: str) -> list[Service]:
    """Return the active services that fit, those named after the need first."""
    fitting = [one for one in services if fits(one, wanted, zone)]
    needs = terms(wanted.need)
    return sorted(fitting, key=lambda one: (-_closeness(one, needs), one.name.casefold(), one.id))


def fits(service: Service, wanted: Wanted, zone: str) -> bool:
    """Whether a service is active and fits all that is asked."""
    said = (wanted.need, service.words), (wanted.eligibility, service.eligibility.casefold())
    return (
        service.status == ACTIVE
        and all(term in words for asked, words in said for term in terms(asked))
        and (not wanted.language or service.speaks(wanted.language))
        and (wanted.age is None or service.takes(wanted.age))
        and (not wanted.open_at or bool(service.hours(wanted.open_at, zone).open))
    )


def _closeness(service: Service, needs: list[str]) -> int:
    """How many of the words stand in its name or in what it is for."""
    near = " ".join((service.name, *service.needs)).casefold()
    return sum(need in near for need in needs)


# -- from the rows of a package -----------------------------------------------------------------


def services(package: Package) -> list[Service]:
    """Return the services of a package, in its order."""
    around = _Around(package)
    return [around.service(row) for row in package.get("service", ())]


class _Around:
    """The rows of a package by their holders."""

    def __init__(self, package: Package) -> None:
        self.by_id = {name: {str(row["id"]): row for row in rows} for name, rows in package.items()}
        self.of: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for name, rows in package.items():
            for row in rows:
                for holder in ("service", "organization", "service_at_location", "location"):
                    if held_by := row.get(f"{holder}_id"):
                        self.of[name, holder, str(held_by)].append(row)
        for row in package.get("attribute", ()):
            if row["link_entity"] == "service" or row["link_entity"] not in TABLES:
                self.of["attribute", "service", str(row["link_id"])].append(row)

    def service(self, row: Row) -> Service:
        """Gather one service."""
        own = str(row["id"])
        organization = self.by_id["organization"][str(row["organization_id"])]
        schedules = self._near("schedule", own)
        return Service(
            id=own,
            name=_text(row, "name"),
            organization=_text(organization, "name"),
            status=_text(row, "status"),
            description=_text(row, "description"),
            needs=self._needs(own),
            languages=_names(self._near("language", own), "name", "code"),
            interpretation=_text(row, "interpretation_services"),
            eligibility=_text(row, "eligibility_description"),
            minimum_age=_number(row, "minimum_age"),
            maximum_age=_number(row, "maximum_age"),
            phones=self._phones(own, organization),
            addresses=self._addresses(own),
            email=_text(row, "email"),
            url=_text(row, "url"),
            how_to_apply=_text(row, "application_process"),
            fees=_text(row, "fees_description") or _text(row, "fees"),
            wait_time=_text(row, "wait_time"),
            alert=_text(row, "alert"),
            hours_said=_names(schedules, "description"),
            schedules=tuple(schedules),
        )

    def _near(self, table: str, service: str) -> list[Row]:
        """A service's own rows, and those it has at its locations; else the locations' own."""
        places = self.of["service_at_location", "service", service]
        there = [
            one
            for place in places
            for one in self.of[table, "service_at_location", str(place["id"])]
        ]
        near = [*self.of[table, "service", service], *there]
        return _once(near) or _once(
            one for place in places for one in self.of[table, "location", str(place["location_id"])]
        )

    def _needs(self, service: str) -> tuple[str, ...]:
        terms_of = self.by_id.get("taxonomy_term", {})
        linked = (str(one["taxonomy_term_id"]) for one in self.of["attribute", "service", service])
        return tuple(dict.fromkeys(_text(terms_of[one], "name") for one in linked))

    def _phones(self, service: str, organization: Row) -> tuple[str, ...]:
        found = self._near("phone", service)
        found = found or self.of["phone", "organization", str(organization["id"])]
        return tuple(_phone(one) for one in found)

    def _addresses(self, service: str) -> tuple[str, ...]:
        places = self.of["service_at_location", "service", service]
        rows = [
            one
            for place in places
            for one in self.of["address", "location", str(place["location_id"])]
        ]
        fields = ("address_1", "address_2", "city", "state_province", "postal_code")
        lines = (", ".join(_text(one, f) for f in fields if f in one) for one in rows)
        return tuple(dict.fromkeys(lines))


def _once(rows: Iterable[Row]) -> list[Row]:
    return list({str(one["id"]): one for one in rows}.values())


def _text(row: Row, field: str) -> str:
    return str(row.get(field, ""))


def _number(row: Row, field: str) -> float | None:
    return float(row[field]) if field in row else None


def _names(rows: list[Row], *fields: str) -> tuple[str, ...]:
    """The first of these fields that each row has."""
    said = (next((_text(row, one) for one in fields if one in row), "") for row in rows)
    return tuple(dict.fromkeys(one for one in said if one))


def _phone(row: Row) -> str:
    said = _text(row, "number")
    said += f" ext. {row['extension']}" if "extension" in row else ""
    return f"{said} ({row['type']})" if row.get("type", "voice") != "voice" else said
