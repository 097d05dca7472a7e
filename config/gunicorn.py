"""How does gunicorn serve the web process? Named by the Procfile, the image and the demo."""

import os
import signal
import threading
from typing import Any

from config.errors import ConfigError
from config.settings import read

try:
    settings = read()
except ConfigError as error:
    raise SystemExit(f"web: {error}") from error


def whole(name: str, default: int, most: int) -> int:
    """What a platform says beside our own settings; a mistake in it has its name too."""
    said = os.environ.get(name) or str(default)
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= most):
        raise SystemExit(f"web: {name}={said!r}: expected a whole number from 1 to {most}")
    return int(said)


bind = f"0.0.0.0:{whole('PORT', 8080, 65_535)}"
worker_class = "gthread"
# SQLite has one writer at a time: a second process would only wait for the first.
workers = whole("WEB_CONCURRENCY", 1 if settings.database_url.startswith("sqlite") else 2, 64)
threads = settings.web_threads
timeout = 30
# A call's webhook is over in 4 s (DESIGN, Numbers).
graceful_timeout = 6
# Longer than Twilio and a proxy keep theirs, so that no request meets a closing connection.
keepalive = 75
# Addresses hold a call's id: the operator's log says what happened, not who asked for what.
accesslog = None
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """At the end, close the desks' event streams: they would outlast any patience."""
    people = worker.wsgi.extensions["people"]
    drain = signal.getsignal(signal.SIGTERM)
    assert callable(drain)

    def end(number: int, frame: Any) -> None:
        # Elsewhere: a signal may come while this very thread holds the feed's lock.
        threading.Thread(target=people.stop, name="last streams").start()
        drain(number, frame)

    signal.signal(signal.SIGTERM, end)
