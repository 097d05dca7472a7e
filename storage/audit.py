"""Who did or read what, and can we prove that nobody rewrote it?

Each line is sealed with SHA-256 over the line before it and its own canonical JSON; triggers
refuse to change one. Cutting off the end leaves no trace inside: keep `head()` elsewhere.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, text

from storage.noun import Noun, Shape
from storage.tables import audit
from storage.values import AuditLine

SHAPE = Shape(AuditLine, audit)
FIRST = "0" * 64  # what the first line follows
ONE_AT_A_TIME = 988_912  # PostgreSQL's advisory lock of whoever adds a line
PAGE = 1000
_HEAD = select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)
_NEXT = (
    select(*SHAPE.columns).where(audit.c.id > bindparam("after")).order_by(audit.c.id).limit(PAGE)
)


class Audit(Noun):
    """The audit: append-only."""

    __slots__ = ()

    def write(
        self, actor: str, action: str, object_: str, facts: dict[str, Any], now: datetime
    ) -> None:
        """Add a line. Others wait for their line until this transaction ends: write it last."""
        if self.connection.dialect.name == "postgresql":
            # its own statement, so that the next one sees the line that we waited for
            self.connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
        last_id, last_hash = self.head()
        # JSON knows no tuples: what is sealed is what will be read back
        line = AuditLine(
            last_id + 1, now, actor, action, object_, json.loads(json.dumps(facts)), last_hash, ""
        )
        self.connection.execute(insert(audit), {**SHAPE.facts(line), "hash": seal(line)})

    def head(self) -> tuple[int, str]:
        """Return the last line's number and seal, which vouch for every line before."""
        row = self._row(_HEAD)
        return (0, FIRST) if row is None else (row.id, row.hash)

    def of(self, object_: str) -> list[AuditLine]:
        """Return what was done to or read of this object, oldest first."""
        found = select(*SHAPE.columns).where(audit.c.object == object_).order_by(audit.c.id)
        return SHAPE.all(self._rows(found))

    def verify(self) -> int | None:
        """Return the number of the first line that was changed, moved, or is missing; or None."""
        expected, before = 1, FIRST
        for line in self._lines():
            if (line.id, line.prev_hash, line.hash) != (expected, before, seal(line)):
                return expected
            expected, before = expected + 1, line.hash
        return None

    def _lines(self) -> Iterator[AuditLine]:
        after = 0
        while page := SHAPE.all(self._rows(_NEXT, after=after)):
            yield from page
            after = page[-1].id


def seal(line: AuditLine) -> str:
    """Return the SHA-256 over a line and the seal of the one before, as 64 hex digits."""
    facts = {
        "id": line.id,
        "at": line.at.isoformat(timespec="microseconds"),
        "actor": line.actor,
        "action": line.action,
        "object": line.object,
        "facts": line.facts,
    }
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{line.prev_hash}{canonical}".encode()).hexdigest()
