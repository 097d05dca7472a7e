"""What must be done outside, and what came of it?

An errand is claimed, carried out after commit, and settled. A carrier that did not say whether it
did the thing (timeout, 5xx, reset) leaves it `unknown`: switchboard/evidence.py finds out, and it
is never blindly tried again (FAILURES R3).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from ivr.call import Call, Coming, Kind, Psap, Stage
from ivr.events import Event, LegEnded, PersonUnreached, PsapGone
from storage.errors import Duplicate, StoreDown
from storage.values import ErrandRow
from switchboard import calls, effects, evidence, guestbook, tasks, text_sending
from switchboard.board import Board
from telephony.forms import OVER
from telephony.outcomes import CarrierBusy, CarrierRefused, CarrierUnknown

log = structlog.get_logger()

BUSY_SECONDS = 0.25  # doubled each time: somebody may be waiting for it on the line
TRIES_MAX = 8
RING_SECONDS = 30
# Their deadline is a look at the room.
LOOKED_AT = (Stage.CONNECTING, Stage.TALKING, Stage.HANDED, Stage.DISPATCHER)


def run_due(board: Board, limit: int = 20) -> int:
    """Carry out what is due; returns how many errands went on. Any process may.

    One is claimed, carried out and settled before the next: whoever dies or is frozen leaves one
    errand of which nobody knows what became, and the others are still anybody's.
    """
    with board.store.read() as rows:
        if not rows.errands.any_due(board.now()):
            return 0
    done, errand = 0, _next(board)
    while errand:
        outcome = _carry_out(board, errand)
        done += 1
        errand = _next(board, errand, outcome, claims=done < limit)
    return done + evidence.look(board)  # whose targets are free now


def _next(
    board: Board, last: ErrandRow | None = None, outcome: str | None = None, *, claims: bool = True
) -> ErrandRow | None:
    """Write down what came of the `last` and claim the next, in one transaction.

    None: none is due, or another process has just taken the target of the one that was.
    """
    try:
        with board.store.begin() as rows:
            now = board.now()
            if last and outcome is not None:
                rows.errands.settle(last.id, "done", outcome, now, worker=board.worker)
            lease = evidence.LEASE_SECONDS
            claimed = rows.errands.claim_due(board.worker, now, lease, limit=1) if claims else []
            return claimed[0] if claimed else None
    except Duplicate:  # nothing of it is written
        if last and outcome is not None:
            _settle(board, last, "done", outcome)
        return None


def _carry_out(board: Board, errand: ErrandRow) -> str | None:
    """Do it, and return what came of it; None: that is written down already."""
    if errand.lease_until and board.now() >= errand.lease_until:  # frozen since it was claimed
        _put_back(board, errand)
        return None
    try:
        return DOERS[errand.kind](board, errand)
    except CarrierBusy:
        _later(board, errand)
    except CarrierRefused as refusal:
        _settle(board, errand, "refused", f"{refusal.code}: {refusal}")
        _refused(board, errand, refusal)
    except CarrierUnknown as silence:
        if errand.kind in evidence.HARMLESS_TWICE:
            _later(board, errand)
            return None
        log.warning("carrier did not say", errand=errand.id, kind=errand.kind)
        _settle(board, errand, "unknown", str(silence))
    except StoreDown:  # was the carrier asked? The lease ends, and evidence decides (R3)
        raise
    except Exception as mistake:
        # Our own bug: the errand stays visible, and the caller's next lap goes on without it.
        log.exception("errand failed", errand=errand.id, kind=errand.kind)
        _settle(board, errand, "refused", repr(mistake)[:500])
    return None


def _settle(board: Board, errand: ErrandRow, state: str, outcome: str) -> None:
    with board.store.begin() as rows:
        rows.errands.settle(errand.id, state, outcome, board.now(), worker=board.worker)
        if state == "unknown":  # webhooks about it are on their way: they are the first evidence
            soon = board.now() + timedelta(seconds=evidence.FIRST_LOOK_SECONDS)
            rows.errands.look_again(errand.id, soon)


def _put_back(board: Board, errand: ErrandRow) -> None:
    """Surely nothing was asked of the carrier: whoever is awake carries it out."""
    with board.store.begin() as rows:
        rows.errands.postpone(errand.id, board.now())


def _later(board: Board, errand: ErrandRow) -> None:
    with board.store.begin() as rows:
        if errand.tries >= TRIES_MAX:
            rows.errands.settle(
                errand.id, "refused", "the carrier stayed busy", board.now(), worker=board.worker
            )
        else:
            again = board.now() + timedelta(seconds=BUSY_SECONDS * 2 ** min(errand.tries, 5))
            rows.errands.postpone(errand.id, again)


# -- doing ------------------------------------------------------------------------------------


def _move(board: Board, errand: ErrandRow) -> str:
    sid: str = errand.facts["sid"]
    with board.store.read() as rows:
        call = rows.calls.get(errand.call_id)
        moves = [one.id for one in rows.errands.of(errand.call_id) if one.kind == errand.kind]
    # Late (the carrier was busy), it would take the caller out of a conversation.
    if call is None or call.stage_since.isoformat() != errand.facts.get("since"):
        return "no longer wanted"
    if max(moves) > errand.id:
        return "moved again since"
    try:
        board.carrier.move(sid, errand.facts["twiml"].encode(), _last_resort(board, call))
    except CarrierRefused as refusal:
        if refusal.gone and board.carrier.leg(sid) not in OVER:
            raise CarrierBusy("the leg is still on its way in") from refusal
        raise
    return sid


def over(board: Board, sid: str) -> bool:
    """Whether a leg has ended, or the carrier no longer knows it."""
    try:
        return board.carrier.leg(sid) in OVER
    except CarrierRefused as refusal:
        if refusal.gone:
            return True
        raise  # a revoked key says nothing about anybody's leg


def _end(board: Board, errand: ErrandRow) -> str:
    sid: str = errand.facts["sid"]
    if sid.startswith("CA"):
        board.carrier.end(sid)
    return sid


def _ring_phone(board: Board, errand: ErrandRow) -> str:
    """Ring a backup clinician's cell phone about a call; nothing counts before they press 1."""
    with board.store.read() as rows:
        offer = rows.offers.get(errand.facts["offer"])
        call = rows.calls.get(errand.call_id)
        person = rows.people.get(offer.person_id) if offer else None
    if not (offer and call and person and person.phone) or offer.state != "offered":
        return "no longer wanted"
    seconds = int(board.policy.phone_ring_seconds)
    sid = _ring(board, call, person.phone, "phone", offer.id, seconds=seconds)
    with board.store.begin() as rows:
        rows.offers.set_phone_leg(offer.id, sid)
        late = rows.offers.get(offer.id)
        if late and late.state not in ("offered", "accepted"):  # cancelled while we were asking
            facts = {"sid": sid, "reason": "cancelled"}
            rows.errands.add(call.id, [("EndLeg", facts, f"end:{sid}", board.now())])
    return sid


