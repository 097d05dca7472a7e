"""How is somebody referred to a service, and how do we learn whether they went?

The rules are care/referral.py's; here each step is locked, written and audited. A referral is
found again by the person's number, when we call them or they call us.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from care import referral as rules
from care.referral import Referral, Step
from ivr.call import Call
from storage.store import Rows
from switchboard import readings
from switchboard.board import Board
from switchboard.readings import Reading


@dataclass(frozen=True, slots=True)
class Wish:
    """What the clinician typed: to whom, and what may be told to them."""

    service_id: str | None
    service_name: str
    consent: str
    consent_by: str | None
    shared: str
    appointment_at: datetime | None = None


class NoSuchReferral(LookupError):
    """There is none, or it is not this person's."""


def make(board: Board, referral_id: str, call_id: str, person_id: str, wish: Wish) -> Referral:
    """Refer the person of this contact; made twice with the same id it is one referral.

    Raises:
        NoSuchReferral: there is no such contact.
        rules.Refused: something is missing.
    """
    now = board.now()
    with board.store.begin() as rows:
        call = rows.calls.get(call_id)
        if call is None:
            raise NoSuchReferral(call_id)
        one = rules.made(_wished(board, rows, call, referral_id, person_id, wish, now))
        if wish.appointment_at:
            one = rules.take(one, Step.AGREE, person_id, now, appointment_at=wish.appointment_at)
        if not rows.referrals.add(one):
            return rows.referrals.get(referral_id) or one
        facts = {"call": call_id, "shares": one.may_share, "state": one.state.value}
        rows.audit.write(person_id, "referral.made", _object(one), facts, now)
        _in_record(rows, person_id, call_id, now)
    return one


def _wished(
    board: Board,
    rows: Rows,
    call: Call,
    referral_id: str,
    person_id: str,
    wish: Wish,
    now: datetime,
) -> Referral:
    record = rows.records.get(call.id)
    service = rows.directory.get(wish.service_id) if wish.service_id else None
    name = f"{service.name}, {service.organization}" if service else wish.service_name
    return Referral(
        id=referral_id,
        call_id=call.id,
        number=number_of(board, rows, call),
        person_name=record.person_name if record else None,
        service_id=service.id if service else None,
        service_name=name[:300],
        service_phone=next((one[:120] for one in service.phones), None) if service else None,
        consent=wish.consent,
        consent_by=wish.consent_by,
        shared=wish.shared,
        made_by=person_id,
        made_at=now,
    )


def number_of(board: Board, rows: Rows, call: Call) -> str | None:
    """The person's number: confirmed by a human, else the number shown; a centre's is nobody's."""
    record = rows.records.get(call.id)
    confirmed = record.callback_number if record else None
    return confirmed or board.somebodys(call.number_shown)


def _in_record(rows: Rows, by: str, call_id: str, now: datetime) -> None:
    """Whoever reads the record's history learns of it there too."""
    rows.audit.write(by, "referral.made", f"record:{call_id}", {}, now)


def step(
    board: Board,
    referral_id: str,
    which: Step,
    by: str,
    *,
    words: str = "",
    appointment_at: datetime | None = None,
) -> Referral:
    """Write down what came of it; audited when it changes anything.

    Raises:
        NoSuchReferral: there is none.
        rules.Refused: as care.referral.take.
    """
    with board.store.begin() as rows:
        return take(rows, referral_id, which, by, board.now(), words, appointment_at)


def take(
    rows: Rows,
    referral_id: str,
    which: Step,
    by: str,
    now: datetime,
    words: str = "",
    appointment_at: datetime | None = None,
) -> Referral:
    """The same, inside a transaction that goes on."""
    found = rows.referrals.lock(referral_id)
    if found is None:
        raise NoSuchReferral(referral_id)
    changed = rules.take(found, which, by, now, words=words, appointment_at=appointment_at)
    if changed != found:
        rows.referrals.save(changed)
        facts = {"state": changed.state.value}
        rows.audit.write(by, f"referral.{which.value}", _object(changed), facts, now)
    return changed


def of_person(board: Board, rows: Rows, call: Call) -> list[Referral]:
    """Every referral of whoever is in this contact, oldest first.

    They are found by their number, and by the contacts in which they were promised a call.
    """
    number = number_of(board, rows, call)
    promised = rows.followups.of_number(number) if number else []
    own = rows.followups.get(call.followup_id) if call.followup_id else None
    known = [one.call_id for one in (own, *promised) if one and one.call_id]
    return rows.referrals.of_person(number, {call.id, *known})


def to_ask(board: Board, rows: Rows, call: Call) -> list[Referral]:
    """Those of earlier contacts to ask about now: did they go?"""
    earlier = [one for one in of_person(board, rows, call) if one.call_id != call.id]
    return rules.to_ask(earlier, board.now())


def answer(
    board: Board, rows: Rows, call: Call, by: str, went: Mapping[str, Step], now: datetime
) -> None:
    """Write down what a wrap-up says of each; of a referral that is not theirs nothing."""
    for one in to_ask(board, rows, call):
        if one.id in went:
            with suppress(rules.Refused):  # somebody else said it a moment ago
                take(rows, one.id, went[one.id], by, now)


def note_reading(board: Board, reader: str, referrals: list[Referral]) -> None:
    """One line of the audit for each reader and referral of somebody else, before it is shown."""
    others = [one for one in referrals if one.made_by != reader]
    readings.note(board, reader, [Reading("referral.read", _object(one)) for one in others])


def _object(one: Referral) -> str:
    return f"referral:{one.id}"
