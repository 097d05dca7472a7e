"""Which promises to call back did the demo's month make, keep and still owe?"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from callbacks import plan
from care.disposition import Disposition
from ivr.call import Call, Ended, Kind, Stage
from storage.values import Attempt, FollowUp, Record, Task
from switchboard.seed_cast import ZONE
from switchboard.seed_words import CONSENT_BY, DECISIONS, NAMES, PROMISES, REACHED
from switchboard.tasks import WORDS

NUMBERS = range(130, 188)  # +1 314 555 01xx, fictional
OUTCOMES = ((plan.Outcome.REACHED, 6), (plan.Outcome.NO_ANSWER, 4), (plan.Outcome.VOICEMAIL, 2))
UNDECIDED = timedelta(days=6)  # older tasks were decided by the coordinator
OVERDUE = 2


class Dice(Random):
    """Chance that falls the same way each time."""

    def id(self) -> str:
        """Return a random identifier of the usual length."""
        return f"{self.getrandbits(128):032x}"[:22]

    def sid(self) -> str:
        """Return a leg's identifier as the carrier would give."""
        return f"CA{self.getrandbits(128):032x}"

    def number(self) -> str:
        """Return somebody's fictional number."""
        return f"+13145550{self.choice(NUMBERS)}"

    def often(self, chance: float) -> bool:
        """Whether something that happens with this chance happens."""
        return self.random() < chance

    def of(self, weighted: tuple[tuple[plan.Outcome, int], ...]) -> plan.Outcome:
        """Return one of the weighted outcomes."""
        return self.choices([one for one, _ in weighted], [weight for _, weight in weighted])[0]


@dataclass
class History:
    """The rows of the month, by table."""

    calls: list[Call] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    followups: dict[str, FollowUp] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)


def over(call: Call, ended: datetime, reason: Ended) -> Call:
    """Return the call as it stands after its end."""
    return replace(call, stage_since=ended, ended_at=ended, ended_reason=reason)


