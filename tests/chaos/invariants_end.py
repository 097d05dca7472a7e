"""What must be true when it is over: 11, 12, 23, 26. (27 needs the same story twice.)"""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from chaos.invariants import Invariant
from chaos.invariants_callers import calls_in

from emulator.web import WebResponse
from telephony import forms

AGAIN_MAX = 12
TAKEN_IN = "SELECT count(*) FROM journal WHERE inbox_key = '{}'"
LED_TO_SOMEBODY = ("connecting", "talking", "consulting", "handed", "partner", "dispatcher")
LADDER_SECONDS = 115.0  # to the partner line, and the sweep that sees it
OPEN_ERRANDS = ("pending", "claimed", "unknown")


def inbox_key(request: Any) -> str:
    """The key under which a webhook is in the journal, if it was taken in."""
    pairs = forms.pairs(request.body)
    return forms.inbox_key(urlsplit(request.url).path, forms.parse(pairs))


class Twice(Invariant):
    """The same webhooks once more: the same bytes, and no row changes."""

    number = 11

    def starts(self) -> None:
        self.first: dict[tuple[str, bytes, str], WebResponse] = {}

    def answered(self, request: Any, answer: Any, spent: float) -> None:
        """Whoever is asked again gives the first answer, if it was one."""
        if request.method != "POST" or not isinstance(answer, WebResponse):
            return
        web = self.town.web
        if web.denied or web.board.standby.away(web.now()) or answer.status not in (200, 204):
            return  # answered without the database
        if not self.mirror.one(TAKEN_IN.format(inbox_key(request))):
            return  # about nothing we knew
        key = (request.url, request.body, request.headers["X-Twilio-Signature"])
        self.first.setdefault(key, answer)

    def phase(self, name: str) -> None:
        web = self.town.web
        if name not in ("liveness", "end") or web.board.standby.tripped:
            return
        self.net.looks()
        wire = self.twilio.transport
        for request in list(self.town.webhooks)[-AGAIN_MAX:]:
            signature = request.headers.get("X-Twilio-Signature", "")
            first = self.first.get((request.url, request.body, signature))
            if first is None:
                continue
            web.denied = False
            again = wire._answer(request)
            if web.denied or web.board.standby.away(
                web.now()
            ):  # the database is not back yet: answered without it
                continue
            if self.mirror.is_new:
                self.broken(f"{request.url} once more changed {self.mirror.changed}")
            if again.body != first.body:
                self.broken(f"{request.url} once more: {again.body!r}, first {first.body!r}")


class TakenIn(Invariant):
    """An end that we acknowledged is kept, also of a call that nobody knew yet (C3)."""

    number = 12
    KEPT = "SELECT count(*) FROM journal WHERE inbox_key IN ('{0}', 'offline:{0}')"

    def starts(self) -> None:
        self.told: set[str] = set()

    def answered(self, request: Any, answer: Any, spent: float) -> None:
        if urlsplit(request.url).path != "/voice/ended" or getattr(answer, "status", 0) != 204:
            return
        if forms.hung_up(forms.parse(forms.pairs(request.body))):
            self.told.add(inbox_key(request))

    def phase(self, name: str) -> None:
        if name == "end":
            for key in sorted(self.told):
                if not self.mirror.one(self.KEPT.format(key)):
                    self.broken(f"an end was acknowledged and is kept nowhere: {key}")


class Conserved(Invariant):
    """Whoever called is in the figures, exactly once."""

    number = 23

    def phase(self, name: str) -> None:
        if name != "end":
            return
        told = {
            one.leg_sid
            for one in self.twilio.timeline.exchanges
            if one.url.partition("#")[0].endswith(("/voice/arrived", "/voice/fallback"))
            and one.status == 200
            and one.leg_sid
        }
        legs = {sid for sid in told if sid in self.twilio.legs and calls_in(self.twilio.legs[sid])}
        rows = {call.leg_sid for call in self.mirror.calls.values() if call.kind == "inbound"}
        if legs - rows:
            self.broken(f"{len(legs - rows)} callers of {len(legs)} are in no row")
        reasons = Counter(call.ended_reason for call in self.mirror.calls.values())
        if None in reasons or "lost" in reasons:
            self.broken(f"calls ended without a reason: {reasons}")


class Alive(Invariant):
    """With the faults gone everybody reaches somebody, and everything is put away."""

    number = 26

    def starts(self) -> None:
        self.reached: dict[Any, float] = {}
        self.judged_from: float | None = None
        self.there: list[Any] = []

    def sound(self, leg: Any, item: Any) -> None:
        if item is not None and item.kind in ("conference", "bridge", "ring") and calls_in(leg):
            self.reached[leg] = self.elapsed

    def phase(self, name: str) -> None:
        if name == "liveness":
            self.judged_from = self.elapsed
            self.there = [leg for leg in self.twilio.live.values() if calls_in(leg) and leg.live]
        elif name == "settling":
            led = {c.leg_sid for c in self.mirror.live_calls() if self._on_the_way(c)}
            for leg in self.there:
                talking = leg.sound is not None and leg.sound.kind in ("conference", "bridge")
                talking = talking or leg.sid in led
                if leg.live and not talking and self.reached.get(leg, -1) < self.judged_from:
                    self.broken(f"{leg} reached nobody in two minutes of peace")
        elif name == "end":
            self._put_away()

    def _on_the_way(self, call: Any) -> bool:
        """Led to somebody now, or back in the line for less than the whole ladder takes."""
        since = (self.town.board.now() - call.line_since).total_seconds()
        return call.stage in LED_TO_SOMEBODY or since < LADDER_SECONDS

    def _put_away(self) -> None:
        if self.twilio.live:
            self.broken(f"legs are left behind: {list(self.twilio.live.values())}")
        for call in self.mirror.live_calls():
            self.broken(f"the call is not over: {call}")
        for errand in self.mirror.errands.values():
            if errand.state in OPEN_ERRANDS:
                self.broken(f"the outbox is not empty: {errand}")
        if owed := self.mirror.one("SELECT count(*) FROM journal WHERE effects IS NOT NULL"):
            self.broken(f"{owed} steps still owe our own tables something")
        for desk in self.mirror.desks.values():
            if desk.state in ("connecting", "talking", "asked", "joined"):
                self.broken(f"{desk.person_id} is {desk.state} with nobody")
        now = self.town.board.now()
        for offer in self.mirror.offers.values():
            if offer.state == "offered" and (now - offer.lapses_at).total_seconds() > 10:
                self.broken(f"an offer has lapsed and stands: {offer}")
        for promise in self.mirror.followups.values():
            if promise.state == "placing":
                self.broken(f"a promise is left half kept: {promise}")
