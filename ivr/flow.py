"""What does each stage make of each event? One table; docs/call-flow.md is printed from it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ivr import (
    calling,
    consulting,
    guests,
    handing,
    incidents,
    inviting,
    passing,
    returning,
    sharing,
    talking,
    waiting,
)
from ivr import events as e
from ivr import guest_events as g
from ivr.call import Call, Stage
from ivr.replies import HangUp, Reply
from ivr.step import Step, resume

Handler = Callable[[Call, Any], Step]

_WAIT: dict[type[e.Event], Handler] = {
    e.LanguageChosen: waiting.choose_language,
    e.Screened: waiting.pass_screen,
    e.GreetingEnded: waiting.enter_line,
    e.Waited: waiting.lap,
    e.KeyPressed: waiting.press,
    e.CallbackAgreed: waiting.agree,
    e.IncidentBegun: incidents.listen,
    e.IncidentKeyed: incidents.keep,
    e.LineLeft: waiting.line_left,
    e.OfferAccepted: talking.connect,
    e.WaitElapsed: waiting.escalate,
    e.PsapRung: returning.rung,
    e.PsapAnswered: returning.answer,
    e.PsapPressed: returning.take_back,
    e.PsapGone: returning.gone,
    e.LegEnded: waiting.leave,
    e.LedOffline: passing.lead_offline,
    e.Strayed: passing.fetch_stray,
}
_PASS: dict[type[e.Event], Handler] = {
    e.PassEnded: passing.pass_ended,
    e.LineLeft: passing.line_left,
    e.Waited: waiting.leave_line,
    e.KeyPressed: waiting.leave_line,
    e.CallbackAgreed: waiting.leave_line,
    e.LegEnded: passing.leave,
    e.LedOffline: passing.lead_offline,
    e.CallerJoined: passing.look,
    e.RoomSeen: passing.fetch_back,
    e.WaitElapsed: passing.close,
    e.Strayed: passing.fetch_stray,
}
_GUESTS: dict[type[e.Event], Handler] = {
    g.SupervisorChanged: guests.change,
    g.GuestRung: inviting.rung,
    g.GuestAnswered: inviting.answer,
    g.GuestPressed: inviting.press,
    g.GuestArrived: guests.seat,
    g.GuestJoined: guests.seated,
    g.GuestLeft: guests.left,
    g.GuestGone: guests.gone,
    g.GuestSentAway: guests.send_away,
}

FLOW: dict[Stage, dict[type[e.Event], Handler]] = {
    Stage.GREETING: {e.Arrived: waiting.greet, **_WAIT},
    Stage.WAITING: _WAIT,
    Stage.CONNECTING: {
        e.Waited: waiting.leave_line,
        e.KeyPressed: waiting.leave_line,
        e.CallbackAgreed: waiting.leave_line,
        e.LineLeft: talking.line_left,
        e.ClinicianArrived: talking.seat_clinician,
        e.ClinicianJoined: talking.bring_caller,
        e.ClinicianLeft: talking.lose_clinician,
        e.CallerJoined: talking.talk,
        e.TalkEnded: talking.talk_ended,
        e.ClinicianEnded: talking.end_by_clinician,
        e.RoomSeen: talking.weigh,
        e.Strayed: talking.fetch,
        e.WaitElapsed: talking.look,
        **_GUESTS,
        e.PromiseStopped: calling.stop_promise,
        e.LegEnded: talking.hang_up,
        e.LedOffline: passing.lead_offline,
    },
    Stage.TALKING: {
        e.Waited: waiting.leave_line,
        e.LineLeft: talking.line_left,
        e.ClinicianArrived: talking.seat_clinician,
        e.TalkEnded: talking.talk_ended,
        e.ClinicianEnded: talking.end_by_clinician,
        e.ClinicianLeft: talking.doubt,
        e.FetchFailed: talking.rejoin,
        e.WaitElapsed: talking.look,
        e.RoomSeen: talking.check,
        e.DispatcherAsked: returning.ask_back,
        e.LegShared: sharing.note,
        e.PsapRung: returning.rung,
        e.PsapAnswered: returning.answer,
        e.PsapPressed: returning.take_back,
        e.PsapJoined: returning.seated,
        e.PsapLeft: returning.left,
        e.PsapGone: returning.gone,
        g.SupervisorAsked: guests.let_in,
        g.GuestAsked: consulting.ask_in,
        g.HandedOver: handing.hand_over,
        **_GUESTS,
        e.LegEnded: talking.hang_up,
        e.LedOffline: passing.lead_offline,
    },
    Stage.CONSULTING: {
        **_GUESTS,
        e.Waited: consulting.lap,
        e.KeyPressed: consulting.key,
        e.CallbackAgreed: waiting.leave_line,
        e.LineLeft: talking.line_left,
        e.TalkEnded: consulting.left_room,
        e.FetchFailed: passing.again,
        e.ClinicianArrived: talking.seat_clinician,
        e.ClinicianJoined: consulting.there,
        e.ClinicianLeft: consulting.follow,
        e.ClinicianEnded: consulting.end,
        e.WaitElapsed: consulting.elapsed,
        e.RoomSeen: consulting.weigh,
        e.LegShared: sharing.note,
        g.SupervisorAsked: guests.let_in,
        g.TakenBack: consulting.taken_back,
        g.HandedOver: handing.hand_over,
        g.GuestJoined: consulting.guest_there,
        g.GuestPressed: consulting.guest_pressed,
        g.GuestLeft: consulting.guest_left,
        g.GuestGone: consulting.guest_gone,
        g.GuestSentAway: consulting.guest_sent_away,
        e.LegEnded: talking.hang_up,
        e.LedOffline: passing.lead_offline,
    },
    Stage.HANDED: {
        e.Waited: waiting.leave_line,
        e.KeyPressed: waiting.leave_line,
        e.CallbackAgreed: waiting.leave_line,
        e.LineLeft: handing.line_left,
        e.CallerJoined: handing.together,
        e.TalkEnded: handing.bridge_ended,
        e.FetchFailed: handing.rejoin,
        e.WaitElapsed: handing.look,
        e.RoomSeen: handing.weigh,
        g.GuestJoined: handing.seated,
        g.GuestLeft: handing.left,
        g.GuestGone: handing.gone,
        e.LegEnded: handing.hang_up,
        e.LedOffline: passing.lead_offline,
    },
    Stage.PARTNER: _PASS,
    Stage.DISPATCHER: {
        e.Waited: waiting.leave_line,
        e.KeyPressed: waiting.leave_line,
        e.CallbackAgreed: waiting.leave_line,
        e.LineLeft: returning.line_left,
        e.PsapJoined: returning.seated,
        e.PsapLeft: returning.left,
        e.PsapGone: returning.gone,
        e.CallerJoined: returning.together,
        e.TalkEnded: returning.bridge_ended,
        e.FetchFailed: returning.rejoin,
        e.WaitElapsed: returning.look,
        e.RoomSeen: returning.weigh,
        e.LegEnded: returning.hang_up,
        e.LedOffline: passing.lead_offline,
    },
    Stage.CALLING: {
        e.PersonRung: calling.note_ring,
        e.PersonAnswered: calling.bring_person,
        e.PersonUnreached: calling.unreached,
        e.ClinicianEnded: talking.end_by_clinician,
        e.ClinicianLeft: calling.abandon_ringing,
        e.PromiseStopped: calling.stop_promise,
        e.WaitElapsed: calling.give_up_ringing,
        e.LegEnded: calling.hang_up_unheard,
    },
    Stage.ENDED: {
        e.PassEnded: passing.learn_late,
        e.Strayed: passing.see_out,
        e.TalkEnded: talking.farewell,
        e.LegEnded: talking.farewell,
        e.LineLeft: talking.farewell,
        e.PersonRung: calling.stop_late_ring,
    },
}

# Events that mean the same wherever they come; a stage's own row goes first.
ANYWHERE: dict[type[e.Event], Handler] = {
    e.ClinicianLeft: talking.release_clinician,
    e.ClinicianArrived: talking.turn_away,
    e.PersonRung: calling.know_already,
    e.IncidentKeyed: incidents.keep_late,
    e.FetchFailed: passing.again,
    e.PsapAnswered: returning.decline,
    e.PsapPressed: returning.decline,
    e.PsapLeft: returning.dismiss,
    e.PsapGone: returning.past,
    g.GuestRung: inviting.rung,
    g.GuestAnswered: inviting.decline,
    g.GuestPressed: inviting.decline,
    g.GuestArrived: guests.turn_away,
    g.GuestLeft: guests.turn_away,
    g.GuestGone: guests.gone,
}

_IN_LINE = (e.Waited, e.KeyPressed, e.CallbackAgreed, e.IncidentBegun)


def advance(call: Call, event: e.Event) -> Step:
    """Decide what `event` means for `call`.

    Never raises: an event that does not belong to the stage keeps everybody where they are, and
    the step says `surprise`. An event whose leg waits for an answer always gets one, and counts
    one hop (FAILURES R1).
    """
    kind = type(event)
    handler = FLOW[call.stage].get(kind) or ANYWHERE.get(kind) or stay
    if _about_another(call, event):
        handler = stay
    step = guests.dismissed(call, event, handler(call, event))
    if event.leg is None:
        return step
    replies = step.replies or _stay(step.call, event)
    return replace(step, call=replace(step.call, hop=call.hop + 1), replies=replies)


def _about_another(call: Call, event: e.Event) -> bool:
    """News of an accidental second ring, when the call has its leg already (FAILURES R3); or a
    look that was meant for somebody who is gone: the deadline stands, and we look again.
    """
    if isinstance(event, e.RoomSeen):
        return event.stale
    if not isinstance(event, e.LegEnded | e.PersonUnreached):
        return False
    return bool(event.leg_sid) and call.has_leg and event.leg_sid != call.leg_sid


def stay(call: Call, event: e.Event) -> Step:
    """Unknown, late or repeated: everybody stays where they are."""
    return Step(call, _stay(call, event) if event.leg else (), surprise=True)


def _stay(call: Call, event: e.Event) -> tuple[Reply, ...]:
    if event.leg == "caller" or (event.leg == "person" and not call.over):
        return resume(call, in_line=isinstance(event, _IN_LINE))
    return (HangUp(),)
