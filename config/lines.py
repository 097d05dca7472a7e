"""Which telephone lines do we answer, and how far does a caller's wait climb? Reads line.toml."""

import re
from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.errors import at_line, broken, toml

TIERS = ("primary", "backup", "supervisor")  # who is asked, in this order
Tier = Literal["primary", "backup", "supervisor"]


def _number(value: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", value):
        raise ValueError("a full number such as +13145550101 (never 911: its 10-digit line)")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError) as error:  # an unknown zone is a KeyError
        raise ValueError("a time zone such as America/Chicago") from error
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError("a language code such as en")
    return value


Number = Annotated[str, AfterValidator(_number)]
Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
Name = Annotated[str, Field(min_length=1, max_length=60)]


class Value(BaseModel):
    """A frozen value that accepts no name it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Names(Value):
    """How the line and its partner are called aloud in another language."""

    public_name: Name
    partner_name: Name


class Rung(Value):
    """After so many seconds of waiting, these are asked too; or the caller is passed on."""

    after_seconds: int = Field(ge=0, le=3600)
    kind: Literal["desks", "phones", "partner"]
    tier: Tier | None = None

    @model_validator(mode="after")
    def _people_have_a_tier(self) -> "Rung":
        if (self.kind == "partner") is not (self.tier is None):
            raise ValueError("a tier for desks and phones, none for the partner")
        return self


def _ladder(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
    times = [rung.after_seconds for rung in rungs]
    if times != sorted(times) or (times and times[0] != 0):
        raise ValueError("rungs that begin at 0 seconds and climb")
    if not rungs or rungs[-1].kind != "partner":
        # The last rung of every ladder is a human's number (STYLE 4).
        raise ValueError("the partner line as the last rung: nobody waits without an end")
    return rungs


Ladder = Annotated[tuple[Rung, ...], AfterValidator(_ladder)]


class OfferPolicy(Value):
    """How an offer spreads over a tier's clinicians."""

    start: int = Field(default=2, ge=1, le=100)  # desks that ring at once
    widen_after_seconds: int = Field(default=6, ge=0, le=600)
    widen_to: Literal["all", "one"] = "all"
    large_team: int = Field(default=12, ge=1, le=1000)  # above this, one more at a time
    large_team_step_seconds: int = Field(default=4, ge=1, le=600)
    ring_seconds: int = Field(default=20, ge=5, le=600)
    phone_ring_seconds: int = Field(default=25, ge=5, le=600)
    order: Literal["recently_active_then_longest_idle", "longest_idle"] = (
        "recently_active_then_longest_idle"
    )


class Storm(Value):
    """What holds when far more people call than can be answered."""

    ageing_seconds: int = Field(default=60, ge=1, le=3600)  # one point of priority is worth that
    reserved_desks: int = Field(default=1, ge=0, le=100)  # kept for 911 lines in a flood
    flood_arrivals: int = Field(default=12, ge=2, le=10_000)  # on one general line,
    flood_within_seconds: int = Field(default=60, ge=1, le=3600)  # in that time: a flood
    later_seconds: int = Field(default=30, ge=0, le=600)  # who pressed nothing is offered then


class Line(Value):
    """One number people reach us at. Each PSAP has its own: that is how it is recognised."""

    id: str
    kind: Literal["psap", "general"]
    number: Number
    name: Name  # for our screens
    public_name: Name  # spoken: "You've reached ..."
    languages: tuple[Language, ...] = Field(min_length=1)
    zone: Zone
    partner_name: Name
    partner_number: Number
    return_number: Number | None = None  # the PSAP's 10-digit line; 911 itself is never dialled
    ready_number: Number | None = None  # says how many are ready to whoever rings it, and no more
    accept_within_seconds: int = Field(default=20, ge=5, le=600)  # then the way back is offered
    last_resort_url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None  # by POST
    priority: int = Field(default=0, ge=-100, le=100)  # larger goes first in the waiting line
    ladder: Ladder | None = None  # None: the book's
    spoken: dict[Language, Names] = Field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language the line answers in."""
        return self.languages[0]

    def spoken_names(self, language: str) -> dict[str, str]:
        """The blanks every prompt may use, in that language."""
        names = self.spoken.get(language, self)
        return {"public_name": names.public_name, "partner_name": names.partner_name}

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Line":
        if self.kind == "psap" and self.return_number is None:
            raise ValueError("a return_number, the PSAP's 10-digit line")
        if len(set(self.languages)) != len(self.languages):
            raise ValueError("each language once")
        unspoken = set(self.spoken) - set(self.languages)
        if unspoken:
            raise ValueError(f"spoken names only in the line's languages, not {min(unspoken)}")
        return self


class Outsider(Value):
    """Somebody outside the house whom a clinician may bring into a call, by telephone."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    role: Literal["interpreter", "crew"]
    name: Name
    number: Number


