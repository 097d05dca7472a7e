"""Whatever the clock does, is every promise kept, closed for a reason, or still open, and only so?

A hundred promises at a time live through outages and clocks that jump, in every zone there is: what
the sweep would do is done by the same pure rules, and an honest book is kept beside it.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks import plan
from callbacks.plan import Facts, Outcome
from callbacks.window import House
from routing.wallclock import wall

ZONES = sorted(available_timezones())
BATCHES = 12
HOUSE = House(holidays=frozenset({datetime(2026, 11, 26).date()}))  # noqa: DTZ001
SINCE = datetime.fromisoformat("2026-10-20T00:00Z")  # the autumn change is ahead, and Thanksgiving
WEIGHTS = {
    Outcome.REACHED: 2,
    Outcome.NO_ANSWER: 6,
    Outcome.VOICEMAIL: 3,
    Outcome.BUSY: 2,
    Outcome.FAILED: 1,
    Outcome.INTERRUPTED: 2,
    Outcome.REACHED_US: 1,
    Outcome.WRONG_NUMBER: 1,
    Outcome.WITHDRAWN: 1,
}


@dataclass
class Promise:
    """One promise as the rules see it, and every dial as the person's phone saw it."""

    facts: Facts
    due_at: datetime
    consent: str | None = "the person"
    state: str = "due"
    reason: str | None = None
    told: str | None = None
    dials: list[datetime] = field(default_factory=list)
    dials_when_revoked: int | None = None

    def revokes(self) -> None:
        """The person takes their consent back, whatever is planned."""
        if self.consent:
            self.consent, self.dials_when_revoked = None, len(self.dials)

    def swept(self, now: datetime, outcome: Outcome) -> None:
        """What one sweep does, when somebody is free and accepts at once."""
        if self.state != "due" or self.due_at > now:
            return
        why = plan.forbidden(self.facts, self.consent, now, HOUSE)
        if why:
            self._becomes(plan.not_now(why, self.facts, now, HOUSE))
            return
        self.dials.append(now)
        self.facts = replace(self.facts, attempts_made=self.facts.attempts_made + 1)
        self._becomes(plan.after(outcome, self.facts, now, HOUSE))

    def _becomes(self, decision: plan.Decision) -> None:
        self.state, self.reason, self.told = (
            decision.state,
            decision.closed_reason,
            decision.task,
        )
        self.due_at = decision.due_at or self.due_at


def made(dice: Random, zone: str) -> Promise:
    opens = dice.randrange(24)
    facts = Facts(
        "callback" if dice.random() < 0.1 else "followup",
        zone,
        f"{opens:02}:{dice.choice((0, 30)):02}",
        f"{dice.randrange(24):02}:00",
        attempts_made=0,
        attempts_max=dice.choice((3, 4, 5)),
        spacing=timedelta(hours=dice.choice((2, 4, 20))),
        urgent=dice.random() < 0.5,
    )
    at = SINCE + timedelta(hours=dice.uniform(0, 24 * 20))
    consent = None if dice.random() < 0.05 else "the person"
    return Promise(facts, plan.earliest(at, facts, HOUSE), consent)


def lives(promises: list[Promise], dice: Random) -> None:
    """Forty days of a clock that ticks, jumps an hour either way, and is away for a day."""
    now = SINCE
    while now < SINCE + timedelta(days=40):
        step = dice.random()
        if step < 0.02:
            now += timedelta(hours=dice.choice((-1, 1)))  # set wrong, or right again
        elif step < 0.03:
            now += timedelta(days=1)  # an outage: all that fell due is due at once
        now += timedelta(minutes=dice.choice((7, 20, 45, 90)))
        for one in promises:
            if dice.random() < 0.0002:
                one.revokes()
            outcome = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            one.swept(now, outcome)


def minutes_agreed(facts: Facts) -> set[int]:
    """The minutes of a day at which both may ring; the house's own where they share none."""
    house = set(range(9 * 60, 20 * 60))
    begin, until = (int(c[:2]) * 60 + int(c[3:]) for c in (facts.best_from, facts.best_until))
    day = range(24 * 60)
    if begin < until:
        return house.intersection(day[begin:until]) or house
    return house.intersection([*day[begin:], *day[:until]]) or house


def judge(one: Promise) -> None:
    facts = one.facts
    assert len(one.dials) == facts.attempts_made <= facts.attempts_max, one
    assert one.consent or len(one.dials) == (one.dials_when_revoked or 0), one
    assert len(set(one.dials)) == len(one.dials), "twice at the same moment"
    agreed = minutes_agreed(facts)
    for at in one.dials if facts.kind == "followup" else ():
        here = wall(at, facts.zone)
        assert here.hour * 60 + here.minute in agreed, one
        free = here.weekday() >= 5 or here.date() in HOUSE.holidays
        assert facts.urgent or not free, one
    if one.state == "closed":
        assert one.reason, one
        assert one.told or one.reason == "withdrawn", one
    elif one.state == "due":
        assert not one.reason, one


def accounts(promises: list[Promise]) -> Counter[str]:
    """Planned = kept + closed for a reason + open."""
    found = Counter(one.state for one in promises)
    closed = sum(1 for one in promises if one.state == "closed" and one.reason)
    assert len(promises) == found["kept"] + closed + found["due"]
    return found


@pytest.mark.parametrize("batch", range(BATCHES))
def test_in_every_zone_nothing_is_lost_early_late_or_too_often(batch: int) -> None:
    dice = Random(batch)
    promises = [made(dice, zone) for zone in ZONES[batch::BATCHES]]
    lives(promises, dice)
    for one in promises:
        judge(one)
    found = accounts(promises)
    assert min(found["kept"], found["closed"]) > 0, "the story tells of both"
    late = [
        one for one in promises if one.state == "due" and one.due_at < SINCE + timedelta(days=30)
    ]
    assert not late, "what fell due ten days ago was swept"


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(ZONES))
def test_any_world_adds_up(seed: int, zone: str) -> None:
    dice = Random(seed)
    promises = [made(dice, zone) for _ in range(5)]
    lives(promises, dice)
    for one in promises:
        judge(one)
    accounts(promises)
