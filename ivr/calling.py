"""What happens while a follow-up's person is rung, and what comes of it?"""

from dataclasses import replace

from ivr.call import Call, Ended, Stage
from ivr.errands import EndLeg, FreeClinician
from ivr.events import (
    Event,
    LegEnded,
    PersonAnswered,
    PersonRung,
    PersonUnreached,
    PromiseStopped,
    WaitElapsed,
)
from ivr.replies import HangUp
from ivr.step import Step, moved, resume
from ivr.talking import end, occupy


def note_ring(call: Call, event: PersonRung) -> Step:
    """Their leg is known: news of any other ring is not about it."""
    return Step(call if call.has_leg else replace(call, leg_sid=event.leg_sid))


def know_already(call: Call, _event: PersonRung) -> Step:
    """Late news that the phone rang: what came of it is known."""
    return Step(call)


def stop_late_ring(call: Call, event: PersonRung) -> Step:
    """The attempt ended while the carrier was asked to ring: nobody may pick up to nobody."""
    if call.has_leg:
        return Step(call)
    known = replace(call, leg_sid=event.leg_sid)
    return Step(known, (), (EndLeg("caller", known.ended_reason or Ended.UNREACHED),))


def bring_person(call: Call, event: PersonAnswered) -> Step:
    """The person picked up: a human speaks first, nothing is said before (FAILURES D19)."""
    call = moved(call, Stage.TALKING, event.at, leg_sid=event.leg_sid, answered_at=event.at)
    return Step(call, resume(call), occupy(call))


def unreached(call: Call, event: PersonUnreached) -> Step:
    """Busy, no answer or failed: the attempt is written down and the next one planned."""
    return end(call, event, Ended.UNREACHED, event.why)


def give_up_ringing(call: Call, event: WaitElapsed) -> Step:
    """The carrier never said what became of the ringing."""
    return end(call, event, Ended.UNREACHED, "failed")


def abandon_ringing(call: Call, event: Event) -> Step:
    """The clinician left while the person's phone rang: nobody may pick up to silence."""
    step = end(call, event, Ended.UNREACHED, "interrupted")
    return replace(step, replies=(HangUp(),) if event.leg else ())


def stop_promise(call: Call, event: PromiseStopped) -> Step:
    """They revoked their consent, the number is wrong, or they called us first: no more ringing."""
    if call.attempt_id is None or call.answered_at is not None:
        return Step(call, surprise=True)
    step = end(call, event, Ended.UNREACHED, event.why)
    if event.why != "reached_us":
        return step
    # Free at once, not in wrap-up: the person is on our line, and is offered to them first.
    freed = FreeClinician(call.clinician_id or "", talked=False)
    others = tuple(one for one in step.errands if not isinstance(one, FreeClinician))
    return replace(step, errands=(freed, *others))


def hang_up_unheard(call: Call, event: LegEnded) -> Step:
    """Follow-up: the person's leg ended while it rang."""
    return end(call, event, Ended.UNREACHED, "no_answer")
