"""What must always be true of a caller: 1, 2, 3, 6, 7, 16.

Everything is seen from the carrier's side: what the leg hears, where it is, why it ended.
"""

import re
from typing import Any, ClassVar

from chaos.invariants import Invariant
from chaos.invariants_promises import CELLS
from chaos.simulation_people import CANARY_NAME, CANARY_NOTE
from chaos.simulation_story import ELSEWHERE
from town import CREW, DISPATCH, INTERPRETERS, LAKESIDE_DISPATCH, PARTNER

from emulator.interpreter import APPLICATION_ERROR

OUTSIDE = (PARTNER, DISPATCH, LAKESIDE_DISPATCH, CREW, INTERPRETERS)  # whom we say who we are
SILENT_SECONDS, FIRST_SOUND_SECONDS, LAP_SECONDS = 4.0, 2.0, 30.0
OPTION_SECONDS, PARTNER_SECONDS = 60.0, 120.0
SLACK = 0.1  # a webhook's own way there and back
PLACE_SECONDS = 70.0  # a look of the reconciler, and the time a stage is left in peace before
WAYS = re.compile(r"press (one|three|nine)|988|oprima|marque|presione", re.IGNORECASE)
LEXICON = re.compile(
    rf"crisis|988|\b911\b|suicid|mental|counsel|consejer|riverton|lakeside|{CANARY_NAME}"
    rf"|{CANARY_NOTE}|\+1314555015",
    re.IGNORECASE,
)


def calls_in(leg: Any) -> bool:
    """Somebody who reached us, not a softphone of ours and nobody we rang."""
    return leg.direction == "inbound" and leg.kind != "client"


def troubled_seconds(town: Any, leg: Any, since: float) -> float:
    """For how long since then this leg's requests got no answer, by no fault of ours."""
    begin, total = town.clock.start.timestamp() + since, 0.0
    now = town.clock.now().timestamp()
    for one in reversed(town.twilio.timeline.exchanges):
        if one.leg_sid != leg.sid or one.kind in ("status", "rest"):
            continue
        started = one.at.timestamp()
        open_still = one.status is None and not one.failure
        ended = now if open_still else started + one.seconds
        if ended < begin:
            break
        if (leg.sid, one.at) in town.faulted:
            total += ended - max(started, begin)
    return total


class Silence(Invariant):
    """No dead air: at most 4 s without a sound, the first after at most 2 s, laps of 30 s."""

    number = 2

    def starts(self) -> None:
        self.since: dict[Any, float] = {}
        self.heard: set[Any] = set()
        self.lapped: dict[Any, float] = {}

    def sound(self, leg: Any, item: Any) -> None:
        if not calls_in(leg):
            return
        began = self.since.get(leg)
        if began is not None and (item is None or item.kind != "silence"):
            self._judge(leg, began)
        if item is None:
            self.since.pop(leg, None)
        elif item.kind == "silence":
            self.since.setdefault(leg, self.elapsed)
        else:
            self.since.pop(leg, None)
            self.heard.add(leg)

    def event(self) -> None:
        for leg, began in self.since.items():
            if self.elapsed - began > SILENT_SECONDS + SLACK:
                self._judge(leg, began)
        for leg, at in list(self.lapped.items()):
            if leg.member is None or leg.final:
                del self.lapped[leg]
            elif self.elapsed - at > LAP_SECONDS + 1:
                self._judge_lap(leg, at)

    def answered(self, request: Any, answer: Any, spent: float) -> None:
        leg = self.twilio.legs.get(request.leg_sid)
        if leg is not None and request.kind in ("wait", "gather"):
            self.lapped[leg] = self.elapsed

    def _judge(self, leg: Any, began: float) -> None:
        seconds = self.elapsed - began
        if leg.pressed_at:  # a telephone sounds its own keys
            since_key = (leg.town.clock.now() - leg.pressed_at[-1]).total_seconds()
            seconds = min(seconds, since_key)
        allowed = SILENT_SECONDS if leg in self.heard else FIRST_SOUND_SECONDS
        if seconds <= allowed + SLACK or leg.answered_at is None:
            return
        seconds -= troubled_seconds(self.town, leg, began)
        if seconds > allowed + SLACK:
            self.broken(f"{leg} heard nothing for {seconds:.2f} s")

    def _judge_lap(self, leg: Any, at: float) -> None:
        if self.elapsed - at - troubled_seconds(self.town, leg, at) > LAP_SECONDS + 1:
            self.broken(f"{leg} has waited for another lap for {self.elapsed - at:.1f} s")


