"""What does the demo stand on: its folder, secrets, settings and the telephone world around it?"""

import fcntl
import hashlib
import json
import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from config import lines
from config import settings as environment
from config.errors import ConfigError
from config.lines import Line, LineBook

HERE = "127.0.0.1"
PORTS = range(1, 65_536)
MIGRATIONS = Path(__file__).parents[1] / "storage" / "migrations" / "versions"
# Recognisable at a glance as nobody's account; the emulator refuses to run beside a real one.
FAKE = "e0" * 8 + "0" * 16


class CannotStart(Exception):
    """One line: what is in the way, and what to do about it."""


@dataclass(frozen=True)
class Options:
    port: int
    emulator_port: int
    fresh: bool
    var: Path

    @property
    def database(self) -> Path:
        return self.var / "demo.db"


def make_room(options: Options) -> None:
    try:
        for folder in (options.var, options.var / "log", options.var / "secrets"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (options.var / "lock").touch()
    except OSError as error:
        raise CannotStart(
            f"cannot write to {options.var}: copy the project to a folder of yours "
            f"and run it there ({error.strerror})"
        ) from error


def claim(options: Options) -> TextIO:
    """One demo a folder: keep what this returns for as long as it is yours."""
    held = (options.var / "lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        raise CannotStart(
            f"another demo runs in {options.var.parent}: end it with Ctrl-C in its window"
        ) from error
    return held


def refuse_same(options: Options) -> None:
    if options.port == options.emulator_port:
        raise CannotStart(
            f"desk and phones cannot share port {options.port}: choose another with --port PORT"
        )


def refuse_taken(port: int, option: str) -> None:
    if port not in PORTS:
        raise CannotStart(f"there is no port {port}: choose one to 65535 with {option} PORT")
    with socket.socket() as probe:
        # As the servers do: a connection still closing from the last demo does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, port))
        except OSError as error:
            raise CannotStart(
                f"port {port} is taken: end what uses it, or choose another with {option} PORT"
            ) from error


def settings(options: Options) -> dict[str, str]:
    """The demo's answers to docs/settings.md, over whatever the environment says."""
    emulator = f"http://localhost:{options.emulator_port}"
    return {
        "DATABASE_URL": f"sqlite:///{options.database}",
        "PUBLIC_BASE_URL": f"http://localhost:{options.port}",
        "SECRET_KEY": secret(options, "secret_key"),
        "TWILIO_ACCOUNT_SID": f"AC{FAKE}",
        "TWILIO_AUTH_TOKEN": secret(options, "twilio_auth_token"),
        "TWILIO_API_KEY": f"SK{FAKE}",
        "TWILIO_API_SECRET": secret(options, "twilio_api_secret"),
        "TWILIO_TWIML_APP_SID": f"AP{FAKE}",
        "TWILIO_API_BASE_URL": emulator,
        "SOFTPHONE_HOST": f"localhost:{options.emulator_port}",
        "SNAPSHOT_DIR": str(options.var),
        "DEMO": "true",
        "PORT": str(options.port),
        "PYTHONUNBUFFERED": "1",
    }


def secret(options: Options, name: str) -> str:
    """Made once for this folder, readable by its owner alone."""
    path = options.var / "secrets" / name
    if not path.exists():
        write_for_owner(path, secrets.token_hex(32))
    return path.read_text(encoding="utf-8")


def shaped_already(options: Options) -> bool:
    """Asking Alembic costs a third of a second; the migrations' own text is as good an answer."""
    noted = shape_note(options)
    return options.database.exists() and noted.exists() and noted.read_text() == shape()


def note_shape(options: Options) -> None:
    shape_note(options).write_text(shape())


def shape_note(options: Options) -> Path:
    return options.var / f"{options.database.name}.shape"


def shape() -> str:
    """One word for all the migrations this version has."""
    digest = hashlib.sha256()
    for path in sorted(MIGRATIONS.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def line_book() -> LineBook:
    try:
        return lines.read(environment.read().line_file)
    except ConfigError as why:
        raise CannotStart(str(why)) from why


def ours(book: LineBook) -> dict[str, str]:
    """Every number of the house, and what it is called."""
    beacons = {number: f"{line.name}, is ready" for number, line in book.by_ready_number.items()}
    return {number: line.name for number, line in book.by_number.items()} | beacons


def write_world(options: Options, book: LineBook) -> None:
    """What a coordinator enters at Twilio (docs/runbook.md), and who is at the other numbers."""
    door = f"http://localhost:{options.port}/voice"
    urls = {
        "voice_url": f"{door}/arrived",
        "voice_fallback_url": f"{door}/fallback",
        "status_callback": f"{door}/ended",
        "sms_url": f"http://localhost:{options.port}/text/received",
    }
    every_line = book.lines.values()
    world = {
        "account_sid": os.environ["TWILIO_ACCOUNT_SID"],
        "auth_token": os.environ["TWILIO_AUTH_TOKEN"],
        "api_key": os.environ["TWILIO_API_KEY"],
        "api_secret": os.environ["TWILIO_API_SECRET"],
        "port": options.emulator_port,
        "numbers": [
            {"number": number, "name": name, **urls} for number, name in ours(book).items()
        ],
        "applications": [
            {
                "sid": os.environ["TWILIO_TWIML_APP_SID"],
                "name": "The desk",
                "voice_url": f"{door}/desk",
            }
        ],
        "people": [answers(number, name) for number, name in neighbours(every_line).items()],
    }
    write_for_owner(options.var / "emulator.json", json.dumps(world, indent=2))


def neighbours(every_line: Iterable[Line]) -> dict[str, str]:
    """The numbers of other houses that we dial: each line's partner, each 911 centre's own line."""
    partners = {line.partner_number: line.partner_name for line in every_line}
    return partners | {line.return_number: line.name for line in every_line if line.return_number}


def answers(number: str, name: str) -> dict[str, str]:
    return {"number": number, "name": name, "habit": "answers"}


def write_for_owner(path: Path, text: str) -> None:
    """Secrets: for their owner alone from the first byte on."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)
