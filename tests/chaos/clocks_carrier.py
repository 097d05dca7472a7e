"""As much of a carrier as rings a phone, lists what it rang, and sometimes does not say so."""

import json
import re
import secrets
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

ATTEMPT = re.compile(r"/person/([^/]+)/")
DROPS_REPLY = 0.01  # it rang, and the line broke before it said so
DROPS_REQUEST = 0.005  # the line broke before it rang


@dataclass
class Rung:
    """Every ring, by the attempt that its address names."""

    attempts: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)
    cut: int = 0  # requests that were broken off before anything rang

    def ring(self, to: str, from_: str, url: str) -> dict[str, Any]:
        now = datetime.now(UTC)
        leg = {"sid": f"CA{secrets.token_hex(16)}", "to": to, "from": from_, "status": "ringing"}
        leg["date_created"] = format_datetime(now)
        found = ATTEMPT.search(url)
        with self.lock:
            self.attempts[found[1] if found else url].append(now)
            self.numbers[to].append(leg)
        return leg


class Server(ThreadingHTTPServer):
    """A clock that is killed leaves its lines broken: nothing to tell of."""

    def handle_error(self, *_said: object) -> None:
        """Say nothing."""


@contextmanager
def carrier(seed: int, seconds: float = 0, *, breaks: bool = True):
    """A server on this machine, each request of which takes so long: what it rang, its address."""
    rung, dice = Rung(), Random(seed)

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *said: object) -> None:
            """Nothing is told: there are fifty thousand of them."""

        def do_POST(self) -> None:
            form = {k: v[0] for k, v in parse_qs(self._body().decode()).items()}
            if "To" not in form:
                self._say(200, {"sid": "CA", "status": "completed"})
                return
            chance = dice.random() if breaks else 1.0
            if chance < DROPS_REQUEST:
                with rung.lock:
                    rung.cut += 1
                self.close_connection = True
                return
            time.sleep(seconds * dice.random())
            leg = rung.ring(form["To"], form["From"], form["Url"])
            time.sleep(seconds * dice.random())
            if chance < DROPS_REQUEST + DROPS_REPLY:
                self.close_connection = True
                return
            self._say(201, leg)

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = parse_qs(address.query)
            with rung.lock:
                legs = list(rung.numbers.get(asked.get("To", [""])[0], []))
            what = address.path.rpartition("/")[2].removesuffix(".json").lower()
            self._say(200, {what: legs if what == "calls" else [], "next_page_uri": None})

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def _say(self, status: int, what: dict[str, Any]) -> None:
            text = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    server = Server(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    try:
        yield rung, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
