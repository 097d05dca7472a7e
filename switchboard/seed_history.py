"""Who called the demo's line in the month before now, and what came of it?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ivr.call import Call, Ended, Kind, Stage
from routing.oncall import Timeline
from routing.roster import TIERS
from routing.wallclock import instant, wall
from storage.values import Record
from switchboard.seed_cast import ZONE
from switchboard.seed_promises import Dice, History, Promises, over
from switchboard.seed_words import CONTACTS, NAMES

DAYS = 30
CALLS_A_DAY = 16.5
# How busy each hour of the day is: evenings most, before dawn least.
HOURS = (5, 4, 3, 2, 2, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 9, 10, 11, 12, 13, 13, 12, 10, 7)
OTHER_ENDS = {
    Ended.CALLER_LEFT: 9,
    Ended.CALLBACK: 5,
    Ended.PASSED_ON: 5,
    Ended.RETURNED: 2,
}
# Seconds until such a call was over; the others within two minutes.
ENDS_AFTER = {Ended.PASSED_ON: (115, 900), Ended.RETURNED: (60, 300)}
QUIET_START = timedelta(minutes=90)  # nobody is still talking when the demo begins


class Month:
    """Tells the month call by call; `on_call` says who could have answered."""

    def __init__(self, dice: Dice, now: datetime, on_call: Timeline, lines: Sequence[str]) -> None:
        """Prepare the month that ends at `now`; the last of `lines` is the general one."""
        self.dice, self.now, self.on_call, self.lines = dice, now, on_call, lines
        self.told = History()
        self.promises = Promises(dice, now, self.told, self._clinician)
        self._free_at: dict[str, datetime] = {}

    def tell(self) -> History:
        """Return everything that happened."""
        for at in self._arrivals():
            call = self._call(at)
            self.told.calls.append(call)
            if call.answered_at:
                record = self._record(call)
                self.told.records.append(record)
                if self.dice.often(0.28):
                    self.promises.after_talking(call, record)
            elif call.ended_reason is Ended.CALLBACK and call.number_shown:
                self.promises.callback(call)
        return self.told

    def _arrivals(self) -> Iterator[datetime]:
        today = wall(self.now, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        for back in range(DAYS, -1, -1):
            count = max(6, round(self.dice.gauss(CALLS_A_DAY, 3)))
            for hour in sorted(self.dice.choices(range(24), HOURS, k=count)):
                since = timedelta(days=-back, hours=hour, seconds=self.dice.randrange(3600))
                at = instant(today + since, ZONE)
                if at < self.now - QUIET_START:
                    yield at

    def _call(self, at: datetime) -> Call:
        line = self.dice.choices(self.lines, [5] * (len(self.lines) - 1) + [4])[0]
        call = Call(
            id=self.dice.id(),
            kind=Kind.INBOUND,
            leg_sid=self.dice.sid(),
            line=line,
            number_shown=None if self.dice.often(0.06) else self.dice.number(),
            language=self.dice.choices(("en", "es"), (9, 1))[0],
            stage=Stage.ENDED,
            arrived_at=at,
            stage_since=at,
            line_since=at,
            hop=3,
            priority=0 if line == self.lines[-1] else 10,
        )
        clinician = self._clinician(at)
        if clinician and self.dice.often(0.9):
            return self._answered(call, clinician)
        reason = self.dice.choices(list(OTHER_ENDS), list(OTHER_ENDS.values()))[0]
        seconds = self.dice.randint(*ENDS_AFTER.get(reason, (8, 120)))
        return over(call, at + timedelta(seconds=seconds), reason)

    def _answered(self, call: Call, clinician: str) -> Call:
        quick = self.dice.often(0.95)
        wait = self.dice.triangular(3, 19, 7) if quick else self.dice.triangular(20, 95, 30)
        answered = call.arrived_at + timedelta(seconds=int(wait))
        talk = min(self.dice.lognormvariate(6.6, 0.5), 3600)  # median 12 minutes
        ended = answered + timedelta(seconds=int(talk))
        self._free_at[clinician] = ended + timedelta(minutes=5)
        call = replace(call, clinician_id=clinician, answered_at=answered)
        return over(call, ended, self.dice.choice((Ended.CALLER_ENDED, Ended.CLINICIAN_ENDED)))

    def _clinician(self, at: datetime) -> str | None:
        """Return somebody who was on call and free, of the first tier that had one."""
        tiers = self.on_call.at(at)
        free = ([p for p in tiers[tier] if self._free_at.get(p, at) <= at] for tier in TIERS)
        first = next((people for people in free if people), None)
        return self.dice.choice(first) if first else None

    def _record(self, call: Call) -> Record:
        disposition, _, notes = self.dice.choices(CONTACTS, [one[1] for one in CONTACTS])[0]
        ended = call.ended_at or call.arrived_at
        return Record(
            call_id=call.id,
            author=call.clinician_id or "",
            version=3,
            disposition=disposition.value,
            person_name=self.dice.choice(NAMES) if self.dice.often(0.6) else None,
            callback_number=call.number_shown if self.dice.often(0.5) else None,
            incident=f"26-{self.dice.randrange(10_000):05}" if call.priority else None,
            notes=self.dice.choice(notes),
            updated_at=ended + timedelta(minutes=3),
            finished_at=ended + timedelta(minutes=4),
        )
