"""Which reminders were sent and what became of each, what came in, and who wants no texts?

owed -> sent -> delivered | undelivered | failed      as the carrier tells
owed -> dropped                                       forbidden at the last moment, or before
received                                              it came in
"""

from datetime import datetime

from sqlalchemy import bindparam, or_, select, text, update

from storage.errands import Errands
from storage.noun import Noun, Shape
from storage.tables import errands, text_numbers, texts
from storage.values import TextMessage, TextNumber

SHAPE, NUMBER = Shape(TextMessage, texts), Shape(TextNumber, text_numbers)
ENDED = frozenset({"delivered", "undelivered", "failed", "dropped"})
_ALL = select(*SHAPE.columns)
_GET = _ALL.where(texts.c.id == bindparam("text_id"))
_BY_SID = _ALL.where(texts.c.sid == bindparam("sid"))
_NEVER_LEFT = (
    _ALL.join(errands, errands.c.target == "text:" + texts.c.id)
    .where(text("texts.state = 'owed'"), errands.c.state.in_(["refused", "abandoned"]))
    .order_by(texts.c.at, texts.c.id)
)


class Texts(Noun):
    """The text messages."""

    __slots__ = ()

    def add(self, one: TextMessage) -> bool:
        """Keep it. False: its promise was reminded of before, or its sid came in before."""
        kept = self._insert(texts).on_conflict_do_nothing().returning(texts.c.id)
        return self._row(kept, **SHAPE.facts(one)) is not None

    @staticmethod
    def target(text_id: str) -> str:
        """What an errand of this text touches: that text, once."""
        return f"text:{text_id}"

    def write_down(self, one: TextMessage, call_id: str) -> None:
        """Keep it, with the errand that sends it if it is owed; nothing if it was kept before."""
        if self.add(one) and one.state == "owed":
            send = ("SendText", {"text": one.id}, self.target(one.id), one.at)
            Errands(self.connection, self.now).add(call_id, [send])

    def get(self, text_id: str) -> TextMessage | None:
        return SHAPE.maybe(self._row(_GET, text_id=text_id))

    def lock(self, text_id: str) -> TextMessage | None:
        """Hold it until the transaction ends."""
        return SHAPE.maybe(self._row(_GET.with_for_update(), text_id=text_id))

    def by_sid(self, sid: str) -> TextMessage | None:
        return SHAPE.maybe(self._row(_BY_SID, sid=sid))

    def becomes(self, one: TextMessage, before: str) -> bool:
        """Write its state, sid and reason, if it stood at `before`; False: it did not."""
        change = update(texts).where(texts.c.id == one.id, texts.c.state == before)
        names = ("state", "sid", "told_at", "why")
        return self._change(change.values({name: getattr(one, name) for name in names})) == 1

    def of_number(self, number: str, limit: int = 50) -> list[TextMessage]:
        """Return what went to or came from this number, the newest first."""
        found = _ALL.where(texts.c.number == number).order_by(texts.c.at.desc(), texts.c.id)
        return SHAPE.all(self._rows(found.limit(limit)))

    def sent(self, kind: str, number: str, since: datetime) -> list[TextMessage]:
        """Return this kind of texts to this number since then, but for those that were dropped."""
        c = texts.c
        kept = (c.number == number, c.at > since, c.kind == kind, c.state != "dropped")
        return SHAPE.all(self._rows(_ALL.where(*kept)))

    def never_left(self, limit: int = 50) -> list[TextMessage]:
        """Return reminders whose errand ended without sending them."""
        return SHAPE.all(self._rows(_NEVER_LEFT.limit(limit)))

    # -- numbers ------------------------------------------------------------------------------

    def number(self, number: str) -> TextNumber | None:
        found = select(*NUMBER.columns).where(text_numbers.c.number == number)
        return NUMBER.maybe(self._row(found))

    def opt_out(self, number: str, now: datetime) -> None:
        """From now on this number is never texted; the first word counts."""
        kept = self._insert(text_numbers).values(number=number, opted_out_at=now)
        self._row(
            kept.on_conflict_do_update(
                index_elements=["number"],
                set_={"opted_out_at": now, "opted_in_at": None},
                where=text_numbers.c.opted_out_at.is_(None),
            ).returning(text_numbers.c.number)
        )

    def opt_in(self, number: str, now: datetime) -> None:
        """They wrote START: their consent counts again.

        What was answered meanwhile may have been kept back by the carrier: it is answered anew.
        """
        change = update(text_numbers).where(
            text_numbers.c.number == number, text_numbers.c.opted_out_at.is_not(None)
        )
        self._change(change.values(opted_out_at=None, opted_in_at=now, answered_at=None))

    def agree(self, number: str, at: datetime | None) -> None:
        """Somebody of the house asked for texts at this number of theirs; None: for none."""
        kept = self._insert(text_numbers).values(number=number, agreed_at=at)
        asked = kept.on_conflict_do_update(index_elements=["number"], set_={"agreed_at": at})
        self._row(asked.returning(text_numbers.c.number))

    def answer(self, number: str, now: datetime, since: datetime) -> bool:
        """Claim the day's one answer to this number; False: it was given since then."""
        c = text_numbers.c
        kept = self._insert(text_numbers).values(number=number, answered_at=now)
        claimed = kept.on_conflict_do_update(
            index_elements=["number"],
            set_={"answered_at": now},
            where=or_(c.answered_at.is_(None), c.answered_at <= since),
        )
        return self._row(claimed.returning(c.number)) is not None
