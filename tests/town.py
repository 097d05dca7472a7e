"""A whole town on one virtual clock: dispatchers, callers, clinicians, our switchboard, a carrier.

Everything is genuine but the clock and the wires: real webhooks, real storage, real rules.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from doubling import Twice, Writes, swept_twice
from private_postgres import fast_disk
from rosters import promised
from sqlalchemy.exc import DBAPIError

from config import lines, logs, prompts
from config.settings import Settings
from emulator import Emulator, VirtualClock, WsgiTransport
from emulator.engine import FAKE_ACCOUNT, FAKE_KEY, FAKE_SECRET, FAKE_TOKEN
from emulator.timeline import silence
from ivr.call import Call, Stage
from storage.errors import StoreDown
from storage.store import Store
from storage.values import Attempt, FollowUp, Offer, Person, Task
from switchboard import (
    calls,
    cards,
    clock,
    crews,
    guests,
    offers,
    offline,
    presence,
    promises,
    reconcile,
    rescues,
    text_sending,
)
from switchboard import desk as the_desk
from switchboard.board import Board
from telephony.carrier import Carrier
from webhooks import telephone

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, three in the morning in St. Louis
BASE = "http://line.example.org"
APP_SID = "APe0e0e0e0e0e0e0e00000000000000001"
RIVERTON, LAKESIDE, GENERAL = "+13145550101", "+13145550102", "+13145550100"
INTERPRETERS, CREW = "+13145550124", "+13145550125"
PARTNER, DISPATCH = "+13145550188", "+13145550191"
LAKESIDE_DISPATCH = "+13145550192"
BEAT_SECONDS = 8
SOON_SECONDS = 0.001  # from a webhook's commit to the sweep that it wakes
SWEEP_SECONDS = 1  # the clock process's own pace is faster; what is urgent wakes a sweep anyway
LINGER_SECONDS, PASS_SECONDS, DAYS_PASS_SECONDS = 15, 600, 3600
BEATEN_EVERY = 2 * clock.BEAT_SECONDS // SWEEP_SECONDS  # sweeps: well within the board's 5 s
TEND_SECONDS = 2 * offline.TEND_SECONDS


def settings_for(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        public_base_url=BASE,
        secret_key="a secret of the town, thirty-two characters",
        twilio_account_sid=FAKE_ACCOUNT,
        twilio_auth_token=FAKE_TOKEN,
        twilio_api_key=FAKE_KEY,
        twilio_api_secret=FAKE_SECRET,
        twilio_twiml_app_sid=APP_SID,
    )


def unless_away(job: Callable, *given: object) -> None:
    """As the real tick does: a job that finds no database, or no tables, tries again next time."""
    with suppress(StoreDown, DBAPIError):
        job(*given)


class Town:
    """The cast and the clock. Always close it: `with Town.opened(url) as town`."""

    def __init__(
        self, database_url: str, *, seed: int = 1, start: datetime = START, twice: bool = True
    ) -> None:
        self._disk = TemporaryDirectory(prefix="town-", dir=fast_disk())
        disk = {"snapshot_dir": Path(self._disk.name)}
        settings = settings_for(database_url).model_copy(update=disk)
        logs.configure("warning")
        self.clock = VirtualClock(start=start, seed=seed)
        book = lines.read(settings.line_file)
        words = prompts.read(settings.prompts_dir, book.languages, settings.sound_dir)
        self.store = Store(database_url, now=self.clock.now)
        self._sweep_wanted = False
        self.carrier = Carrier(settings)
        self.board = Board(
            self.store,
            self.carrier,
            settings,
            book,
            words,
            now=self.clock.now,
            wake=self._wake,
            elapsed=lambda: self.clock.elapsed,
        )
        self.app = telephone(self.board)
        self.writes = Writes(self.store)
        self._known: dict[tuple[str, ...], Any] = {}
        self._known_at = 0
        self.twice = Twice(self.app.wsgi_app, self.writes)
        self.twice.on = twice
        self.app.wsgi_app = self.twice
        self.twilio = Emulator(self.clock, transport=WsgiTransport(self.app, self.clock))
        self.carrier = Carrier(settings, http_client=self.twilio.http_client())
        object.__setattr__(self.board, "carrier", self.carrier)
        self._provision(book)
        self._ticking: list = []
        self._pace(SWEEP_SECONDS)
        self.people: dict[str, Clinician] = {}

    def _provision(self, book: lines.LineBook, fallback: str = f"{BASE}/voice/fallback") -> None:
        """What was entered at the carrier by hand: our numbers, and the softphones' address."""
        for number, line in (book.by_number | book.by_ready_number).items():
            self.twilio.number(
                number,
                voice_url=f"{BASE}/voice/arrived",
                voice_fallback_url=fallback.format(line=line.id),
                status_callback=f"{BASE}/voice/ended",
                sms_url=f"{BASE}/text/received",
            )
        self.twilio.application(APP_SID, voice_url=f"{BASE}/voice/desk")

    @classmethod
    @contextmanager
    def opened(cls, database_url: str, **given: object) -> "Iterator[Town]":
        town = cls(database_url, **given)  # type: ignore[arg-type]
        try:
            yield town
        finally:
            town.close()

    def close(self) -> None:
        self.twilio.close()
        self.store.close()
        self._disk.cleanup()

    def _wake(self) -> None:
        """After commit, in this process, soon: as the web process's sweeper thread does."""
        if not self._sweep_wanted:
            self._sweep_wanted = True
            self.clock.call_later(SOON_SECONDS, self._swept)

    def _swept(self) -> None:
        self._sweep_wanted = False
        self._job(clock.sweep)

    def _job(self, job: Callable, *given: object) -> None:
        once = partial(unless_away, job, self.board, *given)
        if self.twice.on:
            swept_twice(once, self.writes, lambda: self._sweep_wanted)
        else:
            once()

    def _sweep(self) -> None:
        next(self._sweeps)()

    def _beat(self) -> None:
        """It sweeps as well, so that no other sweep is owed at its instant."""
        unless_away(clock.beat, self.board, "town", lambda _board: self._job(clock.sweep))

    # -- time -----------------------------------------------------------------------------

    def waits(self, seconds: float = 0, minutes: float = 0) -> None:
        self.clock.advance(seconds + 60 * minutes)

    def lingers(self, minutes: float) -> None:
        """Minutes in which nothing is a matter of seconds: desks are heard, sweeps are slower."""
        self._pace(LINGER_SECONDS)
        self.clock.advance(60 * minutes)
        self._pace(SWEEP_SECONDS)

    def passes(self, hours: float = 0, days: float = 0) -> None:
        """Long hours with nobody on the telephone: sweeps and heartbeats at a slower pace."""
        for person in self.people.values():
            person.stops_beating()
        self._pace(DAYS_PASS_SECONDS if days else PASS_SECONDS)
        self.clock.advance(3600 * (hours + 24 * days))
        self._pace(SWEEP_SECONDS)
        for person in self.people.values():
            person.beats_again()

    def _pace(self, seconds: float) -> None:
        for handle in self._ticking:
            handle.cancel()
        sweeps = [partial(self._job, clock.sweep)] * (BEATEN_EVERY - 1)
        self._sweeps = cycle([*sweeps, self._beat])
        self._ticking = [self.clock.every(seconds, self._sweep)]
        self._ticking += [
            self.clock.every(max(seconds, at_least), partial(self._job, job))
            for at_least, job in (
                (TEND_SECONDS, offline.tend),
                (clock.RECONCILE_SECONDS, reconcile.run),
                (clock.RESCUE_SECONDS, rescues.sweep),
                (clock.RESCUE_SECONDS, crews.sweep),
                (clock.TEXT_SECONDS, text_sending.sweep),
            )
        ]

    def until(self, predicate, seconds: float = 60) -> None:
        """Let time pass until `predicate()` holds; the timeline tells why it did not.

        A sweep that the last step asked for is let happen: desks are as the step leaves them.
        """
        held = self.clock.run_until(predicate, seconds)
        assert held, f"not within {seconds} s\n{self.twilio.timeline.text()}"
        if self._sweep_wanted:
            self.clock.advance(SOON_SECONDS)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    # -- the cast -------------------------------------------------------------------------

    def clinician(self, name: str, tier: str | None = "primary", **facts: object) -> "Clinician":
        """Somebody with a shift in `tier` around now (None: not on call)."""
        person_id = name.lower()
        with self.store.begin() as rows:
            rows.people.add(
                Person(
                    id=person_id,
                    name=name,
                    email=f"{person_id}@example.org",
                    phone=facts.get("phone"),  # type: ignore[arg-type]
                    languages=facts.get("languages", ("en",)),  # type: ignore[arg-type]
                    skills=(),
                    zone="America/Chicago",
                    auto_answer=False,
                    active=True,
                    roles=facts.get("roles", ("clinician",)),  # type: ignore[arg-type]
                )
            )
            if tier:
                hours = self.now - timedelta(hours=15), self.now + timedelta(days=14)
                promised(rows, person_id, tier, *hours)
        self.people[person_id] = Clinician(self, person_id)
        return self.people[person_id]

    def transfers_from_911(self, line: str = RIVERTON, shown: str = "+13145550150", **facts):
        """A dispatcher presses transfer: the caller's leg arrives on the PSAP's own number."""
        phone = self.twilio.phone(shown if shown.startswith("+1314") else "+13145550199")
        leg = phone.dials(line, shown=shown, **facts)
        return Caller(self, phone, leg)

    def texts_people(self) -> None:
        """This house has switched text messages on."""
        given = self.board.settings.model_copy(update={"text_messages": True})
        object.__setattr__(self.board, "settings", given)

    def rings_nobody_back(self) -> None:
        """This house leaves alone who left its line (ring_back in the follow-ups file)."""
        plans = self.board.plans
        house = plans.house.model_copy(update={"ring_back": False})
        self.board.__dict__["plans"] = plans.model_copy(update={"house": house})

    def phone(self, number: str):
        return self.twilio.phone(number)

    # -- what is known --------------------------------------------------------------------

    def _asked(self, noun: str, question: str, *about: str) -> Any:
        """Ask the store; once as long as no row is written, for stories ask at every step."""
        if self._known_at != self.writes.rows:
            self._known, self._known_at = {}, self.writes.rows
        if (asked := (noun, question, *about)) not in self._known:
            with self.store.read() as rows:
                self._known[asked] = getattr(getattr(rows, noun), question)(*about)
        return self._known[asked]

    def call_of(self, leg_sid: str) -> Call:
        call = self._asked("calls", "by_leg", leg_sid)
        assert call is not None, "no call of this leg"
        return call

    def call(self, call_id: str) -> Call:
        call = self._asked("calls", "get", call_id)
        assert call is not None
        return call

    def live_calls(self) -> list[Call]:
        return list(self._asked("calls", "live"))

    def offers_of(self, call_id: str) -> list[Offer]:
        return list(self._asked("offers", "of_call", call_id))

    def followup(self, followup_id: str) -> FollowUp:
        found = self._asked("followups", "get", followup_id)
        assert found is not None
        return found

    def attempts(self, followup_id: str) -> list[Attempt]:
        return list(self._asked("attempts", "of", followup_id))

    def tasks(self) -> list[Task]:
        with self.store.read() as rows:
            return rows.tasks.open()

    def surprises(self, call_id: str) -> list[str]:
        with self.store.read() as rows:
            return [line.event for line in rows.journal.of(call_id) if line.surprise]


