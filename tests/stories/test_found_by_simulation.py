"""What the simulation once found stays found: one test for each fault, in the words of its story."""

from dataclasses import replace
from datetime import timedelta

import pytest
from faults import REFUSED
from stories.test_without_database import broken, slow
from town import BASE, DISPATCH, PARTNER, Caller, Clinician, Town

from emulator import FaultPlan
from emulator.faults import NO_FAULT, Fault
from emulator.timeline import silence
from emulator.web import WebRequest
from ivr.call import Ended, Psap, Stage
from ivr.errands import EndLeg
from ivr.events import CallerJoined, LedOffline
from ivr.flow import advance
from switchboard import calls, clock, offers, presence, reconcile, roster_book, set_back

CELL = "+13145550121"


def talks(town: Town) -> tuple[Clinician, Caller, str]:
    """Ana has a caller from 911: she, they, and the call's id."""
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    call_id = ana.accepts().call_id
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    return ana, caller, call_id


def talks_again(town: Town) -> tuple[Clinician, str, str]:
    """Ana rings Pat as promised, at noon; they talk. The promise's and the call's id."""
    ana, _, call_id = talks(town)
    ana.ends(call_id)
    town.waits(seconds=3)
    followup_id = ana.schedules(call_id, best_from="00:00", best_until="24:00")
    ana.wraps_up()
    town.passes(hours=6)
    town.until(lambda: ana.is_offered, seconds=60)
    return ana, followup_id, call_id


def reaches_pat(town: Town, ana: Clinician) -> str:
    town.phone("+13145550150").answers(after=2)
    call_id = ana.accepts().call_id
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=15)
    return call_id


def test_a_clock_set_back_leaves_nobody_waiting_for_the_hour_to_come_again(
    quick_town: Town,
) -> None:
    """Every deadline lay an hour too far ahead: the caller heard laps, and no rung ever came."""
    town = quick_town
    town.clinician("Ana").goes_on_duty()
    town.phone(PARTNER).answers(after=2)
    caller = town.transfers_from_911()
    town.waits(seconds=10)
    sets_clock_back(town, hours=1)
    town.until(lambda: town.phone(PARTNER).in_call, seconds=115)
    assert town.people["ana"].desk == "paused", "her offer lapsed in its time, too"
    assert not caller.silences


def test_an_offer_keeps_its_length_when_the_clock_is_set_back(quick_town: Town) -> None:
    """Made after it was set back and before anybody noticed, it lapsed before it had begun."""
    town = quick_town
    town.clinician("Ana").goes_on_duty()
    clock.beat(town.board, "clock here:1")
    sets_clock_back(town, hours=24 / 3600)
    caller = town.transfers_from_911()
    town.waits(seconds=1)
    set_back.notice(town.board, "clock here:1")
    (offer,) = town.offers_of(caller.call.id)
    assert (offer.lapses_at - offer.offered_at).total_seconds() == 20


def test_a_clock_that_stood_still_makes_nobody_older_when_it_was_set_back(town: Town) -> None:
    """Whoever had come meanwhile looked an hour older, and was passed on at once; whoever had come
    before seemed to have waited for so much less.
    """
    first = town.transfers_from_911()
    clock.beat(town.board, "clock here:1")
    stands_still(town)
    town.waits(seconds=5)
    sets_clock_back(town, hours=1)
    second = town.transfers_from_911()
    town.waits(seconds=25)
    set_back.notice(town.board, "clock here:1")
    assert waited(town, second) == pytest.approx(25, abs=1)
    assert waited(town, first) == pytest.approx(30, abs=1)


def waited(town: Town, caller: Caller) -> float:
    return (town.board.now() - caller.call.line_since).total_seconds()


def stands_still(town: Town) -> None:
    """The clock process does nothing, whatever else goes on."""
    for handle in town._ticking:
        handle.cancel()


