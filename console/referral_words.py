"""How are a service's hours and a referral's history said on a page?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from care import referral as rules
from care.directory import Service
from care.open_hours import Hours
from care.referral import CONSENTS, IN_WORDS, STEPS_IN_WORDS, Line, Referral, State, Step
from console.words import clock, moment
from storage.store import Rows

LOOKS = {
    State.MADE: ("", "clock"),
    State.APPOINTMENT: ("", "clock"),
    State.KEPT: ("ready", "ready"),
    State.MISSED: ("thin", "warning"),
    State.DECLINED: ("", "off"),
}
SOON = timedelta(hours=20)  # until then a time alone says which day is meant


@dataclass(frozen=True, slots=True)
class Listed:
    """A service as a search shows it."""

    service: Service
    hours: str
    look: tuple[str, str]

    @property
    def languages(self) -> str:
        """What is spoken there, and by whom it is interpreted."""
        spoken = ", ".join(self.service.languages)
        told = self.service.interpretation
        return f"{spoken}; {told}" if spoken and told else spoken or told or "not told"

    @property
    def ages(self) -> str:
        """The ages that are taken, in words; empty: it names none."""
        least, most = self.service.minimum_age, self.service.maximum_age
        if least is None and most is None:
            return ""
        if most is None:
            return f"{least:g} and older"
        return f"up to {most:g}" if least is None else f"{least:g} to {most:g}"

    @property
    def eligibility(self) -> str:
        """For whom it is."""
        said = [one for one in (self.ages, self.service.eligibility) if one]
        return "; ".join(said) or "not told"


def listed(services: Iterable[Service], at: datetime, zone: str) -> list[Listed]:
    """Services with what their hours come to at an instant, said in `zone`."""
    return [_listed(one, at, zone) for one in services]


def _listed(service: Service, at: datetime, zone: str) -> Listed:
    hours = service.hours(at, zone)
    look = {True: ("ready", "ready"), False: ("", "off"), None: ("thin", "warning")}[hours.open]
    return Listed(service, hours_said(hours, at, zone), look)


def hours_said(hours: Hours, at: datetime, zone: str) -> str:
    """Whether it is open, and until when."""
    if hours.open is None:
        return "hours not known"
    if hours.changes_at is None:
        return "open at all hours" if hours.open else "closed this week"
    near = hours.changes_at - at < SOON
    then = clock(hours.changes_at, zone) if near else moment(hours.changes_at, zone)
    return f"open until {then}" if hours.open else f"closed, opens {then}"


# -- referrals ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A referral as a page shows it. `asks`: it is time to ask whether they went."""

    referral: Referral
    made_by: str
    asks: bool
    happened: list[tuple[datetime, str, str]]  # when, who, what

    @property
    def word(self) -> str:
        return IN_WORDS[self.referral.state]

    @property
    def look(self) -> tuple[str, str]:
        return LOOKS[self.referral.state]

    @property
    def consent(self) -> str:
        """What may be told to them, and who said so."""
        one = self.referral
        if not one.may_share:
            return "Not given: nothing may be told to them"
        return f"{CONSENTS[one.consent]}, by {one.consent_by}: {one.shared}"


def shown(rows: Rows, referrals: Sequence[Referral], at: datetime, zone: str) -> list[Shown]:
    """Referrals with the names that go with them; times are said in `zone`."""
    if not referrals:
        return []
    names = rows.people.names()
    asking = {one.id for one in rules.to_ask(referrals, at)}
    return [
        Shown(
            one,
            names.get(one.made_by, "unknown"),
            one.id in asking,
            [(line.at, names.get(line.by, line.by), _said(line, zone)) for line in one.lines],
        )
        for one in referrals
    ]


def _said(line: Line, zone: str) -> str:
    if line.what == "made":
        return "made it"
    said = STEPS_IN_WORDS[Step(line.what)]
    if line.appointment_at:
        said += f": {moment(line.appointment_at, zone)}"
    return f"{said} ({line.words})" if line.words else said
