"""Who is told that someone waits, and who gets the caller?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from ivr.call import Call
from ivr.events import ClinicianArrived, OfferAccepted
from routing.line import head_for, in_line_by, in_order
from routing.offers import Live, Ring, plan
from routing.verdicts import Round
from storage import ids
from storage.offers import Asked
from storage.store import Rows
from storage.values import Offer
from switchboard import arrivals, calls, candidates, effects, followups, traces
from switchboard.board import Board

RACES_MAX = 5  # other clinicians may take the head of the line between our look and our claim


class Taken(Exception):
    """The offer can no longer be accepted; the words say why, for the clinician's eyes."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The call this clinician now has, and what their softphone says when it dials in."""

    call_id: str
    connect: dict[str, str]


# -- telling ----------------------------------------------------------------------------------


def sweep(board: Board) -> None:
    """Lapse what nobody answered, and offer every caller in line as the rules say. Idempotent.

    An offer stands while its caller is in the line: this ends the others, whyever they are left.
    """
    now = board.now()
    with board.store.begin() as rows:
        for offer in rows.offers.withdraw(now):
            if offer.phone_leg:
                _end_phone(rows, offer, now)
        _lapse(board, rows, now)
        line = in_order(in_line_by(rows.calls.waiting(), now), board.book.storm.ageing_seconds)
        if line:
            live = rows.offers.live()
            followups.step_back(board, rows, live, "preempted", now)  # a caller comes first
            _tell(board, rows, line, live, now)


def _lapse(board: Board, rows: Rows, now: datetime) -> None:
    for offer in rows.offers.lapse(now):
        if offer.kind == "followup":
            followups.withdraw_offer(board, rows, offer, now)
        elif offer.channel == "desk":
            # A missed offer pauses that person until they say they are back (PERFORMANCE 1.3, 3).
            rows.desks.set(
                offer.person_id, "paused", now, why="missed_offer", only_from=("available",)
            )
        elif offer.phone_leg:
            _end_phone(rows, offer, now)


def _end_phone(rows: Rows, offer: Offer, now: datetime) -> None:
    facts = {"sid": offer.phone_leg or "", "reason": offer.why or "lapsed"}
    rows.errands.add(offer.call_id or "", [("EndLeg", facts, f"end:{offer.phone_leg}", now)])


def _tell(board: Board, rows: Rows, line: list[Call], live: list[Offer], now: datetime) -> None:
    ladders = {call.line: board.ladder(call.line) for call in line}
    flooded = frozenset(name for name in ladders if arrivals.flooded(board, rows, name, now))
    unheard = board.settings.desk_unheard_seconds
    here, known = candidates.here(rows, now, unheard), _known(rows, line, live)
    rings = plan(line, candidates.on_call(here), known, ladders, board.policy, now, flooded)
    made = [_offer(board, ring, now) for ring in rings]
    standing = rows.offers.add(made)
    if len(standing) == len(made):  # else another sweep offers just now, and tells why
        known += [Live(ring.person_id, ring.call_id, ring.channel) for ring in rings]
        traces.keep(rows, line, here, ladders, Round(known, board.policy, now, flooded))
    for offer in made:
        if offer.channel == "phone" and offer.id in standing:
            facts = {"offer": offer.id}
            target = f"phone:{offer.person_id}"
            rows.errands.add(offer.call_id or "", [("RingPhone", facts, target, now)])


def _known(rows: Rows, line: list[Call], live: list[Offer]) -> list[Live]:
    """Live offers, and those of these waits that must not be repeated: phones, and refusals."""
    known = [Live(o.person_id, o.call_id or "", o.channel) for o in live if o.kind == "call"]
    since = {call.id: call.line_since for call in line}
    known += [
        Live(o.person_id, o.call_id, o.channel, settled=True)
        for o in rows.offers.not_again(list(since))
        if o.call_id and o.offered_at >= since[o.call_id]
    ]
    return known


def _offer(board: Board, ring: Ring, now: datetime) -> Offer:
    policy = board.policy
    seconds = policy.ring_seconds if ring.channel == "desk" else policy.phone_ring_seconds + 15
    return Offer(
        id=ids.new(),
        kind="call",
        call_id=ring.call_id,
        followup_id=None,
        person_id=ring.person_id,
        channel=ring.channel,
        state="offered",
        offered_at=now,
        lapses_at=now + timedelta(seconds=seconds),
    )


# -- answering --------------------------------------------------------------------------------


