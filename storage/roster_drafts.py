"""What has each coordinator changed in the roster and not yet published?"""

from dataclasses import replace

from sqlalchemy import ColumnElement, and_, bindparam, delete, select, update

from storage.errors import Stale
from storage.noun import Noun, Shape
from storage.tables import roster_drafts
from storage.values import RosterDraft

SHAPE = Shape(RosterDraft, roster_drafts)
_ALL = select(*SHAPE.columns).order_by(roster_drafts.c.changed_at)
_OF = _ALL.where(roster_drafts.c.person_id == bindparam("person"))


class RosterDrafts(Noun):
    """The drafts: at most one for each person."""

    __slots__ = ()

    def of(self, person_id: str) -> RosterDraft | None:
        return SHAPE.maybe(self._row(_OF, person=person_id))

    def all(self) -> list[RosterDraft]:
        """Return everybody's, the longest untouched first."""
        return SHAPE.all(self._rows(_ALL))

    def put(self, draft: RosterDraft) -> RosterDraft:
        """Write the draft as read at its version (0: there was none) and return it as it is now.

        Raises Stale when it was changed since, in another window of the same person.
        """
        written = replace(draft, version=draft.version + 1)
        if draft.version == 0:
            add = self._insert(roster_drafts).on_conflict_do_nothing()
            kept = add.returning(roster_drafts.c.version)
            if self._row(kept, **SHAPE.facts(written)) is None:
                raise Stale("another window began a draft at the same moment")
        elif self._change(update(roster_drafts).where(_as(draft)), **SHAPE.facts(written)) != 1:
            raise Stale("the draft was changed in another window")
        return written

    def remove(self, draft: RosterDraft) -> None:
        """Raises Stale when it is no longer as it was read."""
        if self._change(delete(roster_drafts).where(_as(draft))) != 1:
            raise Stale("the draft was changed in another window")


def _as(draft: RosterDraft) -> ColumnElement[bool]:
    """Return whether the row is still this draft."""
    c = roster_drafts.c
    return and_(c.person_id == draft.person_id, c.version == draft.version)