def test_of_two_clocks_one_puts_right_what_was_set_back(town: Town) -> None:
    """Moved twice, the caller had waited for an hour, and was passed on at once."""
    caller = town.transfers_from_911()
    for name in ("clock here:1", "clock here:2"):
        clock.beat(town.board, name)
    town.waits(seconds=2)
    waited = town.board.now() - caller.call.line_since
    sets_clock_back(town, hours=1)
    for name in ("clock here:3", "clock here:2"):  # one of them was started anew
        set_back.notice(town.board, name)
    assert abs(town.board.now() - caller.call.line_since - waited) < timedelta(seconds=5)


def test_what_nobody_knows_is_given_up_though_the_clock_was_set_back(quick_town: Town) -> None:
    """The quiet in which it was to be proven lay a day ahead: that caller's leg was never moved."""
    town = quick_town
    caller = town.transfers_from_911()
    town.waits(seconds=10)
    now = town.board.now()
    with town.store.begin() as rows:
        rows.errands.add(caller.call.id, [("MoveCaller", {"sid": "CA1"}, "move:it", now)])
        (errand,) = rows.errands.claim_due("nobody", now)
        rows.errands.settle(errand.id, "unknown", "the carrier did not say", now, worker="nobody")
    town.waits(seconds=20)
    sets_clock_back(town, hours=24)
    town.until(lambda: state_of(town, errand.id) == "abandoned", seconds=135)


def test_a_look_after_an_earlier_clinician_says_nothing_of_the_next(quick_town: Town) -> None:
    """Ana's leg was gone; the look at it came when Ben had said yes and not dialled in yet: the
    caller was led into an empty room, and nobody looked any more.
    """
    town = quick_town
    town.clinician("Ben").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=8)
    with town.store.begin() as rows:
        call = rows.calls.lock(caller.call.id)
        assert call is not None
        said_yes = {"stage": Stage.CONNECTING, "stage_since": town.now, "clinician_id": "ben"}
        gone = {"room": "room-1", "sid": "", "label": "clinician", "leg": "CA" + "4" * 32}
        rows.calls.save(replace(call, **said_yes, deadline_at=town.now + timedelta(seconds=8)))
        rows.errands.add(call.id, [("CheckRoom", gone, "look:it", town.now)])
    town.waits(seconds=3)
    assert caller.stage is Stage.CONNECTING
    assert not caller.call.clinician_here
    assert not caller.hears("Here's a counselor")


def test_who_talks_with_somebody_whose_leg_nobody_knows_is_looked_after(quick_town: Town) -> None:
    town = quick_town
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    alone = replace(caller.call, stage=Stage.CONNECTING, clinician_id="ben", clinician_here=True)
    step = advance(alone, CallerJoined(at=town.now))
    assert step.call.stage is Stage.TALKING
    assert step.call.deadline_at == town.now + timedelta(seconds=4)
    known = advance(replace(alone, clinician_leg="CA4"), CallerJoined(at=town.now))
    assert known.call.deadline_at is None


def test_a_caller_who_comes_into_a_room_of_before_is_fetched(quick_town: Town) -> None:
    """A cut-off came while they were on their way there, and the move back was refused; they were
    taken for talking with whoever had said yes meanwhile, whose telephone had failed.
    """
    town = quick_town
    ben = town.clinician("Ben").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=8)
    accept_only(town, ben)
    call = caller.call
    with town.store.begin() as rows:
        rows.calls.save(replace(rows.calls.lock(call.id) or call, cut_offs=1))
    comes_into_a_room_of_before(town, caller, heard=True)
    town.waits(seconds=3)
    assert caller.stage is Stage.CONNECTING
    assert caller.leg.participant is None, "on the way to the line, until Ben is there"
    town.waits(seconds=2)
    town.until(lambda: caller.stage is Stage.WAITING, seconds=15)
    assert not caller.silences