class Options(Invariant):
    """A way to a human that needs no database of ours: by key after 60 s, the partner at 120 s."""

    number = 3

    def starts(self) -> None:
        self.waiting: dict[Any, float] = {}
        self.offered: set[Any] = set()

    def sound(self, leg: Any, item: Any) -> None:
        if not calls_in(leg):
            return
        if item is None:
            self.waiting.pop(leg, None)
            return
        if leg.answered_at is not None:
            self.waiting.setdefault(leg, self.elapsed)
        helped = item.kind in ("conference", "bridge", "ring")
        if helped or (item.kind == "say" and WAYS.search(item.text)):
            self.offered.add(leg)
        if item.kind == "say" and item.text == APPLICATION_ERROR:
            self.broken(f"{leg} hears that an application error has occurred")

    def event(self) -> None:
        for leg, since in list(self.waiting.items()):
            if leg in self.offered:
                del self.waiting[leg]
            elif self.elapsed - since > OPTION_SECONDS:
                waited = self.elapsed - since - troubled_seconds(self.town, leg, since)
                if waited > OPTION_SECONDS:
                    self.broken(f"{leg} was offered no way to a human in {waited:.0f} s")


class NotHungUp(Invariant):
    """We end no live caller's leg but for the reasons that the line knows."""

    number = 7
    THEIR_OWN = ("hung-up", "network-lost", "time-limit")
    REASONS = ("callback", "clinician_ended", "passed_on", "returned")

    def status(self, leg: Any) -> None:
        if not (leg.final and calls_in(leg)) or leg.ended_because in self.THEIR_OWN:
            return
        if leg.answered_at is None and leg.ended_because == "canceled":
            return
        self.mirror.look()
        calls = [call for call in self.mirror.calls.values() if call.leg_sid == leg.sid]
        reasons = [call.ended_reason for call in calls]
        if not any(reason in self.REASONS for reason in reasons):
            self.broken(f"{leg} was ended by us ({leg.ended_because}); the call says {reasons}")


class OnePlace(Invariant):
    """Every live caller is in exactly one place, and the place is the one that the call says."""

    number = 1
    PLACES: ClassVar = {
        "greeting": {"words", "line"},
        "waiting": {"words", "line"},
        "connecting": {"words", "line", "room"},
        "talking": {"words", "room"},
        "partner": {"words", "line", "talk"},
        "dispatcher": {"words", "line", "talk"},
        "consulting": {"words", "line"},
        "handed": {"words", "line", "room"},
        "calling": {"words", "room"},
    }

    def starts(self) -> None:
        self.wrong: dict[Any, float] = {}
        self.known: dict[str, Any] = {}

    def rows(self) -> None:
        if "calls" in self.mirror.changed:
            self.known = {call.leg_sid: call for call in self.mirror.calls.values()}
            if len(self.known) != len(self.mirror.calls):
                self.broken("one leg has two calls")

    def event(self) -> None:
        for leg in self.twilio.live.values():
            if not calls_in(leg) or not leg.live:
                continue
            call = self.known.get(leg.sid)
            if call is None or place(leg) in self.PLACES.get(call.stage, ()) or offline(leg):
                self.wrong.pop(leg, None)
                continue
            since = self.wrong.setdefault(leg, self.elapsed)
            if self.elapsed - since > PLACE_SECONDS:
                self.broken(f"{leg} is in a {place(leg)}, the call is {call.stage}: for a minute")


def place(leg: Any) -> str:
    """Where the carrier has this leg."""
    if leg.participant is not None:
        return "room"
    if leg.peer is not None:
        return "talk"
    return "line" if leg.member is not None else "words"


def offline(leg: Any) -> bool:
    """Whether the leg follows a document that was answered without the database."""
    latest = next(
        (one for one in reversed(leg.town.timeline.exchanges) if one.leg_sid == leg.sid), None
    )
    return latest is not None and ("/offline/" in latest.answered or latest.url[:28] == ELSEWHERE)


class NoMachine(Invariant):
    """A voicemail, or whoever has not said yes, never hears a caller."""

    number = 6

    def event(self) -> None:
        for leg in self.twilio.live.values():
            machine = leg.endpoint is not None and getattr(leg.endpoint, "machine", False)
            if machine and asked(leg) and leg.kind == "pstn" and not calls_in(leg):
                speakers = [one for one in self.twilio.live.values() if calls_in(one)]
                if any(leg in self.twilio.listeners(one) for one in speakers):
                    self.broken(f"{leg}: a machine hears the caller")


def asked(leg: Any) -> bool:
    """Whether we rang this leg, and had it asked for a 1; the partner's is dialled by a document."""
    return leg.parent is None or leg.to not in OUTSIDE


class NothingTold(Invariant):
    """Nothing is said to whoever picked up a phone we rang before they have said who they are."""

    number = 16

    def sound(self, leg: Any, item: Any) -> None:
        if item is None or item.kind != "say" or leg.direction == "inbound" or leg.kind == "client":
            return
        took = leg.pressed_at and CELLS.fullmatch(leg.to)  # a clinician's own phone, and a yes
        if leg.to not in OUTSIDE and not took and LEXICON.search(item.text):
            self.broken(f"{leg} hears {item.text!r}")
