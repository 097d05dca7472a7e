"""Replace the running web and clock processes one by one, under load, and count what failed."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from chaos.processes import WARM_SECONDS, Killer, Outcome, _come_to_rest, healthy, until
from chaos.processes_count import count
from chaos.processes_line import WORKERS, Line
from chaos.processes_people import Callers, cast
from sqlalchemy import text

from emulator.timeline import Exchange
from switchboard import snapshot

OUR_FAULT, LATER = 500, 503
DRAIN_SECONDS = 30  # a busy machine included; gunicorn gives its workers 6
A_COLUMN = "ALTER TABLE calls ADD COLUMN of_tomorrow VARCHAR(40)"
A_REVISION = "UPDATE alembic_version SET version_num = 'tomorrow'"


@dataclass
class Rolled:
    """What a round of restarts cost."""

    outcome: Outcome
    failed: list[str]  # no answer, a broken one, or an accident of ours
    later: int  # status webhooks told to come again: the database was busy (503)
    restarts: int

    def bad(self) -> list[str]:
        return [*(f"a webhook failed: {one}" for one in self.failed), *self.outcome.bad()]

    def __str__(self) -> str:
        return (
            f"{self.restarts} restarts, {len(self.failed)} webhooks failed,"
            f" {self.later} asked to come again\n{self.outcome.count}"
        )


def rolls(
    line: Line,
    restarts: int,
    *,
    migrated: bool = False,
    said: Callable[[str], None] = lambda _words: None,
) -> Rolled:
    """Load, restarts of everything in turn, quiet, the count. `migrated`: tomorrow's tables."""
    people = cast(line)
    until(lambda: len(line.pids("web")) == WORKERS and healthy(line), WARM_SECONDS)
    until(lambda: snapshot.path(line.settings).exists(), WARM_SECONDS)
    callers = Callers(line, seed=restarts)
    callers.start()
    if migrated:
        with line.board.store.begin() as rows:
            rows.calls.connection.execute(text(A_COLUMN))
            rows.calls.connection.execute(text(A_REVISION))
    for number in range(restarts):
        name = ("web", "clock-1", "clock-2")[number % 3]
        seconds = replaced(line, name)
        said(f"{number + 1:>5}  {name} replaced; the old one drained in {seconds:.1f} s")
    callers.stopping.set()
    callers.join()
    _come_to_rest(line, callers, Killer(line, 1, 1, said))
    for one in people:
        one.stopping.set()
    for one in people:
        one.join()
    answers = sum(one.answers for one in people)
    outcome = Outcome(
        count(line, callers.legs), [], Killer(line, 1, 1, said).passed, line.accidents, answers
    )
    exchanges = line.emulator.do(lambda there: list(there.emulator.timeline.exchanges))
    failed = [_words(one) for one in exchanges if _failed(one)]
    return Rolled(outcome, failed, sum(one.status == LATER for one in exchanges), restarts)


def replaced(line: Line, name: str) -> float:
    """Start the new process beside the old, then SIGTERM the old; how long it drained, seconds."""
    child = line.children[name]
    old = child.process
    assert old is not None
    line.renew(name)
    wanted = WORKERS if name == "web" else 1
    until(lambda: len(line.pids(name)) >= wanted and healthy(line), WARM_SECONDS)
    began = time.monotonic()
    old.send_signal(signal.SIGTERM)
    if not until(lambda: old.poll() is not None, DRAIN_SECONDS):
        line.accidents.append(f"{name} did not drain within {DRAIN_SECONDS} s")
        old.kill()
    if old.wait() not in (0, -signal.SIGTERM):
        line.accidents.append(f"{name} drained with {old.returncode}")
    return time.monotonic() - began


def _failed(one: Exchange) -> bool:
    """Not answered, or answered by an accident; what a test's own end cut short is none."""
    ours = urlsplit(one.url).path.startswith("/voice/") and one.method == "POST"
    return ours and (bool(one.failure) or ((one.status or 0) >= OUR_FAULT and one.status != LATER))


def _words(one: Exchange) -> str:
    return f"{one.url} {one.failure or one.status} after {one.seconds:.2f} s"
