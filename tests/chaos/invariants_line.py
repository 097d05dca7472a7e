"""What must always be true of our own rows: 4, 5, 8, 9, 10, 21, 22."""

from typing import Any

from chaos.invariants import Invariant
from chaos.invariants_callers import calls_in
from chaos.simulation_town import BEAT_SECONDS

UNHEARD_SECONDS = 25.0
LEASE_SECONDS_MAX = 60.0
LEFT_TO = ("dispatcher", "handed")  # whose contact it was is known; they are free
LEAVING_SECONDS = 30.0  # whoever is asked to leave, until their leg is ended through every fault
OVERTAKEN_MAX = 3  # until the next beat puts right what a clock set back has put out of order
ABSORBING = {
    "offers": ("accepted", "refused", "lapsed", "cancelled"),
    "errands": ("done", "refused", "abandoned"),
    "followups": ("closed", "kept"),
}


class OneToOne(Invariant):
    """No caller has two clinicians, no clinician two callers: in the rows and in the rooms."""

    number = 4

    def rows(self) -> None:
        having: dict[str, Any] = {}
        for call in self.mirror.live_calls():
            if call.clinician_id is None or call.stage in LEFT_TO:
                continue
            other = having.setdefault(call.clinician_id, call)
            if other is not call:
                self.broken(f"{call.clinician_id} has two calls: {other.id} and {call.id}")

    def starts(self) -> None:
        self.strange: dict[tuple[str, str], float] = {}  # who hears whom, unasked, and since when

    def event(self) -> None:
        for leg in self.twilio.live.values():
            if calls_in(leg) and leg.participant is not None:
                self._heard(leg, self.twilio.listeners(leg))

    def _heard(self, leg: Any, listeners: list[Any]) -> None:
        if any(calls_in(one) for one in listeners):
            self.broken(f"{leg} is heard by {listeners}")
        if len(listeners) < 2 and not self.town.story.company.anybody:
            return
        asked = asked_in(self.mirror, leg)
        for one in listeners:
            if one.sid in asked:
                self.strange.pop((leg.sid, one.sid), None)
                continue
            since = self.strange.setdefault((leg.sid, one.sid), self.elapsed)
            if self.elapsed - since > LEAVING_SECONDS:
                self.broken(f"{leg} is heard by {one}, who is in no call of theirs")


def asked_in(mirror: Any, leg: Any) -> set[str]:
    """The legs of everybody whom this caller's call knows: clinician, dispatcher, guests."""
    call = next((one for one in mirror.calls.values() if one.leg_sid == leg.sid), None)
    if call is None:
        return set()
    return {call.clinician_leg, call.psap_leg, *(one["leg"] for one in call.guests or ())}


class Supervised(Invariant):
    """A supervisor is heard by nobody, by the clinician, or by both: never by more than shown."""

    number = 4

    def event(self) -> None:
        for call in self.mirror.live_calls():
            for guest in call.guests or ():
                if guest["role"] == "supervisor" and guest["leg"]:
                    self._heard(call, guest)

    def _heard(self, call: Any, guest: Any) -> None:
        leg = self.twilio.legs.get(guest["leg"])
        if leg is None or leg.participant is None or guest["how"] == "join":
            return
        shown = {call.clinician_leg} if guest["how"] == "whisper" else set()
        hearing = {one.sid for one in self.twilio.listeners(leg)}
        if hearing - shown:
            self.broken(f"a supervisor said to {guest['how']} is heard by {hearing}: {call}")


class Accepted(Invariant):
    """Nobody gets a caller but by a yes of their own, on call and enabled when they were asked."""

    number = 5

    def rows(self) -> None:
        if "calls" not in self.mirror.changed:
            return
        for call in self.mirror.calls.values():
            before = self.mirror.before["calls"].get(call.id)
            earlier = before.clinician_id if before else None
            if call.clinician_id is None or call.clinician_id == earlier:
                continue
            if before is None or not _was_there(before, call.clinician_id):
                self._came(call)

    def _came(self, call: Any) -> None:
        yes = [
            offer
            for offer in self.mirror.offers.values()
            if (offer.state, offer.person_id, offer.call_id)
            == ("accepted", call.clinician_id, call.id)
        ]
        if not yes:
            self.broken(f"{call.clinician_id} got {call.id} without having accepted it")
            return
        offer = max(yes, key=lambda one: one.settled_at)
        if offer.channel == "phone" and not self._pressed(offer):
            self.broken(f"{offer.person_id}'s cell phone took {call.id} without a 1")
        if not self.town.enabled(call.clinician_id):
            self.broken(f"{call.clinician_id} got {call.id} and is disabled")

    def _pressed(self, offer: Any) -> bool:
        return any(
            entry.about == offer.phone_leg and (entry.what, entry.text) == ("presses", "1")
            for entry in self.twilio.timeline.entries
        )


def _was_there(before: Any, person_id: str) -> bool:
    """A colleague who had come into the room, by a yes of their own, and was given the caller."""
    there = (one for one in before.guests or () if one["role"] == "colleague")
    return any(one["who"] == person_id and one["state"] == "here" for one in there)


