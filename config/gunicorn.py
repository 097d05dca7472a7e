"""How does gunicorn serve the web process? Named by the Procfile, the image and the demo."""

import os

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
# A desk's event stream never ends by itself; calls' webhooks are over in 4 s (DESIGN, Numbers).
graceful_timeout = 6
# Longer than Twilio and a proxy keep theirs, so that no request meets a closing connection.
keepalive = 75
# Addresses hold a call's id: the operator's log says what happened, not who asked for what.
accesslog = None
control_socket_disable = True
