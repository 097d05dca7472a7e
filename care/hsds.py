"""What is a referral directory made of, in Open Referral's Human Services Data Specification 3?

Its tables and fields are those of HSDS 3.0's tabular data package (datapackage.json); `url`,
`unit` and `service_capacity` came with 3.1. A directory is a `Package`: rows by table, as that
package has them. Its JSON nests the same rows in one another: NESTED and SINGLE say where.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Cell = str | int | float
Row = dict[str, Cell]
Package = dict[str, list[Row]]

# One line a table: its file, then its fields. `*` must be there, `#` a number, `@` a date, `~` a
# time of day, `>` the id of a row of that table.
_SPECIFIED = """
organization organizations.csv id* name* alternate_name description* email website tax_status
 tax_id year_incorporated# legal_status logo uri parent_organization_id
program programs.csv id* organization_id*>organization name* alternate_name description*
service services.csv id* organization_id*>organization program_id>program name* alternate_name
 description url email status* interpretation_services application_process fees_description
 wait_time fees accreditations eligibility_description minimum_age# maximum_age# assured_date@
 assurer_email licenses alert last_modified
attribute attributes.csv id* link_id* taxonomy_term_id*>taxonomy_term link_type link_entity* value
 label
service_at_location service_at_location.csv id* service_id*>service location_id*>location
 description
location locations.csv id* location_type* url organization_id>organization name alternate_name
 description transportation latitude# longitude# external_identifier external_identifier_type
phone phones.csv id* location_id>location service_id>service organization_id>organization
 contact_id>contact service_at_location_id>service_at_location number* extension# type description
contact contacts.csv id* organization_id>organization service_id>service
 service_at_location_id>service_at_location location_id>location name title department email
address addresses.csv id* location_id>location attention address_1* address_2 city* region
 state_province* postal_code* country* address_type*
schedule schedules.csv id* service_id>service location_id>location
 service_at_location_id>service_at_location valid_from@ valid_to@ dtstart@ timezone# until@ count#
 wkst freq interval# byday byweekno bymonthday byyearday description opens_at~ closes_at~
 schedule_link attending_type notes
funding funding.csv id* organization_id>organization service_id>service source
service_area service_areas.csv id* service_id>service service_at_location_id>service_at_location
 name description extent extent_type uri
required_document required_documents.csv id* service_id>service document uri
language languages.csv id* service_id>service location_id>location phone_id>phone name code note
accessibility accessibility.csv id* location_id>location description details url
taxonomy_term taxonomy_terms.csv id* code name* description* parent_id taxonomy language
 taxonomy_id>taxonomy term_uri
taxonomy taxonomies.csv id* name* description* uri version
cost_option cost_options.csv id* service_id*>service valid_from@ valid_to@ option currency amount#
 amount_description
organization_identifier organization_identifiers.csv id* organization_id*>organization
 identifier_scheme identifier_type* identifier*
metadata metadata.csv id* resource_id* resource_type* last_action_date*@ last_action_type*
 field_name* previous_value* replacement_value* updated_by*
meta_table_description meta_table_descriptions.csv id* name language character_set
url url.csv id* label url* organization_id>organization service_id>service
unit units.csv id* name* scheme identifier uri
service_capacity service_capacity.csv id* service_id*>service unit_id*>unit available#* maximum#
 description updated*
