"""Who wakes the open pages? One thread per process that hears of every commit, ours or another's.

PostgreSQL says so (LISTEN); SQLite is asked ten times a second whether the file changed, which
touches no row. Whoever (re)connects says "*" first: anything may have changed unheard.
"""

import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import structlog

from storage.changes import CHANNEL

if TYPE_CHECKING:
    import psycopg

    from storage.store import Store

ANYTHING = frozenset({"*"})
POLL_SECONDS = 0.1
AGAIN_SECONDS = 1.0  # after a lost connection
ALIVE_SECONDS = 10.0  # how long silence is believed before the connection is tried

log = structlog.get_logger()
OnChange = Callable[[set[str]], None]


class Watcher:
    """Calls `on_change` with the topics that changed, from its own thread, until stopped."""

    def __init__(self, store: "Store", on_change: OnChange) -> None:
        self._store, self._on_change = store, on_change
        self._stopping = Event()
        self._ear, self._bell = socket.socketpair()  # wakes a thread that waits for PostgreSQL
        self._thread = Thread(target=self._watch, name="storage-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait until it has ended."""
        self._stopping.set()
        self._bell.send(b"!")
        self._thread.join()
        self._ear.close()
        self._bell.close()

    def _watch(self) -> None:
        hear = self._hear_postgresql if self._store.dialect == "postgresql" else self._hear_sqlite
        while not self._stopping.is_set():
            try:
                with self._connection() as driver:
                    hear(driver)
            except Exception:  # a watcher that dies leaves every page silent
                log.exception("watching for changes failed; connecting again")
                self._stopping.wait(AGAIN_SECONDS)

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        """A connection of its own, outside the pool; its errors are the driver's."""
        pooled = self._store.engine.raw_connection()
        driver: Any = pooled.driver_connection
        pooled.detach()
        with closing(driver):
            yield driver

    def _hear_sqlite(self, driver: Any) -> None:
        seen, counted = None, dict[str, int]()
        while not self._stopping.is_set():
            (now,) = driver.execute("PRAGMA data_version").fetchone()
            if now != seen:
                counts = dict(driver.execute("SELECT topic, version FROM changes"))
                changed = {topic for topic in counts if counts[topic] != counted.get(topic)}
                self._tell(set(ANYTHING) if seen is None else changed)
                seen, counted = now, counts
            self._stopping.wait(POLL_SECONDS)

    def _hear_postgresql(self, driver: "psycopg.Connection[Any]") -> None:
        driver.execute(f"LISTEN {CHANNEL}")
        self._tell(set(ANYTHING))
        with selectors.DefaultSelector() as ready:
            ready.register(driver.fileno(), selectors.EVENT_READ)
            ready.register(self._ear, selectors.EVENT_READ)
            while not self._stopping.is_set():
                if not ready.select(ALIVE_SECONDS):
                    driver.execute("SELECT 1")
                self._tell({notice.payload for notice in driver.notifies(timeout=0)})

    def _tell(self, topics: set[str]) -> None:
        if not topics or self._stopping.is_set():
            return
        try:
            self._on_change(topics)
        except Exception:
            log.exception("a page's handler failed", topics=sorted(topics))