def test_end_before_the_caller_was_there_fetches_them_from_a_room_of_before(
    quick_town: Town,
) -> None:
    """The database was away when they came into it, so nobody knew; End put their call into the
    line again and left them where they were.
    """
    town = quick_town
    ben = town.clinician("Ben").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=8)
    with town.store.begin() as rows:
        rows.calls.save(replace(rows.calls.lock(caller.call.id) or caller.call, cut_offs=1))
    accept_only(town, ben)
    comes_into_a_room_of_before(town, caller, heard=False)
    town.waits(seconds=1)
    assert caller.leg.participant is not None
    assert calls.end(town.board, caller.call.id, ben.id)
    town.waits(seconds=5)
    assert caller.leg.member is not None, "in the line again"
    assert caller.stage is Stage.WAITING
    assert not caller.silences


def test_whoever_is_in_a_room_of_before_when_their_call_ends_hears_the_goodbye(
    quick_town: Town,
) -> None:
    """A move that had hung for a while took them out of the talk just as Ben pressed End: their
    call was over, and nothing of ours ever looked for them again.
    """
    town = quick_town
    ben = town.clinician("Ben").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=8)
    with town.store.begin() as rows:
        rows.calls.save(replace(rows.calls.lock(caller.call.id) or caller.call, cut_offs=1))
    ben.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    ben.ends(caller.call.id)
    comes_into_a_room_of_before(town, caller, heard=False)
    town.until(lambda: not caller.leg.live, seconds=60)
    assert caller.hears("Goodbye")
    assert caller.call.ended_reason is Ended.CLINICIAN_ENDED
    assert not caller.silences


def test_whoever_was_led_on_without_the_database_is_not_hung_up_by_a_late_end(
    quick_town: Town,
) -> None:
    """Ana's browser was gone, and her End came when the database was back: at the end of their
    round the caller was dropped without a word.
    """
    town = quick_town
    ana = town.clinician("Ana").goes_on_duty()
    town.phone(PARTNER).answers(after=2)
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    call_id = ana.accepts().call_id
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    with town.store.begin() as rows:
        rows.calls.save(replace(rows.calls.lock(call_id) or caller.call, cut_offs=1))
    with broken(town):
        ana.leg.hang_up()
        town.until(lambda: town.phone(PARTNER).in_call, seconds=60)
    assert calls.end(town.board, call_id, ana.id)
    assert caller.stage is Stage.ENDED
    town.waits(seconds=90)
    assert town.phone(PARTNER).in_call, "a talk there is left alone"
    town.phone(PARTNER).hangs_up()
    town.until(lambda: len(town.phone(PARTNER).legs) > 1, seconds=60)
    assert caller.leg.live
    assert not caller.silences


def comes_into_a_room_of_before(town: Town, caller: Caller, *, heard: bool) -> None:
    """Their document is of before the cut-off; `heard`: we learn that they are there."""
    base = f"{BASE}/voice/{caller.call.id}"
    told = f'statusCallback="{base}/room" statusCallbackEvent="join"' if heard else ""
    document = (
        f'<Response><Dial action="{base}/talk-ended/0"><Conference participantLabel="caller"'
        f' {told} waitUrl="{BASE}/voice/bed">room-{caller.call.id}</Conference></Dial></Response>'
    )
    town.carrier.move(caller.leg.sid, document.encode(), f"{BASE}/voice/fallback")


def accept_only(town: Town, person: Clinician) -> None:
    """They say yes, and their softphone never dials in."""
    offers.accept(town.board, person.cards[0].offer_id, person.id)


def state_of(town: Town, errand_id: int) -> str:
    with town.store.read() as rows:
        errand = rows.errands.get(errand_id)
    assert errand is not None
    return errand.state


def sets_clock_back(town: Town, hours: float) -> None:
    for there in (town.board, town.store):
        object.__setattr__(there, "now", lambda: town.clock.now() - timedelta(hours=hours))


def test_a_clinician_left_alone_because_the_caller_was_led_offline_is_let_go(
    quick_town: Town,
) -> None:
    """Their leg sat in a room for ever, and their desk said that they were available."""
    town = quick_town
    ana, caller, _ = talks(town)
    step = advance(caller.call, LedOffline(at=town.now))
    assert EndLeg("clinician", "passed_on", sid=ana.leg.sid) in step.errands


