"""How do open pages learn that something changed, without ever starving the webhooks?

One watcher a process, fanned out to one queue per open page. A page holds a thread of the server
while its stream is open, so at most `threads - 16` may; the others poll (DESIGN, Servers).
"""

import queue
import threading
import time
from collections.abc import Iterator

from flask import Response, current_app

from storage.store import Store
from storage.watch import Watcher
from switchboard.board import Board

FREE_THREADS = 16  # always left for webhooks and pages
QUIET_SECONDS = 10  # then a comment, which also notices a page that has gone
LIFE_SECONDS = 600  # then the page opens a new one, and is asked again who it is
RETRY_MS = 2000


class Feed:
    """The change notices of one process."""

    def __init__(self, store: Store, most: int) -> None:
        """Ready, not started: a forked worker starts its own watcher with its first page."""
        self._store, self.most = store, most
        self._lock = threading.Lock()
        self._pages: set[queue.SimpleQueue[bool]] = set()
        self._watcher: Watcher | None = None

    def open(self) -> "queue.SimpleQueue[bool] | None":
        """A place for one page, or None when there is no room."""
        with self._lock:
            if len(self._pages) >= self.most:
                return None
            if self._watcher is None:
                self._watcher = self._store.watch(self._changed)
            page: queue.SimpleQueue[bool] = queue.SimpleQueue()
            self._pages.add(page)
            return page

    def close(self, page: "queue.SimpleQueue[bool]") -> None:
        with self._lock:
            self._pages.discard(page)

    def stop(self) -> None:
        """End every stream and the watcher."""
        with self._lock:
            watcher, self._watcher = self._watcher, None
            for page in self._pages:
                page.put(False)
        if watcher:
            watcher.stop()

    def _changed(self, _topics: set[str]) -> None:
        with self._lock:
            for page in self._pages:
                page.put(True)


def feed_for(board: Board) -> Feed:
    return Feed(board.store, max(0, board.settings.web_threads - FREE_THREADS))


def events() -> Response:
    """GET /events: a notice whenever anything changed; 503 when there is no room."""
    feed: Feed = current_app.extensions["console_feed"]
    page = feed.open()
    if page is None:
        return Response("No room for another stream.", 503, {"Retry-After": "30"})
    response = Response(_notices(page), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    # Not a `finally` in the generator: one that never began is never ended either.
    response.call_on_close(lambda: feed.close(page))
    return response


def _notices(page: "queue.SimpleQueue[bool]") -> Iterator[str]:
    yield f"retry: {RETRY_MS}\nevent: changed\ndata: hello\n\n"
    ends_at = time.monotonic() + LIFE_SECONDS
    while time.monotonic() < ends_at:
        try:
            going_on = page.get(timeout=QUIET_SECONDS)
            while not page.empty():  # many changes, one notice
                going_on = page.get_nowait() and going_on
        except queue.Empty:
            yield ": still here\n\n"
            continue
        if not going_on:
            return
        yield "event: changed\ndata: something\n\n"
