"""A PostgreSQL of our own to be ill-treated: ended, made read-only, cut off; reached by a proxy."""

import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from chaos.processes_ills import Ill
from private_postgres import as_account, binaries, free_port, initialise, plain, server_account
from waiting import until

SETTINGS = ("listen_addresses=127.0.0.1", "max_connections=100", "timezone=UTC")
START_SECONDS = 30
BLOCK = 65536


@dataclass
class Cluster:
    """One server, durable as in production, that can be ended and started again."""

    found: Path
    home: Path
    port: int
    proxy: "Proxy"
    server: subprocess.Popen | None = None

    @classmethod
    @contextmanager
    def opened(cls) -> "Iterator[Cluster]":
        found, account = binaries(), server_account()
        assert found is not None, "PostgreSQL not found: apt-get install postgresql"
        home = Path(tempfile.mkdtemp(prefix="chaos-postgres-"))
        if account:
            shutil.chown(home, account.pw_uid, account.pw_gid)
        initialise(found, home, account)
        port = free_port()
        cluster = cls(found, home, port, Proxy(port))
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.proxy.close()
            cluster.end()
            shutil.rmtree(home, ignore_errors=True)

    @property
    def url(self) -> str:
        """Past the proxy, for whoever counts."""
        return f"postgresql+psycopg://diversion@127.0.0.1:{self.port}/postgres"

    @property
    def reached(self) -> str:
        """Through the proxy, for the processes under test."""
        return f"postgresql+psycopg://diversion@127.0.0.1:{self.proxy.port}/postgres"

    def start(self) -> None:
        options = [word for setting in SETTINGS for word in ("-c", setting)]
        command = [self.found / "postgres", "-D", self.home / "data", "-p", str(self.port)]
        with (self.home / "server.log").open("a") as log:
            self.server = subprocess.Popen(
                [*command, "-k", self.home, *options],
                cwd=self.home,
                stdout=subprocess.DEVNULL,
                stderr=log,
                **as_account(server_account()),
            )
        assert until(self._answers, seconds=START_SECONDS), "PostgreSQL did not start"

    def _answers(self) -> bool:
        try:
            psycopg.connect(plain(self.url), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def end(self) -> None:
        """As by a power cut of the server alone: nothing is said to anybody."""
        if self.server:
            self.server.send_signal(3)  # SIGQUIT: immediate
            self.server.wait()

    def read_only(self, *, on: bool) -> None:
        with psycopg.connect(plain(self.url), autocommit=True) as admin:
            admin.execute("SET default_transaction_read_only = off")
            word = "on" if on else "off"
            admin.execute(f"ALTER SYSTEM SET default_transaction_read_only = {word}")
            admin.execute("SELECT pg_reload_conf()")


@dataclass
class Proxy:
    """A wire that can be cut: `silent` carries nothing and says nothing, `cut` refuses."""

    target: int
    mode: str = "open"  # open | silent | cut
    pairs: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True, name="proxy").start()

    def close(self) -> None:
        self.turn("cut")
        self.listener.close()

    def turn(self, mode: str) -> None:
        self.mode = mode
        if mode == "cut":
            for one in list(self.pairs):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(ours,), daemon=True).start()

    def _carry(self, ours: socket.socket) -> None:
        with ours, suppress(OSError):
            if self.mode == "cut":
                return
            while self.mode == "silent":
                time.sleep(0.05)
            with socket.create_connection(("127.0.0.1", self.target), timeout=5) as theirs:
                self.pairs |= {ours, theirs}
                try:
                    self._between(ours, theirs)
                finally:
                    self.pairs -= {ours, theirs}

    def _between(self, ours: socket.socket, theirs: socket.socket) -> None:
        other = {ours: theirs, theirs: ours}
        while self.mode != "cut":
            if self.mode == "silent":
                time.sleep(0.05)
                continue
            for one in select.select([ours, theirs], [], [], 0.2)[0]:
                carried = one.recv(BLOCK)
                if not carried:
                    return
                other[one].sendall(carried)


def ills(cluster: Cluster) -> dict[str, Ill]:
    """The database is ended, read-only, silent or cut off."""

    def restart(seconds: float) -> None:
        cluster.end()
        time.sleep(seconds)
        cluster.start()

    def read_only(seconds: float) -> None:
        cluster.read_only(on=True)
        time.sleep(seconds)
        cluster.read_only(on=False)

    def wire(mode: str) -> Ill:
        def turned(seconds: float) -> None:
            cluster.proxy.turn(mode)
            time.sleep(seconds)
            cluster.proxy.turn("open")

        return turned

    return {
        "PostgreSQL ended and started": restart,
        "PostgreSQL read-only": read_only,
        "PostgreSQL silent": wire("silent"),
        "PostgreSQL cut off": wire("cut"),
    }
