"""The whole application on the virtual clock, as processes that may die, before a hostile carrier."""

import json
import sys
import tempfile
from collections import deque
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import structlog
from chaos.simulation_mirror import Mirror
from chaos.simulation_processes import Crashed, Process, WatchedClock
from chaos.simulation_story import ELSEWHERE, STARTS, Story
from town import BASE, Town, settings_for

import door.net
from config import lines, prompts
from emulator import Emulator, FaultPlan, WsgiTransport
from emulator.faults import NO_FAULT, Fault
from emulator.web import Done, Timeouts, WebAnswer, WebError, WebRequest
from storage.store import Store
from switchboard import clock, fallback, offline, reconcile
from telephony.lastresort import Hosted
from webhooks import telephone

SWEEP_SECONDS, BEAT_SECONDS = 2, 6
CELLS = "+1314555013"  # and the number of the clinician in the story
WEBHOOKS_KEPT = 60
RESTARTED_SECONDS = 2.0  # nobody is down longer by one crash
SHM = Path("/dev/shm")  # the simulation's databases live in memory


@lru_cache
def _settings(folder: Path) -> Any:
    return settings_for("sqlite:///unused").model_copy(update={"snapshot_dir": folder})


@lru_cache
def _spoken() -> tuple[lines.LineBook, prompts.Prompts]:
    settings = settings_for("sqlite:///unused")
    book = lines.read(settings.line_file)
    return book, prompts.read(settings.prompts_dir, book.languages, settings.sound_dir)


def memory() -> str | None:
    """A folder in memory, where there is one."""
    return str(SHM) if SHM.is_dir() else None


class Luck(FaultPlan):
    """The carrier's faults; what it keeps for us, it finds (R6)."""

    town: "SimulatedTown"

    def decide(self, request: WebRequest) -> Fault:
        if request.kind == "fallback" or request.url.startswith(ELSEWHERE):
            return NO_FAULT
        fault = super().decide(request)
        if fault.instead is not None or fault.lose_answer:
            self.town.unanswered(request)
        return fault


class Wire(WsgiTransport):
    """Carries webhooks to the web process: they wait while it is down, and break when it dies."""

    def __init__(self, town: "SimulatedTown") -> None:
        super().__init__({BASE: town.app, ELSEWHERE: town.elsewhere}, town.clock)
        self.town = town

    def fetch(self, request: WebRequest, done: Done, *, timeouts: Timeouts) -> None:
        waiting = [done]

        def once(answer: WebAnswer) -> None:
            if waiting:
                waiting.pop()(answer)

        if self.town.web.down_for > RESTARTED_SECONDS:
            self.town.unanswered(request)
        self.town.clock.call_later(self.latency / 2, self._arrive, request, once)
        self.town.clock.call_later(timeouts.read, once, WebError("rt", "no answer in time"))

    def _arrive(self, request: WebRequest, done: Done) -> None:
        town = self.town
        if not request.url.startswith(BASE):
            town.clock.call_later(self.latency / 2, done, self._answer(request))
            return
        if town.web.down_for:  # in the backlog of the listening socket
            town.clock.call_later(town.web.down_for, self._arrive, request, done)
            return
        town.web.spent, town.web.denied = 0.0, False
        try:
            answer = self._answer(request)
        except Crashed:
            town.web.dies()
            town.clock.call_later(0, done, WebError("reset", "the process died"))
            return
        spent = town.web.spent
        town.answered(request, answer, spent)
        town.clock.call_later(self.latency / 2 + spent, done, answer)


