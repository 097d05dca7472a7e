"""What does a clinician see before saying yes?"""

from dataclasses import dataclass
from datetime import datetime

from ivr.call import Call
from storage.store import Rows
from storage.values import Offer, Person
from switchboard import called_first, handoffs, offers, response_plans
from switchboard.board import Board


@dataclass(frozen=True, slots=True)
class Card:
    """What is known before accepting. `since` is when the wait (or the promise) began."""

    offer_id: str
    kind: str  # call | followup
    since: datetime
    lapses_at: datetime
    line_name: str
    number_shown: str | None
    language: str
    cut_off: bool = False  # the caller was cut off from this clinician
    sip: dict[str, str] | None = None
    earlier: tuple[Call, ...] = ()
    name: str | None = None  # follow-up: the person
    attempt: tuple[int, int] | None = None  # follow-up: this attempt of at most
    handoff: handoffs.Known | None = None  # what the 911 centre sent ahead
    promised: tuple[called_first.Promise, ...] = ()  # what we promised to the number shown
    response_plan: response_plans.Known | None = None  # of the number shown; changes no offer


def shown_to(board: Board, person_id: str) -> list[Card]:
    """The offers this clinician sees now: the caller they would get, not the one first named."""
    with board.store.read() as rows:
        person = rows.people.get(person_id)
        mine = [o for o in rows.offers.of_person(person_id) if o.channel == "desk"]
        return [card for o in mine if (card := _card(board, rows, o, person))]


def _card(board: Board, rows: Rows, offer: Offer, person: Person | None) -> Card | None:
    if offer.kind == "followup":
        return _of_a_promise(board, rows, offer)
    return _of_a_call(board, rows, offer, person)


def _of_a_call(board: Board, rows: Rows, offer: Offer, person: Person | None) -> Card | None:
    languages = person.languages if person else ()
    call = offers.head_of(board, rows.calls.waiting(), offer.person_id, languages, board.now())
    if call is None:
        return None
    earlier: list[Call] = []
    if number := board.somebodys(call.number_shown):
        earlier = rows.calls.earlier(number, call.arrived_at)
    return Card(
        offer_id=offer.id,
        kind="call",
        since=call.arrived_at,
        lapses_at=offer.lapses_at,
        line_name=board.line(call.line).name,
        number_shown=call.number_shown,
        language=call.language,
        cut_off=bool(call.cut_offs) and call.prefers == offer.person_id,
        sip=call.sip,
        earlier=tuple(earlier),
        handoff=handoffs.of_call(rows, call.id),
        promised=called_first.promised_to(board, rows, call.number_shown),
        response_plan=response_plans.of_call(board, rows, call),
    )


def _of_a_promise(board: Board, rows: Rows, offer: Offer) -> Card | None:
    followup = rows.followups.get(offer.followup_id or "")
    if followup is None:
        return None
    return Card(
        offer_id=offer.id,
        kind="followup",
        since=followup.due_at,
        lapses_at=offer.lapses_at,
        line_name=board.line(followup.line).name,
        number_shown=followup.number,
        language=followup.language,
        name=followup.name,
        attempt=(followup.attempts_made + 1, followup.attempts_max),
        response_plan=response_plans.of_followup(board, rows, followup),
    )
