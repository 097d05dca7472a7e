"""Where did mobile crews go in the demo's month, and whom does one visit today?

With dice of its own, so that the month it tells of stays the same.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from care import crew as rules
from care import crew_details
from care.crew import Step, Visit
from care.disposition import Disposition
from ivr.call import Call
from storage.values import Crew, Record
from switchboard.seed_promises import Dice, History

CREWS = (("crew-1", "Crew 1", "+13145550160"), ("crew-2", "Crew 2", "+13145550161"))
DUE = timedelta(minutes=3)
PLACES = ("1400 Oak St, 3rd floor", "27 River Rd, blue door", "Maple Park, by the fountain")
RISKS = ("Nothing known", "A dog in the yard", "Threw a bottle earlier; calm now")
SITUATIONS = (
    "Has not left the room for two days. A brother is with them.",
    "Says they cannot go on tonight. Agreed to a visit.",
    "Shouting at nobody we know of. Nobody is hurt.",
)
# Minutes from one step to the next: quickest, slowest, usual.
STEPS = (
    (Step.ACKNOWLEDGE, (0.3, 4, 1.2)),
    (Step.SET_OUT, (1, 9, 3)),
    (Step.ARRIVE, (8, 48, 21)),
    (Step.CLEAR, (15, 90, 42)),
)


def crews(now: datetime, by: str) -> list[Crew]:
    """The demo's crews. Their pages are switched on by a coordinator: Crews, Make a new one."""
    made = now - timedelta(days=31)
    return [Crew(id_, name, phone, None, made, by) for id_, name, phone in CREWS]


def visits(dice: Dice, told: History, now: datetime) -> Iterator[Visit]:
    """One for each contact of the month that asked for a crew; and one that goes on today."""
    of = {record.call_id: record for record in told.records}
    for call in told.calls:
        record = of.get(call.id)
        if record and record.disposition == Disposition.MOBILE_CREW_REQUESTED:
            yield _visit(dice, call, record, now)
    planned = _asked(dice, None, now - timedelta(hours=3), told.calls[-1].clinician_id or "")
    facts = planned.facts | {"when": "This evening, between six and eight"}
    planned = replace(planned, kind="after", facts=facts)
    yield rules.take(
        planned, Step.ACKNOWLEDGE, "crew-2", "crew:crew-2", now - timedelta(minutes=179)
    )


def _asked(dice: Dice, call: Call | None, at: datetime, by: str) -> Visit:
    chosen = {"place": PLACES, "risk": RISKS, "situation": SITUATIONS}
    facts = {name: dice.choice(words) for name, words in chosen.items()}
    kind = dice.choices(("first", "second"), (4, 1))[0]
    line = rules.Line(at, by, "requested", version=1)
    call_id = call.id if call else None
    return Visit(dice.id(), call_id, kind, facts, by, at, at + DUE, lines=(line,))


def _visit(dice: Dice, call: Call, record: Record, now: datetime) -> Visit:
    """A visit from the middle of a call as far as it is now, or called off before it set out."""
    at = (call.answered_at or call.arrived_at) + timedelta(minutes=3)
    crew = dice.choice(CREWS)[0]
    visit = _asked(dice, call, at, record.author)
    if dice.often(0.1):
        off = at + timedelta(minutes=2)
        return rules.take(visit, Step.CALL_OFF, None, record.author, off, words="A sister came")
    for step, minutes in STEPS:
        at += timedelta(seconds=int(60 * dice.triangular(*minutes)))
        if at > now:
            break
        if rules.late(visit, at):
            visit = rules.told(visit, visit.due_at or at)
        ended = dice.choices(tuple(crew_details.OUTCOMES), (9, 3, 2, 1, 1, 1))[0]
        words = ended if step is Step.CLEAR else ""
        visit = rules.take(visit, step, crew, f"crew:{crew}", at, words=words)
    return visit
