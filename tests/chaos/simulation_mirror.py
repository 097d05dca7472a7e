"""What do our tables say now? Read past our own code, in the plainest SQL, only when they changed."""

import json
import sqlite3
from collections import namedtuple
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from private_postgres import plain

COLUMNS = {
    "calls": "id kind leg_sid line number_shown language stage hop priority line_since arrived_at"
    " stage_since deadline_at rung laps clinician_id clinician_leg prefers answered_at ended_at"
    " ended_reason cut_offs followup_id attempt_id psap psap_leg returned_at guests",
    "offers": "id kind call_id followup_id person_id channel state offered_at lapses_at settled_at"
    " why phone_leg heard_at",
    "errands": "id call_id kind target state due_at claimed_by lease_until tries outcome facts",
    "desks": "person_id state state_since heard_at call_id why",
    "followups": "id kind state number zone consent_by best_from best_until due_at attempts_max"
    " attempts_made offered_to closed_reason call_id prefers",
    "attempts": "id followup_id number_of person_id call_id started_at heard_at outcome",
    "tasks": "id kind for_role call_id followup_id closed_at",
}
ROWS = {name: namedtuple(name[:-1].title(), columns) for name, columns in COLUMNS.items()}  # noqa: PYI024
INSTANTS = ("_at", "_since", "lease_until")
# A row written anew has another transaction's number: PostgreSQL says in one answer what changed.
STAMPS = ", ".join(
    f"(SELECT count(*) || ' ' || coalesce(sum(xmin::text::bigint), 0) FROM {name})"
    for name in COLUMNS
)
JOURNAL = "SELECT id, call_id, event, stage_before, stage_after, surprise, inbox_key FROM journal"


class Line(NamedTuple):
    """One line of the journal."""

    id: int
    call_id: str
    event: str
    stage_before: str | None
    stage_after: str
    surprise: bool
    inbox_key: str | None


@lru_cache(maxsize=50_000)
def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


class Mirror:
    """Every row that the invariants look at, as of the last commit.

    `changed` says which tables differ from the picture before; `journal` are the new lines.
    """

    def __init__(self, url: str) -> None:
        self.sqlite = url.startswith("sqlite")
        if self.sqlite:
            self._db: Any = sqlite3.connect(
                url.removeprefix("sqlite:///"), isolation_level=None, timeout=5
            )
        else:
            self._db = psycopg.connect(plain(url), autocommit=True, options="-c timezone=UTC")
        self.stale = True
        self.rows: dict[str, dict[Any, Any]] = {name: {} for name in COLUMNS}
        self.before: dict[str, dict[Any, Any]] = dict(self.rows)
        self.changed: set[str] = set()
        self.journal: list[Line] = []
        self.journal_last = self.written = 0
        self.audit_last = 0
        self._read = {name: _reader(name, sqlite=self.sqlite) for name in COLUMNS}
        self._versions: dict[str, Any] = {}

    def close(self) -> None:
        self._db.close()

    def look(self) -> bool:
        """Read again if somebody committed, perhaps in the middle of somebody's work."""
        if not self.stale:
            return False
        self.stale = False
        if self.sqlite and not self._written():
            return False
        count = len(self.changed), len(self.journal)
        for name in self._named_changed():
            found = self._read[name](self._db)
            if found != self.rows[name]:
                self.rows[name] = found
                self.changed.add(name)
        query = f"{JOURNAL} WHERE id > {self.journal_last} ORDER BY id"
        self.journal += [Line(*row) for row in self._db.execute(query).fetchall()]
        if self.journal:
            self.journal_last = self.journal[-1].id
        (self.audit_last,) = self._db.execute("SELECT coalesce(max(id), 0) FROM audit").fetchone()
        return count != (len(self.changed), len(self.journal))

    @property
    def is_new(self) -> bool:
        """Whether anything differs from what was settled last."""
        self.look()
        return bool(self.changed or self.journal)

    def settle(self) -> None:
        """Everybody has compared: from here on the picture before is this one."""
        self.before = dict(self.rows)
        self.changed.clear()
        self.journal.clear()

    def _written(self) -> bool:
        """Whether anybody wrote since: most of what is committed changes nothing."""
        before, self.written = self.written, self.one("PRAGMA data_version")
        return bool(self.written != before)

    def _named_changed(self) -> list[str]:
        """Our own change notices, or PostgreSQL's numbers of rows, spare most of the reading."""
        if self.sqlite:
            versions = dict(self.all("SELECT topic, version FROM changes"))
        else:
            versions = dict(zip(COLUMNS, self.all(f"SELECT {STAMPS}")[0], strict=True))
        named = [name for name in COLUMNS if versions.get(name, 0) != self._versions.get(name)]
        self._versions = {name: versions.get(name, 0) for name in COLUMNS}
        if not self.sqlite:
            return named
        quiet = ("desks", "errands", "attempts")  # some of their changes are announced to nobody
        return [*named, *(name for name in quiet if name not in named)]

    def one(self, query: str) -> Any:
        """The first column of the only row."""
        return self._db.execute(query).fetchone()[0]

    def all(self, query: str) -> list[tuple[Any, ...]]:
        return list(self._db.execute(query).fetchall())

    # -- the nouns --------------------------------------------------------------------------

    def __getattr__(self, name: str) -> dict[Any, Any]:
        try:
            return self.__dict__["rows"][name]
        except KeyError:
            raise AttributeError(name) from None

    def live_calls(self) -> list[Any]:
        return [call for call in self.calls.values() if call.stage != "ended"]


def _reader(name: str, *, sqlite: bool) -> Callable[[Any], dict[Any, Any]]:
    names = COLUMNS[name].split()
    query = f"SELECT {', '.join(names)} FROM {name}"
    make = ROWS[name]
    times = [n for n, column in enumerate(names) if column.endswith(INSTANTS)]
    documents = [n for n, column in enumerate(names) if column in ("facts", "guests")]

    def read(database: Any) -> dict[Any, Any]:
        found = {}
        for row in database.execute(query).fetchall():
            facts = list(row)
            if sqlite:
                for n in times:
                    if facts[n] is not None:
                        facts[n] = _instant(facts[n])
                for n in documents:
                    facts[n] = facts[n] and json.loads(facts[n])
            found[facts[0]] = make(*facts)
        return found

    return read
