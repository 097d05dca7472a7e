"""What did 911 centres send ahead, and which call is each message about?"""

from datetime import datetime

from sqlalchemy import delete, select, update

from storage.noun import Noun, Shape
from storage.tables import handoff_cards
from storage.values import HandoffCard

SHAPE = Shape(HandoffCard, handoff_cards)
_c = handoff_cards.c
_ALL = select(*SHAPE.columns).order_by(_c.sent_at, _c.received_at, _c.id)


class Handoffs(Noun):
    """The hand-off cards."""

    __slots__ = ()

    def add(self, card: HandoffCard) -> bool:
        """Write it; False: the same message is there already (`again` returns it)."""
        add = self._insert(handoff_cards).values(SHAPE.facts(card)).on_conflict_do_nothing()
        return self._row(add.returning(_c.id)) is not None

    def again(self, line: str, digest: str) -> HandoffCard | None:
        """Return the card of this very message."""
        return SHAPE.maybe(self._row(_ALL.where(_c.line == line, _c.digest == digest)))

    def get(self, card_id: str) -> HandoffCard | None:
        return SHAPE.maybe(self._row(_ALL.where(_c.id == card_id)))

    def of_call(self, call_id: str) -> list[HandoffCard]:
        """Return the messages about this call, in the order in which they were sent."""
        return SHAPE.all(self._rows(_ALL.where(_c.call_id == call_id)))

    def of_calls(self, call_ids: list[str]) -> list[HandoffCard]:
        """Return the messages about any of these calls."""
        return SHAPE.all(self._rows(_ALL.where(_c.call_id.in_(call_ids)))) if call_ids else []

    def waiting(self, line: str | None, since: datetime, limit: int) -> list[HandoffCard]:
        """Return the messages of a line (None: any) received since, whose call has not come."""
        found = _ALL.where(_c.call_id.is_(None), _c.received_at >= since)
        found = found if line is None else found.where(_c.line == line)
        return SHAPE.all(self._rows(found.limit(limit)))

    def match(self, card_id: str, call_id: str, how: str) -> bool:
        """Say whose it is; False: somebody did so before."""
        one = update(handoff_cards).where(_c.id == card_id, _c.call_id.is_(None))
        return self._change(one.values(call_id=call_id, matched=how)) == 1

    def part(self, call_id: str) -> int:
        """Take what was sent away from this call, not what was said in it; return how many."""
        said = ("clinician", "keypad")
        theirs = update(handoff_cards).where(_c.call_id == call_id, _c.how.not_in(said))
        return self._change(theirs.values(call_id=None, matched=None, not_call=call_id))

    def forget(self, before: datetime) -> int:
        """Remove what was received before then and never belonged to a call."""
        lost = delete(handoff_cards).where(_c.call_id.is_(None), _c.received_at < before)
        return self._change(lost)
