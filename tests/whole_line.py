"""The whole line served on this machine: web process, sweeper, and the emulator in Twilio's place."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rosters import promised
from werkzeug.serving import make_server

from config.settings import Settings
from emulator import engine
from emulator.configuration import Configuration
from emulator.serve import ServedElsewhere, serve_in_thread
from storage.values import Person
from switchboard import clock
from switchboard.board import Board, make_board
from switchboard.links import link
from webhooks import create_app

APPLICATION = "APe0e0e0e0e0e0e0e00000000000000001"
RIVERTON = "+13145550101"
TICK_SECONDS = 0.2


@dataclass
class WholeLine:
    """What a journey needs: the switchboard, and the emulator's phones."""

    board: Board
    emulator: ServedElsewhere

    def link(self, name: str) -> str:
        return link(self.board.settings, f"{name}@example.org")

    def clinician(self, person_id: str, name: str, *roles: str) -> None:
        """Somebody who is on call, first tier, from five hours ago to five hours on."""
        now = datetime.now(UTC)
        with self.board.store.begin() as rows:
            rows.people.add(
                Person(
                    id=person_id,
                    name=name,
                    email=f"{person_id}@example.org",
                    phone=None,
                    languages=("en",),
                    skills=(),
                    zone="America/Chicago",
                    auto_answer=False,
                    active=True,
                    roles=("clinician", *roles),
                )
            )
            hours = now - timedelta(hours=5), now + timedelta(hours=5)
            promised(rows, person_id, "primary", *hours)

    def transfers(self, shown: str = "+13145550177", line: str = RIVERTON) -> None:
        """A dispatcher presses transfer."""
        self.emulator.do(lambda there: there.emulator.phone(shown).dials(line))


@contextmanager
def running(database_url: str) -> Iterator[WholeLine]:
    """Everything, until the `with` ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with serve_in_thread(carrier_at(base)) as emulator:
        board = make_board(settings(database_url, base, emulator.url))
        app = create_app(board)
        server = make_server("127.0.0.1", 0, app, threaded=True, fd=listener.fileno())
        server.daemon_threads = False  # closing it waits for every answer
        stopping = threading.Event()
        threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True),
            threading.Thread(target=tick, args=(board, stopping), daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            yield WholeLine(board, emulator)
        finally:
            stopping.set()
            app.extensions["people"].stop()
            server.shutdown()
            for thread in threads:
                thread.join()
            server.server_close()
            listener.close()
            board.store.close()


def carrier_at(base: str) -> Configuration:
    urls = {
        "voice_url": f"{base}/voice/arrived",
        "voice_fallback_url": f"{base}/voice/fallback",
        "status_callback": f"{base}/voice/ended",
    }
    numbers = [{"number": f"+1314555010{n}", **urls} for n in range(3)]
    desk = {"sid": APPLICATION, "voice_url": f"{base}/voice/desk"}
    return Configuration(port=0, quiet=True, numbers=numbers, applications=[desk])


def settings(database_url: str, base: str, emulator_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        public_base_url=base,
        secret_key="the whole line's secret, of thirty-two characters",
        twilio_account_sid=engine.FAKE_ACCOUNT,
        twilio_auth_token=engine.FAKE_TOKEN,
        twilio_api_key=engine.FAKE_KEY,
        twilio_api_secret=engine.FAKE_SECRET,
        twilio_twiml_app_sid=APPLICATION,
        twilio_api_base_url=emulator_url,
        softphone_host=emulator_url.removeprefix("http://"),
        demo=True,
    )


def tick(board: Board, stopping: threading.Event) -> None:
    while not stopping.wait(TICK_SECONDS):
        clock.sweep(board)
