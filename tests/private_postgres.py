"""How do the tests get a PostgreSQL of their own, and how does it surely end with them?

`start(owner)` runs this file as a guardian process: it makes a cluster in a temporary folder,
starts it, says its address, and then waits for the lock on `owner` that the test session holds.
The lock comes free however the session ends, even killed; then the guardian stops and removes all.
"""

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

INSTALL = "PostgreSQL not found: apt-get install postgresql"
TEMPLATE = "diversion_template"
PORT_RETRIES = 5
START_SECONDS = 60
STRATEGY_SINCE = 150000
MEMORY = Path("/dev/shm")  # Linux's disk in memory: there a database is made in a tenth of the time
ROOM_BYTES = 2 << 30


def binaries() -> Path | None:
    """Newest installed server first: Debian keeps it off the PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda found: int(found.parts[-3]) if found.parts[-3].isdigit() else 0,
    )
    on_path = shutil.which("initdb")
    found = debian[-1] if debian else on_path and Path(on_path).resolve()
    return Path(found).parent if found else None


def shared(folder: Path) -> str:
    """The address of this session's one cluster; the first worker to ask starts it."""
    owner, said = folder / "session.lock", folder / "postgres.url"
    with (folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            said.write_text(start(owner), encoding="utf-8")
    return said.read_text(encoding="utf-8")


def start(owner: Path) -> str:
    command = [sys.executable, str(Path(__file__).resolve()), str(owner)]
    guardian = subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, start_new_session=True
    )
    assert guardian.stdout is not None
    with guardian.stdout as said:
        url = said.readline().strip()
    if not url:
        guardian.wait()
        raise RuntimeError("the private PostgreSQL did not start; its own words are above")
    guardian.returncode = 0  # It outlives this worker on purpose; no warning is owed.
    return url


def migrated_template(url: str) -> None:
    """Make the template that each test's database is copied from, once per cluster."""
    from storage.migrate import upgrade

    with psycopg.connect(plain(url), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(911)")
        known = admin.execute(
            "SELECT datistemplate FROM pg_database WHERE datname = %s", [TEMPLATE]
        )
        if known.fetchone() == (True,):
            return
        admin.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {TEMPLATE}")
        upgrade(named(url, TEMPLATE))
        # Copying needs a template that nobody is connected to.
        admin.execute(f"ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [TEMPLATE]
        )


def administrator(url: str) -> psycopg.Connection:
    """To keep, where many databases are made: opening it costs a third of making one."""
    return psycopg.connect(plain(url), autocommit=True)


def create(url: str, name: str) -> str:
    with administrator(url) as admin:
        copy(admin, name)
    return named(url, name)


def copy(admin: psycopg.Connection, name: str) -> None:
    admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}{by_copying(admin)}")


def by_copying(admin: psycopg.Connection) -> str:
    """From version 15 on a template goes through the log unless one asks: a copy is faster."""
    return " STRATEGY FILE_COPY" if admin.info.server_version >= STRATEGY_SINCE else ""


def drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def named(url: str, database: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{database}"


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


# From here on: the guardian.


def guard(owner: Path) -> None:
    found = binaries()
    if found is None:
        raise SystemExit(INSTALL)
    account = server_account()
    # Not under the tests' own folder: that one is closed to the account the server runs as.
    home = Path(tempfile.mkdtemp(prefix="diversion-postgres-", dir=fast_disk()))
    if account:
        os.chown(home, account.pw_uid, account.pw_gid)
    with owner.open("r") as session:  # Before anything starts, so that its end cannot be missed.
        try:
            initialise(found, home, account)
            server, url = serve(found, home, account)
            say(url)
            fcntl.flock(session, fcntl.LOCK_EX)
            server.send_signal(signal.SIGQUIT)
            server.wait()
        finally:
            shutil.rmtree(home, ignore_errors=True)
            shutil.rmtree(owner.parent, ignore_errors=True)


def fast_disk() -> Path | None:
    """Where there is one with room to spare; None: the usual place."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return None
    return MEMORY


def say(url: str) -> None:
    """The starter reads one line and then the end of it."""
    print(url, flush=True)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def server_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def as_account(account: pwd.struct_passwd | None) -> dict:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def initialise(found: Path, home: Path, account: pwd.struct_passwd | None) -> None:
    options = ["-U", "diversion", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
    made = subprocess.run(
        [found / "initdb", "-D", home / "data", *options],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        **as_account(account),
    )
    if made.returncode:
        raise SystemExit(made.stderr)


def serve(
    found: Path, home: Path, account: pwd.struct_passwd | None
) -> tuple[subprocess.Popen, str]:
    for _ in range(PORT_RETRIES):
        port = free_port()
        url = f"postgresql+psycopg://diversion@127.0.0.1:{port}/postgres"
        with (home / "server.log").open("a") as log:
            server = subprocess.Popen(
                [found / "postgres", "-D", home / "data", "-p", str(port), "-k", home, *QUICK],
                cwd=home,
                stdout=subprocess.DEVNULL,
                stderr=log,
                **as_account(account),
            )
        if answers(server, url):
            return server, url
    raise SystemExit((home / "server.log").read_text())


# A test's data need not survive a power cut.
QUICK = [
    option
    for setting in (
        "listen_addresses=127.0.0.1",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "wal_level=minimal",
        "max_wal_senders=0",
        "autovacuum=off",
        "shared_buffers=64MB",
        "max_wal_size=256MB",
        "max_connections=200",
        "timezone=UTC",
    )
    for option in ("-c", setting)
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(server: subprocess.Popen, url: str) -> bool:
    """True once it takes connections; False if it ended, for example for a port just taken."""
    from waiting import until

    def ended_or_open() -> str | None:
        if server.poll() is not None:
            return "ended"
        try:
            psycopg.connect(plain(url), connect_timeout=5).close()
        except psycopg.OperationalError:
            return None
        return "open"

    return until(ended_or_open, seconds=START_SECONDS) == "open"


if __name__ == "__main__":
    guard(Path(sys.argv[1]))
