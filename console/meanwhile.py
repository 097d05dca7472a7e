"""Who answers for the pages while they are still being built? Whoever asks for one waits for them.

Sign-in, its tables and every page take half of a start, and no caller waits for those.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

import structlog
from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger()


class Meanwhile:
    """The people door as a WSGI application, built on a thread of its own from now on."""

    def __init__(self, build: Callable[[], Flask], failed: Callable[[], None]) -> None:
        """`failed` is called when it cannot be built."""
        self._built: Future[Flask] = Future()
        Thread(target=self._build, args=(build, failed), name="people door", daemon=True).start()

    def _build(self, build: Callable[[], Flask], failed: Callable[[], None]) -> None:
        try:
            self._built.set_result(build())
        except Exception as error:
            log.exception("the people door could not be built")
            self._built.set_exception(error)
            failed()

    @property
    def app(self) -> Flask:
        """The people door, waited for. Raises what kept it from being built."""
        return self._built.result()

    def stop(self) -> None:
        """Close the open pages' event streams."""
        self.app.extensions["console_feed"].stop()

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        return self.app.wsgi_app(environ, start)
