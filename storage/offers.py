"""Who is being rung about whom, and who won?"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select, update

from storage.noun import Noun, Shape
from storage.tables import offers
from storage.values import Offer

SHAPE = Shape(Offer, offers)
_ALL = select(*SHAPE.columns).order_by(offers.c.offered_at, offers.c.id)
_LIVE = _ALL.where(offers.c.state == "offered")
_ACCEPT = (
    update(offers)
    .where(
        offers.c.id == bindparam("offer_id"),
        offers.c.person_id == bindparam("person"),
        offers.c.state == "offered",
        offers.c.lapses_at > bindparam("now"),
    )
    .values(state="accepted", settled_at=bindparam("now"), call_id=bindparam("takes"))
)
_LAPSE = (
    update(offers)
    .where(offers.c.state == "offered", offers.c.lapses_at <= bindparam("now"))
    .values(state="lapsed", settled_at=bindparam("now"))
    .returning(*SHAPE.columns)
)
_CANCEL = (
    update(offers)
    .where(offers.c.state == "offered", offers.c.call_id == bindparam("cancelled"))
    .values(state="cancelled", why=bindparam("because"), settled_at=bindparam("now"))
    .returning(*SHAPE.columns)
)
_HEAR = (
    update(offers)
    .where(offers.c.id == bindparam("offer_id"), offers.c.heard_at.is_(None))
    .values(heard_at=bindparam("now"))
)


class Offers(Noun):
    """The offers."""

    __slots__ = ()

    def add(self, made: Iterable[Offer]) -> list[str]:
        """Write the offers and return the ids that stand.

        Whoever is being rung on that channel already is left out (index offers_one_live), even
        if that offer has lapsed and was not swept yet: lapse first.
        """
        lines = [SHAPE.facts(offer) for offer in made]
        if not lines:
            return []
        add = self._insert(offers).on_conflict_do_nothing().returning(offers.c.id)
        return [row.id for row in self.connection.execute(add, lines)]

    def get(self, offer_id: str) -> Offer | None:
        return SHAPE.maybe(self._row(_ALL.where(offers.c.id == offer_id)))

    def live(self) -> list[Offer]:
        """Return what is being offered, oldest first; some may have lapsed unswept."""
        return SHAPE.all(self._rows(_LIVE))

    def of_person(self, person_id: str) -> list[Offer]:
        """Return what is being offered to this person."""
        return SHAPE.all(self._rows(_LIVE.where(offers.c.person_id == person_id)))

    def of_call(self, call_id: str) -> list[Offer]:
        """Return every offer about this call, settled ones too."""
        return SHAPE.all(self._rows(_ALL.where(offers.c.call_id == call_id)))

    def accept(self, offer_id: str, person_id: str, now: datetime, call_id: str | None) -> bool:
        """Win or lose, decided once; `call_id` is the caller whom the winner gets.

        The caller must be locked (calls.lock or lock_head): two offers may be about one caller.
        """
        won = self._change(_ACCEPT, offer_id=offer_id, person=person_id, now=now, takes=call_id)
        return won == 1

    def settle(self, offer_ids: Iterable[str], state: str, why: str | None, now: datetime) -> int:
        """End offers that nobody accepted; return how many were still open."""
        ids = tuple(offer_ids)
        if not ids:
            return 0
        change = update(offers).where(offers.c.id.in_(ids), offers.c.state == "offered")
        return self._change(change.values(state=state, why=why, settled_at=now))

    def cancel(self, call_id: str, why: str, now: datetime) -> list[Offer]:
        """End what is being offered about this call, and return exactly those ended now."""
        return SHAPE.all(self._rows(_CANCEL, cancelled=call_id, because=why, now=now))

    def lapse(self, now: datetime) -> list[Offer]:
        """End the offers whose time is over, and return exactly those that this sweep ended."""
        return SHAPE.all(self._rows(_LAPSE, now=now))

    def set_phone_leg(self, offer_id: str, phone_leg: str) -> bool:
        """Keep which leg rings the clinician's cell phone."""
        change = update(offers).where(offers.c.id == offer_id)
        return self._change(change.values(phone_leg=phone_leg)) == 1

    def hear(self, offer_id: str, now: datetime) -> bool:
        """Claim the phone's first word; False: an accidental second ring, hang up unheard."""
        return self._change(_HEAR, offer_id=offer_id, now=now) == 1
