"""When do promised calls ring, and what may be promised? Reads followups.toml."""

import re
from collections.abc import Container
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, model_validator

from config.errors import broken, toml
from config.lines import Language, Value
from config.texts import TELLING, Texts

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
BLANKS = frozenset({"name", "number"})
NONE = "none"  # the template of a contact that promises nothing


def _clocks(value: tuple[str, str]) -> tuple[str, str]:
    if not all(CLOCK.fullmatch(clock) for clock in value) or value[0] >= value[1]:
        raise ValueError('two times of a day, the earlier first, such as ["09:00", "20:00"]')
    return value


def _place(value: str) -> str:
    if value:
        _observed(value)
    return value


def _neutral(value: str) -> str:
    told = TELLING.search(value)
    if told:
        raise ValueError(f"neutral words: {told[0]!r} would tell who calls, or why")
    blanks = set(re.findall(r"{(\w*)}", value))
    if not blanks <= BLANKS:
        raise ValueError("no blank but {name} and {number}")
    return value


def _observed(place: str) -> Container[date]:
    import holidays

    country, _, part = place.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError as error:
        raise ValueError('a country or a part of one, such as "US-MO"') from error


Clocks = Annotated[tuple[str, str], AfterValidator(_clocks)]
Neutral = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_neutral)]


class Holidays(Container[date]):
    """The days a place observes, and further ones of the house."""

    def __init__(self, place: str, further: frozenset[date]) -> None:
        self.observed: Container[date] = _observed(place) if place else further
        self.further = further

    def __contains__(self, day: object) -> bool:
        return day in self.further or day in self.observed


class House(Value):
    """The hours in which anybody's phone may ring, where they are."""

    weekday: Clocks = ("09:00", "20:00")
    weekend: Clocks = ("09:00", "20:00")  # and holidays, for urgent plans
    holidays_of: Annotated[str, AfterValidator(_place)] = ""
    holidays: frozenset[date] = frozenset()
    ring_back: bool = True  # who left our line before the end, within the hour

    @cached_property
    def days_off(self) -> Container[date]:
        """The holidays, of any year."""
        return Holidays(self.holidays_of, self.holidays)


class Template(Value):
    """One kind of promise, as the wrap-up offers it."""

    label: str = Field(min_length=1, max_length=40)
    opens_after_hours: float = Field(ge=0, le=24 * 90)
    closes_after_hours: float = Field(gt=0, le=24 * 120)
    attempts_max: int = Field(default=3, ge=3, le=5)  # what programs set (FIELD 3.2)
    spacing_hours: float = Field(default=4, ge=1, le=72)
    urgent: bool = False

    @model_validator(mode="after")
    def _closes_later(self) -> "Template":
        if self.closes_after_hours <= self.opens_after_hours:
            raise ValueError("closes_after_hours later than opens_after_hours")
        return self


class Proposal(Value):
    """What the wrap-up proposes for a line and disposition; what is not said fits any."""

    line: str | None = None
    disposition: str | None = None
    template: str

    def fits(self, line: str, disposition: str | None) -> bool:
        """Whether this row speaks of that contact."""
        return self.line in (None, line) and self.disposition in (None, disposition)


class FollowUpBook(Value):
    """The house's hours, its plans, and its neutral words."""

    house: House = House()
    templates: dict[str, Template] = Field(min_length=1)
    proposed: tuple[Proposal, ...] = ()
    messages: dict[str, dict[Language, Neutral]] = Field(default_factory=dict)
    texts: Texts = Texts()

    def proposal(self, line: str, disposition: str | None) -> str:
        """The template that the wrap-up proposes, or "none"."""
        fitting = (row.template for row in self.proposed if row.fits(line, disposition))
        return next(fitting, NONE)

    @model_validator(mode="after")
    def _proposes_what_it_has(self) -> "FollowUpBook":
        for row in self.proposed:
            if row.template != NONE and row.template not in self.templates:
                raise ValueError(f"a template of this file, not {row.template!r}")
        return self


def read(path: Path) -> FollowUpBook:
    """Read followups.toml; raise ConfigError naming file, line, value and what was expected."""
    text, values = toml(path)
    try:
        return FollowUpBook.model_validate(values)
    except ValidationError as error:
        raise broken(path, text, error) from error
