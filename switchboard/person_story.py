"""What do we know of one person: which promises, attempts, referrals and calls are theirs?

A person is known by their number, as a human confirmed it or as it was shown; where there is
none, by the one contact they were in.
"""

from dataclasses import dataclass, field

from care.referral import Referral
from ivr.call import Call
from storage.store import Rows
from storage.values import Attempt, FollowUp
from switchboard import referrals
from switchboard.board import Board

CALLS_MOST = 200


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of one person's follow-ups and referrals. `key`: whose story it is."""

    key: str
    number: str | None
    name: str | None
    language: str | None
    promises: list[FollowUp] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)  # theirs to us


def of_call(board: Board, rows: Rows, call: Call) -> Story:
    """Gather the story of whoever was in this contact."""
    number = referrals.number_of(board, rows, call)
    if number:
        return of_number(rows, number, call)
    promises, made = rows.followups.of_call(call.id), rows.referrals.of_call(call.id)
    return _story(rows, call.id, number, promises, made, [call])


def of_number(rows: Rows, number: str, contact: Call | None = None) -> Story:
    """Gather the story of the person with this number (E.164); `contact`: one known as theirs."""
    promises = rows.followups.of_number(number)
    known = {one.call_id for one in promises if one.call_id} | ({contact.id} if contact else set())
    made = rows.referrals.of_person(number, known)
    calls = {one.id: one for one in rows.calls.earlier(number, rows.calls.now(), CALLS_MOST)}
    for call_id in known | {one.call_id for one in made}:
        call = calls.get(call_id) or rows.calls.get(call_id)
        calls |= {call_id: call} if call else {}
    in_order = sorted(calls.values(), key=lambda one: one.arrived_at)
    return _story(rows, number, number, promises, made, in_order)


def _story(
    rows: Rows,
    key: str,
    number: str | None,
    promises: list[FollowUp],
    made: list[Referral],
    calls: list[Call],
) -> Story:
    inbound = [one for one in calls if not one.followup_id]
    names = [one.name for one in promises] + [one.person_name for one in made]
    spoken = [one.language for one in promises] + [one.language for one in inbound]
    return Story(
        key=key,
        number=number,
        name=next((one for one in names if one), None),
        language=next(iter(spoken), None),
        promises=promises,
        attempts=[attempt for one in promises for attempt in rows.attempts.of(one.id)],
        referrals=made,
        calls=inbound,
    )