def accept(board: Board, offer_id: str, person_id: str) -> Accepted:
    """This clinician said yes: they get the caller at the head of the line, if one is left.

    Raises:
        Taken: the offer lapsed or was cancelled, or nobody waits any more.
    """
    with board.store.begin() as rows:
        now = board.now()
        asked = rows.offers.with_line(offer_id)
        if asked is None or asked.offer.person_id != person_id:
            raise Taken("This offer is not yours. Your desk shows what is waiting for you.")
        offer = asked.offer
        if offer.state == "accepted" and offer.call_id:  # pressed twice: the same yes
            return Accepted(offer.call_id, {"offer": offer_id})
        if offer.kind == "followup":
            call_id: str | None = followups.accept(board, rows, offer, person_id, now)
        else:
            won = _claim(board, rows, asked, now)
            call_id = won and won.call_id
    if call_id is None:  # raised only now, or the offer's end would be undone with the claim
        board.wake()
        raise Taken("Someone else has taken this call, or the caller left. You are available.")
    effects.carry_out(board)  # the desk that said yes shows it in its next breath
    board.wake()
    return Accepted(call_id, {"offer": offer_id})


def accept_by_phone(board: Board, offer_id: str, leg_sid: str, inbox_key: str) -> bytes:
    """A cell phone said yes: it gets the head of the line, and its leg a seat, in one transaction.

    Returns the TwiML for that leg; a repeated webhook gets the same bytes.

    Raises:
        Taken: as `accept`.
        Duplicate: its twin was faster; the journal has the answer.
    """
    with board.store.begin() as rows:
        now = board.now()
        asked = rows.offers.with_line(offer_id, inbox_key)
        if asked is None:
            raise Taken("There is no such offer.")
        if asked.seen:
            return asked.answered or b""
        offer = asked.offer
        arrived = ClinicianArrived(at=now, clinician_id=offer.person_id, leg_sid=leg_sid)
        if offer.state == "accepted":  # the key was pressed twice: the same seat
            call = rows.calls.lock(offer.call_id or "")
            return calls.take(board, rows, call, arrived, inbox_key) if call else b""
        won = _claim(board, rows, asked, now, arrived, inbox_key)
    board.wake()
    if won is None:
        raise Taken("Someone else has taken this call, or the caller left.")
    return won.answer


class Won(NamedTuple):
    """The caller's call, and what the winner's leg is answered if it asked already."""

    call_id: str
    answer: bytes


def _claim(
    board: Board,
    rows: Rows,
    asked: Asked,
    now: datetime,
    arrived: ClinicianArrived | None = None,
    inbox_key: str | None = None,
) -> Won | None:
    offer, line = asked.offer, asked.line
    for _ in range(RACES_MAX):
        head = head_of(board, line, offer.person_id, asked.languages, now)
        if head is None:
            break
        told_of = offer.call_id or ""
        yes = OfferAccepted(
            at=now, clinician_id=offer.person_id, offer_id=offer.id, told_of=told_of
        )
        events = (yes, arrived) if arrived else (yes,)
        answer = calls.claim(board, rows, head, events, inbox_key)
        if answer is not None:
            if not rows.offers.accept(offer.id, offer.person_id, now, head.id):
                raise Taken("This offer has ended. Someone else may have taken the call.")
            return Won(head.id, answer)
        line = rows.calls.waiting()  # somebody else took this one a moment ago: the next in line
    rows.offers.settle([offer.id], "cancelled", "taken", now)
    return None


def head_of(
    board: Board, waiting: list[Call], person_id: str, languages: tuple[str, ...], now: datetime
) -> Call | None:
    """Who is next for this clinician; whoever is to be served later only when nobody else waits."""
    present = in_line_by(waiting, now) or waiting
    return head_for(present, person_id, languages, board.book.storm.ageing_seconds)


def decline(board: Board, offer_id: str, person_id: str | None, reason: str) -> None:
    """This clinician said no, with a reason; they are not asked again about this wait.

    `person_id`: None when it was said on the very phone that the offer rang.
    """
    with board.store.begin() as rows:
        offer = rows.offers.get(offer_id)
        if offer is None or person_id not in (None, offer.person_id):
            return
        now = board.now()
        rows.offers.settle([offer_id], "refused", reason[:40] or "declined", now)
        if offer.kind == "followup":
            followups.withdraw_offer(board, rows, offer, now)
    board.wake()
