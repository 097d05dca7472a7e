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

bind = f"0.0.0.0:{os.environ.get('PORT', '8080')}"
worker_class = "gthread"
# SQLite has one writer at a time: a second process would only wait for the first.
workers = 1 if settings.database_url.startswith("sqlite") else 2
workers = int(os.environ.get("WEB_CONCURRENCY", workers))
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
