"""What must always be true of promises and of what is written down: 14, 15, 18."""

import re
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from chaos.invariants import Invariant
from town import (
    CREW,
    DISPATCH,
    GENERAL,
    INTERPRETERS,
    LAKESIDE,
    LAKESIDE_DISPATCH,
    PARTNER,
    RIVERTON,
)

CENTRES = {DISPATCH, LAKESIDE_DISPATCH}
OWN = {*CENTRES, GENERAL, LAKESIDE, PARTNER, RIVERTON}
GUESTS = {
    CREW: "crew",
    INTERPRETERS: "interpreter",
    PARTNER: "partner",
    **dict.fromkeys(CENTRES, "dispatcher"),
}
QUIET_FROM, QUIET_UNTIL = time(21, 0), time(8, 0)
CELLS = re.compile(r"\+1314555013\d")
LATE_SECONDS = 60.0


class Kept(Invariant):
    """A promise is never lost: it is due, on offer, being kept, or closed for a reason."""

    number = 14

    def rows(self) -> None:
        mirror = self.mirror
        if mirror.changed.isdisjoint(("followups", "offers", "calls", "attempts")):
            return
        for id_, was in mirror.before["followups"].items():
            if id_ not in mirror.followups:
                self.broken(f"the promise {was} is gone")
        for promise in mirror.followups.values():
            self._judge(promise)

    def _judge(self, promise: Any) -> None:
        mirror = self.mirror
        offered = [
            one
            for one in mirror.offers.values()
            if one.followup_id == promise.id and one.state == "offered"
        ]
        calls = [one for one in mirror.live_calls() if one.followup_id == promise.id]
        attempts = [one for one in mirror.attempts.values() if one.followup_id == promise.id]
        if (promise.state == "offered") != bool(offered):
            self.broken(f"{promise} and its offers {offered}")
        if promise.state == "placing" and not calls and not self._owed(attempts):
            self.broken(f"{promise} is being kept by nobody")
        if promise.state == "closed" and not promise.closed_reason:
            self.broken(f"{promise} is closed for no reason")
        if len(attempts) != promise.attempts_made or len(calls) > 1:
            self.broken(f"{promise}: {len(attempts)} attempts, {len(calls)} calls")

    def _owed(self, attempts: list[Any]) -> bool:
        """The step that ended the attempt still owes its outcome: the next sweep writes it."""
        owing = self.mirror.all("SELECT call_id FROM journal WHERE effects IS NOT NULL")
        return not {(one.call_id,) for one in attempts}.isdisjoint(map(tuple, owing))

    def phase(self, name: str) -> None:
        """What was due long ago, and allowed, while somebody idle sat there, was offered."""
        if name != "settling":
            return
        now = self.town.board.now()
        waiting = [
            call for call in self.mirror.live_calls() if call.stage in ("greeting", "waiting")
        ]
        idle = [
            desk
            for desk in self.mirror.desks.values()
            if desk.state == "available"
            and (now - desk.state_since).total_seconds() > LATE_SECONDS
            and (now - desk.heard_at).total_seconds() < 20
            and self.town.on_call(desk.person_id)
            and not any(
                offer.person_id == desk.person_id and offer.state == "offered"
                for offer in self.mirror.offers.values()
            )
        ]
        for promise in self.mirror.followups.values():
            late = (now - promise.due_at).total_seconds() > LATE_SECONDS
            due = promise.state == "due" and late and not self._waits_for_one(promise)
            if due and idle and not waiting and allowed(promise, now):
                self.broken(f"{promise} is late, and {idle[0].person_id} sits there")

    def _waits_for_one(self, promise: Any) -> bool:
        """Who knows the person is on duty and busy: for half an hour, longer than any story."""
        desk = self.mirror.desks.get(promise.prefers)
        return desk is not None and desk.state in ("connecting", "talking", "wrap_up", "paused")


class Allowed(Invariant):
    """Nobody is rung in quiet hours, without consent, too often, or who is no caller of ours."""

    number = 15

    def asks(self, process: Any, method: str, url: str, form: dict[str, Any]) -> None:
        if method != "POST" or not url.endswith("/Calls.json"):
            return
        to = str(form.get("To", ""))
        if CELLS.fullmatch(to):
            return
        self.mirror.look()
        if to in CENTRES and any(call.psap == "ringing" for call in self.mirror.live_calls()):
            return
        if to in GUESTS and self._asked_in(GUESTS[to]):
            return
        placing = [
            one
            for one in self.mirror.followups.values()
            if one.number == to and one.state == "placing"
        ]
        if not placing or to in OWN:
            self.broken(f"{to} is rung, and no promise says so")
            return
        now = process.now()
        for promise in placing:
            if not promise.consent_by or promise.attempts_made > promise.attempts_max:
                self.broken(f"{promise} is tried")
            if not allowed(promise, now):
                self.broken(f"{promise} is rung at {now}")

    def _asked_in(self, role: str) -> bool:
        """Whether a clinician asks for such a guest now."""
        guests = (one for call in self.mirror.live_calls() for one in call.guests or ())
        return any((one["role"], one["state"]) == (role, "ringing") for one in guests)


def allowed(promise: Any, now: Any) -> bool:
    """By the rule as a person would read it from a clock on the wall."""
    if promise.kind == "callback":  # they asked for it, now
        return True
    wall = now.astimezone(ZoneInfo(promise.zone)).time()
    opens = max(QUIET_UNTIL, time.fromisoformat(promise.best_from))
    closes = min(QUIET_FROM, time.fromisoformat(promise.best_until.replace("24:00", "23:59")))
    return bool(opens <= wall <= closes)


class Written(Invariant):
    """What somebody did to a person's record is in the audit, and the audit only grows."""

    number = 18

    def starts(self) -> None:
        self.last = 0

    def rows(self) -> None:
        if self.mirror.audit_last < self.last:
            self.broken(f"the audit shrank from {self.last} to {self.mirror.audit_last}")
        self.last = self.mirror.audit_last

    def phase(self, name: str) -> None:
        if name != "end":
            return
        with self.town.store.read() as rows:
            torn = rows.audit.verify()
        if torn is not None:
            self.broken(f"the audit's chain is broken at {torn}")
        objects = {row[0] for row in self.mirror.all("SELECT object FROM audit")}
        for (call_id,) in self.mirror.all("SELECT call_id FROM records"):
            if f"record:{call_id}" not in objects:
                self.broken(f"the record of {call_id} was written and nobody knows by whom")
        for promise in self.mirror.followups.values():
            if promise.kind == "followup" and f"followup:{promise.id}" not in objects:
                self.broken(f"{promise} was made, and nobody knows by whom")
