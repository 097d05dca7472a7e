"""How do several processes start, live and end together?

A child that ends ends them all; so does a signal; and so does the parent's death, however sudden.
"""

import ctypes
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

STARTING_SECONDS = 60.0
DRAINING_SECONDS = 10.0
LOOK_SECONDS = 0.05
LAST_LINES = 12
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True)
class Child:
    """One process; `port` is where it answers `GET /healthz` once it serves, if it does."""

    name: str
    command: Sequence[str]
    port: int | None = None


@dataclass
class Running:
    child: Child
    process: subprocess.Popen[bytes]
    log: Path
    healthy: bool = field(default=False)


class ChildEnded(Exception):
    """A child ended by itself, or never came to serve; says which and its last words."""


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, a service manager, a closed terminal."""


class ProcessTree:
    """A `with` block around everything that was started; leaving it ends everything."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self.environment = dict(environment)
        self.logs = logs
        self.running: list[Running] = []
        self.bell = Bell()

    def __enter__(self) -> Self:
        self.bell.hang()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.end()
        self.bell.take_down()

    def start(self, child: Child) -> None:
        log = self.logs / f"{child.name}.log"
        with log.open("wb") as words:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                child.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C reaches the parent alone, which then ends in order.
                process_group=0,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - one thread, one system call
            )
        self.running.append(Running(child, process, log))

    def wait_until_healthy(self, seconds: float = STARTING_SECONDS) -> None:
        """Raises: ChildEnded, Stopped."""
        give_up_at = time.monotonic() + seconds
        while unhealthy := [one for one in self.running if not one.healthy]:
            self.look(LOOK_SECONDS)
            for one in unhealthy:
                one.healthy = answers(one.child.port)
            if time.monotonic() > give_up_at:
                raise ChildEnded(told(unhealthy[0], f"did not answer within {seconds:.0f} s"))

    def watch(self) -> NoReturn:
        """Returns never. Raises: ChildEnded, Stopped."""
        while True:
            self.look(None)

    def look(self, seconds: float | None) -> None:
        """Wait for the bell, then see whether everybody is well."""
        if self.bell.rang(seconds):
            raise Stopped
        for one in self.running:
            if (code := one.process.poll()) is not None:
                raise ChildEnded(told(one, f"ended with exit code {code}"))

    def end(self) -> None:
        """Ask everybody to finish what they hold; after ten seconds, or a second Ctrl-C, insist."""
        for one in self.running:
            tell(one, signal.SIGTERM)
        give_up_at = time.monotonic() + DRAINING_SECONDS
        while any(one.process.poll() is None for one in self.running):
            left = give_up_at - time.monotonic()
            if left <= 0 or self.bell.rang(min(left, 1)):
                break
        for one in self.running:
            tell(one, signal.SIGKILL)  # And whatever a child left behind in its group.
            one.process.wait()
        self.running.clear()


class Bell:
    """Signals, turned into something that can be waited for with a limit."""

    def __init__(self) -> None:
        self.reads, self.writes = socket.socketpair()
        self.writes.setblocking(False)
        self.before: dict[signal.Signals, object] = {}
        self.wakeup_before = -1

    def hang(self) -> None:
        self.wakeup_before = signal.set_wakeup_fd(self.writes.fileno(), warn_on_full_buffer=False)
        for number in (*STOPPING, signal.SIGCHLD):
            self.before[number] = signal.signal(number, lambda *_: None)

    def take_down(self) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        signal.set_wakeup_fd(self.wakeup_before)
        self.reads.close()
        self.writes.close()

    def rang(self, seconds: float | None) -> bool:
        """True when the end was asked for; False when time was up or a child ended."""
        ready, _, _ = select.select([self.reads], [], [], seconds)
        return bool(ready) and any(number in STOPPING for number in self.reads.recv(256))


def answers(port: int | None) -> bool:
    """A process without a port is well while it lives."""
    if port is None:
        return True
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def die_with(parent: int) -> Callable[[], None] | None:
    """What a child does first so that it does not outlive a parent killed without warning."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def before_anything() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # It was already gone when we asked.
            os._exit(1)

    return before_anything


def tell(one: Running, number: signal.Signals) -> None:
    try:
        os.killpg(one.process.pid, number)
    except (ProcessLookupError, PermissionError):  # Gone; a Mac says "not permitted" of the dead.
        return


def told(one: Running, what: str) -> str:
    lines = one.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    words = "".join(f"\n  | {line}" for line in lines)
    return f"{one.child.name} {what}; its words are in {one.log}{words}"
