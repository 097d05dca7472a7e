"""What do the other legs hear: softphones, backup cell phones, the person of a follow-up?"""

from datetime import datetime

from ivr.call import Call, Stage
from ivr.events import (
    ClinicianArrived,
    Event,
    LegEnded,
    PersonAnswered,
    PersonRung,
    PersonUnreached,
)
from ivr.guest_events import GuestArrived
from ivr.replies import Bed, HangUp, Listen, Reply, Say
from storage.calls import Seen
from storage.errors import Duplicate
from storage.store import Rows
from switchboard import calls, evidence, handoffs, hearing, offers, voice
from switchboard.board import Board
from telephony.forms import Fields, key, leg

UNANSWERED = {"busy": "busy", "no-answer": "no_answer", "failed": "failed", "canceled": "failed"}
SCREEN_SECONDS = 8  # of silence in which a cell phone may press 1
TEST_SECONDS = 10  # of sound for a desk that tests its connection: the SDK measures each second


def desk(board: Board, fields: Fields, inbox_key: str) -> bytes:
    """A softphone dialled in: its identity from the signed token, the offer from its words."""
    person_id = fields.get("From", "").removeprefix("client:")
    if "guest" in fields:
        return _as_guest(board, person_id, fields, inbox_key)

    def theirs(rows: Rows) -> Seen:
        return rows.calls.lock_accepted(fields.get("offer", ""), person_id, inbox_key)

    try:
        return calls.handle_found(board, theirs, inbox_key, _arrived(person_id, fields))
    except calls.NoSuchCall:
        return _words(board, Say("caller_gone"), HangUp())


def tests_connection(fields: Fields) -> bool:
    """Whether a desk only tests its connection: then it dials in and names nothing to be let into.

    The SDK's preflight cannot say more (page "Voice JavaScript SDK: PreflightTest").
    """
    return fields.keys().isdisjoint(("offer", "guest"))


def connection_test(board: Board) -> bytes:
    """The quiet bed of sound, and the end: nobody else is on this leg, and no row is read."""
    return _words(board, Bed(TEST_SECONDS), HangUp())


def _as_guest(board: Board, person_id: str, fields: Fields, inbox_key: str) -> bytes:
    """Whoever was let into a colleague's call dials in, naming the call and their place in it."""

    def event(_call: Call, at: datetime) -> Event:
        leg_sid = fields.get("CallSid", "")
        return GuestArrived(at=at, guest_id=fields["guest"], person_id=person_id, leg_sid=leg_sid)

    try:
        return calls.handle(board, fields.get("call", ""), inbox_key, event)
    except calls.NoSuchCall:
        return _words(board, HangUp())


def _arrived(person_id: str, fields: Fields) -> calls.EventMaker:
    def event(_call: Call, at: datetime) -> Event:
        return ClinicianArrived(at=at, clinician_id=person_id, leg_sid=fields.get("CallSid", ""))

    return event


def answered(board: Board, call_id: str, offer_id: str, leg_sid: str) -> bytes:
    """Say neutral words and ask for 1, on the first of our calls to be picked up (FAILURES R4)."""
    with board.store.begin() as rows:
        call = rows.calls.get(call_id)
        if call is None:
            raise calls.NoSuchCall(call_id)
        offer = rows.offers.get(offer_id)
        now = board.now()
        first = rows.offers.hear(offer_id, leg_sid, now)
        if offer is None or not (first or (offer.phone_leg or "") == leg_sid):
            return voice.render(board, call, (HangUp(),))  # a second, accidental call
        if offer.phone_leg is None:
            evidence.phone_rung(rows, offer, leg_sid, now)
    if offer.state != "offered":
        return voice.render(board, call, (Say("phone_taken"), HangUp()))
    ask = Listen((Say("phone_screen"),), "pressed", SCREEN_SECONDS)
    return voice.render(board, call, (ask, Say("phone_not_pressed"), HangUp()), subject=offer_id)


