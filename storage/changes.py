"""How do the rows tell the pages that something changed?

Triggers announce each table under its own name (storage/migrations/triggers.py); `bump` is for
a topic that is no table. Nobody hears anything before the commit.
"""

from sqlalchemy import bindparam, func, select

from storage.noun import Noun
from storage.tables import changes

CHANNEL = "changes"
_NOTIFY = select(func.pg_notify(CHANNEL, bindparam("topic")))
_VERSIONS = select(changes.c.topic, changes.c.version)


class Changes(Noun):
    """The change notices."""

    __slots__ = ()

    def bump(self, *topics: str) -> None:
        """Announce these topics with this transaction."""
        for topic in topics:
            if self.connection.dialect.name == "postgresql":
                self._row(_NOTIFY, topic=topic)
            else:
                self._count(topic)

    def probe(self) -> None:
        """Write one row, on either database: raises StoreDown unless it takes writes."""
        self._count("probe")

    def versions(self) -> dict[str, int]:
        """SQLite: how often each topic changed."""
        return {row.topic: row.version for row in self._rows(_VERSIONS)}

    def _count(self, topic: str) -> None:
        first = self._insert(changes).values(topic=topic, version=1)
        again = {"version": changes.c.version + 1}
        self._change(first.on_conflict_do_update(index_elements=["topic"], set_=again))
