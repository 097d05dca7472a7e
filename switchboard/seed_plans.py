"""Who calls the demo's line often, and what helps them?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from care import response_plan as rules
from care.response_plan import Draft, ResponsePlan
from routing.wallclock import wall
from switchboard.seed_cast import ZONE
from switchboard.seed_promises import Dice, History

NUMBER, NAME = "+13145550142", "Robin S."  # the phone page's cell phone
HELPS = "Ask about the garden and the cat first. Then breathing together, slowly."
AVOID = "Talking about the court date late in the evening."
LIMITS = "About ten minutes. They say good night themselves when asked about tomorrow."
TELL = "Their case manager at the walk-in clinic, on weekdays."
# Days ago, what helped as it was known then, and whether it was agreed with them.
WRITTEN = ((175, "Ask about the garden. Breathing together, slowly.", "no"), (85, HELPS, "yes"))


def plans(dice: Dice, told: History, by: str, now: datetime) -> Iterator[ResponsePlan]:
    """The versions of the plan for whoever has that phone, who is one person in the month."""
    _is_one_person(told)
    plan = None
    for days, helps, agreed in WRITTEN:
        at = now - timedelta(days=days)
        today = wall(at, ZONE).date()
        said = Draft(NAME, helps, AVOID, LIMITS, TELL, agreed, rules.review_by_default(today))
        if plan is None:
            plan = rules.first(dice.id(), NUMBER, said, by, at, today)
        else:
            plan = rules.anew(plan, said, by, at, today)
        yield plan


def _is_one_person(told: History) -> None:
    theirs = {call.id for call in told.calls if call.number_shown == NUMBER}
    told.records[:] = [
        replace(one, person_name=NAME if one.person_name else None)
        if one.call_id in theirs
        else one
        for one in told.records
    ]
    for promise in [one for one in told.followups.values() if one.call_id in theirs]:
        told.followups[promise.id] = replace(promise, name=NAME if promise.name else promise.name)
