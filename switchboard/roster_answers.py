"""What does a roster answer, in the words of the exchange format, to commands and addresses?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Self

from routing import coverage
from routing.oncall import Timeline
from routing.roster import Person, Roster
from storage.store import Rows
from switchboard import roster_book, roster_exchange

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is put to: a document, or the database."""

    timeline: Callable[[datetime, datetime], Timeline]
    able: coverage.Able
    name: Callable[[str], str]

    @classmethod
    def of_document(cls, read: Roster) -> Self:
        """Ask a document, which calls people by their names."""
        return cls(partial(Timeline.of, read), partial(_able, read), str)

    @classmethod
    def of_database(cls, rows: Rows) -> Self:
        """Ask the roster in force, which calls people by their ids."""
        names = roster_exchange.names(rows)
        timeline = partial(roster_book.timeline, rows)
        return cls(timeline, roster_book.able(rows), lambda person: names.get(person, person))

    def who(self, at: datetime) -> dict[str, list[str]]:
        """Return who is on call in each tier, sorted by name."""
        tiers = self.timeline(at, at + SECOND).at(at)
        return {tier: sorted(map(self.name, people)) for tier, people in tiers.items()}

    def gaps(
        self, start: datetime, end: datetime, tier: str, need: int, skill: str | None
    ) -> list[dict[str, str]]:
        """Return the maximal intervals, in UTC, with fewer than `need` people who have `skill`."""
        able = partial(_may, self.able, skill or coverage.ANYTHING)
        found = self.timeline(start, end).gaps(start, end, tier, need, able)
        return [{"start": said(since), "end": said(until)} for since, until in found]

    def hours(self, start: datetime, end: datetime, tier: str) -> dict[str, float]:
        """Return everybody's elapsed hours, by name."""
        by_person = self.timeline(start, end).hours(start, end, tier)
        return dict(sorted((self.name(person), total) for person, total in by_person.items()))


def _able(read: Roster, person: str, skill: str) -> bool:
    return skill == coverage.ANYTHING or read.people.get(person, Person()).able(skill)


def _may(able: coverage.Able, skill: str, person: str) -> bool:
    return able(person, skill)


def said(at: datetime) -> str:
    """An instant in UTC, as the exchange format writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def answered(at: str, on_call: dict[str, list[str]]) -> dict[str, Any]:
    """Return one answer to "who?", with its instant as it was asked."""
    return {"at": at, "on_call": on_call}
