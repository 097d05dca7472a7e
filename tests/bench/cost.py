"""What does a webhook cost, in the server's CPU and in a caller's time, beside a bare Flask view?"""

import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import served
from bench.caller import Answer, Carrier, Line, at_once, shared
from bench.webhook import Webhook
from whole_line import WholeLine, settings

from switchboard import clock, presence
from switchboard.board import Board, make_board

CONNECTIONS = 8  # as many as the database pool keeps open
BARE, LAP_ONLY, ARRIVED, LAP = "bare", "lap_only", "arrived", "lap"
REQUESTS = {BARE: 800, LAP_ONLY: 400, ARRIVED: 160, LAP: 160}


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU microseconds of each round, seconds of each lone request, CPU of a sweep."""

    cpu: dict[str, list[float]]
    kernel: dict[str, list[float]]  # the share of it that the kernel used, 0 to 1
    lone: dict[str, list[float]]
    sweep: list[float]

    def ratio(self, kind: str) -> float:
        """The median over the rounds of this kind's CPU to the bare view's, round by round."""
        pairs = zip(self.cpu[kind], self.cpu[BARE], strict=True)
        return median(one / bare for one, bare in pairs)


def measured(database_url: str, logs: Path, rounds: int, lone: int) -> Cost:
    with served.serving(database_url, logs, served.MEASURED) as chosen:
        worker = Worker(chosen.public_base_url, Carrier(chosen))
        worker.round(0.2)  # what is slow only the first time
        turns = [worker.round() for _ in range(rounds)]
        cpu = collected([{kind: used.all for kind, used in turn.items()} for turn in turns])
        kernel = collected([{kind: used.share for kind, used in turn.items()} for turn in turns])
        times = collected([worker.one_of_each() for _ in range(lone)])
        board = make_board(settings(database_url, chosen.public_base_url, served.NOBODY))
        sweeps = swept(worker, board)
        board.store.close()
    return Cost(cpu, kernel, times, sweeps)


def collected(rounds: list[dict[str, float]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for one in rounds:
        for kind, figure in one.items():
            found[kind].append(figure)
    return dict(found)


class Used(NamedTuple):
    """Microseconds of CPU a request, and the kernel's among them."""

    all: float
    kernel: float

    @property
    def share(self) -> float:
        return self.kernel / self.all


class Worker:
    """The measured process, as its requests and its CPU clock show it."""

    def __init__(self, base: str, carrier: Carrier) -> None:
        self.base, self.carrier = base, carrier
        self.line = Line(base)
        self.waiting, self.lap_of_it = self.call()

    def call(self) -> tuple[str, Answer]:
        sid, webhook = self.carrier.arrival()
        return sid, checked(self.line.send(webhook))

    # -- CPU ------------------------------------------------------------------------------

    def round(self, share: float = 1.0) -> dict[str, Used]:
        """One turn of each kind."""
        many = {kind: int(number * share) for kind, number in REQUESTS.items()}
        return {
            BARE: self.compared("bare", many[BARE]),
            ARRIVED: self.arrivals(many[ARRIVED]),
            LAP_ONLY: self.compared("lap", many[LAP_ONLY]),
            LAP: self.laps(many[LAP]),
        }

    def cpu(self, many: int, work: Callable[[], list[Answer]]) -> Used:
        before = self.reading()
        answers = work()
        after = self.reading()
        for answer in answers:
            checked(answer)
        return Used(
            *((later - earlier) / many for later, earlier in zip(after, before, strict=True))
        )

    def reading(self) -> list[float]:
        return [float(part) for part in self.line.get("/bench/cpu").split()]

    def compared(self, name: str, many: int) -> Used:
        batches = shared([self.carrier.compared(name) for _ in range(many)], CONNECTIONS)
        return self.cpu(many, lambda: at_once(self.base, batches))

    def arrivals(self, many: int) -> Used:
        made = [self.carrier.arrival() for _ in range(many)]
        batches = shared([webhook for _, webhook in made], CONNECTIONS)
        used = self.cpu(many, lambda: at_once(self.base, batches))
        self.end([sid for sid, _ in made])
        return used

    def laps(self, many: int) -> Used:
        """A line of eight callers, each of whom goes round and round."""
        calls = [self.call() for _ in range(CONNECTIONS)]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            each = many // CONNECTIONS
            used = self.cpu(
                many, lambda: list(pool.map(lambda one: self.go_round(one[0], one[1], each), calls))
            )
        self.end([sid for sid, _ in calls])
        return used

    def go_round(self, sid: str, answer: Answer, laps: int) -> Answer:
        with Line(self.base) as line:
            for _ in range(laps):
                answer = checked(line.send(self.carrier.next_lap(sid, answer)))
        return answer

    def end(self, sids: list[str]) -> None:
        ends = [self.carrier.end(sid) for sid in sids]
        for answer in at_once(self.base, shared(ends, CONNECTIONS)):
            checked(answer)

    # -- a lone request -------------------------------------------------------------------

    def one_of_each(self) -> dict[str, float]:
        """Seconds of each kind, one at a time on one connection."""
        sid, arrival = self.carrier.arrival()
        again = self.carrier.next_lap(self.waiting, self.lap_of_it)
        times = {
            BARE: self.seconds(self.carrier.compared("bare")),
            ARRIVED: self.seconds(arrival),
            LAP_ONLY: self.seconds(self.carrier.compared("lap")),
        }
        self.lap_of_it = checked(self.line.send(again))
        checked(self.line.send(self.carrier.end(sid)))
        return times | {LAP: self.lap_of_it.seconds}

    def seconds(self, webhook: Webhook) -> float:
        return checked(self.line.send(webhook)).seconds


def checked(answer: Answer) -> Answer:
    if not answer.ok:
        raise RuntimeError(f"not served: {answer}")
    return answer


def swept(worker: Worker, board: Board, many: int = 30) -> list[float]:
    """Microseconds of CPU of the sweep that an arrival wakes, with one clinician at a desk."""
    line = WholeLine(board, None)  # type: ignore[arg-type]
    line.clinician("ana", "Ana")
    presence.go_on_duty(board, "ana")
    found = []
    for _ in range(many):
        sid, _answer = worker.call()
        before = time.thread_time()
        clock.sweep(board)
        found.append((time.thread_time() - before) * 1e6)
        worker.end([sid])
    presence.go_off_duty(board, "ana")
    return found