def test_going_off_duty_puts_an_offered_promise_back_on_the_list(quick_town: Town) -> None:
    """It stayed "offered" to somebody who had gone home, and was never due again."""
    ana, followup_id, _ = talks_again(quick_town)
    assert presence.go_off_duty(quick_town.board, ana.id)
    assert quick_town.followup(followup_id).state == "due"


def test_a_follow_up_that_is_cut_off_tells_nobody_and_is_not_lost(quick_town: Town) -> None:
    """The person heard of counselors, was rung a second time, and the promise stayed half kept."""
    town = quick_town
    ana, followup_id, _ = talks_again(town)
    call_id = reaches_pat(town, ana)
    pat = town.phone("+13145550150").leg
    ana.softphone.hangs_up()
    town.until(lambda: town.call(call_id).stage is Stage.WAITING, seconds=5)
    town.waits(seconds=10)
    assert said(pat) == {"We were cut off. Please stay on the line.", "One moment, please."}
    pat.hang_up()
    town.waits(seconds=3)
    assert town.followup(followup_id).state == "kept"
    assert [one.outcome for one in town.attempts(followup_id)] == ["reached"]
    assert len(town.phone("+13145550150").legs) == 2, "their own call, and ours: rung once"


def test_a_follow_up_that_is_cut_off_is_taken_up_by_the_next_clinician(quick_town: Town) -> None:
    town = quick_town
    ana, _, _ = talks_again(town)
    call_id = reaches_pat(town, ana)
    ana.softphone.hangs_up()
    town.until(lambda: ana.is_offered, seconds=5)
    ana.accepts()
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=5)
    assert "A counselor is here. One moment." not in said(town.phone("+13145550150").leg)


def test_a_follow_up_that_nobody_takes_up_is_due_again(quick_town: Town) -> None:
    """The partner line would have learnt of it: it was passed on like any caller."""
    town = quick_town
    ana, followup_id, _ = talks_again(town)
    call_id = reaches_pat(town, ana)
    ana.browser_dies()
    town.until(lambda: town.call(call_id).over, seconds=200)
    town.waits(seconds=3)
    assert town.call(call_id).ended_reason is Ended.UNREACHED
    assert town.followup(followup_id).state == "due"
    assert not town.phone(PARTNER).legs
    assert not town.phone("+13145550150").leg.live


def test_a_follow_up_that_is_cut_off_without_the_database_is_told_nothing_either(
    quick_town: Town,
) -> None:
    """They were told to call 988, and a partner line would have learnt of them."""
    town = quick_town
    town.clinician("Ben", "backup", phone=CELL)
    town.phone(CELL).is_busy()
    ana, _, _ = talks_again(town)
    reaches_pat(town, ana)
    pat = town.phone("+13145550150").leg
    town.waits(seconds=2)
    with broken(town):
        ana.softphone.hangs_up()
        town.waits(minutes=2)
        assert pat.live
        assert said(pat) == {"We were cut off. Please stay on the line.", "One moment, please."}
        assert len(town.phone(CELL).legs) > 1, "people of ours are rung, in every round"
    assert not town.phone(PARTNER).legs


def said(leg) -> set[str]:
    return {one.text for one in leg.heard if one.kind == "say"}


def test_a_caller_thought_to_be_elsewhere_is_found_in_an_empty_room(quick_town: Town) -> None:
    """A copy of their webhook found no database and noted that they were led on: they were not."""
    town = quick_town
    _, caller, _ = talks(town)
    gone = replace(caller.call, stage=Stage.PARTNER, clinician_id=None, clinician_leg=None)
    with town.store.begin() as rows:
        rows.calls.save(replace(gone, stage_since=town.now - timedelta(seconds=30)))
    reconcile.run(town.board)
    town.waits(seconds=2)
    assert caller.stage is Stage.WAITING
    assert caller.hears("Stay with me")
    assert not silence(caller.leg, 4.0)


