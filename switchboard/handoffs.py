"""What did the 911 centre send ahead about this caller? Kept, matched, corrected, and forgotten.

A card may come before its call or after: each new card looks for its call, and while somebody
waits for us each sweep looks for cards that wait for a call. The rules are care/handoff.py's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from care import handoff as rules
from care.handoff import About, Caller
from ivr.call import Call
from storage import ids
from storage.store import Rows
from storage.values import HandoffCard
from switchboard import readings
from switchboard.board import Board
from switchboard.readings import Reading

WAITING_MOST = 200  # cards of one centre without a call: more is a system gone wrong
REPEATED = timedelta(seconds=60)  # the same words so soon are the same message
UNMATCHED_KEPT = timedelta(hours=24)
CALLS_MOST = 200
READ = "handoff.read"
SHOWN_MOST = 5  # cards that wait, on a desk


class TooMany(Exception):
    """The centre sends far more than it transfers."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one message. `again`: it was here before, and nothing changed."""

    card: HandoffCard
    again: bool = False


# -- coming in ----------------------------------------------------------------------------------


def receive(
    board: Board,
    line_id: str,
    facts: dict[str, str],
    *,
    how: str,
    sender: str,
    sent_at: datetime | None = None,
    digest: str = "",
) -> Received:
    """Keep one message, and give it to its call if that is here.

    `digest`: by what this very message is known again (a system's signature); "": it is new.

    Raises:
        TooMany: WAITING_MOST of this centre wait for their calls.
    """
    now = board.now()
    card = _card(line_id, facts, how, sender, sent_at or now, now, digest)
    with board.store.begin() as rows:
        if said := _last_said(rows, card):
            return Received(said, again=True)
        if not rows.handoffs.add(card):
            return Received(rows.handoffs.again(line_id, card.digest) or card, again=True)
        waiting = rows.handoffs.waiting(line_id, now - rules.BEFORE, WAITING_MOST + 1)
        if len(waiting) > WAITING_MOST:
            raise TooMany(line_id)
        _match(board, rows, line_id, waiting, now)
        found = rows.handoffs.get(card.id)
    return Received(found or card)


def _card(
    line_id: str,
    facts: dict[str, str],
    how: str,
    sender: str,
    sent_at: datetime,
    now: datetime,
    digest: str = "",
) -> HandoffCard:
    return HandoffCard(
        id=ids.new(),
        line=line_id,
        how=how,
        sender=sender,
        digest=digest or ids.new(),
        sent_at=sent_at,
        received_at=now,
        incident=facts.get("incident") or None,
        number=facts.get("callback_number") or None,
        facts=facts,
    )


def _last_said(rows: Rows, card: HandoffCard) -> HandoffCard | None:
    """The sender's last card, where it says the very same and was sent just now.

    Somebody pressed twice, or a system signed anew what it was not sure had come. A second card
    would belong to nobody, and might be given to the next caller.
    """
    since = card.received_at - REPEATED
    calls = rows.calls.on_line(card.line, card.received_at - rules.AFTER, CALLS_MOST)
    waiting = rows.handoffs.waiting(card.line, since, WAITING_MOST)
    known = [*waiting, *rows.handoffs.of_calls([call.id for call in calls])]
    theirs = [one for one in known if one.sender == card.sender and one.received_at >= since]
    last = max(theirs, key=lambda one: one.received_at, default=None)
    return last if last and last.facts == card.facts else None


def keyed(board: Board, rows: Rows, call_id: str, number: str, at: datetime) -> None:
    """Keep an incident number that was pressed on the caller's own leg: it is about nobody else.

    Pressed again it is the same; another takes its place, and both are kept.
    """
    call, cards = rows.calls.get(call_id), rows.handoffs.of_call(call_id)
    if call is None or _said_before(number, cards):
        return
    waiting = rows.handoffs.waiting(call.line, board.now() - rules.BEFORE, WAITING_MOST)
    told = [*_incidents(call, cards), *(card.incident for card in waiting if card.incident)]
    spelt = next((one for one in told if rules.same_incident(one, number)), number)  # as they do
    card = _card(call.line, {"incident": spelt}, rules.KEYPAD, call.leg_sid[:40], at, at)
    rows.handoffs.add(replace(card, call_id=call_id, matched=rules.KEYPAD))
    _match(board, rows, call.line, waiting, board.now())


def _said_before(number: str, cards: list[HandoffCard]) -> bool:
    pressed = any(card.how == rules.KEYPAD for card in cards)
    return pressed and rules.same_incident(rules.told(cards).get("incident"), number)


def incident(rows: Rows, call: Call) -> str:
    """The centre's number for this call, as far as it is surely theirs; "" when nobody said."""
    cards = rows.handoffs.of_call(call.id)
    if not rules.sure(cards):
        cards = [card for card in cards if card.how in rules.IN_CALL]
    return rules.told(cards).get("incident") or next(_headers(call), "")


# -- whom it is about ---------------------------------------------------------------------------


def match(board: Board) -> None:
    """Give the cards that wait to the calls that have come. Idempotent."""
    now = board.now()
    with board.store.begin() as rows:
        cards = rows.handoffs.waiting(None, now - rules.BEFORE, WAITING_MOST)
        for line_id in {card.line for card in cards}:
            _match(board, rows, line_id, [card for card in cards if card.line == line_id], now)


def _match(
    board: Board, rows: Rows, line_id: str, waiting: list[HandoffCard], now: datetime
) -> None:
    alone = len({card.incident or card.number or card.id for card in waiting}) == 1
    callers = _callers(board, rows, line_id, now)
    for card in waiting:
        about = About(card.received_at, card.incident, card.number, card.not_call)
        found = rules.whom(about, callers, alone=alone)
        if found and rows.handoffs.match(card.id, *found):
            callers = _callers(board, rows, line_id, now)  # the next may be of the same incident


