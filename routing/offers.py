"""Whom do we tell, now, that someone is waiting?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ivr.call import Call
from routing.escalation import Ladder, Rung, reached
from routing.line import speaks

ACTIVITY = "recently_active_then_longest_idle"
PREFER_SECONDS = 15  # the clinician a caller was cut off from is asked alone for that long
PROMISE_SECONDS = 6  # and whoever promised to call them: they lost no place in the line


@dataclass(frozen=True, slots=True)
class Policy:
    """How offers widen. Defaults from PERFORMANCE.md 1.3, "recommended"."""

    start: int = 2
    widen_after_seconds: float = 6
    widen_to: str = "all"  # or "one": one more at a time, as in a large team
    order: str = ACTIVITY  # or "longest_idle" alone
    large_team: int = 12  # above that: one more every `large_team_step_seconds`
    large_team_step_seconds: float = 4
    ring_seconds: float = 20
    phone_ring_seconds: float = 25
    reserved: int = 1  # desks that a flooded line may not ring, of two and more on duty


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clinician who could be told. `desk`: on duty, heard from, idle and not paused."""

    person_id: str
    tiers: frozenset[str]
    languages: tuple[str, ...] = ("en",)
    desk: bool = False
    active_at: datetime | None = None  # last key or pointer at the desk
    idle_since: datetime | None = None
    phone: bool = False  # a backup number to ring, and not talking to anybody
    busy: bool = False  # with a caller, or on the way to one
    state: str = "off"  # of the desk, for who asks why; "unheard": its page is silent
    state_since: datetime | None = None
    has_phone: bool = False


@dataclass(frozen=True, slots=True)
class Ring:
    """Tell this person about this call by this channel."""

    person_id: str
    call_id: str
    channel: str  # desk | phone


@dataclass(frozen=True, slots=True)
class Live:
    """An offer that stands; or, `settled`, one about this wait that must not be made again."""

    person_id: str
    call_id: str
    channel: str
    settled: bool = False


@dataclass(slots=True)
class _Round:
    """One pass over the line: who is already ringing counts for one caller only."""

    ringing: dict[tuple[str, str], str] = field(default_factory=dict)  # (person, channel) -> call
    tried: set[tuple[str, str, str]] = field(default_factory=set)


def plan(
    line: Sequence[Call],
    people: Iterable[Candidate],
    offers: Iterable[Live],
    ladder_of: "dict[str, Ladder]",
    policy: Policy,
    now: datetime,
    flooded: frozenset[str] = frozenset(),
) -> list[Ring]:
    """The offers to add now, so that every caller in `line` (the next one first) is being offered.

    Pure and idempotent: asked again at the same instant with its own answer among `offers`, it
    answers nothing more. A person rings about one caller at a time; by phone, once a wait.
    `flooded` lines leave `policy.reserved` free desks to the others (FAILURES A15).
    """
    everybody = list(people)
    this = _Round()
    for offer in offers:
        if offer.settled:
            this.tried.add((offer.person_id, offer.call_id, offer.channel))
        else:
            this.ringing[offer.person_id, offer.channel] = offer.call_id
    rings: list[Ring] = []
    for call in line:
        rungs = reached(ladder_of[call.line], call.rung)
        desks = _desks(call, everybody, rungs, this, policy, now)
        if call.line in flooded:
            desks = _leaving(desks, everybody, this, policy)
        rings += desks
        rings += _phones(call, everybody, rungs, this)
    return rings


def _leaving(
    rings: list[Ring], people: list[Candidate], this: _Round, policy: Policy
) -> list[Ring]:
    """As many of these rings as leave the reserved desks free; the others are taken back."""
    desks = [p.person_id for p in people if p.desk]
    on_duty = len(desks) + sum(p.busy for p in people)
    kept = min(policy.reserved, on_duty - 1)
    free = sum((one, "desk") not in this.ringing for one in desks) + len(rings)
    allowed = max(0, free - kept)
    for ring in rings[allowed:]:
        del this.ringing[ring.person_id, "desk"]
    return rings[:allowed]


def _desks(
    call: Call,
    people: list[Candidate],
    rungs: tuple[Rung, ...],
    this: _Round,
    policy: Policy,
    now: datetime,
) -> list[Ring]:
    tiers = {rung.tier for rung in rungs if rung.kind == "desks"}
    able = [
        p
        for p in people
        if p.desk and p.tiers & tiers and (p.person_id, call.id, "desk") not in this.tried
    ]
    waited = (now - call.line_since).total_seconds()
    if call.prefers and waited < alone_seconds(call):
        able = [p for p in able if p.person_id == call.prefers] or able
    ordered = order(able, call, policy)
    told = sum(1 for p in able if this.ringing.get((p.person_id, "desk")) == call.id)
    missing = wanted(policy, len(able), waited) - told
    rings = []
    for person in ordered:
        if missing <= 0:
            break
        if (person.person_id, "desk") in this.ringing:
            continue
        this.ringing[person.person_id, "desk"] = call.id
        rings.append(Ring(person.person_id, call.id, "desk"))
        missing -= 1
    return rings


def alone_seconds(call: Call) -> int:
    """How long only the clinician who knows this caller is asked, while they are free."""
    return PREFER_SECONDS if call.cut_offs else PROMISE_SECONDS


def _phones(
    call: Call, people: list[Candidate], rungs: tuple[Rung, ...], this: _Round
) -> list[Ring]:
    tiers = {rung.tier for rung in rungs if rung.kind == "phones"}
    rings = []
    for person in people:
        key = (person.person_id, call.id, "phone")
        if not (person.phone and person.tiers & tiers) or key in this.tried:
            continue
        if (person.person_id, "phone") in this.ringing:
            continue
        this.ringing[person.person_id, "phone"] = call.id
        rings.append(Ring(person.person_id, call.id, "phone"))
    return rings


def order(people: Iterable[Candidate], call: Call, policy: Policy) -> list[Candidate]:
    """Who shares the caller's language first; among them the `start` most recently active at
    their desks, then the longest idle (PERFORMANCE.md 1.3, findings 2 and 4).
    """
    fit = sorted(people, key=lambda p: (_stamp(p.active_at, recent=True), p.person_id))
    fit.sort(key=lambda p: not speaks(p.languages, call))
    first = fit[: policy.start] if policy.order == ACTIVITY else []
    rest = sorted(fit[len(first) :], key=lambda p: (_stamp(p.idle_since), p.person_id))
    rest.sort(key=lambda p: not speaks(p.languages, call))
    return [*first, *rest]


def _stamp(at: datetime | None, *, recent: bool = False) -> float:
    if at is None:
        return float("inf")
    return -at.timestamp() if recent else at.timestamp()


def wanted(policy: Policy, able: int, waited_seconds: float) -> int:
    """How many desks should be ringing about a caller who waited that long."""
    beyond = waited_seconds - policy.widen_after_seconds
    if beyond < 0:
        return min(able, policy.start)
    if policy.widen_to == "all" and able <= policy.large_team:
        return able
    return min(able, policy.start + 1 + int(beyond // policy.large_team_step_seconds))