class Offers(Invariant):
    """At most one offer stands for a person, with an end to it; after that it cannot be taken."""

    number = 8

    def rows(self) -> None:
        if "offers" not in self.mirror.changed:
            return
        live: dict[str, Any] = {}
        for offer in self.mirror.offers.values():
            seconds = (offer.lapses_at - offer.offered_at).total_seconds()
            if not 0 < seconds <= LEASE_SECONDS_MAX:
                self.broken(f"{offer} stands for {seconds} s")
            if offer.state == "accepted" and offer.settled_at >= offer.lapses_at:
                self.broken(f"{offer} was accepted after it had lapsed")
            if offer.state == "offered":
                other = live.setdefault((offer.person_id, offer.channel), offer)
                if other is not offer:
                    self.broken(f"{offer.person_id} is offered two at once: {other} and {offer}")


class Fair(Invariant):
    """Who waits longest goes first; whoever is overtaken is so a bounded number of times."""

    number = 9

    def starts(self) -> None:
        self.overtaken: dict[str, int] = {}

    def rows(self) -> None:
        before = self.mirror.before["calls"]
        for call in self.mirror.calls.values():
            was = before.get(call.id)
            if was and was.stage in ("greeting", "waiting") and call.stage == "connecting":
                self._taken(call, was)

    def _taken(self, call: Any, was: Any) -> None:
        speaks = self.town.languages(call.clinician_id)
        for other in self.mirror.before["calls"].values():
            if other.id == call.id or other.stage not in ("greeting", "waiting"):
                continue
            now = self.mirror.calls.get(other.id)
            if now is None or now.stage not in ("greeting", "waiting"):
                continue  # left in the very same commit
            ahead = (-other.priority, other.line_since) < (-was.priority, was.line_since)
            if not ahead or was.prefers == call.clinician_id:
                continue
            if was.language in speaks and other.language not in speaks:
                continue
            times = self.overtaken[other.id] = self.overtaken.get(other.id, 0) + 1
            allowed = OVERTAKEN_MAX if other.line_since > self.town.board.now() else 0
            if other.prefers != call.clinician_id and times > allowed:
                self.broken(f"{call.id} was taken although {other.id} was ahead in the line")


class Monotone(Invariant):
    """Nothing goes back: an end is an end, counters only rise, what was settled stays settled."""

    number = 10
    RISING = ("hop", "laps", "cut_offs")
    ONCE = ("answered_at", "leg_sid", "arrived_at", "ended_at")

    def rows(self) -> None:
        mirror = self.mirror
        if "calls" in mirror.changed:
            for id_, was in mirror.before["calls"].items():
                self._call(was, mirror.calls.get(id_))
        for table, states in ABSORBING.items():
            if table not in mirror.changed:
                continue
            now = mirror.rows[table]
            for id_, was in mirror.before[table].items():
                moved = was.state in states and now[id_].state != was.state
                if moved and not self._told_better(table, was, now[id_]):
                    self.broken(f"{was} became {now[id_].state}")

    def _call(self, was: Any, now: Any) -> None:
        if now is None:
            self.broken(f"the call {was.id} is gone")
            return
        for name in self.RISING:
            if getattr(now, name) < getattr(was, name):
                self.broken(f"{was.id}: {name} fell from {getattr(was, name)}")
        for name in self.ONCE:
            before, after = getattr(was, name), getattr(now, name)
            if before is not None and before != after and not str(before).startswith("none-"):
                self.broken(f"{was.id}: {name} changed from {before} to {after}")
        if was.stage == "ended":
            late = (was.ended_reason, now.ended_reason) == ("caller_left", "passed_on")
            if now.stage != "ended" or (now.ended_reason != was.ended_reason and not late):
                self.broken(f"{was.id} had ended: {was.ended_reason}, now {now.ended_reason}")

    @staticmethod
    def _told_better(table: str, was: Any, now: Any) -> bool:
        """The clinician's own word about an attempt may close what was closed another way."""
        return table == "followups" and now.state in ("kept", "closed", "due")


class OnCall(Invariant):
    """Offers go to those whom the roster names at that instant, and to nobody else."""

    number = 21

    def rows(self) -> None:
        for offer in new_offers(self.mirror):
            if not self.town.on_call(offer.person_id):
                self.broken(f"{offer.person_id} was asked and is not on call")


class Present(Invariant):
    """A desk that was not heard from for 25 s is offered nothing."""

    number = 22

    def rows(self) -> None:
        for offer in new_offers(self.mirror):
            person = self.town.people.get(offer.person_id)
            if offer.channel != "desk" or person is None:
                continue
            heard = person.heard_at
            # Set back, the clock is put right by the last tick, which is so many seconds old.
            slack = BEAT_SECONDS if self.town.offset else 0.1
            if heard is None or self.elapsed - heard > UNHEARD_SECONDS + slack:
                self.broken(f"{offer.person_id} was last heard at {heard} and is asked")


def new_offers(mirror: Any) -> list[Any]:
    if "offers" not in mirror.changed:
        return []
    return [one for id_, one in mirror.offers.items() if id_ not in mirror.before["offers"]]