class SimulatedTown(Town):
    """A town of two processes; close it."""

    def __init__(self, story: Story, database_url: str, net: Any = None) -> None:
        self._disk = tempfile.TemporaryDirectory(prefix="town-", dir=memory())
        self.story, self.net = story, net
        self.settings = _settings(Path(self._disk.name))
        book, self.words = _spoken()
        self.book = _resorting(book, story.last_resort)
        self.logged: list[dict[str, Any]] = []
        structlog.configure(processors=[self._keep], cache_logger_on_first_use=False)
        self.clock = WatchedClock(start=STARTS[story.start], seed=story.seed)
        self.offset = timedelta()
        self.away_until = self.read_only_until = 0.0
        self.database = dict(story.database)
        self.people: dict[str, Any] = {}
        self.callers: list[Any] = []
        self.rostered = {part.name.lower() for part in story.clinicians if part.tier}
        self.disabled: set[str] = set()
        self.faulted: set[tuple[str, Any]] = set()
        self.closing = False  # nobody takes another call
        self.webhooks: deque[WebRequest] = deque(maxlen=WEBHOOKS_KEPT)
        self.requests = 0
        self.ticking: list[Any] = []
        self.mirror = Mirror(database_url)
        self.store = Store(database_url, now=self._now)
        self.twilio = Emulator(self.clock, transport=None)  # type: ignore[arg-type]
        self.twilio.timeline.entries = deque()
        self.web = Process(self, "web", database_url)
        self.worker = Process(self, "clock", database_url)
        self.app: Any = telephone(self.web.board)
        self.twilio.transport = Wire(self)
        self._provision(self.book, story.last_resort)
        for number in self.twilio.numbers.values():  # as `diversion setup` says
            number.voice.voice_url += f"#{self.settings.voice_url_override}"
            number.voice.status_callback += f"#{self.settings.status_url_override}"
        door.net.time = SimpleNamespace(monotonic=lambda: self.clock.elapsed + self.web.spent)

    def opens(self) -> None:
        """Both processes run: the tick, the beat, the look at the carrier, the snapshot."""
        for process in (self.web, self.worker):
            process.does(offline.tend)
            process.every(offline.TEND_SECONDS, self._tend, process)
        self.worker.every(SWEEP_SECONDS, clock.sweep)
        self.worker.every(BEAT_SECONDS, clock.beat, "town")
        self.worker.every(clock.RECONCILE_SECONDS, reconcile.run)

    def _tend(self, board: Any, process: Process) -> None:
        """As often as in life while the database is away; while it is there, seldom is enough."""
        whole = round(self.clock.elapsed / offline.TEND_SECONDS)
        if board.standby.tripped or whole % 10 == 0:
            offline.tend(board)

    @property
    def board(self) -> Any:
        """The web process's, whichever lives now."""
        return self.web.board

    def _now(self) -> datetime:
        return self.clock.now() + self.offset

    def close(self) -> None:
        import time

        door.net.time = time
        structlog.reset_defaults()
        self.twilio.close()
        self.mirror.close()
        for store in (self.store, self.web.store, self.worker.store):
            store.close()
        self._disk.cleanup()

    # -- the wires ----------------------------------------------------------------------------

    def unanswered(self, request: WebRequest) -> None:
        """By no fault of ours this leg's request gets no answer now, or a lost one."""
        self.faulted.add((request.leg_sid, self.clock.now()))

    def answered(self, request: WebRequest, answer: WebAnswer, spent: float) -> None:
        self.requests += 1
        self.webhooks.append(request)
        if self.net:
            self.net.answered(request, answer, spent)

    def asks(self, process: Process, method: str, url: str, named: dict[str, Any]) -> None:
        if self.net:
            self.net.asks(process, method, url, named.get("data") or {})

    def elsewhere(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        """The document of last resort that the carrier keeps, written before the story began."""
        line_id, _, part = environ["PATH_INFO"].strip("/").partition("/")
        phones = [f"{CELLS}{n}" for n, one in enumerate(self.story.clinicians) if one.cell]
        start("200 OK", [("Content-Type", "text/xml")])
        return [_last_resort(line_id, part or "line", tuple(phones))]

    # -- what is true, whatever our rows say --------------------------------------------------

    def on_call(self, person_id: str) -> bool:
        return person_id in self.rostered

    def enabled(self, person_id: str) -> bool:
        return person_id not in self.disabled

    def languages(self, person_id: str) -> tuple[str, ...]:
        return self.people[person_id].part.languages

    # -- what is told -------------------------------------------------------------------------

    def note(self, what: str) -> None:
        """A line of the timeline that is nobody's leg's."""
        self.twilio.timeline.note(None, "story", what)

    def _keep(self, _logger: object, level: str, event: dict[str, Any]) -> Any:
        error = event.pop("exc_info", None)
        if error is True:
            error = sys.exc_info()[1]
        self.logged.append({**event, "level": level, "error": error})
        if level in ("error", "exception", "critical") or error:
            self.note(f"log: {json.dumps(event, default=str)}")
        raise structlog.DropEvent


def _resorting(book: lines.LineBook, url: str) -> lines.LineBook:
    """The lines as an operator sets them who keeps the documents of last resort elsewhere."""
    if not url.startswith(ELSEWHERE):
        return book
    there = {
        one.id: one.model_copy(update={"last_resort_url": url.format(line=one.id)})
        for one in book.lines.values()
    }
    return book.model_copy(update={"lines": there})


@lru_cache
def _last_resort(line_id: str, part: str, phones: tuple[str, ...]) -> bytes:
    book, words = _spoken()
    hosted = Hosted(f"{ELSEWHERE}/{line_id}/screen", f"{ELSEWHERE}/{line_id}/accept")
    rung = phones if part == "line" else ()
    return fallback.Part(words, book.lines[line_id], part, rung, hosted).written().encode()
