"""The whole line as real processes: 2 web workers, 2 clocks, a supervisor, and the emulator.

The listening socket belongs to the supervisor, as with systemd's socket activation: a web process
that dies refuses nobody, its callers wait a second in the socket's queue.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from whole_line import carrier_at, settings

from config.settings import Settings
from emulator.serve import ServedElsewhere, serve_in_thread
from storage.store import Store
from switchboard.board import Board, make_board

MORTAL = Path(__file__).with_name("processes_mortal.py")
LOOK_SECONDS = 0.1
WORKERS = 2


@dataclass
class Child:
    name: str
    command: list[str]
    log: Path
    environ: dict[str, str]
    process: subprocess.Popen | None = None


@dataclass
class Line:
    """What the tests need: who runs, the emulator's people, and our own look at the database."""

    board: Board
    emulator: ServedElsewhere
    settings: Settings
    points: Path
    listener: socket.socket
    children: dict[str, Child] = field(default_factory=dict)
    accidents: list[str] = field(default_factory=list)  # processes that ended by themselves
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self, name: str, role: str, environ: dict[str, str]) -> None:
        command = [sys.executable, str(MORTAL), str(self.points), role]
        if role == "web":
            number = self.listener.fileno()
            command += ["--bind", f"fd://{number}", "webhooks:create_app()"]
        child = Child(name, command, self.points / f"{name}.log", environ)
        self.children[name] = child
        self._spawn(child)

    def renew(self, name: str) -> None:
        """Start another in its place; the one before goes on, and is the caller's to end."""
        self._spawn(self.children[name])

    def _spawn(self, child: Child) -> None:
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                env=child.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[self.listener.fileno()],
                process_group=0,
            )

    def supervise(self) -> None:
        """Start again whatever ended, as a service manager does."""
        while not self.stopping.wait(LOOK_SECONDS):
            for child in self.children.values():
                assert child.process is not None
                code = child.process.poll()
                if code is None:
                    continue
                if code != -signal.SIGKILL:
                    self.accidents.append(f"{child.name} ended by itself with {code}")
                self._spawn(child)

    def pids(self, name: str) -> list[int]:
        """The process ids that do the work of `name`: a web's workers, or the clock itself."""
        child = self.children[name].process
        assert child is not None
        return workers_of(child.pid) if name == "web" else [child.pid]

    def close(self) -> None:
        self.stopping.set()
        for child in self.children.values():
            if child.process is None:
                continue
            for pid in [*workers_of(child.process.pid), child.process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            with suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()


def workers_of(pid: int) -> list[int]:
    try:
        said = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(one) for one in said.split()]


@contextmanager
def running(database_url: str, folder: Path, reached_by: str = "") -> Iterator[Line]:
    """Everything, until the `with` ends. `reached_by`: how the processes reach the database."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with serve_in_thread(carrier_at(base)) as emulator:
        emulator.do(lambda there: setattr(there.emulator, "calls_per_second", 50.0))
        given = settings(database_url, base, emulator.url).model_copy(
            update={"snapshot_dir": folder / "snapshot", "log_level": "warning"}
        )
        board = make_board(given, store=Store(database_url))
        line = Line(board, emulator, given, folder, listener)
        environ = environment(given, reached_by or database_url)
        try:
            for name, role in (("web", "web"), ("clock-1", "clock"), ("clock-2", "clock")):
                line.start(name, role, environ)
            supervisor = threading.Thread(target=line.supervise, daemon=True)
            supervisor.start()
            yield line
        finally:
            line.stopping.set()
            supervisor.join()
            line.close()
            listener.close()
            board.store.close()


def environment(given: Settings, database_url: str) -> dict[str, str]:
    names = (
        "public_base_url secret_key twilio_account_sid twilio_auth_token twilio_api_key"
        " twilio_api_secret twilio_twiml_app_sid twilio_api_base_url softphone_host snapshot_dir"
        " log_level demo"
    )
    facts = {name: getattr(given, name) for name in names.split()}
    said = {
        name.upper(): str(getattr(value, "get_secret_value", lambda value=value: value)())
        for name, value in facts.items()
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {"DATABASE_URL": database_url, "WEB_CONCURRENCY": str(WORKERS), "WEB_THREADS": "24"}
    return kept | said | own | {"PYTHONHASHSEED": str(secrets.randbelow(1000))}
