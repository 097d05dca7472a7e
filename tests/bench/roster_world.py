"""Whose roster is measured, and how would a straightforward query answer the same questions?

Ten people share a pattern, a week each in turn; half of the patterns are days, half nights, and
their hours are staggered. The peers' manners: LinkedIn oncall keeps every shift of every year as a
row and asks for those around the instant; GoAlert keeps the rules and asks each in turn.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from routing import document
from routing.oncall import spans_of
from routing.roster import TIERS, Roster

ZONE = "America/Chicago"
NOW = datetime(2026, 11, 25, 18, 5, tzinfo=UTC)
HISTORY = timedelta(days=5 * 365)
YEAR, BLOCK = timedelta(days=365), timedelta(days=28)
CREW = 10  # people who share a pattern
PATTERNS_OF_A_LINE = 27  # ROSTER.md, Speed


def kept(people: int) -> dict[str, Any]:
    """The exchange document of so many people (ROSTER.md)."""
    return of_patterns(max(2, people // CREW))


def of_patterns(many: int) -> dict[str, Any]:
    return {"zone": ZONE, "patterns": [_pattern(number) for number in range(many)]}


def _pattern(number: int) -> dict[str, Any]:
    begins, late = 7 + number // 2 % 4, number % 2  # a night crew begins when a day crew ends
    clock = [f"{(begins + 12 * (late + part)) % 24:02}:00" for part in (0, 1)]
    groups = [[f"p{number * CREW + one}"] for one in range(CREW)]
    turn = {"groups": groups, "turn": "week", "anchor": f"{date(2021, 1, 4)}"}
    tier = TIERS[number // 2 % len(TIERS)].value
    return {"id": f"n{number}", "tier": tier, "start": clock[0], "end": clock[1], "rotation": turn}


def roster(wanted: dict[str, Any]) -> Roster:
    checked = document.check(wanted)
    assert not checked.errors, checked.errors[0]
    return checked.roster


class Rows:
    """LinkedIn oncall's manner: a row a shift, five years back and one ahead."""

    def __init__(self, of: Roster) -> None:
        self.base = sqlite3.connect(":memory:")
        self.base.execute("create table event (tier text, person text, start int, end int)")
        rows = self.rows(of)
        self.base.executemany("insert into event values (?, ?, ?, ?)", rows)
        self.base.execute("create index event_start_end on event (start, end)")
        self.base.execute("analyze")

    @staticmethod
    def rows(of: Roster) -> Iterator[tuple[str, str, int, int]]:
        for span in spans_of(of, NOW - HISTORY, NOW + YEAR):
            start, end = int(span.start.timestamp()), int(span.end.timestamp())
            yield from ((span.tier, person, start, end) for person in span.people)

    def at(self, moment: datetime) -> list[tuple[str, str]]:
        asked = "select tier, person from event where start <= :at and end > :at"
        return self.base.execute(asked, {"at": int(moment.timestamp())}).fetchall()

    def between(self, start: datetime, end: datetime) -> list[tuple[str, str, int, int]]:
        asked = "select * from event where start < ? and end > ? order by start"
        return self.base.execute(asked, (int(end.timestamp()), int(start.timestamp()))).fetchall()

    @property
    def many(self) -> int:
        return int(self.base.execute("select count(*) from event").fetchone()[0])


class Rule(NamedTuple):
    tier: str
    start: int  # minutes of the local day
    end: int
    crew: Sequence[str]  # a week each, in turn


class Rules:
    """GoAlert's manner: every rule is asked whether it is active, at each instant again."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.zone, self.rules = ZoneInfo(ZONE), [self._rule(one) for one in wanted["patterns"]]

    @staticmethod
    def _rule(one: dict[str, Any]) -> Rule:
        start, end = (int(one[edge][:2]) * 60 for edge in ("start", "end"))
        return Rule(one["tier"], start, end, [group[0] for group in one["rotation"]["groups"]])

    def at(self, moment: datetime) -> list[tuple[str, str]]:
        here = moment.astimezone(self.zone)
        minute, today = here.hour * 60 + here.minute, here.toordinal()
        found = []
        for tier, start, end, crew in self.rules:
            day = today - (end < start and minute < end)
            inside = start <= minute < end if start < end else minute >= start or minute < end
            if inside:
                found.append((tier, crew[(day - FIRST_MONDAY) // 7 % CREW]))
        return found

    def between(self, start: datetime, end: datetime) -> int:
        """The year's preview: who is on at each edge of an hour."""
        seen = 0
        while start < end:
            seen += len(self.at(start))
            start += timedelta(hours=1)
        return seen


FIRST_MONDAY = date(2021, 1, 4).toordinal()
