"""Who would answer a call to this line at that instant, and who next?

Not rules of its own: a pretended caller waits, and `escalation.standing` and `offers.plan` are
asked second by second.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ivr.call import Call, Kind, Stage
from routing.escalation import Ladder, Rung, standing
from routing.line import speaks
from routing.offers import Candidate, Live, Policy, Ring, plan

Here = Callable[[datetime], Sequence[Candidate]]  # who is on call, and how they can be reached
KINDS = (("desks", "desk"), ("phones", "phone"))
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """One person is asked, so many seconds into the wait, if nobody answered before."""

    after_seconds: float
    channel: str  # desk | phone
    tier: str
    person_id: str
    speaks: bool


@dataclass(frozen=True, slots=True)
class Climb:
    """One rung of the ladder: when it is reached; None: nobody to ask there, so it is skipped."""

    after_seconds: float | None
    kind: str
    tier: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The rungs in order, and everybody who is asked in order; the last rung is the partner."""

    climbs: tuple[Climb, ...]
    asked: tuple[Asked, ...]
    never: tuple[str, ...]  # on call at that instant, and reached by no rung


def explain(
    line: str, language: str, at: datetime, here: Here, ladder: Ladder, policy: Policy
) -> Answer:
    """Follow a caller who arrives `at` and is answered by nobody, up to the partner line.

    `here(instant)` says who is on call then: a change of shift in the middle of the wait counts.
    """
    asked: list[Asked] = []
    known: list[Live] = []
    reached: dict[int, float] = {}
    for now, people, rung, empty in _instants(at, here, ladder):
        if _pair(ladder.rungs[rung]) not in empty:  # else a caller stands there for want of another
            reached.setdefault(rung, (now - at).total_seconds())
        caller = replace(_caller(line, language, at), rung=rung)
        for ring in plan([caller], people, known, {line: ladder}, policy, now):
            known.append(Live(ring.person_id, ring.call_id, ring.channel))
            asked.append(_asked(ring, people, ladder, rung, caller, now))
    told = {one.person_id for one in asked}
    never = tuple(one.person_id for one in here(at) if one.person_id not in told)
    climbs = tuple(
        Climb(reached.get(number), rung.kind, rung.tier) for number, rung in enumerate(ladder.rungs)
    )
    return Answer(climbs, tuple(asked), never)


def _instants(
    at: datetime, here: Here, ladder: Ladder
) -> Iterator[tuple[datetime, Sequence[Candidate], int, frozenset[tuple[str, str]]]]:
    """Every second of the wait; the last is the partner's."""
    now = at
    while True:
        people = here(now)
        empty = _empty(people, ladder)
        rung, due = standing(ladder, at, now, empty, nobody=not people)
        yield now, people, rung, empty
        if due is None:
            return
        now = min(due, now + SECOND)


def _empty(people: Sequence[Candidate], ladder: Ladder) -> frozenset[tuple[str, str]]:
    """Rungs on which nobody can be reached: (kind, tier)."""
    there = {("desks", tier) for one in people if one.desk for tier in one.tiers}
    there |= {("phones", tier) for one in people if one.phone for tier in one.tiers}
    return frozenset(_pair(rung) for rung in ladder.rungs if rung.tier) - there


def _pair(rung: Rung) -> tuple[str, str]:
    return rung.kind, rung.tier


def _caller(line: str, language: str, at: datetime) -> Call:
    return Call(
        id="explained",
        kind=Kind.INBOUND,
        leg_sid="",
        line=line,
        number_shown=None,
        language=language,
        stage=Stage.WAITING,
        arrived_at=at,
        stage_since=at,
        line_since=at,
    )


def _asked(
    ring: Ring,
    people: Sequence[Candidate],
    ladder: Ladder,
    rung: int,
    caller: Call,
    now: datetime,
) -> Asked:
    person = next(one for one in people if one.person_id == ring.person_id)
    kind = next(kind for kind, channel in KINDS if channel == ring.channel)
    tier = next(
        one.tier
        for one in ladder.rungs[: rung + 1]
        if one.kind == kind and one.tier in person.tiers
    )
    after = (now - caller.line_since).total_seconds()
    return Asked(after, ring.channel, tier, ring.person_id, speaks(person.languages, caller))
