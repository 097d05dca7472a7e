"""Does every webhook succeed while ten times the allowed desks ask for a stream?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from bench import served
from bench.caller import Answer, Carrier, Line
from bench.desk import Visitor
from whole_line import WholeLine

from config.settings import Settings
from console.stream import FREE_THREADS
from switchboard.board import make_board

TIMES = 10
SIDE_BY_SIDE = 16
CALLERS = 2


@dataclass
class Outcome:
    """What became of the streams that were asked for, and of the webhooks meanwhile and after."""

    allowed: int
    opened: int = 0
    refused: int = 0  # 503 with Retry-After
    other: int = 0
    storm: list[Answer] = field(default_factory=list)  # while the streams were being asked for
    crowd: list[Answer] = field(default_factory=list)  # with every allowed stream open

    @property
    def succeeded(self) -> float:
        answers = self.storm + self.crowd
        return sum(answer.ok for answer in answers) / len(answers)


def measured(database_url: str, logs: Path, webhooks: int) -> Outcome:
    with served.serving(database_url, logs, served.REAL) as chosen:
        board = make_board(chosen)
        line = WholeLine(board, None)  # type: ignore[arg-type]
        line.clinician("ana", "Ana")
        ana = Visitor(line.link("ana"))
        found = crowded(chosen, ana, webhooks)
        ana.close()
        board.store.close()
    return found


def crowded(chosen: Settings, ana: Visitor, webhooks: int) -> Outcome:
    found = Outcome(max(0, chosen.web_threads - FREE_THREADS))
    calling = threading.Event()
    callers = [Caller(Carrier(chosen), calling) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    held = ask_for_streams(found, ana)
    calling.set()
    for caller in callers:
        caller.join()
        found.storm += caller.answers
    found.crowd = called(Carrier(chosen), webhooks)
    for connection, answer in held:
        answer.close()
        connection.close()
    return found


def ask_for_streams(found: Outcome, ana: Visitor) -> list[tuple[HTTPConnection, HTTPResponse]]:
    """Ask for ten times as many as are allowed; the connections stay open, served or refused."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        streams = list(pool.map(lambda _: ana.stream(), range(TIMES * found.allowed)))
    for _connection, answer in streams:
        if answer.status == HTTPStatus.OK:
            found.opened += 1
        elif answer.status == HTTPStatus.SERVICE_UNAVAILABLE and answer.headers["Retry-After"]:
            found.refused += 1
        else:
            found.other += 1
    return streams


class Caller(threading.Thread):
    """Arrives, waits a lap and leaves, over and over until told that it is enough."""

    def __init__(self, carrier: Carrier, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.carrier, self.enough = carrier, enough
        self.answers: list[Answer] = []

    def run(self) -> None:
        with Line(self.carrier.base) as line:
            while not self.enough.is_set():
                self.answers += one_call(self.carrier, line)


def called(carrier: Carrier, webhooks: int) -> list[Answer]:
    answers: list[Answer] = []
    with Line(carrier.base) as line:
        while len(answers) < webhooks:
            answers += one_call(carrier, line)
    return answers


def one_call(carrier: Carrier, line: Line) -> list[Answer]:
    sid, arrival = carrier.arrival()
    arrived = line.send(arrival)
    if not arrived.ok:
        return [arrived]
    lap = line.send(carrier.next_lap(sid, arrived))
    return [arrived, lap, line.send(carrier.end(sid))]
