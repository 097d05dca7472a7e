"""Which services does the referral directory have, and when was it imported?

One import replaces it whole. What is long to make is made before the transaction: `Prepared`.
"""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select

from care.directory import Service
from care.hsds import Package, ordered
from storage.noun import Noun, Shape
from storage.tables import directory, directory_services
from storage.values import DirectoryHeading

SHAPE = Shape(DirectoryHeading, directory)
_s = directory_services.c
_ALL = select(_s.facts).order_by(_s.id)
_LISTS = tuple(one.name for one in fields(Service) if str(one.type).startswith("tuple"))
CURRENT = "current"
ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A directory ready to be written."""

    package: bytes
    digest: str
    services: list[dict[str, Any]]


def prepare(package: Package, services: Sequence[Service]) -> Prepared:
    """Make the rows of a directory, outside of any transaction."""
    said = json.dumps(package, ensure_ascii=False, separators=(",", ":")).encode()
    rows = [{"id": one.id, "words": one.words, "facts": asdict(one)} for one in services]
    return Prepared(zlib.compress(said), digest_of(package), rows)


def digest_of(package: Package) -> str:
    """SHA-256 of what a package says, whatever the order of its rows."""
    said = json.dumps(ordered(package), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _value(facts: dict[str, Any]) -> Service:
    return Service(**facts | {name: tuple(facts[name]) for name in _LISTS})


def _draft_of(person_id: str) -> str:
    return f"draft-{person_id}"


def _which(draft_of: str | None) -> ColumnElement[bool]:
    return directory.c.id == (_draft_of(draft_of) if draft_of else CURRENT)


class Directory(Noun):
    """The referral directory."""

    __slots__ = ()

    def replace(self, prepared: Prepared, source: str, by: str, now: datetime) -> None:
        """Put this directory in the place of what is there; of two at once the later one stays."""
        self._write(CURRENT, prepared, source, by, now)  # the one row that every import locks
        self.connection.execute(delete(directory_services))
        if prepared.services:
            self.connection.execute(insert(directory_services), prepared.services)

    def keep_draft(self, prepared: Prepared, source: str, by: str, now: datetime) -> None:
        """Keep what somebody looks at before they take it; searched by nobody."""
        self._write(_draft_of(by), prepared, source, by, now)

    def drop_draft(self, by: str) -> None:
        """Forget what they looked at."""
        self._change(delete(directory).where(directory.c.id == _draft_of(by)))

    def _write(self, id_: str, prepared: Prepared, source: str, by: str, now: datetime) -> None:
        head = {
            "imported_at": now,
            "imported_by": by,
            "source": source[:200],
            "services": len(prepared.services),
            "digest": prepared.digest,
            "package": prepared.package,
        }
        write = self._insert(directory).values(id=id_, **head)
        self._change(write.on_conflict_do_update(index_elements=["id"], set_=head))

    def heading(self, draft_of: str | None = None) -> DirectoryHeading | None:
        """Return when it was imported, or somebody's draft made; None: never."""
        return SHAPE.maybe(self._row(select(*SHAPE.columns).where(_which(draft_of))))

    def package(self, draft_of: str | None = None) -> Package:
        """Return the rows of HSDS as they were imported."""
        row = self._row(select(directory.c.package).where(_which(draft_of)))
        found: Package = json.loads(zlib.decompress(row.package)) if row else {}
        return found

    def get(self, service_id: str) -> Service | None:
        row = self._row(_ALL.where(_s.id == service_id))
        return _value(row.facts) if row else None

    def with_words(self, words: Sequence[str]) -> list[Service]:
        """Return the services in which each of these words stands (lower case; none: all).

        There are at most care.hsds_rows.SERVICES_MOST.
        """
        found = _ALL
        for word in words:
            found = found.where(_s.words.contains(word, autoescape=True, escape=ESCAPE))
        return [_value(row.facts) for row in self._rows(found)]