def _callers(board: Board, rows: Rows, line_id: str, now: datetime) -> list[Caller]:
    calls = rows.calls.on_line(line_id, now - rules.AFTER, CALLS_MOST)
    cards = rows.handoffs.of_calls([call.id for call in calls])
    return [_caller(board, call, [c for c in cards if c.call_id == call.id]) for call in calls]


def _caller(board: Board, call: Call, cards: list[HandoffCard]) -> Caller:
    return Caller(
        call.id,
        call.arrived_at,
        board.somebodys(call.number_shown),
        frozenset(_incidents(call, cards)),
        frozenset(card.number for card in cards if card.number),
        told=any(card.how != rules.KEYPAD for card in cards),
        live=not call.over,
    )


def _incidents(call: Call, cards: list[HandoffCard]) -> list[str]:
    return [*_headers(call), *(card.incident for card in cards if card.incident)]


def _headers(call: Call) -> Iterator[str]:
    return (value for name, value in call.sip.items() if "incident" in name.lower())


# -- at the desk --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What was sent ahead about one caller, as a desk shows it."""

    call_id: str
    facts: dict[str, str]
    sure: bool  # incident, number or a person said so; else only the time speaks for it
    at: datetime  # of the last word
    corrected: bool
    pressed: bool = False  # nothing but the number on the keypad

    @property
    def dangers(self) -> list[str]:
        """What is dangerous, as far as it is known: shown before all else."""
        return rules.judged({n: v for n, v in self.facts.items() if n != "transfer_consent"}, "yes")

    @property
    def calm(self) -> str:
        """What is not, and what nobody knows, in one line."""
        agreed = {n: v for n, v in self.facts.items() if n == "transfer_consent"}
        parts = [*rules.judged(self.facts, "no"), *rules.judged(agreed, "yes")]
        unknown = rules.judged(self.facts, "unknown")
        parts += [f"not known: {', '.join(unknown)}"] if unknown else []
        line = "; ".join(parts)
        return f"{line[:1].upper()}{line[1:]}." if line else ""

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and answer of the rest, in order."""
        return rules.in_words({n: v for n, v in self.facts.items() if n != "reason"})

    @property
    def asked_already(self) -> dict[str, str]:
        """What a record need not ask again. The number must be: nobody confirmed it (A8)."""
        return {n: v for n, v in self.facts.items() if n != "callback_number" and self.sure}


def of_call(rows: Rows, call_id: str) -> Known | None:
    """What is known ahead about this caller; None: nothing was sent."""
    return _known(call_id, rows.handoffs.of_call(call_id))


def _known(call_id: str, cards: list[HandoffCard]) -> Known | None:
    if not cards:
        return None
    sure = rules.sure(cards)
    corrected = any(card.how == rules.CLINICIAN for card in cards)
    at = max(card.sent_at for card in cards)
    hows = {card.how for card in cards}
    pressed = rules.KEYPAD in hows and hows <= set(rules.IN_CALL)
    return Known(call_id, rules.told(cards), sure, at, corrected, pressed)


def note_reading(board: Board, person_id: str, call_id: str) -> None:
    """Somebody sees it: one line of the audit for each person and call, before it is shown."""
    readings.note(board, person_id, [Reading(READ, f"record:{call_id}")])


def correct(board: Board, call_id: str, person_id: str, facts: dict[str, str]) -> None:
    """The clinician's own words on some fields, above what was sent; "" takes a field away."""
    now = board.now()
    with board.store.begin() as rows:
        call = rows.calls.get(call_id)
        known = of_call(rows, call_id)
        before = known.facts if known else {}
        changed = {n: v for n, v in facts.items() if before.get(n, "") != v}
        if call is None or not changed:
            return
        card = _card(call.line, changed, rules.CLINICIAN, person_id, now, now)
        rows.handoffs.add(replace(card, call_id=call_id, matched="by_hand"))
        about = {"fields": sorted(changed)}  # which, never what they say
        rows.audit.write(person_id, "handoff.corrected", f"record:{call_id}", about, now)


def part(board: Board, call_id: str, person_id: str) -> bool:
    """It is about somebody else: it waits again, for any call but this. False: there is none."""
    with board.store.begin() as rows:
        if not rows.handoffs.part(call_id):
            return False
        rows.audit.write(person_id, "handoff.parted", f"record:{call_id}", {}, board.now())
    board.wake()
    return True


def take(board: Board, card_id: str, call_id: str, person_id: str) -> bool:
    """A clinician says that a card that waits is about this caller. False: it is not there now."""
    with board.store.begin() as rows:
        card, call = rows.handoffs.get(card_id), rows.calls.get(call_id)
        if card is None or call is None or card.line != call.line:
            return False
        if not rows.handoffs.match(card_id, call_id, "by_hand"):
            return False
        rows.audit.write(person_id, "handoff.taken", f"record:{call_id}", {}, board.now())
    return True


def unmatched(rows: Rows, call: Call, now: datetime) -> list[HandoffCard]:
    """The cards of this call's centre that wait: perhaps one is about this caller."""
    return rows.handoffs.waiting(call.line, now - rules.BEFORE, SHOWN_MOST)


# -- afterwards ---------------------------------------------------------------------------------


def forget(board: Board) -> None:
    """Forget what never belonged to a call, a day later. Idempotent."""
    with board.store.begin() as rows:
        rows.handoffs.forget(board.now() - UNMATCHED_KEPT)