def _dial_person(board: Board, errand: ErrandRow) -> str:
    """Ring the person of a follow-up: the line's number is shown, nothing is said first."""
    with board.store.read() as rows:
        attempt = rows.attempts.get(errand.facts["attempt"])
        followup = rows.followups.get(attempt.followup_id) if attempt else None
        call = rows.calls.get(errand.call_id)
    if not (attempt and followup and call) or call.over or attempt.outcome:
        return "no longer wanted"
    sid = _ring(board, call, followup.number, "person", attempt.id)
    calls.happened(board, call.id, evidence.rung(sid))
    return sid


def _ring_psap(board: Board, errand: ErrandRow) -> str:
    """Ring the 911 centre's own line; nothing counts before they press 1."""
    with board.store.read() as rows:
        call = rows.calls.get(errand.call_id)
    number = board.line(call.line).return_number if call else None
    if call is None or number is None or call.psap is not Psap.RINGING or call.psap_leg:
        return "no longer wanted"
    sid = _ring(board, call, number, "psap")
    calls.psap_rung(board, call.id, sid)
    return sid


def _ring_guest(board: Board, errand: ErrandRow) -> str:
    """Ring the phone of somebody who is to come into the call; nothing counts before 1."""
    with board.store.read() as rows:
        call = rows.calls.get(errand.call_id)
        guest = call.guest(errand.facts["guest"]) if call else None
        number = guestbook.number_of(board, rows, call, guest) if call and guest else None
    if call is None or guest is None or guest.state is not Coming.RINGING or guest.leg:
        return "no longer wanted"
    if number is None:
        calls.happened(board, call.id, evidence.guest_gone(guest.id))
        return "no number"
    sid = _ring(board, call, number, "guest", guest.id)
    calls.happened(board, call.id, evidence.guest_rung(guest.id, sid))
    return sid


