"""What happens while a caller waits for a person?"""

from dataclasses import replace

from ivr.call import Call, Ended, Stage
from ivr.errands import (
    Alert,
    EndLeg,
    Errand,
    MoveCaller,
    OfferToDesks,
    OpenCallback,
    RecordAttempt,
)
from ivr.events import (
    Arrived,
    CallbackAgreed,
    Event,
    GreetingEnded,
    KeyPressed,
    LanguageChosen,
    LegEnded,
    LineLeft,
    Screened,
    Waited,
    WaitElapsed,
)
from ivr.replies import Ask, Bed, HangUp, Listen, PassTo, Reply, Say, SayAll, WaitInLine
from ivr.returning import BRING_SECONDS, bring, bringing
from ivr.step import Step, moved, resume, within, without_psap

UNSCREENED = 5  # off the priority of who pressed nothing in a flood, until they age
LAP_SECONDS = 30  # the longest lap
WORDS_SECONDS = 6  # about how long a lap's words without the ways take
BED_SECONDS = 5  # what the bed of sound is made of
STUCK = ("queue-full", "error", "system-error")  # the carrier's line would not hold the leg


def greet(call: Call, event: Arrived) -> Step:
    """Say who we are and that a person is coming, while offers already go out."""
    if event.digit:
        return _screen(call, event)
    greeting = Listen((Say("greeting"), SayAll("greeting_other_language")), "language")
    return Step(
        replace(call, deadline_at=event.next_at), (greeting, WaitInLine()), (OfferToDesks(),)
    )


def _screen(call: Call, event: Arrived) -> Step:
    """In a flood one digit tells a person from a machine; who presses none is served later."""
    digit = {"digit": event.digit}
    ask = Listen((Say("screen", digit), SayAll("screen", digit)), "screen", seconds=3)
    behind = replace(
        call,
        priority=call.priority - UNSCREENED,
        line_since=event.later_at or event.at,
        deadline_at=event.next_at,
    )
    return Step(behind, (ask, WaitInLine()), (OfferToDesks(),))


def pass_screen(call: Call, event: Screened) -> Step:
    """The digit was right: their own place in the line, from the moment they came."""
    if not event.passed or call.stage is not Stage.GREETING or call.line_since <= call.arrived_at:
        return Step(call, resume(call))
    call = replace(
        call,
        priority=call.priority + UNSCREENED,
        line_since=call.arrived_at,
        deadline_at=event.at,
    )
    return Step(call, resume(call), (OfferToDesks(),))


def choose_language(call: Call, event: LanguageChosen) -> Step:
    """Go on in the language the caller chose."""
    call = replace(call, language=event.language)
    return Step(call, resume(call))


def enter_line(call: Call, _event: GreetingEnded) -> Step:
    """Wait in the line."""
    return Step(call, resume(call))


def lap(call: Call, event: Waited) -> Step:
    """Tell the truth about what is being done, and offer a way; at most 30 seconds."""
    call = replace(call, stage=Stage.WAITING, laps=call.laps + 1)
    if call.attempt_id:
        return Step(call, _neutral_lap())
    failed = call.psap is not None and not bringing(call, event.at)
    truth = Say("dispatcher_failed") if failed else _truth(call, event)
    if failed:  # told once
        call = replace(call, psap=None)
    return Step(call, (Listen(_parts(truth, call, event), "key"), Ask("wait")))


def _neutral_lap() -> tuple[Reply, ...]:
    """A follow-up was cut off: whoever holds that phone hears nothing of who we are (D19)."""
    return (Say("person_hold"), Bed(15), Ask("wait"))


