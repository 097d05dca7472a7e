"""Who uses the line while its processes die? Clinicians at their desks by HTTP, and callers."""

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from chaos.processes_line import Line
from rosters import promised
from whole_line import APPLICATION, RIVERTON

from config.lines import LineBook
from storage.values import Person
from switchboard.links import link

BACKUP = "+13145550121"
LOOK_SECONDS = 0.3
BEAT_SECONDS = 5
PATIENCE_SECONDS = 8  # of a browser, for one request


class Clinician(threading.Thread):
    """Somebody who answers whatever is offered, talks a little, and wraps up."""

    def __init__(self, line: Line, person_id: str, talk_seconds: float = 3.0) -> None:
        super().__init__(name=person_id, daemon=True)
        self.line, self.id, self.talk_seconds = line, person_id, talk_seconds
        self.stopping = threading.Event()
        self.accepted: dict[str, str] = {}  # offer -> call, as we were told
        self._session, self._token = requests.Session(), ""
        self._offer, self._leg, self._talking_since = "", None, 0.0
        self._beaten = 0.0
        self.answers = 0

    def run(self) -> None:
        while not self.stopping.wait(LOOK_SECONDS):
            with suppress(requests.RequestException, ValueError, LookupError):
                self._work()
        self._session.close()

    def _work(self) -> None:
        if not self._token:
            self._sign_in()
        if time.monotonic() - self._beaten > BEAT_SECONDS:
            self._post("/desk/beat", active="yes")
            self._beaten = time.monotonic()
        state = self._get("/desk/state").json()
        getattr(self, f"_{state['state']}")(state)

    def _sign_in(self) -> None:
        address = urlsplit(link(self.line.settings, f"{self.id}@example.org"))
        self._get(address.path)
        page = self._get("/desk").text
        self._token = page.partition('csrf-token" content="')[2].partition('"')[0]

    def _off(self, _state: dict[str, Any]) -> None:
        self._post("/desk/duty")

    def _paused(self, _state: dict[str, Any]) -> None:
        self._post("/desk/return")

    def _available(self, state: dict[str, Any]) -> None:
        self._talking_since = 0.0
        for offer in state["offers"][:1]:
            self._offer = offer
            answer = self._post(f"/offers/{offer}/acceptance")
            if answer.status_code == 200:
                self.accepted[offer] = answer.json()["call"]
                self._connect()

    def _connecting(self, _state: dict[str, Any]) -> None:
        if self._offer and (self._leg is None or self._leg.final):
            self._connect()  # the answer to our yes was lost, or the leg was

    def _connect(self) -> None:
        given = {"offer": self._offer}
        self._leg = self.line.emulator.do(
            lambda there: there.emulator.softphone(self.id).connects(APPLICATION, given)
        )

    def _talking(self, state: dict[str, Any]) -> None:
        self._talking_since = self._talking_since or time.monotonic()
        if time.monotonic() - self._talking_since > self.talk_seconds and state["call"]:
            answer = self._post(f"/calls/{state['call']}/ending")
            if answer.status_code == 200:
                self.answers += 1
                self.line.emulator.do(self._hang_up)

    def _hang_up(self, _there: object) -> None:
        if self._leg is not None and not self._leg.final:
            self._leg.hang_up()

    def _wrap_up(self, state: dict[str, Any]) -> None:
        form = {"disposition": "resolved_by_phone", "version": "0", "notes": "Safe tonight."}
        self._post(f"/calls/{state['call']}/wrap-up", outcome="reached", **form)

    def _get(self, path: str) -> requests.Response:
        url = self.line.settings.public_base_url + path
        return self._session.get(url, timeout=PATIENCE_SECONDS)

    def _post(self, path: str, **form: str) -> requests.Response:
        headers = {"X-CSRF-Token": self._token, "Accept": "application/json"}
        url = self.line.settings.public_base_url + path
        return self._session.post(url, data=form, headers=headers, timeout=PATIENCE_SECONDS)


@dataclass
class Callers(threading.Thread):
    """Dispatchers who transfer somebody every so often; each has a number of their own."""

    line: Line
    seed: int
    every_seconds: float = 1.2
    stay_seconds: float = 25.0
    legs: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(name="callers", daemon=True)
        self.dice = random.Random(self.seed)
        self.stopping = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        while not self.stopping.wait(self.dice.uniform(0.3, 2) * self.every_seconds):
            number = f"+1314555{1000 + len(self.legs):04d}"
            self.line.emulator.do(lambda there, number=number: self._calls(there, number))

    def _calls(self, there: Any, number: str) -> None:
        town, dice = there.emulator, self.dice
        phone = town.phone(number)
        phone.answers(after=1)  # should they be called back
        leg = phone.dials(RIVERTON)
        self.legs.append(leg)
        kind = dice.random()
        if kind < 0.15:
            town.clock.call_later(dice.uniform(0.2, 8), leg.hang_up)
        elif kind < 0.4:  # asks to be called back
            for at in (dice.uniform(3, 6), 9):
                town.clock.call_later(at, leg.press, "1")
        town.clock.call_later(dice.uniform(0.7, 1.3) * self.stay_seconds, leg.hang_up)

    def hang_up_all(self) -> None:
        self.line.emulator.do(lambda _there: [leg.hang_up() for leg in self.legs])


def cast(line: Line, desks: tuple[str, ...] = ("ana", "eva", "ida")) -> list[Clinician]:
    """Clinicians at desks, one backup cell phone, and partners who answer."""
    from whole_line import WholeLine

    whole = WholeLine(line.board, line.emulator)
    for name in desks:
        whole.clinician(name, name.title())
    _backup(line)
    line.emulator.do(lambda there: _phones(there.emulator, line.board.book))
    found = [Clinician(line, name) for name in desks]
    for one in found:
        one.start()
    return found


def _backup(line: Line) -> None:
    from dataclasses import replace
    from datetime import UTC, datetime, timedelta

    with line.board.store.begin() as rows:
        ana = rows.people.get("ana")
        assert ana is not None
        ben = replace(ana, id="ben", name="Ben", email="ben@example.org", phone=BACKUP)
        rows.people.add(Person(**{name: getattr(ben, name) for name in Person.__slots__}))
        now = datetime.now(UTC)
        promised(rows, "ben", "backup", now - timedelta(hours=1), now + timedelta(days=1))


def _phones(town: Any, book: LineBook) -> None:
    town.phone(BACKUP).answers(after=2).then_presses("1", after=1)
    for line in book.lines.values():
        town.phone(line.partner_number).answers(after=2)
        if line.return_number:
            town.phone(line.return_number).answers(after=2)
