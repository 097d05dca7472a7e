"""What was somebody told, have they seen it, and is it still owed by e-mail?"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, insert, select, update

from storage.noun import Noun, Shape
from storage.tables import notices, people, text_numbers, texts
from storage.values import Notice

SHAPE = Shape(Notice, notices)
_ALL = select(*SHAPE.columns)


class Notices(Noun):
    """The notices."""

    __slots__ = ()

    def add(self, notice: Notice) -> None:
        self.connection.execute(insert(notices), SHAPE.facts(notice))

    def add_once(self, notice: Notice) -> None:
        """Keep it, unless one of its id was kept before."""
        kept = self._insert(notices).on_conflict_do_nothing(index_elements=["id"])
        self.connection.execute(kept, SHAPE.facts(notice))

    def known(self, ids: Collection[str]) -> set[str]:
        """Return which of these were kept."""
        found = select(notices.c.id).where(notices.c.id.in_(ids))
        return {str(row.id) for row in self._rows(found)}

    def unseen(self, person_id: str, since: datetime) -> list[Notice]:
        """Return what they have not seen of the time since then, the newest first."""
        c = notices.c
        found = _ALL.where(c.person_id == person_id, c.seen_at.is_(None), c.made_at > since)
        return SHAPE.all(self._rows(found.order_by(c.made_at.desc(), c.id)))

    def see(self, notice_id: str, person_id: str, now: datetime) -> bool:
        """False: it is not theirs, or they saw it before."""
        c = notices.c
        theirs = (c.id == notice_id, c.person_id == person_id, c.seen_at.is_(None))
        return self._change(update(notices).where(*theirs).values(seen_at=now)) == 1

    def owed(self, now: datetime, limit: int = 20) -> list[Notice]:
        """Return what should go by e-mail now, the longest waiting first."""
        c = notices.c
        found = _ALL.where(c.mail_state == "owed", c.mail_due_at <= now)
        return SHAPE.all(self._rows(found.order_by(c.mail_due_at, c.id).limit(limit)))

    def untexted(self, since: datetime, limit: int = 50) -> list[Notice]:
        """Return changed hours told since then, unseen, to who asked for texts, and not texted."""
        number = text_numbers.c
        asked = (number.agreed_at <= notices.c.made_at, number.opted_out_at.is_(None))
        fresh = (notices.c.kind == "moved", notices.c.made_at > since, notices.c.seen_at.is_(None))
        found = (
            _ALL.join(people, people.c.id == notices.c.person_id)
            .join(text_numbers, number.number == people.c.phone)
            .where(*fresh, *asked, people.c.active)
            .where(~exists().where(texts.c.id == notices.c.id))
            .order_by(notices.c.made_at, notices.c.id)
        )
        return SHAPE.all(self._rows(found.limit(limit)))

    def move(self, notice: Notice, before: str) -> bool:
        """Write how its e-mail stands, if it stood at `before`; False: somebody was faster."""
        c = notices.c
        change = update(notices).where(c.id == notice.id, c.mail_state == before)
        names = ("mail_state", "mail_due_at", "mail_tries")
        return self._change(change.values({name: getattr(notice, name) for name in names})) == 1
