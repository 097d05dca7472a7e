"""What became of an errand when the carrier did not say? Looked for, never tried again blindly.

In this order (FAILURES R3): a signed webhook that carries the offer's or the attempt's id in its
address; the carrier's own list of calls; and when neither shows anything for two minutes, it did
not happen. Until then its target is not touched again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from ivr.call import Call
from ivr.events import Event, PersonRung
from ivr.guest_events import GuestGone, GuestRung
from storage.store import Rows
from storage.values import ErrandRow, Offer
from switchboard import calls, guestbook, text_sending
from switchboard.board import Board
from telephony.carrier import LegFound, TextFound
from telephony.forms import OVER
from telephony.outcomes import CarrierError

log = structlog.get_logger()

LEASE_SECONDS = 10  # how long a claimed errand is believed to be in hand
QUIET_SECONDS = 120  # without evidence that it was done, it was not (R3)
DEAF_SECONDS = 600  # the same when the carrier's list does not even answer
FIRST_LOOK_SECONDS = 2
LOOK_SECONDS = 5  # between two looks into the list: it may lag behind
SKEW_SECONDS = 5  # the carrier's clock and ours
HARMLESS_TWICE = ("EndLeg", "CheckRoom")  # asked again, whatever became of the first time


# -- a webhook tells -----------------------------------------------------------------------------


def phone_told(
    rows: Rows, offer: Offer, leg_sid: str, now: datetime, *, over: bool = False
) -> None:
    """The offer's cell phone was rung, and this is the leg, which goes on or is `over`."""
    if offer.phone_leg is not None or not leg_sid:
        return
    rows.offers.set_phone_leg(offer.id, leg_sid)
    phone_rung(rows, offer, leg_sid, now)
    if not over and offer.state not in ("offered", "accepted"):  # ended while it was not known
        facts = {"sid": leg_sid, "reason": offer.state}
        rows.errands.add(offer.call_id or "", [("EndLeg", facts, f"end:{leg_sid}", now)])


def phone_rung(rows: Rows, offer: Offer, leg_sid: str, now: datetime) -> None:
    """A webhook names the offer: its cell phone was rung, whatever the carrier did not say."""
    rows.errands.proven(f"phone:{offer.person_id}", "offer", offer.id, leg_sid, now)


# -- we look -------------------------------------------------------------------------------------


def look(board: Board, limit: int = 20) -> int:
    """Ask the carrier's list about what is unknown; after the quiet period it did not happen.

    Unknown is also what somebody claimed for longer than the lease. Returns how many errands are
    known now.
    """
    with board.store.begin() as rows:
        rows.errands.stuck(board.now())
        unknown = rows.errands.unknown_due(board.now(), limit)
    return sum(_resolved(board, errand) for errand in unknown)


def _resolved(board: Board, errand: ErrandRow) -> bool:
    if errand.kind in HARMLESS_TWICE:  # whoever had it in hand died: once more, at once
        with board.store.begin() as rows:
            return rows.errands.postpone(errand.id, board.now())
    found = FINDERS.get(errand.kind, _cannot_be_found)(board, errand)
    if not isinstance(found, bool):
        log.info("found what the carrier did not say", errand=errand.id, kind=errand.kind)
        BINDERS[errand.kind](board, errand, found)
        return True
    return _abandoned(board, errand, listed=found)


def _abandoned(board: Board, errand: ErrandRow, *, listed: bool) -> bool:
    now = board.now()
    quiet = (now - (errand.lease_until or errand.created_at)).total_seconds()
    with board.store.begin() as rows:
        if quiet >= (QUIET_SECONDS if listed else DEAF_SECONDS):
            return rows.errands.settle(errand.id, "abandoned", "no evidence that it happened", now)
        rows.errands.look_again(errand.id, now + timedelta(seconds=LOOK_SECONDS))
        return False


def _cannot_be_found(_board: Board, _errand: ErrandRow) -> bool:
    """No list shows a move; the caller's own webhooks and the room set right what was missed."""
    return True


def _phone(board: Board, errand: ErrandRow) -> LegFound | bool:
    with board.store.read() as rows:
        offer = rows.offers.get(errand.facts["offer"])
        call = rows.calls.get(errand.call_id)
        person = rows.people.get(offer.person_id) if offer else None
    if not (call and person and person.phone):
        return True
    return _listed(board, errand, person.phone, board.line(call.line).number)


def _person(board: Board, errand: ErrandRow) -> LegFound | bool:
    with board.store.read() as rows:
        call = rows.calls.get(errand.call_id)
        followup = rows.followups.get(call.followup_id or "") if call else None
    if not (call and followup):
        return True
    if call.has_leg:  # a webhook named the attempt
        return LegFound(call.leg_sid, "in-progress")
    return _listed(board, errand, followup.number, board.line(call.line).number)


