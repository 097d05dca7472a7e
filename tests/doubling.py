"""What if everything happens twice? The same bytes again, and nothing else (FAILURES R1, G17).

Every `Town` is doubled: a webhook is delivered twice, and a sweep that changed anything and woke
nobody is swept again. The second time no row may be written and no byte may differ.
"""

import io
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, event, select

from storage.store import Store
from storage.tables import metadata

BY_THEMSELVES = {"heartbeats", "changes"}  # they tick whether or not anything happened
CARRIER_ASKS_AGAIN = 500
WRITING = ("INSERT", "UPDATE", "DELETE", "WITH")


class Writes:
    """How many rows have the committed transactions of one store inserted, updated or deleted?"""

    def __init__(self, store: Store) -> None:
        self.rows = 0
        self._sqlite = store.dialect == "sqlite"
        event.listen(store.engine, "begin", self._begun)
        if not self._sqlite:
            event.listen(store.engine, "after_cursor_execute", self._executed)
        event.listen(store.engine, "commit", self._committed)

    def _begun(self, connection: Connection) -> None:
        connection.info["written"] = 0
        if self._sqlite:  # it counts by itself, what triggers change as well
            connection.info["written_before"] = _total(connection)

    def _executed(
        self, connection: Connection, cursor: Any, statement: str, *_rest: object
    ) -> None:
        if statement.lstrip().upper().startswith(WRITING):
            connection.info["written"] += max(cursor.rowcount, 0)

    def _committed(self, connection: Connection) -> None:
        if self._sqlite:
            self.rows += _total(connection) - connection.info["written_before"]
        else:
            self.rows += connection.info["written"]


def _total(connection: Connection) -> int:
    found: int = connection.connection.dbapi_connection.total_changes  # type: ignore[union-attr]
    return found


class Twice:
    """WSGI: every webhook is delivered twice, and the carrier hears the first answer."""

    def __init__(self, app: Callable[..., Iterable[bytes]], writes: Writes) -> None:
        self.app, self.writes = app, writes
        self.delivered: list[str] = []
        self.on = True

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if not self.on or environ["REQUEST_METHOD"] != "POST":
            return self.app(environ, start)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        first = self._answered(environ, body)
        if first[0] < str(CARRIER_ASKS_AGAIN):  # what failed is asked again, and may then act
            self._again(environ, body, first)
        start(first[0], first[1])
        return [first[2]]

    def _again(
        self, environ: dict[str, Any], body: bytes, first: tuple[str, list[Any], bytes]
    ) -> None:
        before = self.writes.rows
        second = self._answered(environ, body)
        path = environ["PATH_INFO"]
        assert (second[0], second[2]) == (first[0], first[2]), f"{path}: another answer"
        assert self.writes.rows == before, f"{path}: rows were written the second time"
        self.delivered.append(path)

    def _answered(self, environ: dict[str, Any], body: bytes) -> tuple[str, list[Any], bytes]:
        said: list[Any] = []
        given = {**environ, "wsgi.input": io.BytesIO(body)}
        chunks = self.app(given, lambda status, headers, *_: said.append((status, headers)))
        try:
            whole = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return (*said[-1], whole)


def swept_twice(job: Callable[[], object], writes: Writes, woken: Callable[[], bool]) -> None:
    """Run a sweep, and again when it changed anything: unless woken, it must have been all."""
    before = writes.rows
    job()
    after = writes.rows
    if after == before or woken():
        return
    job()
    assert writes.rows == after, f"{job}: a second sweep at the same instant writes rows"


def everything(town: Any) -> dict[str, list[Any]]:
    """Every row of every table, but for those that change by themselves."""
    with town.store.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table.name not in BY_THEMSELVES
        }
