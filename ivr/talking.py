"""What happens from a clinician's yes to the end of the conversation?"""

from dataclasses import replace

from ivr.call import Call, Ended, Kind, Psap, Stage
from ivr.errands import (
    DialPerson,
    EndLeg,
    Errand,
    FreeClinician,
    LoseClinician,
    MoveCaller,
    OccupyClinician,
    OfferAnew,
    OfferToDesks,
    RecordAttempt,
)
from ivr.events import (
    CallerJoined,
    ClinicianArrived,
    ClinicianEnded,
    ClinicianJoined,
    ClinicianLeft,
    Event,
    FetchFailed,
    LineLeft,
    OfferAccepted,
    RoomSeen,
    Strayed,
    TalkEnded,
    WaitElapsed,
)
from ivr.guests import who_takes_over
from ivr.handing import give_to
from ivr.replies import HangUp, Join, Reply, Say, WaitInLine
from ivr.returning import PRESENT, stay
from ivr.sharing import hung_up
from ivr.step import (
    CONNECT_SECONDS,
    MOVE_SECONDS,
    NOBODY,
    Step,
    back_in_line,
    join_caller,
    look_now,
    look_soon,
    moved,
    resume,
    ring_back,
    said,
    within,
    without_psap,
)

RING_SECONDS = 60  # a follow-up's person is reached or not by then


def connect(call: Call, event: OfferAccepted) -> Step:
    """One clinician has the caller; their leg is on its way."""
    call, legs = without_psap(call, "taken")
    call = moved(
        call,
        Stage.CONNECTING,
        event.at,
        clinician_id=event.clinician_id,
        clinician_leg=None,
        clinician_here=False,
        deadline_at=within(event.at, CONNECT_SECONDS),
    )
    errands: list[Errand] = [OccupyClinician(event.clinician_id), *legs]
    if event.told_of not in ("", call.id):
        errands.append(OfferAnew(event.told_of))
    return Step(call, (), tuple(errands))


def seat_clinician(call: Call, event: ClinicianArrived) -> Step:
    """Take the clinician's leg into the conference, if the caller is theirs."""
    if event.clinician_id != call.clinician_id:
        return turn_away(call, event)
    ringing = call.kind is Kind.FOLLOWUP and call.stage is Stage.CONNECTING
    deadline = call.deadline_at
    if call.stage is Stage.CONNECTING:
        deadline = within(event.at, MOVE_SECONDS)
    call = replace(call, clinician_leg=event.leg_sid, deadline_at=deadline)
    return Step(call, (Join("clinician", "clinician-left", ringing=ringing),))


def turn_away(call: Call, _event: Event) -> Step:
    """The clinician's leg came too late, or for another's caller."""
    return Step(call, (Say("caller_gone"), HangUp()))


def bring_caller(call: Call, event: ClinicianJoined) -> Step:
    """The clinician is there: only now does the caller leave the waiting line."""
    if event.leg_sid not in ("", call.clinician_leg):  # late news of an earlier clinician's leg
        return Step(call, surprise=True)
    if call.clinician_here:
        return Step(call)
    call = replace(call, clinician_here=True, deadline_at=within(event.at, MOVE_SECONDS))
    attempt = call.attempt_id
    if attempt and call.answered_at is None:
        call = moved(call, Stage.CALLING, event.at, deadline_at=within(event.at, RING_SECONDS))
        return Step(call, (), (DialPerson(attempt),))
    # Who was rung may not be alone, or not the one: they never hear who we are (FAILURES D19).
    brought = MoveCaller((said(call, "here_is_counselor"), join_caller(call)))
    return Step(call, (), (brought,))


def talk(call: Call, event: CallerJoined) -> Step:
    """Both are in the conference."""
    if event.leg_sid not in ("", call.leg_sid):
        return Step(call, surprise=True)
    answered_at = call.answered_at or event.at
    # Who was not seen there may not be there: then the caller talks with an empty room.
    seen = call.clinician_leg and call.clinician_here
    look_at = None if seen else within(event.at, MOVE_SECONDS)
    facts = {"answered_at": answered_at, "rung": 0, "deadline_at": look_at}
    call = moved(call, Stage.TALKING, event.at, **facts)
    return Step(call, (), occupy(call))


