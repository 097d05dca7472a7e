"""How long until a transfer shows on the desk, and from a clinician's yes until the two can talk?

The web process, the clock and the emulator are served as in the demo; the desk is a signed-in
visitor who does what the page's scripts do. Only sound is left out: a genuine softphone needs some
20 ms more to connect it.
"""

import json
import queue
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import served
from private_postgres import free_port
from whole_line import APPLICATION, WholeLine, carrier_at

from emulator.legs import Leg
from emulator.serve import ServedElsewhere, serve_in_thread
from switchboard import desk
from switchboard.board import make_board
from switchboard.process_tree import ProcessTree

TOGETHER_SECONDS = 0.08  # console/static/live.js: a burst of notices is one look
LOOK_SECONDS = 0.002
PATIENCE_SECONDS = 20
OFFER = re.compile(r"/offers/([^/\"]+)/acceptance")
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class Visitor:
    """A signed-in browser: kept connection, cookie, the page's token."""

    def __init__(self, link: str) -> None:
        parts = urlsplit(link)
        self.netloc, self.cookie = parts.netloc, ""
        self.connection = HTTPConnection(self.netloc, timeout=PATIENCE_SECONDS)
        self.ask("GET", parts.path)
        found = TOKEN.search(self.ask("GET", "/desk"))
        if found is None:
            raise RuntimeError("the sign-in link led to no desk")
        self.token = found[1]

    def ask(self, method: str, path: str, body: str = "") -> str:
        headers = {"Cookie": self.cookie, "Accept": "application/json"}
        if method == "POST":
            headers |= {"X-CSRF-Token": self.token, "Sec-Fetch-Site": "same-origin"}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        said = answer.read().decode()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:200]}")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.partition(";")[0]
        return said

    def stream(self) -> tuple[HTTPConnection, HTTPResponse]:
        """One more event stream of this visitor; its answer may be a refusal."""
        connection = HTTPConnection(self.netloc, timeout=PATIENCE_SECONDS)
        connection.request("GET", "/events", headers={"Cookie": self.cookie})
        return connection, connection.getresponse()

    def close(self) -> None:
        self.connection.close()


class Notices:
    """The desk's event stream, read by a thread: when each notice came."""

    def __init__(self, visitor: Visitor) -> None:
        self.connection, self.answer = visitor.stream()
        self.came: queue.SimpleQueue[float] = queue.SimpleQueue()
        self.closing = False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self) -> None:
        try:
            while line := self.answer.fp.readline():
                if line.startswith(b"event: changed"):
                    self.came.put(time.perf_counter())
        except (OSError, ValueError, AttributeError):
            if not self.closing:
                raise

    def drain(self) -> None:
        while not self.came.empty():
            self.came.get()

    def close(self) -> None:
        self.closing = True
        if self.connection.sock:
            self.connection.sock.shutdown(2)
        self.thread.join()
        self.connection.close()


@dataclass(frozen=True, slots=True)
class Journey:
    """Seconds of one transfer."""

    notice: float  # transfer -> the stream's notice after which the page shows the offer
    shown: float  # transfer -> the page has the offer
    claimed: float  # Answer pressed -> the call is this clinician's
    announced: float  # Answer pressed -> the caller leaves the line and hears who comes
    talking: float  # Answer pressed -> caller and clinician hear each other


@dataclass(frozen=True, slots=True)
class House:
    line: WholeLine
    emulator: ServedElsewhere
    ana: Visitor
    notices: Notices


def measured(database_url: str, logs: Path, rounds: int) -> list[Journey]:
    with house(database_url, logs) as opened:
        return [journey(opened, number) for number in range(rounds + 1)][1:]  # the first warms up


@contextmanager
def house(database_url: str, logs: Path) -> Iterator[House]:
    port = free_port()
    base = f"http://{served.HERE}:{port}"
    with serve_in_thread(replace(carrier_at(base), sound=False)) as emulator:
        chosen = served.settings(database_url, port, emulator.url)
        board = make_board(chosen)
        line = WholeLine(board, emulator)
        line.clinician("ana", "Ana")
        with ProcessTree(served.environment(chosen, logs), logs) as tree:
            tree.start(served.web(port, served.REAL))
            tree.start(served.clock())
            tree.wait_until_healthy()
            ana = Visitor(line.link("ana"))
            ana.ask("POST", "/desk/duty")
            notices = Notices(ana)
            yield House(line, emulator, ana, notices)
            notices.close()
            ana.close()
        board.store.close()


def journey(house: House, number: int) -> Journey:
    house.ana.ask("POST", "/desk/beat", "active=yes")
    pause(0.1 + 0.037 * number % 0.5)  # at another moment of every clock each time
    house.notices.drain()
    began = time.perf_counter()
    caller = transfer(house, f"+131455501{20 + number:02}")
    notice, shown, offer = offered(house)
    pause(0.5)  # a person reads the card
    pressed = time.perf_counter()
    accepted = json.loads(house.ana.ask("POST", f"/offers/{offer}/acceptance"))
    claimed = time.perf_counter()
    clinician = connects(house, accepted["connect"])
    until(lambda: house.emulator.do(lambda _there: hears(caller, "counselor")))
    announced = time.perf_counter()
    until(lambda: house.emulator.do(lambda there: clinician in there.emulator.listeners(caller)))
    talking = time.perf_counter()
    hang_up(house, caller, accepted["call"])
    return Journey(
        notice - began,
        shown - began,
        claimed - pressed,
        announced - pressed,
        talking - pressed,
    )


def hears(leg: Leg, word: str) -> bool:
    """Now, not in an earlier sentence."""
    return (
        bool(leg.heard) and leg.heard[-1].text.startswith("Here's") and word in leg.heard[-1].text
    )


def transfer(house: House, shown: str) -> Leg:
    def dial(there: Any) -> Leg:
        leg: Leg = there.emulator.phone(shown).dials("+13145550101")
        return leg

    return house.emulator.do(dial)


def offered(house: House) -> tuple[float, float, str]:
    """As the page: after a notice it waits for others, then looks."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        notice = house.notices.came.get(timeout=PATIENCE_SECONDS)
        pause(TOGETHER_SECONDS)
        house.notices.drain()
        found = OFFER.search(house.ana.ask("GET", "/desk/panel"))
        if found:
            return notice, time.perf_counter(), found[1]
    raise RuntimeError("no offer came")


def connects(house: House, words: dict[str, str]) -> Leg:
    def connect(there: Any) -> Leg:
        leg: Leg = there.emulator.softphone("ana").connects(APPLICATION, words)
        return leg

    return house.emulator.do(connect)


def hang_up(house: House, caller: Leg, call_id: str) -> None:
    """The caller leaves, and Ana's notes are done: ready for the next."""
    pause(0.3)
    house.emulator.do(lambda _there: caller.hang_up())
    until(lambda: desk_state(house) == "wrap_up")
    notes = desk.Draft("resolved_by_phone", None, None, None, "Safe tonight.")
    desk.finish(house.line.board, call_id, "ana", notes, 0)
    until(lambda: desk_state(house) == "available")


def desk_state(house: House) -> str:
    state: str = json.loads(house.ana.ask("GET", "/desk/state"))["state"]
    return state


def until(holds: Any) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > give_up_at:
            raise RuntimeError("it did not come to hold")
        pause(LOOK_SECONDS)


def pause(seconds: float) -> None:
    threading.Event().wait(seconds)
