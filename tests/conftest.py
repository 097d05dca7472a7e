"""What does every test stand on: a database of its own, a browser, the oracles, a closed network?"""

import fcntl
import gc
import json
import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import built_once
import hypothesis
import network_guard
import private_postgres
import psycopg
import pytest
from needed import missing

from storage import engine

ROOT = Path(__file__).resolve().parent.parent
SESSION = pytest.StashKey[Path]()
HELD = pytest.StashKey()
# The first is Chromium without what nobody sees: a third less work for the same page.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)

LONG = ("chaos", "pages")  # real processes, real browsers
LONGEST = ("test_simulation.py", "test_rolling.py", "test_processes.py", "test_planted.py")

# The same examples every time, and no deadline that a busy machine could miss.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """The controller holds a lock as long as it lives; helpers that wait for it then end too."""
    engine.SYNCHRONOUS = (
        "OFF"  # no test cuts the power, and waiting for the disk is half of a suite
    )
    built_once.install()
    if memory := private_postgres.fast_disk():  # where pytest keeps the folders of tests
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    worker = getattr(config, "workerinput", None)
    if worker:
        config.stash[SESSION] = Path(worker["session_folder"])
        return
    folder = Path(tempfile.mkdtemp(prefix="diversion-tests-"))
    held = (folder / "session.lock").open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    config.stash[SESSION], config.stash[HELD] = folder, held


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with its share of the long ones; the short ones are left for the end.

    `--dist worksteal` gives each worker a stretch of the list, and whoever is done takes from
    the end of another's.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    files = sorted({item.path: None for item in items}, key=_shortness)
    place = {path: (at % workers, at) for at, path in enumerate(files)}
    items.sort(key=lambda item: place[item.path])


def _shortness(path: Path) -> int:
    return 0 if path.name in LONGEST else 1 if path.parent.name in LONG else 2


def pytest_collection_finish() -> None:
    """Thousands of tests stay as long as the process: its garbage is not sought among them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    node.workerinput["session_folder"] = str(node.config.stash[SESSION])


def pytest_unconfigure(config: pytest.Config) -> None:
    held = config.stash.get(HELD, None)
    if held:
        held.close()
        shutil.rmtree(config.stash[SESSION], ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> None:
    network_guard.install()


@pytest.fixture(autouse=True)
def stays_on_this_machine(closed_network: None) -> Iterator[None]:
    """A swallowed refusal must still fail its test."""
    network_guard.refused.clear()
    yield
    outside, network_guard.refused[:] = list(network_guard.refused), []
    assert not outside, f"tried to reach {', '.join(sorted(set(outside)))}"


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """The maintenance database of this session's private cluster."""
    if private_postgres.binaries() is None:
        missing(private_postgres.INSTALL)
    return private_postgres.shared(request.config.stash[SESSION])


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from storage.migrate import upgrade

    path = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as template:
        template.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    template.close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    private_postgres.migrated_template(postgres_url)
    return postgres_url


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated, empty SQLite database."""
    copy = shutil.copy(sqlite_template, tmp_path / "line.db")
    return f"sqlite:///{copy}"


@pytest.fixture(scope="session")
def postgres_administrator(postgres_template: str) -> Iterator[psycopg.Connection]:
    with private_postgres.administrator(postgres_template) as kept:
        yield kept


@pytest.fixture
def postgres_database(
    postgres_template: str, postgres_administrator: psycopg.Connection
) -> Iterator[str]:
    """The URL of a fresh, migrated, empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    private_postgres.copy(postgres_administrator, name)
    yield private_postgres.named(postgres_template, name)
    private_postgres.drop(postgres_administrator, name)


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated, empty database; the test runs once on each kind."""
    kind = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param]
    return request.getfixturevalue(kind)


@pytest.fixture(scope="session")
def oracles() -> Path:
    """Third-party captures, schemas and vectors that our answers are held against."""
    folder = ROOT.parent / "shared" / "oracles"
    if not folder.is_dir():
        missing(f"no third-party oracles: this test reads them from {folder}")
    return folder


@pytest.fixture(scope="session")
def captures(oracles: Path) -> list[dict[str, Any]]:
    """Webhooks that others have received: each with an `id`, and its `params`."""
    found = json.loads((oracles / "webhook_captures.json").read_text("utf-8"))["payloads"]
    assert len(found) > 30
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a real browser."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        missing("Chromium not found: apt-get install chromium-headless-shell")
    return found
