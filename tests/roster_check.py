"""Do the engine and the naive second implementation agree on random rosters?

    ./run rosters --rosters 100000 [--seed 1]

Every roster lies around a clock change of some zone between 2024 and 2034, or around none. It is
asked at each edge of the answer, a minute before it, and at random minutes; gaps and hours are
added up by the naive one minute by minute between the edges; the shifts that pages and feeds show
are the same people. Ends with 1 at the first difference.
"""

import argparse
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import naive_roster

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from routing import document
from routing.oncall import Timeline
from routing.stretches import stretches

MINUTE, HOUR, DAY, WEEK = (timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days", "weeks"))
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
PEOPLE = ("ana", "ben", "cora", "dana", "eli")
TIERS = ("primary", "backup")
HALF_WINDOW = timedelta(hours=20)
ZONES = sorted(zoneinfo.available_timezones() - {"Factory", "localtime"})
# Clocks that change at midnight, in the evening, by half an hour or two, or with the Equator's turn.
ODD = (
    "Africa/Cairo",
    "America/Santiago",
    "America/Havana",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Nuuk",  # at ten in the evening
)


@cache
def changes(zone):
    """Return each instant, to the minute, at which the zone's clocks change in eleven years."""
    place, found, week = zoneinfo.ZoneInfo(zone), [], FIRST
    offset = week.astimezone(place).utcoffset()
    while week < LAST:  # no clock changes twice in a week
        after = (week + WEEK).astimezone(place).utcoffset()
        if after != offset:
            minute = week
            for step in (DAY, HOUR, MINUTE):
                while (minute + step).astimezone(place).utcoffset() == offset:
                    minute += step
            found.append(minute + MINUTE)
        week, offset = week + WEEK, after
    return found


class Drawn:
    """One random roster, and the instant it lies around."""

    def __init__(self, seed):
        self.dice = Random(seed)
        self.zone = self.dice.choice(ODD if self.dice.random() < 0.25 else ZONES)
        month = FIRST.replace(
            year=2024 + self.dice.randrange(11), month=1 + self.dice.randrange(12)
        )
        near = changes(self.zone) if self.dice.random() < 0.85 else []
        self.middle = self.dice.choice(near or [month])
        self.document = self.drawn()

    def drawn(self):
        patterns = [self.pattern(f"p{n}") for n in range(self.dice.randint(1, 4))]
        return {
            "zone": self.zone,
            "patterns": patterns,
            "one_offs": self.some(2, tier=TIERS, person=PEOPLE),
            "overrides": [self.override(one) for one in self.some(3, tier=TIERS, person=PEOPLE)],
            "swaps": [self.swap(f"s{n}", patterns) for n in range(self.dice.randint(0, 3))],
            "exact_plans": [
                one | {"shifts": self.some(3, person=PEOPLE)} for one in self.some(2, tier=TIERS)
            ],
            "time_off": self.some(1, person=PEOPLE),
            "closures": self.some(1),
        }

    def pattern(self, name):
        one = {"id": name, "tier": self.dice.choice(TIERS), **self.clock()}
        maybe = lambda share: self.dice.random() < share  # noqa: E731
        one["days"] = self.dice.sample(naive_roster.DAYS, self.dice.randint(3, 7))
        if maybe(0.3):
            one["end_days"] = self.dice.randint(1, 3)
        if maybe(0.3):
            one["zone"] = self.dice.choice(ZONES)
        if maybe(0.3):
            one |= {"from": self.date(), "every_weeks": self.dice.randint(1, 3)}
        if maybe(0.2):
            one["until"] = self.date()
        if maybe(0.2):
            one["except_dates"] = [self.date(), self.date()]
        if maybe(0.1):
            one["only_dates"] = [self.date() for _ in range(4)]
        if maybe(0.15):
            one["nth"] = self.dice.sample([1, 2, 3, 5, -1, -2], 3)
        if maybe(0.15):
            one["overlap_minutes"] = self.dice.choice([15, 60])
        if maybe(0.6):
            return one | {"rotation": self.rotation()}
        return one | {"people": self.group()}

    def clock(self):
        """Hours near the clock change as often as not."""
        local = self.middle.astimezone(zoneinfo.ZoneInfo(self.zone))
        near = self.dice.random() < 0.5
        hours = [
            (local + self.dice.randint(-12, 12) * 15 * MINUTE).strftime("%H:%M")
            if near
            else f"{self.dice.randrange(24):02}:{self.dice.choice([0, 15, 30, 59]):02}"
            for _ in range(2)
        ]
        return {"start": hours[0], "end": "24:00" if self.dice.random() < 0.1 else hours[1]}

    def rotation(self):
        return {
            "groups": [self.group() for _ in range(self.dice.randint(1, 4))],
            "turn": self.dice.choice(["shift", "day", "week", "month"]),
            "every": self.dice.randint(1, 3),
            "anchor": self.date(self.dice.choice([5, 70])),
        } | ({"turn": "month", "anchor": self.end_of_month()} if self.dice.random() < 0.15 else {})

    def end_of_month(self):
        return f"{self.middle.year - 1}-{self.dice.choice(['01-31', '08-31', '12-30'])}"

    def override(self, one):
        kind = self.dice.choice(["add", "remove", "replace"])
        if self.dice.random() < 0.2:
            del one["tier"]
        others = [name for name in PEOPLE if name != one["person"]]
        by = {"by": self.dice.choice(others)} if kind == "replace" else {}
        return one | {"kind": kind} | by

    def swap(self, name, patterns):
        person, by = self.dice.sample(PEOPLE, 2)
        of = self.dice.choice(patterns)["id"]
        return {"id": name, "pattern": of, "date": self.date(2), "person": person, "by": by}

    def group(self):
        return self.dice.sample(PEOPLE, self.dice.randint(1, 2))

    def date(self, days=5):
        return (self.middle + self.dice.randint(-days, days) * DAY).date().isoformat()

    def some(self, most, **fields):
        """Return up to `most` entries with a window each, and one choice for each field."""
        found = []
        for _ in range(self.dice.randint(0, most)):
            start, end = sorted(self.dice.sample(range(-1200, 1200, 15), 2))
            window = {"start": start, "end": end}
            said = {key: (self.middle + at * MINUTE).isoformat() for key, at in window.items()}
            found.append({key: self.dice.choice(of) for key, of in fields.items()} | said)
        return found


def difference(seed):
    """Return what differs for one random roster; None: nothing.

    Overrides that conflict would be refused, but what they mean is defined: so they are asked too.
    """
    drawn = Drawn(seed)
    checked = document.check(drawn.document)
    if set(checked.codes) - {"override_conflict"}:
        return seed, checked.codes
    if list(checked.orphans) != naive_roster.orphans(drawn.document):
        return seed, "orphans", checked.orphans
    start, end = drawn.middle - HALF_WINDOW, drawn.middle + HALF_WINDOW
    timeline = Timeline.of(checked.roster, start, end)
    found = [_tier(drawn, checked.roster, timeline, tier, start, end) for tier in TIERS]
    return next(((seed, *one) for one in found if one), None)


def _tier(drawn, roster, timeline, tier, start, end):
    edges = {one.start for one in timeline.segments(tier, start, end)} | {end}
    asked = {edge - step for edge in edges for step in (timedelta(0), MINUTE)}
    asked |= {start + drawn.dice.randrange(2400) * MINUTE for _ in range(6)}
    for moment in sorted(asked & {at for at in asked if start <= at < end}):
        naive = naive_roster.on_call(drawn.document, tier, moment)
        if timeline.on(tier, moment) != tuple(sorted(naive or ())):
            return tier, moment, timeline.on(tier, moment), naive
    return _shifts(roster, timeline, tier, sorted(edges)) or _sums(
        drawn, timeline, tier, sorted(edges)
    )


def _shifts(roster, timeline, tier, edges):
    """What pages and feeds show person by person: the same people, nobody twice at a time."""
    shown = [one for one in stretches(roster, edges[0], edges[-1]) if one.tier == tier]
    for since in edges[:-1]:
        here = sorted(one.person_id for one in shown if one.starts_at <= since < one.ends_at)
        if tuple(here) != timeline.on(tier, since):
            return tier, since, "shifts", here, timeline.on(tier, since)
    return None


def _sums(drawn, timeline, tier, edges):
    """Gaps and hours, as the naive one has them between the edges found true above."""
    hours, empty = dict.fromkeys(PEOPLE, 0.0), []
    for since, until in pairwise(edges):
        here = naive_roster.on_call(drawn.document, tier, since)
        for person in here or ():
            hours[person] += (until - since) / HOUR
        if here == set():
            whole = (empty.pop()[0] if empty and empty[-1][1] == since else since, until)
            empty.append(whole)
    window = edges[0], edges[-1]
    if timeline.gaps(*window, tier) != empty:
        return tier, "gaps", timeline.gaps(*window, tier), empty
    counted = timeline.hours(*window, tier)
    if any(abs(counted.get(name, 0) - total) > 1e-9 for name, total in hours.items()):
        return tier, "hours", counted, hours
    return None


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rosters", type=int, default=2000)
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    for seed in range(given.seed, given.seed + given.rosters):
        if found := difference(seed):
            print("differs:", *found, sep="\n  ")
            sys.exit(1)
    print(f"{given.rosters} random rosters: no difference")


if __name__ == "__main__":
    main()
