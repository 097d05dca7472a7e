"""How is the web process started for measuring: the same gunicorn, a database and a port of its own?"""

import http.client
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from private_postgres import free_port
from pydantic import SecretStr
from whole_line import settings as settings_of_the_line

from config.settings import Settings
from switchboard.process_tree import Child, ProcessTree, told

ROOT = Path(__file__).resolve().parents[2]
HERE = "127.0.0.1"
NOBODY = "http://127.0.0.1:9"  # no emulator: nothing of this measurement asks the carrier
MEASURED = "bench.app:create_app()"
REAL = "webhooks:create_app()"


def settings(database_url: str, port: int, emulator_url: str = NOBODY) -> Settings:
    return settings_of_the_line(database_url, f"http://{HERE}:{port}", emulator_url)


def environment(chosen: Settings, logs: Path) -> dict[str, str]:
    """The settings as a process reads them."""
    said = {name.upper(): plain(getattr(chosen, name)) for name in chosen.model_fields_set}
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    ours = {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
        "SNAPSHOT_DIR": str(logs),
        "LOG_LEVEL": "warning",
        "WEB_CONCURRENCY": "1",
    }
    return inherited | ours | said


def plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def web(port: int, app: str) -> Child:
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
    return Child("web", [*command, "--bind", f"{HERE}:{port}", app], port)


def clock() -> Child:
    return Child("clock", [sys.executable, "-m", "switchboard", "clock"])


@contextmanager
def serving(database_url: str, logs: Path, app: str) -> Iterator[Settings]:
    """One web process, until the `with` ends."""
    chosen = settings(database_url, free_port())
    port = int(chosen.public_base_url.rpartition(":")[2])
    with ProcessTree(environment(chosen, logs), logs) as tree:
        tree.start(web(port, app))
        tree.wait_until_healthy()
        try:
            yield chosen
        except Exception as error:
            error.add_note(told(tree.running[0], "was asked"))
            raise


def seconds_to_serve(database_url: str, logs: Path) -> float:
    """From starting the command to the first healthy answer."""
    port = free_port()
    with ProcessTree(environment(settings(database_url, port), logs), logs) as tree:
        began = time.perf_counter()
        tree.start(web(port, REAL))
        while not healthy(port):
            tree.look(0.005)
        return time.perf_counter() - began


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HERE, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