def occupy(call: Call) -> tuple[Errand, ...]:
    """Their clinician is with them from here on."""
    return (OccupyClinician(call.clinician_id),) if call.clinician_id else ()


def look(call: Call, event: WaitElapsed | Strayed) -> Step:
    """Somebody should be there by now: ask the carrier before deciding."""
    return look_now(call, event.at)


def weigh(call: Call, event: RoomSeen) -> Step:
    """Decide by what the carrier shows: both there, the caller still to come, or nobody."""
    if event.clinician and event.caller:
        return talk(replace(call, clinician_here=True), CallerJoined(at=event.at))
    if not event.clinician:
        return bring_back(call, event, missed=True)
    here = replace(call, clinician_here=False)
    return bring_caller(here, ClinicianJoined(at=event.at))


def rejoin(call: Call, event: FetchFailed) -> Step:
    """The bridge's end may have gone unheard: back into the room, and look who is there."""
    return Step(replace(call, deadline_at=within(event.at, MOVE_SECONDS)), resume(call))


def check(call: Call, event: RoomSeen) -> Step:
    """Nobody talks with an empty room: the caller is brought back to the line."""
    if event.clinician:
        return Step(replace(call, deadline_at=None))
    return bring_back(call, event)


def fetch(call: Call, event: Strayed) -> Step:
    """The caller came into a room of before: fetch them, unless a move of ours may be under way."""
    if event.talking:
        return Step(call, surprise=True)
    if call.clinician_here:
        return look(call, event)
    return Step(call, (), (MoveCaller((said(call, "lap_reaching"), WaitInLine())),))


def bring_back(call: Call, event: Event, *, missed: bool = False) -> Step:
    """Requeue a caller whose leg may be in the room, or on the way there, or after a cut-off in
    a room of before: it is fetched.
    """
    step = requeue(call, event, missed=missed)
    if step.call.stage is not Stage.WAITING or not (call.clinician_here or call.cut_offs):
        return step
    words = "cut_off" if call.clinician_here else "lap_reaching"
    back = MoveCaller((said(call, words), WaitInLine()))
    return replace(step, errands=(back, *step.errands))


def lose_clinician(call: Call, event: ClinicianLeft) -> Step:
    """The clinician was there and left before the caller came: nobody is sent to an empty room."""
    if event.leg_sid not in ("", call.clinician_leg):
        return release_clinician(call, event)
    if not event.hung_up and not call.clinician_here:  # out of the room of a consultation
        return Step(call, (Join("clinician", "clinician-left"),))
    return replace(bring_back(call, event), replies=(HangUp(),))


def doubt(call: Call, event: ClinicianLeft) -> Step:
    """The clinician's leg hears no more. The caller's own leg says what happened, or we look."""
    if event.leg_sid not in ("", call.clinician_leg):
        return release_clinician(call, event)
    return Step(look_soon(call, event.at), (HangUp(),))


def requeue(call: Call, event: Event, *, missed: bool = False) -> Step:
    """Back to the head of the line; a clinician who was cut off is offered first."""
    if call.attempt_id and call.answered_at is None:  # nobody had answered yet: only an attempt
        step = end(call, event, Ended.UNREACHED, "interrupted")
        lost = LoseClinician(call.clinician_id or "", missed=missed)
        kept = tuple(one for one in step.errands if not isinstance(one, FreeClinician))
        return replace(step, errands=(lost, *kept))
    clinician, leg = call.clinician_id or "", call.clinician_leg
    errands: list[Errand] = [LoseClinician(clinician, missed=missed)]
    if leg:  # whatever became of it, it must not go on in a room that nobody enters any more
        errands.append(EndLeg("clinician", "cut_off", sid=leg))
    if call.psap in PRESENT:  # the dispatcher is with them: nobody is alone
        step = stay(call, event)
        return replace(step, errands=tuple(errands))
    if left_to := who_takes_over(call):
        return give_to(call, event, left_to, tuple(errands))
    call = back_in_line(
        call,
        event.at,
        cut_offs=call.cut_offs + 1,
        prefers=None if missed else call.clinician_id,
        clinician_id=None,
        clinician_leg=None,
        clinician_here=False,
    )
    replies: tuple[Reply, ...] = (said(call, "cut_off"), WaitInLine()) if event.leg else ()
    return Step(call, replies, (*errands, OfferToDesks()))


