"""What does the carrier say is true, when its webhooks may have been lost?

Callbacks only accelerate what this finds (DESIGN, telephone design 9).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from ivr.call import IN_LINE, Call, Coming, Stage
from ivr.events import Event, LegEnded, RoomSeen, Strayed
from storage.desks import IN_A_CALL
from switchboard import calls, effects, errands, evidence
from switchboard.board import Board
from telephony.outcomes import CarrierError

log = structlog.get_logger()

LAPS_LOST_SECONDS = 70  # two laps: a waiting leg that lives and asks nothing is not with us
WITHOUT_A_WORD = (*IN_LINE, Stage.PARTNER)  # a talk with the partner is long; its leg is looked at
RETURNS = (Stage.DISPATCHER, Stage.HANDED)  # with somebody else, and no clinician
GUEST_SECONDS = 60  # who was let in dials in at once, or is rung for less
SETTLE_SECONDS = 20  # a younger stage may still be waiting for its own webhooks
SEEN_OUT = timedelta(minutes=10)  # for so long after its end a leg is looked for
LONGEST = timedelta(hours=24)  # a talk: telephony.twiml.TALK_SECONDS_MAX


def run(board: Board) -> None:
    """Compare live calls with the carrier's, and clinicians' desks with live calls."""
    now = board.now()
    with board.store.read() as rows:
        live = rows.calls.live()
        over = rows.calls.over_after_cut_off(now - SEEN_OUT, now - LONGEST)
    for call in (*live, *over):
        if (now - call.stage_since).total_seconds() > SETTLE_SECONDS:
            _asked(board, call, _see_out if call.over else _check)
    _free_desks(board)


def _asked(board: Board, call: Call, look: Callable[[Board, Call], None]) -> None:
    try:
        look(board, call)
    except CarrierError as silence:  # the next round asks again
        log.warning("carrier did not say", call=call.id, why=str(silence))


def _check(board: Board, call: Call) -> None:
    if call.stage is Stage.CALLING or not call.has_leg:
        return  # its own deadline ends it
    if errands.over(board, call.leg_sid):
        log.info("healed a lost ending", call=call.id)
        calls.happened(board, call.id, lambda _c, at: LegEnded(at=at))
    elif _talked_to(call) and errands.over(board, call.clinician_leg or ""):
        log.info("healed a lost cut-off", call=call.id)
        calls.happened(board, call.id, _alone(call))
    elif call.stage in RETURNS and (leg := effects.who_holds(call)[1]) and errands.over(board, leg):
        log.info("healed a lost return", call=call.id)
        calls.happened(board, call.id, _alone(call))
    elif call.guests:
        _look_at_guests(board, call)
    elif call.stage is Stage.PARTNER and _in_our_room(board, call):
        log.info("found a caller in an empty room", call=call.id)
        calls.happened(board, call.id, _in_the_room)
    elif call.stage in WITHOUT_A_WORD and _silent_for(board, call) > LAPS_LOST_SECONDS:
        _look_for(board, call)


def _see_out(board: Board, call: Call) -> None:
    """A call that was cut off has ended: does its leg sit in a room of before, with nobody?"""
    rooms = [replace(call, cut_offs=before).room for before in range(call.cut_offs)]
    if any([*board.carrier.in_room(room).values()] == [call.leg_sid] for room in rooms):
        log.warning("a caller's leg outlived its call", call=call.id)
        calls.happened(board, call.id, lambda _c, at: Strayed(at=at))


def _look_at_guests(board: Board, call: Call) -> None:
    """A guest whose leg is over, or who never came, is not shown as if they were there."""
    for guest in call.guests:
        if guest.state is Coming.FAILED:
            continue
        late = not guest.leg and (board.now() - guest.since).total_seconds() > GUEST_SECONDS
        if late or (guest.leg and errands.over(board, guest.leg)):
            calls.happened(board, call.id, evidence.guest_gone(guest.id))


def _silent_for(board: Board, call: Call) -> float:
    """How many seconds ago anything was last heard of this call."""
    with board.store.read() as rows:
        heard = rows.journal.last_of(call.id) or call.stage_since
    return (board.now() - heard).total_seconds()


def _look_for(board: Board, call: Call) -> None:
    """Its leg lives: is it in the carrier's line, with somebody, or astray?"""
    in_line = call.stage in IN_LINE
    if in_line and call.leg_sid in {member.sid for member in board.carrier.queue_members()}:
        return
    dialled = board.carrier.dialled_by(call.leg_sid)
    talking = any(leg.status == "in-progress" for leg in dialled)
    if talking and not in_line:
        return  # as it should be
    log.warning("a caller's leg went astray", call=call.id, talking=talking)
    calls.happened(board, call.id, lambda _c, at: Strayed(at=at, talking=talking))


def _talked_to(call: Call) -> bool:
    talking = call.stage in (Stage.TALKING, Stage.CONSULTING)
    return talking and (call.clinician_leg or "").startswith("CA")


def _in_our_room(board: Board, call: Call) -> bool:
    return "caller" in board.carrier.in_room(call.room)


def _in_the_room(_call: Call, at: datetime) -> Event:
    return RoomSeen(at=at, caller=True, clinician=False)


def _alone(seen: Call) -> calls.EventMaker:
    def event(call: Call, at: datetime) -> Event:
        whose, leg = effects.who_holds(call)
        another = (whose, leg) != effects.who_holds(seen)  # since we looked
        return effects.room_seen(at, caller=True, whose=whose if another else "")

    return event


def _free_desks(board: Board) -> None:
    """A desk that is busy with a call that ended is freed (FAILURES B17).

    Not before the step that ended it had its time to free the desk itself, into its wrap-up.
    """
    with board.store.begin() as rows:
        now = board.now()
        for desk in rows.desks.all():
            if desk.state not in IN_A_CALL:
                continue
            call = rows.calls.get(desk.call_id) if desk.call_id else None
            if call is None or _left(call, desk.person_id, now):
                rows.desks.set(desk.person_id, "available", now, only_from=IN_A_CALL)


def _left(call: Call, person_id: str, now: datetime) -> bool:
    settled = (now - call.stage_since).total_seconds() > SETTLE_SECONDS
    theirs = call.clinician_id == person_id or call.guest(who=person_id)
    return settled and (call.over or not theirs)