def test_a_caller_thought_to_be_elsewhere_is_fetched_as_they_come_into_our_room(
    quick_town: Town,
) -> None:
    """They heard a bed of sound, and no key meant anything, until the reconciler came round."""
    town = quick_town
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: town.call(caller.call.id).clinician_here, seconds=2)
    with town.store.begin() as rows:
        step = advance(caller.call, LedOffline(at=town.now))
        rows.calls.save(step.call)
    ana.leg.hang_up()
    town.waits(seconds=8)
    assert caller.stage is Stage.WAITING
    assert caller.hears("Stay with me")
    assert not silence(caller.leg, 4.0)


def test_whoever_we_moved_out_of_the_line_is_not_led_elsewhere_by_what_the_line_says(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The carrier asks what comes after the line, and plays the move instead of our answer; ours
    found no database, and the clinician whom the caller was coming to was hung up.
    """
    town = quick_town
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    town.until(lambda: caller.stage is Stage.WAITING, seconds=15)
    served, failed = town.twice.app, []

    def serve(environ, start):
        if "/line-left/" not in environ["PATH_INFO"]:
            return served(environ, start)
        with slow(town, monkeypatch) as asked:
            answer = served(environ, start)
        failed.extend(asked)
        return answer

    monkeypatch.setattr(town.twice, "app", serve)
    ana.accepts()
    town.waits(seconds=20)
    assert failed
    assert caller.stage is Stage.TALKING
    assert ana.leg.live
    assert not caller.silences


class OnceFailing(FaultPlan):
    """The first request whose address ends so is answered by nobody in between."""

    def __init__(self, ending: str) -> None:
        super().__init__()
        self.ending, self.failed = ending, 0

    def decide(self, request: WebRequest) -> Fault:
        if self.failed or not request.url.partition("#")[0].endswith(self.ending):
            return NO_FAULT
        self.failed += 1
        return Fault(instead=REFUSED)


def test_whoever_is_put_on_hold_hears_it_though_its_sound_failed_once(quick_town: Town) -> None:
    """Every document is fetched again when it failed; the sound of a hold was not."""
    town = quick_town
    ana, caller, call_id = talks(town)
    town.twilio.faults = OnceFailing("/voice/bed")
    assert calls.hold(town.board, call_id, ana.id, on=True)
    town.waits(seconds=10)
    assert town.twilio.faults.failed
    assert not silence(caller.leg, 4.0)


def test_no_address_that_the_carrier_asks_says_who_calls(quick_town: Town) -> None:
    """The sound of a waiting room was fetched by GET, with the caller's number in the address."""
    town = quick_town
    talks(town)
    asked = [one for one in town.twilio.timeline.exchanges if one.kind == "conference-wait"]
    assert asked
    assert {one.method for one in asked} == {"POST"}


def test_a_promise_does_not_wait_for_a_clinician_whose_browser_is_gone(quick_town: Town) -> None:
    """Ana had promised it, and her desk was open for the rows alone: half an hour it waited."""
    town = quick_town
    ben = town.clinician("Ben").goes_on_duty()
    ana, followup_id, _ = talks_again(town)
    assert not ben.is_offered, "Ana is there, and knows the person"
    ana.declines()
    ana.stops_beating()
    town.until(lambda: ben.is_offered, seconds=180)
    assert town.followup(followup_id).offered_to == "ben"


def test_a_caller_outside_the_line_is_not_dropped_by_being_led_out_of_it(quick_town: Town) -> None:
    """The line's sound had failed, so they waited outside it; at their next lap the database was
    away, and the document that leads out of the line was over: their call with it.
    """
    town = quick_town
    town.phone(PARTNER).answers(after=2)
    caller = town.transfers_from_911()
    town.waits(seconds=8)
    base = f"{BASE}/voice/{caller.call.id}"
    outside = (
        f'<Response><Redirect method="POST">{base}/wait/{caller.call.hop}</Redirect></Response>'
    )
    with broken(town):
        town.carrier.move(caller.leg.sid, outside.encode(), f"{BASE}/voice/fallback")
        town.until(lambda: town.phone(PARTNER).in_call, seconds=60)
    assert caller.leg.live


def test_a_late_end_of_the_last_talk_does_not_end_the_next_one_before_it_began(
    quick_town: Town,
) -> None:
    """Ben's End failed and was pressed again; he had just accepted the same caller once more."""
    town = quick_town
    ben = town.clinician("Ben").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    call_id = ben.accepts().call_id
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    ben.leg.hang_up()
    town.until(lambda: ben.is_offered, seconds=10)
    ben.accepts()
    town.until(lambda: caller.stage is Stage.CONNECTING, seconds=2)
    ben.ends(call_id)
    town.waits(seconds=40)
    assert caller.leg.live
    assert caller.stage in (Stage.WAITING, Stage.CONNECTING, Stage.TALKING, Stage.PARTNER)
    assert not caller.silences


def test_a_promise_does_not_wait_for_somebody_the_roster_let_go(quick_town: Town) -> None:
    """Ana sat at her desk, off the roster: she was waited for half an hour, and Cleo sat idle."""
    town = quick_town
    ana, _, call_id = talks(town)
    ana.ends(call_id)
    town.waits(seconds=3)
    followup_id = ana.schedules(call_id, best_from="00:00", best_until="24:00", same_clinician=True)
    ana.wraps_up()
    cleo = town.clinician("Cleo").goes_on_duty()
    with town.store.begin() as rows:
        number, book = roster_book.newest(rows)
        kept = [one for one in book.document["one_offs"] if one["person"] != "ana"]
        wanted = book.document | {"one_offs": kept}
        roster_book.save(rows, wanted, "test", "a shift less", town.now, based_on=number)
    town.passes(hours=6)
    assert town.followup(followup_id).prefers == "ana"
    town.until(lambda: cleo.is_offered, seconds=60)


def test_whoever_was_deactivated_does_not_take_a_call_by_the_phone_that_rings(
    quick_town: Town,
) -> None:
    town = quick_town
    ana, cell = town.clinician("Ana", "backup", phone=CELL), town.phone(CELL)
    cell.answers(after=4).then_presses("1", after=6)
    caller = town.transfers_from_911()
    town.until(lambda: bool(cell.legs), seconds=60)
    with town.store.begin() as rows:
        person = rows.people.get(ana.id)
        rows.people.update(replace(person, active=False))
    town.until(lambda: not cell.legs[-1].live, seconds=15)
    assert caller.leg.live
    assert caller.call.clinician_id is None


def test_who_is_left_by_a_dispatcher_in_a_room_that_lives_on_is_told_so(quick_town: Town) -> None:
    """Asked beside Ana, who pressed End before they were there: their leg held no room, and the
    caller heard nothing for five seconds after they had hung up.
    """
    town = quick_town
    ana, caller, call_id = talks(town)
    town.phone(DISPATCH).answers(after=2).then_presses("1", after=2)
    ana.brings_dispatcher(call_id)
    town.until(lambda: caller.call.psap is Psap.COMING, seconds=10)
    ana.ends(call_id)
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=10)
    town.waits(seconds=5)
    town.phone(DISPATCH).hangs_up()
    town.until(lambda: caller.hears("That call has ended"), seconds=4)
    assert caller.stage is Stage.WAITING
    assert not caller.silences


def test_whoever_picks_up_a_colleagues_own_phone_learns_nothing(quick_town: Town) -> None:
    """They heard the crisis line's name before anybody had pressed a key."""
    town = quick_town
    ana = town.clinician("Ana").goes_on_duty()
    town.clinician("Ben", "backup", phone=CELL)
    family = town.phone(CELL).answers(after=2)
    family.then_says("Hello?", after=9).then_hangs_up(after=1)
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    call_id = ana.accepts().call_id
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    ana.asks(call_id, "colleague:ben")
    town.until(lambda: bool(town.phone(CELL).legs), seconds=5)
    town.waits(seconds=20)
    (leg,) = town.phone(CELL).legs
    heard = " ".join(one.text for one in leg.heard if one.kind == "say")
    assert "the line you are on call for" in heard
    assert "Crisis" not in heard
    assert caller.stage is Stage.TALKING