def talk_ended(call: Call, event: TalkEnded) -> Step:
    """The caller's bridge ended: they hung up, or we were cut off and keep them."""
    handed_over = call.stage is Stage.CONNECTING and not call.clinician_here
    if handed_over and not event.hung_up:  # the next clinician is on the way into the room
        return Step(call, (Say("one_moment"), *resume(call)))
    if event.hung_up:
        return hang_up(call, event)
    return requeue(call, event)


def hang_up(call: Call, event: Event) -> Step:
    """The caller's leg is over."""
    step = end(call, event, hung_up(call), "reached" if call.answered_at else "failed")
    return replace(step, errands=(*step.errands, *ring_back(call)))


def line_left(call: Call, event: LineLeft) -> Step:
    """The leg left the carrier's line on its way to the clinician, or because it is over."""
    if event.result == "hangup":
        return hang_up(call, event)
    return Step(call, resume(call))


def end_by_clinician(call: Call, event: ClinicianEnded) -> Step:
    """The clinician pressed End: the caller hears a goodbye, not a dead line."""
    talked = call.answered_at is not None
    if call.stage is Stage.CONNECTING and (call.kind is Kind.INBOUND or talked):
        return bring_back(call, event)  # End before the caller was there ends nothing for them
    if call.psap and call.psap is not Psap.FAILED:
        return _leave_to_dispatcher(call, event)
    return end(call, event, Ended.CLINICIAN_ENDED, "reached" if talked else "no_answer")


def _leave_to_dispatcher(call: Call, event: Event) -> Step:
    """The clinician's part is over, the caller's is not: the dispatcher is there, or rung."""
    errands: list[Errand] = [EndLeg("clinician", "left", sid=call.clinician_leg or "")]
    if call.clinician_id:
        errands.append(FreeClinician(call.clinician_id, talked=True))
    if call.psap in PRESENT:
        return replace(stay(call, event), errands=tuple(errands))
    back = back_in_line(call, event.at, cut_offs=call.cut_offs + 1, **NOBODY)
    fetched = MoveCaller((Say("bringing_dispatcher"), WaitInLine()))
    return Step(back, (), (fetched, *errands, OfferToDesks()))


def release_clinician(call: Call, _event: ClinicianLeft) -> Step:
    """The clinician's leg has nothing more to hear; the caller's own leg tells what happened."""
    return Step(call, (HangUp(),))


def end(call: Call, event: Event, reason: Ended, outcome: str) -> Step:
    """The call is over; `outcome`: what a follow-up's attempt came to."""
    ended = moved(call, Stage.ENDED, event.at, ended_at=event.at, ended_reason=reason)
    errands: list[Errand] = []
    if call.clinician_id:
        errands.append(EndLeg("clinician", reason))
        talked = call.answered_at is not None or call.attempt_id is not None
        errands.append(FreeClinician(call.clinician_id, talked))
    ended, legs = without_psap(ended, reason)
    errands += legs
    if call.attempt_id:
        errands.append(RecordAttempt(call.attempt_id, outcome))
        if call.stage is Stage.CALLING:
            errands.append(EndLeg("caller", reason))
    return Step(ended, (HangUp(),) if event.leg else (), tuple(errands))


def farewell(call: Call, event: Event) -> Step:
    """The conversation was ended at the desk: a goodbye, then the line closes."""
    return Step(call, (Say("goodbye"), HangUp()) if event.leg else ())
