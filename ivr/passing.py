"""What happens while a caller is being passed to the partner line, or talks with it?"""

from dataclasses import replace

from ivr.call import Call, Ended, Stage
from ivr.errands import Alert, CheckRoom, EndLeg, Errand, LoseClinician, MoveCaller, OfferToDesks
from ivr.events import (
    CallerJoined,
    Event,
    LedOffline,
    LegEnded,
    LineLeft,
    PassEnded,
    RoomSeen,
    Strayed,
    WaitElapsed,
)
from ivr.replies import HangUp, Say, WaitInLine
from ivr.returning import bring
from ivr.step import (
    NOBODY,
    Step,
    back_in_line,
    moved,
    resume,
    ring_back,
    said,
    within,
    without_psap,
)

WORD_SECONDS = 10  # the dial's own word follows the leg's end by less than that


def pass_ended(call: Call, event: PassEnded) -> Step:
    """They talked and left, or nobody answered there: then the caller is still ours."""
    if event.hung_up:
        reason = Ended.PASSED_ON if event.talked else Ended.CALLER_LEFT
        call = moved(call, Stage.ENDED, event.at, ended_at=event.at, ended_reason=reason)
        return Step(call, (HangUp(),), () if event.talked else ring_back(call))
    back = back_in_line(call, event.at)
    if event.talked:
        return Step(back, (Say("pass_over"), WaitInLine()), (OfferToDesks(),))
    errands: tuple[Errand, ...] = (OfferToDesks(), Alert("partner_failed"))
    if event.way_back:  # no clinician and no partner: whoever sent the caller is a human too
        back, ringing = bring(back, event.at)
        errands = (*errands, *ringing)
    return Step(back, (Say("partner_failed"), WaitInLine()), errands)


def leave(call: Call, event: LegEnded) -> Step:
    """The caller's leg is over; whether they had talked comes with the dial's own word."""
    return Step(replace(call, deadline_at=within(event.at, WORD_SECONDS)))


def lead_offline(call: Call, event: LedOffline) -> Step:
    """Without the database the caller was led to people's phones: no desk may call them back."""
    if call.attempt_id:  # a follow-up's attempt ends with its own leg
        return Step(call)
    call, errands = without_psap(call, "passed_on")
    if call.clinician_id:
        errands = (*errands, LoseClinician(call.clinician_id))
    if call.clinician_leg:  # in a room to which the caller will not come
        errands = (*errands, EndLeg("clinician", "passed_on", sid=call.clinician_leg))
    return Step(moved(call, Stage.PARTNER, event.at, **NOBODY), (), errands)


def fetch_stray(call: Call, event: Strayed) -> Step:
    """Who talks with somebody is left alone; who does not is fetched back into our line."""
    passed = call.stage is Stage.PARTNER
    if event.talking:
        return Step(call) if passed else lead_offline(call, LedOffline(at=event.at))
    back = back_in_line(call, event.at) if passed else call
    fetched = MoveCaller((said(call, "lap_reaching"), WaitInLine()))
    return Step(back, (), (fetched, OfferToDesks()))


def look(call: Call, _event: CallerJoined) -> Step:
    """They came into our own room, perhaps before they were passed on: the carrier knows."""
    return Step(call, (), (CheckRoom(),))


def fetch_back(call: Call, event: RoomSeen) -> Step:
    """The caller sits in our own room: a copy of their webhook was led on without the database,
    and the carrier followed the other. Nobody will come there, so they go to the head of the line.
    """
    if not event.caller:
        return Step(call)
    back = back_in_line(call, event.at, cut_offs=call.cut_offs + 1)
    return Step(back, (), (MoveCaller((Say("cut_off"), WaitInLine())), OfferToDesks()))


def close(call: Call, event: WaitElapsed | LineLeft) -> Step:
    """No word of a talk came: the caller left."""
    ended = moved(call, Stage.ENDED, event.at, ended_at=event.at, ended_reason=Ended.CALLER_LEFT)
    return Step(ended, (HangUp(),) if event.leg else ())


def line_left(call: Call, event: LineLeft) -> Step:
    """On the way from the line to the dial, or the leg is over."""
    if event.result == "hangup":
        return close(call, event)
    return Step(call, resume(call))


def see_out(call: Call, event: Strayed) -> Step:
    """The call is over, and the caller's leg sits where nobody is: they hear the goodbye there."""
    return Step(call, (), () if event.talking else (MoveCaller(resume(call)),))


def learn_late(call: Call, event: PassEnded) -> Step:
    """A late word fills in that they had talked with the partner; a living leg hears a goodbye."""
    late = call.ended_reason is Ended.CALLER_LEFT and event.talked
    ended = replace(call, ended_reason=Ended.PASSED_ON) if late else call
    return Step(ended, (HangUp(),) if event.hung_up else resume(call))


def again(call: Call, _event: Event) -> Step:
    """Asked again what to do: the same."""
    return Step(call, resume(call))
