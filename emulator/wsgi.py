"""How do webhooks reach an application in the same process, on the virtual clock?"""

import io
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from emulator.clock import Clock
from emulator.web import Done, Timeouts, WebAnswer, WebError, WebRequest, WebResponse

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class WsgiTransport:
    """Calls WSGI applications at the virtual instant their request would arrive.

    `app` is one application for every URL, or a mapping from base-URL prefix to application; a
    URL no prefix matches is a host that does not exist. `latency` is the seconds of a round trip.
    """

    def __init__(
        self, app: WsgiApp | Mapping[str, WsgiApp], clock: Clock, latency: float = 0.02
    ) -> None:
        self._apps = dict(app) if isinstance(app, Mapping) else {"": app}
        self._clock, self.latency = clock, latency

    def fetch(self, request: WebRequest, done: Done, *, timeouts: Timeouts) -> None:
        if self.latency > timeouts.read:
            self._clock.call_later(timeouts.read, done, WebError("rt", "no answer in time"))
            return
        self._clock.call_later(self.latency / 2, self._arrive, request, done)

    def _arrive(self, request: WebRequest, done: Done) -> None:
        self._clock.call_later(self.latency / 2, done, self._answer(request))

    def _answer(self, request: WebRequest) -> WebAnswer:
        fits = [prefix for prefix in self._apps if request.url.startswith(prefix)]
        if not fits:
            return WebError("dns", f"no application serves {request.url}")
        return call_wsgi(self._apps[max(fits, key=len)], request)


def call_wsgi(app: WsgiApp, request: WebRequest) -> WebResponse:
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], object]:
        started.append((status, list(headers)))
        return written.append

    chunks = app(_environ(request), start_response)
    try:
        body = b"".join([*chunks])
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    return WebResponse(int(status.split(" ", 1)[0]), headers, b"".join(written) + body)


def _environ(request: WebRequest) -> dict[str, Any]:
    parts = urlsplit(request.url)
    host = parts.netloc.rpartition("@")[2]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path, "latin-1") or "/",
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ
