"""How is one story told, watched, and judged?

First everything may go wrong (safety); then the faults stop and whoever waits must reach somebody
(liveness); then all hang up and everything must be put away; last, notices that were a day late
come in, and change nothing.
"""

import hashlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from unittest.mock import patch

from chaos.invariants import Net, Violation
from chaos.simulation_guests import SUPERVISOR, SupervisorActor, phones_of
from chaos.simulation_people import CallerActor, ClinicianActor, behaves
from chaos.simulation_processes import Crashed
from chaos.simulation_story import (
    DAY_SECONDS,
    LIVENESS_SECONDS,
    SAFETY_SECONDS,
    ClinicianPart,
    Story,
    Trouble,
)
from chaos.simulation_town import CELLS, Luck, SimulatedTown
from rosters import promised
from town import DISPATCH, LAKESIDE_DISPATCH, PARTNER, START

import storage.store
from emulator.faults import NO_FAULTS
from emulator.web import Timeouts, WebRequest
from storage import ids
from storage.engine import open_engine
from storage.values import Person
from switchboard import calls, clock, offline_notes, presence, roster_book

STEP_SECONDS = 5.0
LAST_TALK_SECONDS = 100.0  # whoever was rung back just before may talk on
SETTLE_SECONDS = 75.0  # two looks of the reconciler, and the time a stage is left in peace before
LATE_PACE_SECONDS = 1800.0
PARTNER_TALKS = 90.0  # long enough for whoever looks after where a caller is
ON_CALL = START - timedelta(days=8), START + timedelta(days=20)  # whatever the clock says


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one story: nothing wrong, or which invariant broke, when and how."""

    story: Story
    broken: int | None
    why: str
    at: float
    hash: str
    events: int
    webhooks: int
    timeline: str = ""

    @property
    def good(self) -> bool:
        return self.broken is None


def tell(story: Story, database_url: str, *, only: frozenset[int] | None = None) -> Outcome:
    """Tell it once, on a fresh database. `only`: the numbers of the invariants looked at."""
    net = Net(only)
    with (
        patch.object(ids, "secrets", _Chance(story.seed)),
        patch.object(storage.store, "open_engine", _engine),
    ):
        town = SimulatedTown(story, database_url, net)
        try:
            broken = _told(town, net)
            return _outcome(town, net, broken)
        finally:
            town.close()


_engine = lru_cache(maxsize=4)(open_engine)  # what a statement compiles to is no memory of ours


class _Chance:
    """Identifiers from the seed, so that a story told again is the same to the letter."""

    def __init__(self, seed: int) -> None:
        self.seed, self.made = seed, 0

    def token_urlsafe(self, _bytes: int) -> str:
        self.made += 1
        return hashlib.sha256(f"{self.seed} {self.made}".encode()).hexdigest()[:22]


def _told(town: SimulatedTown, net: Net) -> Violation | None:
    try:
        _cast(town)
        net.watch(town)
        _phases(town, net)
    except Violation as violation:
        return violation
    except Crashed as crashed:
        return Violation(0, f"a process died where nobody looks: {crashed}")
    except Exception as mistake:  # noqa: BLE001  (whatever it is, it is what we look for)
        return Violation(0, f"{mistake!r}\n{traceback.format_exc()}")
    return None


def _phases(town: SimulatedTown, net: Net) -> None:
    luck = town.twilio.faults = town.story.plan(Luck)
    luck.town = town
    for trouble in town.story.troubles:
        town.clock.call_later(trouble.at, _happens, town, trouble)
    town.clock.advance(SAFETY_SECONDS)
    town.note("the faults stop")
    _peace(town)
    net.phase("liveness")
    _until_quiet(town, LIVENESS_SECONDS)
    net.phase("settling")
    town.note("everybody hangs up")
    town.closing = True
    for caller in town.callers:
        caller.leaves()
    _until_quiet(town, LAST_TALK_SECONDS + SETTLE_SECONDS)
    net.phase("end")
    if town.story.faults.get("delay_seconds_max", 0) > SETTLE_SECONDS:
        _a_day_later(town)
        net.phase("late")


def _until_quiet(town: SimulatedTown, seconds: float) -> None:
    """So much time passes; less, once nobody is on the telephone and nothing is left to do."""
    end = town.clock.elapsed + seconds
    while town.clock.elapsed < end and not _quiet(town):
        town.clock.advance(STEP_SECONDS)


def _quiet(town: SimulatedTown) -> bool:
    mirror = town.mirror
    return not (
        town.twilio.live
        or offline_notes.left_over(town.board)
        or mirror.live_calls()
        or any(one.state in ("pending", "claimed", "unknown") for one in mirror.errands.values())
        or any(one.state == "offered" for one in mirror.offers.values())
        or any(
            one.state in ("connecting", "talking", "asked", "joined")
            for one in mirror.desks.values()
        )
        or any(
            one.due_at <= town.board.now()
            for one in mirror.followups.values()
            if one.state == "due"
        )
    )


def _peace(town: SimulatedTown) -> None:
    town.twilio.faults = NO_FAULTS
    town.database.clear()
    town.away_until = town.read_only_until = 0.0
    for process in (town.web, town.worker):
        process.armed.clear()
        process.up_at = min(process.up_at, town.clock.elapsed)
    town.twilio.phone(PARTNER).answers(after=2)


def _a_day_later(town: SimulatedTown) -> None:
    """Everybody goes home; what the carrier held back for a day arrives."""
    town.note("a day passes")
    for person in town.people.values():
        person.stops_beating()
    for handle in town.ticking:
        handle.cancel()
    town.ticking.clear()
    town.worker.every(LATE_PACE_SECONDS, clock.sweep)
    town.clock.advance(DAY_SECONDS)


def _outcome(town: SimulatedTown, net: Net, broken: Violation | None) -> Outcome:
    text = town.twilio.timeline.text()
    ends = repr(sorted(map(repr, town.mirror.calls.values())))
    return Outcome(
        story=town.story,
        broken=broken.number if broken else None,
        why=broken.why if broken else "",
        at=town.clock.elapsed,
        hash=hashlib.sha256((text + ends).encode()).hexdigest()[:16],
        events=net.events,
        webhooks=town.requests,
        timeline=text if broken else "",
    )


# -- the cast ---------------------------------------------------------------------------------


def _cast(town: SimulatedTown) -> None:
    phones = [f"{CELLS}{n}" for n in range(len(town.story.clinicians))]
    with town.store.begin() as rows:
        for part, phone in zip(town.story.clinicians, phones, strict=True):
            rows.people.add(_person(part, phone if part.cell else None))
            if part.tier:
                promised(rows, part.name.lower(), part.tier, *ON_CALL)
        if town.story.company.supervised:
            rows.people.add(SUPERVISOR)
    town.opens()
    behaves(town.twilio.phone(PARTNER), town.story.partner, talks_for=PARTNER_TALKS)
    for number in (DISPATCH, LAKESIDE_DISPATCH):
        behaves(town.twilio.phone(number), town.story.dispatcher, key="1")
    behaves(town.twilio.phone("+13145550171"), "answers")
    for part, phone in zip(town.story.clinicians, phones, strict=True):
        town.people[part.name.lower()] = ClinicianActor(town, part, phone if part.cell else None)
    for n, caller in enumerate(town.story.callers):
        CallerActor(town, caller, n)
    _company(town)


def _company(town: SimulatedTown) -> None:
    company = town.story.company
    if not company.anybody:
        return
    for number, how in phones_of(company).items():
        behaves(town.twilio.phone(number), how, key="1", talks_for=company.stays_for)
    if company.supervised:
        SupervisorActor(town, company)


def _person(part: ClinicianPart, phone: str | None) -> Person:
    return Person(
        id=part.name.lower(),
        name=part.name,
        email=f"{part.name.lower()}@example.org",
        phone=phone,
        languages=part.languages,
        skills=(),
        zone="America/Chicago",
        auto_answer=False,
        active=True,
        roles=("clinician",),
    )


# -- what goes wrong at an instant ------------------------------------------------------------


def _happens(town: SimulatedTown, trouble: Trouble) -> None:
    town.note(f"trouble: {trouble.kind} {trouble.who} {trouble.amount:g}".strip())
    TROUBLES[trouble.kind](town, trouble)


def _crash(town: SimulatedTown, trouble: Trouble) -> None:
    name, _, point = trouble.who.partition(" ")
    process = town.web if name == "web" else town.worker
    process.crash_at(point, int(trouble.amount))


def _freeze(town: SimulatedTown, trouble: Trouble) -> None:
    (town.web if trouble.who == "web" else town.worker).freeze(trouble.amount)


def _jumps(town: SimulatedTown, trouble: Trouble) -> None:
    town.offset += timedelta(seconds=trouble.amount)


def _away(town: SimulatedTown, trouble: Trouble) -> None:
    town.away_until = town.clock.elapsed + trouble.amount


def _read_only(town: SimulatedTown, trouble: Trouble) -> None:
    town.read_only_until = town.clock.elapsed + trouble.amount


def _forged(town: SimulatedTown, _trouble: Trouble) -> None:
    """Whoever does not know the token says the same, or the opposite, of the last webhook."""
    if not town.webhooks:
        return
    last = town.webhooks[-1]
    headers = {**last.headers, "X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    body = last.body.replace(b"in-progress", b"completed")
    _once_more(town, replace(last, headers=headers, body=body))


def _replayed(town: SimulatedTown, trouble: Trouble) -> None:
    for request in list(town.webhooks)[-int(trouble.amount) :]:
        _once_more(town, request)


def _once_more(town: SimulatedTown, request: WebRequest) -> None:
    if request.method == "POST":
        town.twilio.transport.fetch(request, lambda _answer: None, timeouts=Timeouts())


def _off_the_roster(town: SimulatedTown, trouble: Trouble) -> None:
    with town.store.begin() as rows:
        number, book = roster_book.newest(rows)
        kept = [one for one in book.document.get("one_offs", ()) if one["person"] != trouble.who]
        wanted = book.document | {"one_offs": kept}
        facts = {"based_on": number, "leave_uncovered": "they went home"}
        roster_book.save(rows, wanted, "test", "a shift less", town.board.now(), **facts)
    town.rostered.discard(trouble.who)
    town.mirror.stale = True


def _disabled(town: SimulatedTown, trouble: Trouble) -> None:
    with town.store.begin() as rows:
        person = rows.people.get(trouble.who)
        if person:
            rows.people.update(replace(person, active=False))
    town.disabled.add(trouble.who)
    if trouble.who in town.people:
        town.people[trouble.who].stops_beating()  # their sign-in is refused from now on
    town.mirror.stale = True


def _person_of(does: Callable[[Any, Trouble], Any]) -> Callable[[SimulatedTown, Trouble], None]:
    def happens(town: SimulatedTown, trouble: Trouble) -> None:
        if trouble.who in town.people:
            does(town.people[trouble.who], trouble)

    return happens


def _hangs_up(person: ClinicianActor, _trouble: Trouble) -> None:
    if person.leg is not None:
        person.leg.hang_up()


def _goes_off_duty(person: ClinicianActor, _trouble: Trouble) -> None:
    if person.beating:
        closed = person._click(lambda: presence.go_off_duty(person.town.board, person.id))
        if closed:
            person.stops_beating()


def _presses_end(person: ClinicianActor, _trouble: Trouble) -> None:
    desk = person.town.mirror.desks.get(person.id)
    if desk is not None and desk.call_id:
        person._click(lambda: calls.end(person.town.board, desk.call_id, person.id))


TROUBLES: dict[str, Callable[[SimulatedTown, Trouble], None]] = {
    "browser lost": _person_of(lambda person, trouble: person.loses_browser(trouble.amount)),
    "no beats": _person_of(lambda person, trouble: person.misses_beats(trouble.amount)),
    "hangs up": _person_of(_hangs_up),
    "off duty": _person_of(_goes_off_duty),
    "crash": _crash,
    "freeze": _freeze,
    "clock jumps": _jumps,
    "database away": _away,
    "database read-only": _read_only,
    "forged": _forged,
    "replayed": _replayed,
    "off the roster": _off_the_roster,
    "disabled": _disabled,
    "End too early": _person_of(_presses_end),
    "presses End": _person_of(_presses_end),
    "answers": _person_of(lambda person, _trouble: person.says_yes()),
    "dials in": _person_of(lambda person, _trouble: person.dials_in()),
    "declines": _person_of(lambda person, _trouble: person.says_no()),
}
