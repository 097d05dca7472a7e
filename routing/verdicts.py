"""Why is each person told of a caller, or not? One verdict each, from what `offers.plan` saw."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.call import Call
from routing.escalation import Ladder, Rung, reached
from routing.line import speaks
from routing.offers import Candidate, Live, Policy, alone_seconds, wanted

TOLD = ("desk", "phone")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why one person is or is not told of one caller.

    `why`: desk, phone (told by it); refused, rung (told once, and not again in this wait); another
    (rings about another caller); off, paused, connecting, talking, wrap_up, unheard (the desk's
    state, `since` when); rung_later, no_rung (their tier's desks are not asked yet, or never);
    prefers (the clinician a caller was cut off from is asked alone); reserved (kept for 911 lines);
    turn (others are asked first); not_on_call.
    `desk_after`, `phone_after`: from how many seconds of the wait on they are asked all the same,
    by the ladder's nominal times (a rung that reaches nobody is skipped, so it may be sooner).
    """

    person_id: str
    why: str
    since: datetime | None = None
    desk_after: float | None = None
    phone_after: float | None = None
    no_phone: bool = False  # the ladder would ring their phone, and there is no number
    speaks: bool = True  # a language of the caller

    @property
    def told(self) -> bool:
        """Whether this person is being asked."""
        return self.why in TOLD


@dataclass(frozen=True, slots=True)
class Round:
    """What is known when the round of offers has been made; `offers` has its rings too."""

    offers: Sequence[Live]
    policy: Policy
    now: datetime
    flooded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Look:
    call: Call
    ladder: Ladder
    rungs: tuple[Rung, ...]  # reached
    asked: list[Candidate]  # whose desks may ring about this call at all
    this: Round


def verdicts(call: Call, people: Iterable[Candidate], ladder: Ladder, this: Round) -> list[Verdict]:
    """Say of each of these why they are told of this caller, or why not."""
    everybody = list(people)
    rungs = reached(ladder, call.rung)
    look = _Look(call, ladder, rungs, _asked(call, everybody, rungs, this), this)
    theirs: dict[str, list[Live]] = defaultdict(list)
    for offer in this.offers:
        theirs[offer.person_id].append(offer)
    return [_verdict(look, person, theirs[person.person_id]) for person in everybody]


def _asked(
    call: Call, people: list[Candidate], rungs: tuple[Rung, ...], this: Round
) -> list[Candidate]:
    tiers = _tiers(rungs, "desks")
    refused = {one.person_id for one in this.offers if _about(one, call, "desk") and one.settled}
    return [p for p in people if p.desk and p.tiers & tiers and p.person_id not in refused]


def _verdict(look: _Look, person: Candidate, offers: list[Live]) -> Verdict:
    speaking = speaks(person.languages, look.call)
    for channel in TOLD:
        if any(_about(one, look.call, channel) and not one.settled for one in offers):
            return Verdict(person.person_id, channel, speaks=speaking)
    if not person.tiers:
        return Verdict(person.person_id, "not_on_call", speaks=speaking)
    rung = any(_about(one, look.call, "phone") for one in offers)
    phone_after = _after(look, person, "phones") if person.phone and not rung else None
    no_phone = not person.has_phone and bool(person.tiers & _tiers(look.ladder.rungs, "phones"))
    why, since, desk_after = _by_desk(look, person, offers)
    if rung and not person.desk:
        why, since = "rung", None
    return Verdict(person.person_id, why, since, desk_after, phone_after, no_phone, speaking)


def _by_desk(
    look: _Look, person: Candidate, offers: list[Live]
) -> tuple[str, datetime | None, float | None]:
    """Why this desk does not ring; since when; and after how many seconds of the wait it will."""
    if any(not one.settled and (one.channel == "desk" or not person.desk) for one in offers):
        return "another", None, None
    if any(_about(one, look.call, "desk") for one in offers):
        return "refused", None, None
    if not person.desk:
        return person.state, person.state_since, None
    if person not in look.asked:
        after = _after(look, person, "desks")
        return ("no_rung" if after is None else "rung_later"), None, after
    return _among_the_asked(look, person)


def _among_the_asked(look: _Look, person: Candidate) -> tuple[str, None, float | None]:
    call, policy = look.call, look.this.policy
    waited = (look.this.now - call.line_since).total_seconds()
    seconds = alone_seconds(call)
    alone = [p for p in look.asked if p.person_id == call.prefers and waited < seconds]
    if alone and person not in alone:
        return "prefers", None, seconds
    able = alone or look.asked
    ringing = {
        one.person_id for one in look.this.offers if _about(one, call, "desk") and not one.settled
    }
    told = sum(p.person_id in ringing for p in able)
    if call.line in look.this.flooded and told < wanted(policy, len(able), waited):
        return "reserved", None, None
    small = policy.widen_to == "all" and len(able) <= policy.large_team
    return "turn", None, policy.widen_after_seconds if small else None


def _about(offer: Live, call: Call, channel: str) -> bool:
    return offer.call_id == call.id and offer.channel == channel


def _tiers(rungs: Iterable[Rung], kind: str) -> set[str]:
    return {rung.tier for rung in rungs if rung.kind == kind}


def _after(look: _Look, person: Candidate, kind: str) -> float | None:
    """When the first rung that the call has not reached asks this person's tier."""
    later = look.ladder.rungs[len(look.rungs) :]
    times = [one.after_seconds for one in later if one.kind == kind and one.tier in person.tiers]
    return min(times, default=None)