class RosterPolicy(Value):
    """What the roster's pages warn of and ask for, and whose holidays they name."""

    holidays: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")  # US-MO
    rest_hours_least: float = Field(default=10, ge=0, le=48)  # between two primary shifts
    run_hours_most: float = Field(default=16, ge=1, le=200)  # of primary shifts back to back
    week_hours_most: float = Field(default=60, ge=1, le=168)  # primary, for who has no own limit
    time_off_notice_days: float = Field(default=14, ge=0, le=400)  # nearer, it needs a yes
    remind_hours: float = Field(default=24, ge=0, le=168)  # before a shift; 0: nobody is asked
    confirm_hours: float = Field(default=12, ge=0, le=168)  # before it, told when nobody said yes

    @property
    def reminded(self) -> timedelta:
        """How long before a shift its clinician is asked to confirm it."""
        return timedelta(hours=self.remind_hours)

    @property
    def confirmed(self) -> timedelta:
        """How long before a shift it should be confirmed."""
        return timedelta(hours=min(self.confirm_hours, self.remind_hours))


class Staffing(Value):
    """How many people the advice aims at, and what it takes where the calls do not say it."""

    share_percent: float = Field(default=90, gt=0, le=99.9)  # of all callers are to be answered
    within_seconds: int = Field(default=20, ge=1, le=600)
    weeks: int = Field(default=13, ge=1, le=104)  # looked at
    wrap_up_seconds: int = Field(default=300, ge=0, le=7200)  # after each talk
    talk_seconds: int = Field(default=1080, ge=10, le=14_400)  # while few were answered
    patience_seconds: int = Field(default=400, ge=10, le=14_400)  # while few gave up


class Crews(Value):
    """What is expected of mobile crews."""

    acknowledge_within_seconds: int = Field(default=180, ge=10, le=7200)  # then it is told
    arrive_within_minutes: int = Field(default=60, ge=1, le=1440)  # what the figures count


class LineBook(Value):
    """Every line, and the rules they share."""

    lines: dict[str, Line] = Field(min_length=1)
    ladder: Ladder
    outsiders: tuple[Outsider, ...] = ()
    offers: OfferPolicy = OfferPolicy()
    storm: Storm = Storm()
    roster: RosterPolicy = RosterPolicy()
    staffing: Staffing = Staffing()
    crews: Crews = Crews()

    @cached_property
    def by_number(self) -> dict[str, Line]:
        """The line of each number people dial."""
        return {line.number: line for line in self.lines.values()}

    @cached_property
    def by_ready_number(self) -> dict[str, Line]:
        """The line of each number that only says how many are ready."""
        return {line.ready_number: line for line in self.lines.values() if line.ready_number}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Every language of any line, in order of first use."""
        return tuple(dict.fromkeys(lang for line in self.lines.values() for lang in line.languages))

    @cached_property
    def default(self) -> Line:
        """Who answers a number nobody expected: the first general line, else the first line."""
        lines = tuple(self.lines.values())
        return next((line for line in lines if line.kind == "general"), lines[0])

    @model_validator(mode="after")
    def _outsiders_are_distinct(self) -> "LineBook":
        ids = [one.id for one in self.outsiders]
        if len(set(ids)) < len(ids):
            raise ValueError("an id of its own for each of the outsiders")
        return self

    def dialled(self, number: str) -> Line:
        """Recognise the line by the number dialled; an unknown one is answered all the same."""
        return self.by_number.get(number, self.default)

    def ladder_of(self, line: Line) -> tuple[Rung, ...]:
        """The line's own ladder, or the book's."""
        return line.ladder or self.ladder


def read(path: Path) -> LineBook:
    """Read line.toml; raise ConfigError naming file, line, value and what was expected."""
    text, values = toml(path)
    lines = values.get("lines")
    if isinstance(lines, dict):
        values["lines"] = {name: _with_id(name, line) for name, line in lines.items()}
    try:
        book = LineBook.model_validate(values)
    except ValidationError as error:
        raise broken(path, text, error) from error
    _numbers_are_distinct(path, text, book.lines.values())
    return book


def _with_id(name: str, line: Any) -> Any:
    return {**line, "id": name} if isinstance(line, dict) else line


def _numbers_are_distinct(path: Path, text: str, lines: Iterable[Line]) -> None:
    taken = set()
    for line in lines:
        for name in ("number", "ready_number"):
            number = getattr(line, name)
            if number in taken:
                problem = f"={number!r}: expected a number of its own, another line has it"
                raise at_line(path, text, ("lines", line.id, name), problem)
            taken.add(number or line.number)
