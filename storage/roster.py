"""What did the roster say, version by version? Every save is a new revision of the document.

A revision that drops what is long over says from when it speaks; of earlier times the older
revisions speak, so a document never grows with the years.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from storage.errors import Stale
from storage.noun import Noun, Shape
from storage.tables import rosters
from storage.values import Heading, Revision

HEADING = Shape(Heading, rosters)
REVISION = Shape(Revision, rosters)
_NEWEST = select(*HEADING.columns).order_by(rosters.c.revision.desc()).limit(1)
_SPEAKING = _NEWEST.where(
    or_(rosters.c.speaks_from.is_(None), rosters.c.speaks_from <= bindparam("moment"))
)
_KNOWN_AT = _NEWEST.where(rosters.c.at <= bindparam("moment"))
_CUT_AFTER = select(func.min(rosters.c.speaks_from)).where(rosters.c.revision > bindparam("than"))
_REVISION = select(*REVISION.columns).where(rosters.c.revision == bindparam("wanted"))
_REVISIONS = select(*REVISION.columns).order_by(rosters.c.revision.desc())


class RosterRows(Noun):
    """The revisions of the roster's document; the first is number 1."""

    __slots__ = ()

    def newest(self) -> Heading | None:
        """Return which revision is in force, without its document."""
        return HEADING.maybe(self._row(_NEWEST))

    def known_at(self, moment: datetime) -> Heading | None:
        """Return which revision was in force at that moment."""
        return HEADING.maybe(self._row(_KNOWN_AT, moment=moment))

    def speaking_of(self, moment: datetime) -> Heading | None:
        """Return the newest revision that has not dropped what was then."""
        return HEADING.maybe(self._row(_SPEAKING, moment=moment))

    def cut_after(self, number: int) -> datetime | None:
        """Return the first instant of which a later revision speaks; None: there is no such."""
        row = self._row(_CUT_AFTER, than=number)
        return row[0] if row else None

    def revision(self, number: int) -> Revision | None:
        return REVISION.maybe(self._row(_REVISION, wanted=number))

    def revisions(self, limit: int = 20) -> list[Revision]:
        """Return the newest versions first."""
        return REVISION.all(self._rows(_REVISIONS.limit(limit)))

    def add(
        self,
        document: dict[str, Any],
        digest: str,
        actor: str,
        reason: str,
        now: datetime,
        *,
        based_on: int,
        speaks_from: datetime | None = None,
    ) -> int:
        """Keep the next version and return its number.

        Raises Stale unless `based_on` is the newest: of two who save at once, one wins.
        """
        line = {
            "revision": based_on + 1,
            "at": now,
            "actor": actor,
            "reason": reason,
            "digest": digest,
            "speaks_from": speaks_from,
            "document": document,
        }
        newest = self.newest()
        if (newest.revision if newest else 0) != based_on:
            raise Stale(f"the roster is at revision {newest.revision if newest else 0} already")
        add = self._insert(rosters).on_conflict_do_nothing().returning(rosters.c.revision)
        if self._row(add, **line) is None:
            raise Stale("somebody else saved the roster at the same moment")
        return based_on + 1
