"""The attempts of a storm of clocks: how do they fall due, and what became of each?"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, func, insert, select, update

from storage.tables import attempts, calls, errands, followups

LEFT = ("pending", "claimed", "unknown")
GIVEN_UP = ("abandoned", "refused")
RING_SECONDS = 20
START_SECONDS = 6


def seed(engine: Engine, first: int, many: int, spread: float) -> int:
    """Clinicians are there, phones are to ring: one errand each, every number another.

    They fall due at once; or evenly within `spread` seconds, once the clocks have surely started.
    """
    now, numbers = datetime.now(UTC), range(first, first + many)
    since = now + timedelta(seconds=START_SECONDS if spread else 0)
    due = {n: since + timedelta(seconds=spread * (n - first) / many) for n in numbers}
    with engine.begin() as there:
        there.execute(insert(followups), [_followup(n, now) for n in numbers])
        there.execute(insert(attempts), [_attempt(n, now) for n in numbers])
        there.execute(insert(calls), [_call(n, now) for n in numbers])
        there.execute(insert(errands), [_errand(n, due[n]) for n in numbers])
    return many


def _followup(n: int, now: datetime) -> dict[str, object]:
    return {
        "id": f"promise-{n}",
        "kind": "followup",
        "state": "placing",
        "number": f"+999{n:09}",  # no country has this code: nobody's number
        "zone": "UTC",
        "language": "en",
        "line": "riverton",
        "consent_by": "the person",
        "may_leave_message": False,
        "best_from": "00:00",
        "best_until": "24:00",
        "promised_at": now,
        "due_at": now,
        "attempts_max": 3,
        "attempts_made": 1,
    }


def _attempt(n: int, now: datetime) -> dict[str, object]:
    return {
        "id": f"try-{n}",
        "followup_id": f"promise-{n}",
        "number_of": 1,
        "person_id": "ana",
        "call_id": f"call-{n}",
        "started_at": now,
    }


def _call(n: int, now: datetime) -> dict[str, object]:
    return {
        "id": f"call-{n}",
        "kind": "followup",
        "leg_sid": f"none-{n}",
        "line": "riverton",
        "number_shown": f"+999{n:09}",
        "language": "en",
        "stage": "calling",
        "arrived_at": now,
        "stage_since": now,
        "line_since": now,
        "deadline_at": now + timedelta(days=1),
        "clinician_id": "ana",
        "followup_id": f"promise-{n}",
        "attempt_id": f"try-{n}",
        "hop": 0,
        "priority": 0,
        "rung": 0,
        "laps": 0,
        "clinician_here": True,
        "cut_offs": 0,
        "sip": {},
    }


def _errand(n: int, now: datetime) -> dict[str, object]:
    return {
        "call_id": f"call-{n}",
        "kind": "DialPerson",
        "facts": {"attempt": f"try-{n}"},
        "target": f"followup:promise-{n}",
        "state": "pending",
        "due_at": now,
        "tries": 0,
        "created_at": now,
    }


def pending(engine: Engine) -> int:
    """How many wait for a clock."""
    with engine.connect() as there:
        found = select(func.count()).where(errands.c.state == "pending")
        return int(there.execute(found).scalar_one())


def unsettled(engine: Engine) -> bool:
    """Whether anything is still to be carried out, found out or decided."""
    given_up = errands.c.state.in_(GIVEN_UP)
    undecided = (
        select(errands.c.id)
        .join(attempts, attempts.c.call_id == errands.c.call_id)
        .join(calls, calls.c.id == errands.c.call_id)
        .where(calls.c.leg_sid.not_like("CA%"))
    )
    with engine.connect() as there:
        left = there.execute(select(errands.c.id).where(errands.c.state.in_(LEFT)).limit(1))
        if left.first():
            return True
        waits = undecided.where(given_up, attempts.c.outcome.is_(None)).limit(1)
        return there.execute(waits).first() is not None


def pass_on(engine: Engine) -> None:
    """Nobody picks up what rings; and the time of what was given up is over now, not in a day.

    Of the first the carrier would tell by a webhook. The second is the product's own deadline: a
    clock finds it, and the plan decides.
    """
    now = datetime.now(UTC)
    ringing = calls.c.stage == "calling"
    long = calls.c.leg_sid.like("CA%"), calls.c.stage_since < now - timedelta(seconds=RING_SECONDS)
    over = {"stage": "ended", "ended_reason": "unreached", "ended_at": now}
    given_up = select(errands.c.call_id).where(errands.c.state.in_(GIVEN_UP))
    waits = calls.c.id.in_(given_up), calls.c.deadline_at > now
    with engine.begin() as there:
        there.execute(update(calls).where(ringing, *long).values(over))
        there.execute(update(calls).where(ringing, *waits).values(deadline_at=now))


class Became(NamedTuple):
    """Of one attempt: its errand's state and words, its outcome, the promise, when it was due."""

    state: str
    said: str | None
    outcome: str | None
    promise: str
    due_at: datetime

    @property
    def decided(self) -> bool:
        """It was given up, and the plan made of it what it makes of a call that failed."""
        return (self.state, self.outcome, self.promise) == ("abandoned", "failed", "due")


def what_became(engine: Engine) -> dict[str, Became]:
    """By the attempt's id."""
    found = (
        select(
            attempts.c.id,
            errands.c.state,
            errands.c.outcome,
            attempts.c.outcome,
            followups.c.state,
            errands.c.created_at,
        )
        .join(errands, errands.c.call_id == attempts.c.call_id)
        .join(followups, followups.c.id == attempts.c.followup_id)
        .where(errands.c.kind == "DialPerson")
    )
    with engine.connect() as there:
        return {row[0]: Became(*row[1:]) for row in there.execute(found)}