def pressed(board: Board, offer_id: str, fields: Fields, inbox_key: str) -> bytes:
    """1 takes the call at the head of the line; anything else declines."""
    if key(fields) != "1":
        offers.decline(board, offer_id, None, "pressed another key")
        return _words(board, Say("phone_not_pressed"), HangUp())
    try:
        return offers.accept_by_phone(board, offer_id, fields.get("CallSid", ""), inbox_key)
    except offers.Taken:
        return _words(board, Say("phone_taken"), HangUp())
    except Duplicate:
        return calls.answered(board, inbox_key)


def told(board: Board, offer_id: str, leg_sid: str, *, over: bool) -> None:
    """The cell phone's leg goes on, or is `over`: an offer that still stands was not taken.

    An accidental second ring's end ends nothing (FAILURES R3).
    """
    with board.store.begin() as rows:
        offer = rows.offers.get(offer_id)
        if offer is None or offer.phone_leg not in (None, leg_sid):
            return
        now = board.now()
        evidence.phone_told(rows, offer, leg_sid, now, over=over)
        if over:
            rows.offers.settle([offer_id], "lapsed", "phone_ended", now)
    board.wake()


def psap_pressed(board: Board, call_id: str, fields: Fields, inbox_key: str) -> bytes:
    """A key was pressed at the 911 centre: who takes the caller hears which incident it is."""
    try:
        with board.store.begin() as rows:
            call, before, seen = rows.calls.lock_with_answer(call_id, inbox_key)
            if seen:
                return before or b""
            if call is None:
                raise calls.NoSuchCall(call_id)
            event = hearing.psap_pressed(fields, call, board.now(), handoffs.incident(rows, call))
            document = calls.take(board, rows, call, event, inbox_key)
    except Duplicate:
        return calls.answered(board, inbox_key)
    board.wake()
    return document


def person(board: Board, call_id: str, attempt_id: str, fields: Fields, inbox_key: str) -> bytes:
    """Follow-up: only the first of our calls to be picked up is heard (FAILURES R4)."""

    def event(_call: Call, at: datetime) -> Event:
        return PersonAnswered(at=at, leg_sid=fields.get("CallSid", ""))

    with board.store.begin() as rows:
        call, before, seen = rows.calls.lock_with_answer(call_id, inbox_key)
        if seen:
            return before or b""
        if call is None or call.stage is not Stage.CALLING or call.attempt_id != attempt_id:
            return _words(board, HangUp())
        if not rows.attempts.hear(attempt_id, board.now()):
            return _words(board, HangUp())
        document = calls.take(board, rows, call, event(call, board.now()), inbox_key)
    board.wake()
    return document


def person_told(
    board: Board, call_id: str, attempt_id: str, fields: Fields, inbox_key: str
) -> None:
    """What becomes of ringing a follow-up's person.

    Raises:
        NoSuchCall: the call is not known, or not this attempt's.
    """
    status, leg_sid = fields.get("CallStatus", ""), leg(fields)

    def event(call: Call, at: datetime) -> Event:
        if call.attempt_id != attempt_id:
            raise calls.NoSuchCall(call_id)
        if status in UNANSWERED:
            return PersonUnreached(at=at, why=UNANSWERED[status], leg_sid=leg_sid)
        return LegEnded(at=at, leg_sid=leg_sid)

    if status in UNANSWERED or status == "completed":
        calls.handle(board, call_id, inbox_key, event)
    elif leg_sid:
        _note_ring(board, call_id, attempt_id, leg_sid, inbox_key)


def _note_ring(board: Board, call_id: str, attempt_id: str, leg_sid: str, inbox_key: str) -> None:
    """Their phone rings: this is the leg, if the carrier had not told us."""
    with board.store.begin() as rows:
        call, _, seen = rows.calls.lock_with_answer(call_id, inbox_key)
        if seen or call is None or call.has_leg or call.attempt_id != attempt_id:
            return
        calls.take(board, rows, call, PersonRung(at=board.now(), leg_sid=leg_sid), inbox_key)
    board.wake()


def _words(board: Board, *replies: Reply) -> bytes:
    """A document about no call in particular, in the first line's language."""
    return voice.render(board, voice.nobody(board), replies)