"""
CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("service", "status"): ("active", "inactive", "defunct", "temporarily closed"),
    ("location", "location_type"): ("physical", "postal", "virtual"),
    ("address", "address_type"): ("physical", "postal", "virtual"),
    ("schedule", "freq"): ("WEEKLY", "MONTHLY"),
    ("schedule", "wkst"): ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
}
# In JSON: the lists of other rows that a row holds, by the name of the list. Each row of a list
# is of that table, and in the tables it names its holder in `<holder>_id`.
NESTED: dict[str, dict[str, str]] = {
    "organization": {
        "funding": "funding",
        "contacts": "contact",
        "phones": "phone",
        "locations": "location",
        "programs": "program",
        "organization_identifiers": "organization_identifier",
        "additional_websites": "url",
    },
    "service": {
        "phones": "phone",
        "schedules": "schedule",
        "service_areas": "service_area",
        "service_at_locations": "service_at_location",
        "languages": "language",
        "funding": "funding",
        "cost_options": "cost_option",
        "required_documents": "required_document",
        "contacts": "contact",
        "additional_urls": "url",
        "capacities": "service_capacity",
    },
    "service_at_location": {
        "contacts": "contact",
        "phones": "phone",
        "schedules": "schedule",
        "service_areas": "service_area",
    },
    "location": {
        "languages": "language",
        "addresses": "address",
        "contacts": "contact",
        "accessibility": "accessibility",
        "phones": "phone",
        "schedules": "schedule",
    },
    "contact": {"phones": "phone"},
    "phone": {"languages": "language"},
}
# In JSON: the one row that stands in place of its id: name -> table, and the field for the id.
SINGLE: dict[str, dict[str, tuple[str, str]]] = {
    "service": {
        "organization": ("organization", "organization_id"),
        "program": ("program", "program_id"),
    },
    "service_at_location": {"location": ("location", "location_id")},
    "attribute": {"taxonomy_term": ("taxonomy_term", "taxonomy_term_id")},
    "taxonomy_term": {"taxonomy_detail": ("taxonomy", "taxonomy_id")},
    "service_capacity": {"unit": ("unit", "unit_id")},
}
HANGING = {"attributes": "attribute", "metadata": "metadata"}  # lists that any row may hold


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its file in the package, and what its fields may hold."""

    name: str
    file: str
    fields: tuple[str, ...]
    needed: frozenset[str]
    kinds: Mapping[str, str]  # field -> one of # @ ~
    points_to: Mapping[str, str]  # field -> the table whose id it holds


def _table(name: str, file: str, *said: str) -> Table:
    fields, needed, kinds, points_to = [], set(), {}, {}
    for one in said:
        marked, _, target = one.partition(">")
        field = marked.rstrip("*#@~")
        fields.append(field)
        if "*" in marked:
            needed.add(field)
        if kind := marked.removeprefix(field).replace("*", ""):
            kinds[field] = kind
        if target:
            points_to[field] = target
    return Table(name, file, tuple(fields), frozenset(needed), kinds, points_to)


TABLES: dict[str, Table] = {
    line.split()[0]: _table(*line.split())
    for line in _SPECIFIED.replace("\n ", " ").strip().splitlines()
}
BY_FILE: dict[str, str] = {table.file: name for name, table in TABLES.items()}


@dataclass(frozen=True, slots=True)
class Found:
    """A row as it was written, and where: `phones.csv row 7`, or `services[3].phones[0]`."""

    table: str
    where: str
    cells: dict[str, object]


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be taken: where it stands, which field, and why."""

    where: str
    field: str
    why: str

    def __str__(self) -> str:
        """As one line of a terminal."""
        return f"{self.where}{', ' if self.field else ''}{self.field}: {self.why}"


class Unreadable(ValueError):
    """The file as a whole cannot be read; the words say why."""


class BadRows(ValueError):
    """Rows that cannot be taken, each named; nothing of the directory was taken."""

    def __init__(self, bad: list[Bad]) -> None:
        self.bad = bad
        super().__init__("; ".join(str(one) for one in bad[:3]))


def same(one: Package, other: Package) -> bool:
    """Whether two packages say the same, whatever the order of their rows."""
    return ordered(one) == ordered(other)


def ordered(package: Package) -> Package:
    """The package with its tables by name and their rows by id; without empty tables."""
    by_id = {name: sorted(rows, key=lambda row: str(row["id"])) for name, rows in package.items()}
    return {name: by_id[name] for name in sorted(by_id) if by_id[name]}