@dataclass
class Promises:
    """Makes, tries and closes promises as the switchboard would, into `told`."""

    dice: Dice
    now: datetime
    told: History
    clinician: Callable[[datetime], str | None]
    overdue: int = 0

    def after_talking(self, call: Call, record: Record) -> None:
        """Promise a follow-up for the next day, and live it until now."""
        promised = call.ended_at or call.arrived_at
        wanted = plan.Facts("followup", ZONE, "10:00", "19:00", attempts_made=0)
        due = plan.next_due(wanted, promised + timedelta(hours=20))
        followup = self._open(call, "followup", promised, due, record)
        while followup.state == "due" and followup.due_at < self.now:
            late = self.now - followup.due_at < timedelta(hours=20)
            if late and self.overdue < OVERDUE:
                self.overdue += 1
                return
            at = followup.due_at + timedelta(minutes=self.dice.randint(1, 9))
            if at > self.now - timedelta(minutes=30):  # not dialled while the demo begins
                self._replace(followup, due_at=self.now + timedelta(hours=3))
                return
            followup = self._try(followup, self.dice.of(OUTCOMES), at)

    def callback(self, call: Call) -> None:
        """Keep the promise to a caller who chose to be called back."""
        asked = call.ended_at or call.arrived_at
        followup = self._open(call, "callback", call.arrived_at, asked, None)
        self._try(followup, plan.Outcome.REACHED, asked + timedelta(minutes=6))

    def _open(
        self, call: Call, kind: str, promised: datetime, due: datetime, record: Record | None
    ) -> FollowUp:
        asked = kind == "callback"
        followup = FollowUp(
            id=self.dice.id(),
            kind=kind,
            call_id=call.id,
            state="due",
            name=(record and record.person_name) or (None if asked else self.dice.choice(NAMES)),
            number=call.number_shown or self.dice.number(),
            zone=ZONE,
            language=call.language,
            line=call.line,
            consent_by="the caller" if asked else self.dice.choice(CONSENT_BY),
            consent_at=promised,
            may_leave_message=not asked and self.dice.often(0.4),
            best_from="00:00" if asked else "10:00",
            best_until="24:00" if asked else "19:00",
            promised_at=promised,
            due_at=due,
            attempts_max=plan.ATTEMPTS_MAX,
            prefers=call.clinician_id,
            note=None if asked else self.dice.choice(PROMISES),
        )
        self.told.followups[followup.id] = followup
        return followup

    def _try(self, followup: FollowUp, outcome: plan.Outcome, at: datetime) -> FollowUp:
        """Record one attempt, its call, and what follows by the plan."""
        made = followup.attempts_made + 1
        call = self._call(followup, outcome, at)
        self.told.calls.append(call)
        if call.answered_at:
            self.told.records.append(self._record(followup, call, call.ended_at or at))
        self.told.attempts.append(
            Attempt(
                id=call.attempt_id or "",
                followup_id=followup.id,
                number_of=made,
                person_id=call.clinician_id or "",
                call_id=call.id,
                started_at=at,
                heard_at=call.answered_at,
                outcome=outcome.value,
                ended_at=call.ended_at,
            )
        )
        return self._decide(followup, outcome, made, call.ended_at or at)

    def _call(self, followup: FollowUp, outcome: plan.Outcome, at: datetime) -> Call:
        reached = outcome is plan.Outcome.REACHED
        call = Call(
            id=self.dice.id(),
            kind=Kind.FOLLOWUP,
            leg_sid=self.dice.sid(),
            line=followup.line,
            number_shown=followup.number,
            language=followup.language,
            stage=Stage.ENDED,
            arrived_at=at,
            stage_since=at,
            line_since=at,
            clinician_id=self.clinician(at) or followup.prefers,
            answered_at=at + timedelta(seconds=20) if reached else None,
            followup_id=followup.id,
            attempt_id=self.dice.id(),
        )
        ended = at + timedelta(minutes=self.dice.randint(4, 16) if reached else 1)
        return over(call, ended, Ended.CLINICIAN_ENDED if reached else Ended.UNREACHED)

    def _record(self, followup: FollowUp, call: Call, ended: datetime) -> Record:
        return Record(
            call_id=call.id,
            author=call.clinician_id or "",
            version=2,
            disposition=Disposition.RESOLVED_BY_PHONE.value,
            person_name=followup.name,
            callback_number=followup.number,
            incident=None,
            notes=self.dice.choice(REACHED),
            updated_at=ended + timedelta(minutes=2),
            finished_at=ended + timedelta(minutes=3),
        )

    def _decide(
        self, followup: FollowUp, outcome: plan.Outcome, made: int, at: datetime
    ) -> FollowUp:
        best = followup.best_from, followup.best_until
        facts = plan.Facts(followup.kind, followup.zone, *best, made, followup.attempts_max)
        decision = plan.after(outcome, facts, at)
        if decision.task:
            self._task(followup, decision.task, at)
        return self._replace(
            followup,
            state=decision.state,
            attempts_made=made,
            due_at=decision.due_at or followup.due_at,
            closed_reason=decision.closed_reason,
            closed_at=None if decision.state == "due" else at,
        )

    def _task(self, followup: FollowUp, kind: str, at: datetime) -> None:
        decided = at < self.now - UNDECIDED
        self.told.tasks.append(
            Task(
                id=self.dice.id(),
                kind=kind,
                for_role="coordinator",
                call_id=None,
                followup_id=followup.id,
                text=WORDS.get(kind, kind),
                opened_at=at,
                closed_at=at + timedelta(hours=14) if decided else None,
                closed_by="Cora Ellis" if decided else None,
                decision=self.dice.choice(DECISIONS) if decided else None,
            )
        )

    def _replace(self, followup: FollowUp, **changes: object) -> FollowUp:
        changed = replace(followup, **changes)  # type: ignore[arg-type]
        self.told.followups[followup.id] = changed
        return changed