def _psap(board: Board, errand: ErrandRow) -> LegFound | bool:
    with board.store.read() as rows:
        call = rows.calls.get(errand.call_id)
    line = board.line(call.line) if call else None
    if line is None or not line.return_number:
        return True
    return _listed(board, errand, line.return_number, line.number)


def _guest(board: Board, errand: ErrandRow) -> LegFound | bool:
    with board.store.read() as rows:
        call = rows.calls.get(errand.call_id)
        guest = call.guest(errand.facts["guest"]) if call else None
        number = guestbook.number_of(board, rows, call, guest) if call and guest else None
    if call is None or number is None:
        return True
    if guest and guest.leg:  # a webhook named the guest
        return LegFound(guest.leg, "in-progress")
    return _listed(board, errand, number, board.line(call.line).number)


def _listed(board: Board, errand: ErrandRow, to: str, from_: str) -> LegFound | bool:
    """The leg, a live one first; True: the list shows none; False: it did not answer."""
    try:
        legs = board.carrier.find(to, from_, _since(board, errand))
    except CarrierError as silence:
        log.warning("the carrier's list did not answer", errand=errand.id, why=str(silence))
        return False
    return next(iter(sorted(legs, key=lambda leg: leg.status in OVER)), True)


def _bind_phone(board: Board, errand: ErrandRow, leg: LegFound) -> None:
    with board.store.begin() as rows:
        offer = rows.offers.get(errand.facts["offer"])
        now = board.now()
        rows.errands.settle(errand.id, "done", leg.sid, now)
        if offer:
            phone_told(rows, offer, leg.sid, now, over=leg.status in OVER)
            if leg.status in OVER:
                rows.offers.settle([offer.id], "lapsed", "phone_ended", now)


def _bind_person(board: Board, errand: ErrandRow, leg: LegFound) -> None:
    with board.store.begin() as rows:
        rows.errands.settle(errand.id, "done", leg.sid, board.now())
    calls.happened(board, errand.call_id, rung(leg.sid))


def _bind_psap(board: Board, errand: ErrandRow, leg: LegFound) -> None:
    with board.store.begin() as rows:
        rows.errands.settle(errand.id, "done", leg.sid, board.now())
    calls.psap_rung(board, errand.call_id, leg.sid)


def _bind_guest(board: Board, errand: ErrandRow, leg: LegFound) -> None:
    with board.store.begin() as rows:
        rows.errands.settle(errand.id, "done", leg.sid, board.now())
    tells = guest_gone if leg.status in OVER else guest_rung
    calls.happened(board, errand.call_id, tells(errand.facts["guest"], leg.sid))


def rung(leg_sid: str) -> Callable[[Call, datetime], Event]:
    """The person's phone rings, on this leg."""
    return lambda _call, at: PersonRung(at=at, leg_sid=leg_sid)


def guest_rung(guest_id: str, leg_sid: str) -> Callable[[Call, datetime], Event]:
    """A guest's phone rings, on this leg."""
    return lambda _call, at: GuestRung(at=at, guest_id=guest_id, leg_sid=leg_sid)


def guest_gone(guest_id: str, leg_sid: str = "") -> Callable[[Call, datetime], Event]:
    """A guest's leg is over, or never came about."""
    return lambda _call, at: GuestGone(at=at, guest_id=guest_id, leg_sid=leg_sid)


def _text(board: Board, errand: ErrandRow) -> TextFound | bool:
    with board.store.read() as rows:
        text = rows.texts.get(errand.facts["text"])
    if text is None:
        return True
    if text.sid:  # a webhook named the text
        return TextFound(text.sid, text.state)
    line = board.line(text.line)
    try:
        texts = board.carrier.find_texts(text.number, line.number, _since(board, errand))
    except CarrierError as silence:
        log.warning("the carrier's list did not answer", errand=errand.id, why=str(silence))
        return False
    return next(iter(texts), True)


def _since(board: Board, errand: ErrandRow) -> datetime:
    """From when on the carrier may have done it."""
    claimed_at = (errand.lease_until or board.now()) - timedelta(seconds=LEASE_SECONDS)
    return claimed_at - timedelta(seconds=SKEW_SECONDS)


FINDERS: dict[str, Callable[[Board, ErrandRow], LegFound | TextFound | bool]] = {
    "RingPhone": _phone,
    "DialPerson": _person,
    "RingPsap": _psap,
    "RingGuest": _guest,
    "SendText": _text,
}
BINDERS: dict[str, Callable[[Board, ErrandRow, Any], None]] = {
    "RingPhone": _bind_phone,
    "DialPerson": _bind_person,
    "RingPsap": _bind_psap,
    "RingGuest": _bind_guest,
    "SendText": text_sending.found,
}
