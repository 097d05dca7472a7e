"""Which calendars may read the roster? One address of a kind for each person, while it is here."""

from sqlalchemy import bindparam, delete, select

from storage.noun import Noun, Shape
from storage.tables import roster_feeds
from storage.values import RosterFeed

SHAPE = Shape(RosterFeed, roster_feeds)
_OF = select(*SHAPE.columns).where(roster_feeds.c.person_id == bindparam("person"))


class RosterFeeds(Noun):
    """The calendars' addresses."""

    __slots__ = ()

    def of(self, person_id: str) -> list[RosterFeed]:
        return SHAPE.all(self._rows(_OF, person=person_id))

    def put(self, feed: RosterFeed) -> None:
        """Make it the only one of its kind that this person has: an older address stops."""
        self.remove(feed.person_id, feed.kind)
        self._change(self._insert(roster_feeds).values(SHAPE.facts(feed)))

    def remove(self, person_id: str, kind: str) -> bool:
        c = roster_feeds.c
        gone = delete(roster_feeds).where(c.person_id == person_id, c.kind == kind)
        return self._change(gone) == 1
