"""Who promised to be on call when, and which versions has the roster had?"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from storage.errors import Stale
from storage.noun import Noun, Shape
from storage.tables import rosters, shifts
from storage.values import Revision, Shift

SHAPE = Shape(Shift, shifts)
REVISION = Shape(Revision, rosters)
_ALL = select(*SHAPE.columns).order_by(shifts.c.starts_at, shifts.c.tier, shifts.c.id)
_REVISIONS = select(*REVISION.columns).order_by(rosters.c.revision.desc())


class RosterRows(Noun):
    """The shifts, and the documents they were imported from."""

    __slots__ = ()

    def shift(self, shift_id: str) -> Shift | None:
        return SHAPE.maybe(self._row(_ALL.where(shifts.c.id == shift_id)))

    def shifts_between(self, start: datetime, end: datetime) -> list[Shift]:
        """Return every shift that touches [start, end), by its beginning."""
        touches = _ALL.where(shifts.c.ends_at > start, shifts.c.starts_at < end)
        return SHAPE.all(self._rows(touches))

    def add(self, shift: Shift) -> None:
        self.connection.execute(insert(shifts), SHAPE.facts(shift))

    def change(self, shift: Shift, version: int) -> Shift:
        """Write the shift as read at `version` and return it as it is now; raise Stale."""
        changed = replace(shift, version=version + 1)
        same = update(shifts).where(shifts.c.id == shift.id, shifts.c.version == version)
        if self._change(same, **SHAPE.facts(changed)) != 1:
            raise Stale(f"shift {shift.id} was changed by somebody else")
        return changed

    def remove(self, shift_id: str, version: int) -> None:
        """Raise Stale when it is gone already, or no longer as it was read."""
        same = delete(shifts).where(shifts.c.id == shift_id, shifts.c.version == version)
        if self._change(same) != 1:
            raise Stale(f"shift {shift_id} was changed by somebody else")

    def replace_all(
        self,
        made: Iterable[Shift],
        document: dict[str, Any],
        actor: str,
        reason: str,
        now: datetime,
    ) -> int:
        """Put these shifts in place of all; return the number of the document's revision."""
        lines = [SHAPE.facts(shift) for shift in made]
        self.connection.execute(delete(shifts))
        if lines:
            self.connection.execute(insert(shifts), lines)
        return self.add_revision(document, actor, reason, now)

    def add_revision(self, document: dict[str, Any], actor: str, reason: str, now: datetime) -> int:
        """Keep one more version of the document and return its number."""
        add = insert(rosters).returning(rosters.c.revision)
        line = {"document": document, "actor": actor, "reason": reason, "at": now}
        return int(self.connection.execute(add, line).scalar_one())

    def latest_document(self) -> dict[str, Any] | None:
        newest = self.revisions(1)
        return newest[0].document if newest else None

    def revisions(self, limit: int = 20) -> list[Revision]:
        """Return the newest versions first."""
        return REVISION.all(self._rows(_REVISIONS.limit(limit)))