def _parts(truth: Say, call: Call, event: Waited) -> tuple[Say | SayAll | Bed, ...]:
    stay = Say("lap_stay")
    if call.psap:  # their line rings: the next truth is near
        return (truth, stay, Bed(10))
    if event.due_in is not None and event.due_in < LAP_SECONDS:
        # A short lap, so that the next one says in time that nobody has answered.
        bed = max(BED_SECONDS, (event.due_in - WORDS_SECONDS) // BED_SECONDS * BED_SECONDS)
        return (truth, stay, Bed(bed))
    ways = tuple(Say(way) for way in event.ways)
    if event.overdue:
        return (Say("lap_nobody_yet"), *ways[::-1], truth, stay, Bed(10))
    return (truth, stay, Bed(5), *ways, Bed(5))


def _truth(call: Call, event: Waited) -> Say:
    if call.psap:
        return Say("bringing_dispatcher")
    if event.backup and event.ringing:
        return Say("lap_backup")
    if event.ringing > 1:
        return Say("lap_ringing_many", {"count": str(event.ringing)})
    if event.ringing == 1:
        return Say("lap_ringing_one")
    if not event.busy:
        return Say("lap_reaching")
    if event.position > 1:
        return Say("lap_all_busy", {"position": str(event.position)})
    return Say("lap_all_busy_next")


def press(call: Call, event: KeyPressed) -> Step:
    """Take the way the caller chose; a key that means nothing keeps them where they are."""
    match event.means:
        case "callback" if event.dialable:
            ask = Listen((Say("callback_confirm"), Bed(5)), "agree")
            return Step(call, (ask, Ask("wait")))
        case "callback":
            return Step(call, (Say("callback_no_number"), Ask("wait")))
        case "language":
            return Step(replace(call, language=event.language), (Ask("wait"),))
        case "partner":
            return _pass(call, event)
        case "dispatcher":  # they stay in line meanwhile: whoever says yes first has them
            call, errands = bring(call, event.at)
            return Step(call, (Ask("wait"),), errands)
        case _:
            return Step(call, (Ask("wait"),))


def _pass(call: Call, event: Event) -> Step:
    call, legs = without_psap(call, "passed_on")
    call = moved(call, Stage.PARTNER, event.at)
    return Step(call, resume(call, in_line=True), legs)


def agree(call: Call, event: CallbackAgreed) -> Step:
    """Promise the call back, keeping their place, or stay."""
    if not event.agreed:
        return Step(call, (Ask("wait"),))
    call, legs = without_psap(call, "caller_left")
    call = moved(call, Stage.ENDED, event.at, ended_at=event.at, ended_reason=Ended.CALLBACK)
    return Step(call, (Say("callback_promised"), HangUp()), (OpenCallback(), *legs))


def line_left(call: Call, event: LineLeft) -> Step:
    """The leg left the carrier's line: gone, moved by us, or the line would not hold it."""
    if event.result == "hangup":
        return leave(call, event)
    if event.result in STUCK:  # the same wait, outside the carrier's line
        return Step(call, resume(call, in_line=True))
    return Step(call, resume(call))


def leave(call: Call, event: LineLeft | LegEnded) -> Step:
    """The caller hung up while waiting."""
    call, errands = without_psap(call, "caller_left")
    reason = Ended.CALLER_ENDED if call.attempt_id else Ended.CALLER_LEFT
    reason = Ended.WITH_911 if call.shared else reason
    call = moved(call, Stage.ENDED, event.at, ended_at=event.at, ended_reason=reason)
    if call.attempt_id:  # only a follow-up whose person was reached, and cut off, ever waits
        errands = (*errands, RecordAttempt(call.attempt_id, "reached"))
    return Step(call, _goodbye(event), errands)


def _goodbye(event: Event) -> tuple[Reply, ...]:
    return (HangUp(),) if event.leg else ()


def escalate(call: Call, event: WaitElapsed) -> Step:
    """Climb the ladder; its last rung is the partner line, never an end."""
    if not event.pass_on:
        rung = max(call.rung, event.rung)
        return Step(replace(call, rung=rung, deadline_at=event.next_at), (), (OfferToDesks(),))
    if call.attempt_id:
        return _let_go(call, event)
    if call.psap_since and bringing(call, event.at):  # they asked for a dispatcher: first that
        return Step(replace(call, deadline_at=within(call.psap_since, BRING_SECONDS)))
    passed = moved(call, Stage.PARTNER, event.at)
    words = (Say("passing_to_partner"), PassTo())
    errands: tuple[Errand, ...] = (MoveCaller(words),)
    if event.nobody:
        errands = (*errands, Alert("nobody_on_call", "coordinator"))
    return Step(passed, (), errands)


def _let_go(call: Call, event: WaitElapsed) -> Step:
    """Nobody takes up a follow-up that was cut off: no partner learns of it; it is due again."""
    ended = moved(call, Stage.ENDED, event.at, ended_at=event.at, ended_reason=Ended.UNREACHED)
    attempt = call.attempt_id or ""
    return Step(
        ended,
        (),
        (EndLeg("caller", Ended.UNREACHED), RecordAttempt(attempt, "interrupted")),
    )


def leave_line(call: Call, _event: Event) -> Step:
    """A lap is asked for although the caller is to be elsewhere: take them there."""
    return Step(call, resume(call, in_line=True))
