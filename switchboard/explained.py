"""Who would answer this line at that instant, and who next, by the roster that is in force then?

Of now, the desks are taken as they are. Of any other instant nobody knows who will sit there:
everybody on call is taken to be at their desk, and their phone to be rung as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.lines import Line, LineBook
from routing.explain import Answer, Asked, Climb, explain
from routing.offers import Candidate
from routing.oncall import Timeline
from storage.store import Rows
from storage.values import Person
from switchboard import candidates, roster_book
from switchboard.board import ladder_of, policy_of

LONGEST = timedelta(hours=1)  # of a ladder: config.lines
KINDS = {"desks": "desk", "phones": "phone"}


@dataclass(frozen=True, slots=True)
class Never:
    """Somebody on call whom no rung reaches.

    `why`: a desk's state, or no_rung, no_phone, deactivated.
    """

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder and whom it asks, in order."""

    climb: Climb
    asked: tuple[tuple[str, Asked], ...]  # with their names


@dataclass(frozen=True, slots=True)
class Explained:
    """An answer, and what it rests on: `revision` 0 when there was no roster yet."""

    line: Line
    language: str
    at: datetime
    live: bool
    revision: int
    steps: tuple[Step, ...]
    never: tuple[Never, ...]


WHY = {  # of Never
    "off": "not at the desk, and no rung rings their phone",
    "paused": "paused, and no rung rings their phone",
    "connecting": "on the way to a caller",
    "talking": "in a call",
    "asked": "asked into a colleague's call",
    "joined": "in a colleague's call",
    "wrap_up": "in wrap-up, and no rung rings their phone",
    "unheard": "the desk is not heard from, and no rung rings their phone",
    "no_rung": "at a desk that no rung asks, so their phone is not rung either",
    "no_phone": "no rung asks their desk, and there is no phone to ring",
    "deactivated": "deactivated: on the roster, and never asked",
}


def explained(
    rows: Rows,
    book: LineBook,
    line: Line,
    language: str,
    at: datetime | None,
    unheard_seconds: float,
) -> Explained:
    """Explain one line at one instant (None: now, with the desks as they are)."""
    now = rows.roster.now()
    moment = at or now
    revision, roster = roster_book.known_at(rows, moment)
    timeline = roster.timeline(moment, moment + LONGEST)
    people = sorted(rows.people.all(active_only=False), key=lambda one: (one.name, one.id))
    if at is None:
        present = candidates.on_call(candidates.here(rows, now, unheard_seconds))
        here: Callable[[datetime], Sequence[Candidate]] = lambda _then: present  # noqa: E731
    else:
        here = _supposed(timeline, people)
    answer = explain(line.id, language, moment, here, ladder_of(book, line), policy_of(book))
    names = {one.id: one.name for one in people}
    states = {one.person_id: one.state for one in here(moment)}
    never = [Never(names[one], _why(states[one], live=at is None)) for one in answer.never]
    gone = {one.id for one in people if not one.active}
    rostered = {one for found in timeline.at(moment).values() for one in found}
    never += [Never(names.get(one, one), "deactivated") for one in sorted(rostered & gone)]
    steps = tuple(_steps(answer, names))
    return Explained(line, language, moment, at is None, revision, steps, tuple(never))


def _supposed(
    timeline: Timeline, people: Sequence[Person]
) -> Callable[[datetime], list[Candidate]]:
    """Everybody on call then, at a desk and by phone; of equals, in the order of names."""

    def here(then: datetime) -> list[Candidate]:
        tiers = timeline.at(then)
        return [
            Candidate(
                one.id,
                frozenset(tier for tier, found in tiers.items() if one.id in found),
                one.languages,
                desk=True,
                active_at=then - timedelta(seconds=place),
                idle_since=then + timedelta(seconds=place),
                phone=bool(one.phone),
                state="available",
                has_phone=bool(one.phone),
            )
            for place, one in enumerate(people)
            if one.active and any(one.id in found for found in tiers.values())
        ]

    return here


def _why(state: str, *, live: bool) -> str:
    if not live:
        return "no_phone"
    return "no_rung" if state == "available" else state


def _steps(answer: Answer, names: dict[str, str]) -> list[Step]:
    """Each rung with those it asks; of two alike the first asks them."""
    left = list(answer.asked)
    steps = []
    for climb in answer.climbs:
        mine = [
            one for one in left if (one.channel, one.tier) == (KINDS.get(climb.kind), climb.tier)
        ]
        left = [one for one in left if one not in mine]
        steps.append(Step(climb, tuple((names[one.person_id], one) for one in mine)))
    return steps