@dataclass
class Caller:
    """A person on the telephone, as the carrier's side sees them."""

    town: Town
    phone: object
    leg: object

    @property
    def call(self) -> Call:
        return self.town.call_of(self.leg.sid)

    @property
    def stage(self) -> Stage:
        return self.call.stage

    def hears(self, part: str) -> bool:
        return part.casefold() in self.text.casefold()

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.leg.heard if one.kind in ("say", "play"))

    @property
    def silences(self) -> list:
        """Stretches of four seconds and more in which the leg heard nothing (invariant 2)."""
        return silence(self.leg, 4.0)

    def presses(self, keys: str) -> None:
        self.leg.press(keys)

    def hangs_up(self) -> None:
        self.leg.hang_up()


@dataclass
class Clinician:
    """Somebody at a desk: browser, softphone and heartbeat."""

    town: Town
    id: str
    leg: object = None
    beating: list = field(default_factory=list)

    def goes_on_duty(self) -> "Clinician":
        presence.go_on_duty(self.town.board, self.id)
        self._beat()
        self.beating.append(self.town.clock.every(BEAT_SECONDS, self._beat))
        return self

    def _beat(self) -> None:
        with suppress(StoreDown):  # the page says so, and tries again
            presence.beat(self.town.board, self.id, active=True)

    def stops_beating(self) -> None:
        for handle in self.beating:
            handle.cancel()

    def beats_again(self) -> None:
        if self.beating:
            self.beating.clear()
            self._beat()
            self.beating.append(self.town.clock.every(BEAT_SECONDS, self._beat))

    def browser_dies(self) -> None:
        """No more heartbeats, and the softphone's network is gone."""
        self.stops_beating()
        self.beating.clear()
        if self.leg is not None:
            self.softphone.loses_network()

    @property
    def softphone(self):
        return self.town.twilio.softphone(self.id)

    @property
    def cards(self) -> list:
        return cards.shown_to(self.town.board, self.id)

    @property
    def is_offered(self) -> bool:
        """Every card is an offer's, and there is not one until a row is written."""
        return bool(self.town._asked("offers", "of_person", self.id)) and bool(self.cards)

    @property
    def desk(self) -> str:
        desk = self.town._asked("desks", "get", self.id)
        return desk.state if desk else "off"

    def accepts(self) -> offers.Accepted:
        """Press Answer: claim in our database, then the softphone dials in."""
        accepted = offers.accept(self.town.board, self.cards[0].offer_id, self.id)
        self.leg = self.softphone.connects(APP_SID, accepted.connect)
        return accepted

    def declines(self, reason: str = "in a visit") -> None:
        offers.decline(self.town.board, self.cards[0].offer_id, self.id, reason)

    def ends(self, call_id: str) -> None:
        """Press End: our word first, then the softphone hangs up."""
        assert calls.end(self.town.board, call_id, self.id)
        self.softphone.hangs_up()

    def brings_dispatcher(self, call_id: str) -> bool:
        """Press "Bring the dispatcher back" while talking."""
        return calls.ask_dispatcher(self.town.board, call_id, self.id)

    def asks(self, call_id: str, who: str, *, consult: bool = False) -> None:
        """Press "Bring in" or "Speak with them first"; `who` as `crew:crew` or `colleague:ben`."""
        assert guests.bring(self.town.board, call_id, self.id, who, consult=consult)

    def joins(self, call_id: str) -> None:
        """Press Answer when a colleague asks: the softphone dials in."""
        connect = guests.accept(self.town.board, call_id, self.id)
        assert connect
        self.leg = self.softphone.connects(APP_SID, connect)

    def wraps_up(self, **record: object) -> None:
        """Finish the notes: available again."""
        with self.town.store.read() as rows:
            desk = rows.desks.get(self.id)
        assert desk is not None
        assert desk.state == "wrap_up"
        draft = the_desk.Draft("resolved_by_phone", None, None, None, "Safe tonight.")
        the_desk.finish(self.town.board, desk.call_id or "", self.id, draft, 0)

    def schedules(self, call_id: str, **wish: object) -> str:
        facts = {
            "name": "Pat",
            "number": "+13145550150",
            "zone": "America/Chicago",
            "language": "en",
            "consent_by": "Pat",
            "best_from": "09:00",
            "best_until": "20:00",
        } | wish
        wished = promises.Wish(**facts)  # type: ignore[arg-type]
        return promises.schedule(self.town.board, call_id, self.id, wished)