def _ring(
    board: Board, call: Call, number: str, leg: str, of: str = "", *, seconds: int = RING_SECONDS
) -> str:
    """Ring a telephone for this call; `leg` and `of` name it in its addresses. Returns its sid."""
    base, named = f"{board.settings.public_base_url}/voice/{call.id}", f"/{of}" if of else ""
    return board.carrier.ring(
        to=number,
        from_=board.line(call.line).number,
        url=f"{base}/{leg}{named}/{call.hop}",
        status_url=f"{base}/{leg}-status{named}",
        fallback_url=_fallback(board),
        timeout_seconds=seconds,
    )


def _check_room(board: Board, errand: ErrandRow) -> str:
    labels = board.carrier.in_room(errand.facts["room"])
    label, leg = errand.facts["label"], errand.facts["leg"]
    inside = label in labels or leg in labels.values()
    if not inside and leg and not over(board, leg):
        raise CarrierBusy("their leg is there, the list lags behind")

    def event(call: Call, at: datetime) -> Event:
        caller = not labels.keys().isdisjoint({"caller", "person"})
        stale = effects.who_holds(call)[1] != leg and call.stage in LOOKED_AT
        return effects.room_seen(at, caller=caller, whose=label if inside else "", stale=stale)

    calls.happened(board, errand.call_id, event)
    return ",".join(sorted(labels))


DOERS: dict[str, Callable[[Board, ErrandRow], str]] = {
    "MoveCaller": _move,
    "EndLeg": _end,
    "RingPhone": _ring_phone,
    "DialPerson": _dial_person,
    "CheckRoom": _check_room,
    "RingPsap": _ring_psap,
    "RingGuest": _ring_guest,
    "SendText": text_sending.send,
}


def _last_resort(board: Board, call: Call) -> str:
    """What a moved caller's leg asks when we do not answer: a move would undo the number's own."""
    elsewhere = board.line(call.line).last_resort_url if call.kind is Kind.INBOUND else None
    return elsewhere or _fallback(board)


def _fallback(board: Board) -> str:
    return f"{board.settings.public_base_url}/voice/fallback"


# -- a refusal is news ------------------------------------------------------------------------


def _refused(board: Board, errand: ErrandRow, refusal: CarrierRefused) -> None:
    if errand.kind == "MoveCaller" and refusal.gone:
        # Any other refusal leaves the caller waiting: their next lap takes them along.
        calls.happened(board, errand.call_id, lambda _call, at: LegEnded(at=at))
    elif errand.kind == "DialPerson":
        calls.happened(
            board, errand.call_id, lambda _call, at: PersonUnreached(at=at, why="failed")
        )
        _tell_somebody(board, errand)
    elif errand.kind == "RingPsap":
        calls.happened(board, errand.call_id, lambda _call, at: PsapGone(at=at))
        _tell_somebody(board, errand)
    elif errand.kind == "RingGuest":
        calls.happened(board, errand.call_id, evidence.guest_gone(errand.facts["guest"]))
        _tell_somebody(board, errand)
    elif errand.kind == "SendText":
        text_sending.refused(board, errand, refusal)
    elif errand.kind == "RingPhone":
        with board.store.begin() as rows:
            rows.offers.settle([errand.facts["offer"]], "cancelled", "carrier", board.now())
        _tell_somebody(board, errand)
    log.warning("carrier refused", errand=errand.id, kind=errand.kind, code=refusal.code)


def _tell_somebody(board: Board, errand: ErrandRow) -> None:
    with board.store.begin() as rows:
        tasks.open_for(rows, "carrier_refused", "coordinator", board.now(), call_id=errand.call_id)
