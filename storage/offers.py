"""Who is being rung about whom, and who won?"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, or_, select, update

from ivr.call import IN_LINE, Call, Stage
from storage import calls as noun
from storage.noun import Moved, Noun, Shape, among, own
from storage.tables import calls, offers, people
from storage.values import Offer

SHAPE = Shape(Offer, offers)
_ALL = select(*SHAPE.columns).order_by(offers.c.offered_at, offers.c.id)
_LIVE = _ALL.where(offers.c.state == own("offered"))
_GONE = offers.c.person_id.in_(select(people.c.id).where(~people.c.active))
_ACCEPT = (
    update(offers)
    .where(
        offers.c.id == bindparam("offer_id"),
        offers.c.person_id == bindparam("person"),
        offers.c.state == own("offered"),
        offers.c.lapses_at > bindparam("now"),
        ~_GONE,
    )
    .values(state="accepted", settled_at=bindparam("now"), call_id=bindparam("takes"))
)
_LAPSE = (
    update(offers)
    .where(offers.c.state == own("offered"), offers.c.lapses_at <= bindparam("now"))
    .values(state="lapsed", settled_at=bindparam("now"))
    .returning(*SHAPE.columns)
)
_IN_LINE = tuple(stage.value for stage in IN_LINE)
_WHY = case(
    (_GONE, "deactivated"),
    (calls.c.stage == Stage.ENDED.value, "caller_left"),
    (calls.c.stage == Stage.PARTNER.value, "passed_on"),
    (calls.c.stage == Stage.DISPATCHER.value, "returned"),
    else_="taken",
)
_WITHDRAW = (
    update(offers)
    .where(
        offers.c.state == own("offered"),
        offers.c.call_id == calls.c.id,
        or_(~among(calls.c.stage, _IN_LINE), _GONE),
    )
    .values(state="cancelled", why=_WHY, settled_at=bindparam("now"))
    .returning(*SHAPE.columns)
)
_RECALL = (
    update(offers)
    .where(
        offers.c.state == own("offered"),
        offers.c.channel == own("desk"),
        offers.c.call_id == bindparam("recalled"),
    )
    .values(state="cancelled", why="rebound", settled_at=bindparam("now"))
)
_HEAR = (
    update(offers)
    .where(offers.c.id == bindparam("offer_id"), offers.c.heard_at.is_(None))
    .values(heard_at=bindparam("now"), phone_leg=bindparam("leg"))
)
_WITH_LINE = (
    select(*SHAPE.columns, people.c.languages, *noun.ANSWER, *noun.COLUMNS)
    .join(people, people.c.id == offers.c.person_id)
    .outerjoin(calls, among(calls.c.stage, _IN_LINE))
    .where(offers.c.id == bindparam("offer_id"))
)


_OF_PERSON = _LIVE.where(offers.c.person_id == bindparam("who"))
_OF_CALL = _ALL.where(offers.c.call_id == bindparam("about"))
_NOT_AGAIN = _ALL.where(
    offers.c.call_id.in_(bindparam("about", expanding=True)),
    offers.c.state != own("offered"),
    or_(offers.c.channel == own("phone"), offers.c.state == own("refused")),
)


class Asked(NamedTuple):
    """An offer, its clinician's languages, whether this webhook was answered, and the line."""

    offer: Offer
    languages: tuple[str, ...]
    answered: bytes | None
    seen: bool
    line: list[Call]  # not locked: whoever takes one does it by calls.claim


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

    def with_line(self, offer_id: str, inbox_key: str = "") -> Asked | None:
        """Return all that accepting an offer asks for, in one round trip; None: no such offer."""
        found = self._rows(_WITH_LINE, offer_id=offer_id, inbox_key=inbox_key)
        if not found:
            return None
        width = len(SHAPE.columns)
        offer, first = SHAPE.value(*found[0][:width]), found[0]
        waiting = [row[width + 3 :] for row in found]
        line = [noun.of_row(row) for row in waiting if row[0] is not None]
        return Asked(offer, tuple(first.languages), first.answer, first.seen is not None, line)

    def live(self) -> list[Offer]:
        """Return what is being offered, oldest first; some may have lapsed unswept."""
        return SHAPE.all(self._rows(_LIVE))

    def of_person(self, person_id: str) -> list[Offer]:
        """Return what is being offered to this person."""
        return SHAPE.all(self._rows(_OF_PERSON, who=person_id))

    def of_call(self, call_id: str) -> list[Offer]:
        """Return every offer about this call, settled ones too."""
        return SHAPE.all(self._rows(_OF_CALL, about=call_id))

    def not_again(self, call_ids: Collection[str]) -> list[Offer]:
        """Return what is settled about these calls and not repeated: phones rung, and refusals."""
        return SHAPE.all(self._rows(_NOT_AGAIN, about=call_ids))

    def accept(self, offer_id: str, person_id: str, now: datetime, call_id: str | None) -> bool:
        """Win or lose, decided once; `call_id` is the caller whom the winner gets.

        Take that caller first (calls.claim): two offers may be about one caller.
        """
        won = self._change(_ACCEPT, offer_id=offer_id, person=person_id, now=now, takes=call_id)
        return won == 1

    def settle(self, offer_ids: Iterable[str], state: str, why: str | None, now: datetime) -> int:
        """End offers that nobody accepted; return how many were still open."""
        ids = tuple(offer_ids)
        if not ids:
            return 0
        change = update(offers).where(offers.c.id.in_(ids), offers.c.state == own("offered"))
        return self._change(change.values(state=state, why=why, settled_at=now))

    def withdraw(self, now: datetime) -> list[Offer]:
        """End the offers whose caller is not in the line any more, or whose person is not active.

        Returns those ended now.
        """
        return SHAPE.all(self._rows(_WITHDRAW, now=now))

    def recall(self, call_id: str, now: datetime) -> int:
        """End what desks are being offered about this call, so that they are asked anew."""
        return self._change(_RECALL, recalled=call_id, now=now)

    def lapse(self, now: datetime) -> list[Offer]:
        """End the offers whose time is over, and return exactly those that this sweep ended."""
        return SHAPE.all(self._rows(_LAPSE, now=now))

    def move(self, since: Moved) -> None:
        """The machine's clock was set back: what is being offered moves with it, at its length."""
        for offer in self.live():
            change = update(offers).where(offers.c.id == offer.id, offers.c.state == own("offered"))
            began = since(offer.offered_at) or offer.offered_at
            ends = began + (offer.lapses_at - offer.offered_at)
            self._change(change.values(offered_at=began, lapses_at=ends))

    def set_phone_leg(self, offer_id: str, phone_leg: str) -> bool:
        """Keep which leg rings the clinician's cell phone."""
        change = update(offers).where(offers.c.id == offer_id)
        return self._change(change.values(phone_leg=phone_leg)) == 1

    def hear(self, offer_id: str, leg: str, now: datetime) -> bool:
        """Claim the phone's first word for this leg; False: another came first, hang up unheard."""
        return self._change(_HEAR, offer_id=offer_id, leg=leg, now=now) == 1
