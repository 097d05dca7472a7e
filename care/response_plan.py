"""A person calls often: what helps when they do, agreed with whom, and when is that looked at anew?

A response plan is read by whoever has the person. It decides nothing: no rule of routing/ or ivr/
reads one, so nobody waits longer or is served less for having it. Each writing is a version; none
is ever changed. Pure: `at` and `today` are arguments; days are those of the house's wall clock.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from textwrap import shorten

REVIEW_DAYS = 90  # until the next review, where nobody chose a day
REVIEW_DAYS_MOST = 365
VERSIONS_MOST = 500
LINE_MOST = 140  # characters of the one line on an offer
# As long as the columns that keep them.
LENGTHS = {
    "person_name": 120,
    "helps": 500,
    "avoid": 500,
    "limits": 500,
    "tell": 300,
    "ended_because": 300,
}
AGREED = {
    "yes": "Agreed with the person",
    "no": "Not agreed with the person",
}


class Refused(ValueError):
    """The plan cannot be written so; the words say what to do instead."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says; the texts are stripped, and as long as LENGTHS at most."""

    person_name: str | None
    helps: str
    avoid: str | None
    limits: str | None  # goals and limits: how long, which resources
    tell: str | None  # whom to tell that they called
    agreed: str  # AGREED
    review_on: date


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """One version of the plan for a number (E.164). `written_at` is aware UTC."""

    id: str
    number: str
    version: int  # from 1
    person_name: str | None
    helps: str
    avoid: str | None
    limits: str | None
    tell: str | None
    agreed: str
    review_on: date
    written_by: str  # a person's id
    written_at: datetime
    ended_because: str | None = None  # this version ends it

    @property
    def stands(self) -> bool:
        """Whether it is shown to whoever has the person."""
        return self.ended_because is None


def review_by_default(today: date) -> date:
    """The day of the next review where nobody chose one."""
    return today + timedelta(days=REVIEW_DAYS)


def missing(draft: Draft, today: date) -> dict[str, str]:
    """Return what stands against writing it: field -> a sentence for its author."""
    found = {}
    if not draft.helps.strip():
        found["helps"] = "Say what helps them: a plan says what to do, not only what not to do."
    if draft.agreed not in AGREED:
        found["agreed"] = "Say whether it is agreed with them."
    if draft.review_on <= today:
        found["review_on"] = "Choose a day to come."
    elif draft.review_on > today + timedelta(days=REVIEW_DAYS_MOST):
        found["review_on"] = "At most a year ahead: what helps changes."
    return found


def first(
    plan_id: str, number: str, draft: Draft, by: str, at: datetime, today: date
) -> ResponsePlan:
    """The first version of a number's plan.

    Raises:
        Refused: see `missing`.
    """
    _check(draft, today)
    return ResponsePlan(plan_id, number, 1, **asdict(draft), written_by=by, written_at=at)


def anew(before: ResponsePlan, draft: Draft, by: str, at: datetime, today: date) -> ResponsePlan:
    """The next version: reviewed, put right, or taken up again after its end.

    Raises:
        Refused: see `missing`; or there are VERSIONS_MOST already.
    """
    _check(draft, today)
    return replace(_next(before, by, at), **asdict(draft), ended_because=None)


def ended(before: ResponsePlan, because: str, by: str, at: datetime) -> ResponsePlan:
    """The version that ends it; what it said stays readable.

    Raises:
        Refused: no reason was given, or it has ended.
    """
    if not before.stands:
        raise Refused("This plan has ended already.")
    if not because.strip():
        raise Refused("Say why it ends.")
    return replace(_next(before, by, at), ended_because=because)


def _check(draft: Draft, today: date) -> None:
    wrong = missing(draft, today)
    if wrong:
        raise Refused(" ".join(wrong.values()))


def _next(before: ResponsePlan, by: str, at: datetime) -> ResponsePlan:
    if before.version >= VERSIONS_MOST:
        raise Refused(f"It was written {VERSIONS_MOST} times. Ask your administrator.")
    return replace(before, version=before.version + 1, written_by=by, written_at=at)


def overdue(plan: ResponsePlan, today: date) -> bool:
    """Whether the day of its review has passed. It is shown all the same, marked."""
    return plan.stands and plan.review_on < today


def in_one_line(plan: ResponsePlan) -> str:
    """What helps, in one line of at most LINE_MOST characters."""
    return shorten(plan.helps, LINE_MOST, placeholder=" …")
