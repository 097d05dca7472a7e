"""A supervisor listens, whispers, joins and leaves; a clinician asks for help without a sound."""

import pytest
from town import APP_SID, CREW, Town

from emulator import FaultPlan
from ivr.call import Ended, How, Stage
from switchboard import guests, supervising
from switchboard import help as silent_help
from switchboard.desk import NotDone
from telephony.outcomes import CarrierBusy, CarrierUnknown


def talk(town: Town):
    ana = town.clinician("Ana").goes_on_duty()
    town.clinician("Sol", None, roles=("supervisor",))
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    return ana, caller


def supervises(town: Town, caller, how: How = How.LISTEN):
    """Press the button on the board; the softphone dials in."""
    call_id = caller.call.id
    connect = supervising.begin(town.board, call_id, "sol", how)
    assert connect
    leg = town.twilio.softphone("sol").connects(APP_SID, connect)
    town.until(lambda: any(guest.here for guest in caller.call.guests), seconds=3)
    return leg


def hearers(town: Town, leg) -> set:
    return {one.sid for one in town.twilio.listeners(leg)}


def audited(town: Town, caller) -> list[tuple[str, str]]:
    with town.store.read() as rows:
        lines = rows.audit.of(f"call:{caller.call.id}")
    return [(one.action, one.facts.get("how", "")) for one in lines]


def test_who_hears_the_supervisor_is_what_the_screen_says(town: Town) -> None:
    ana, caller = talk(town)
    sol = supervises(town, caller)
    clinician, person = caller.call.clinician_leg, caller.leg.sid
    assert hearers(town, sol) == set()
    assert sol.sid in hearers(town, caller.leg)
    assert supervising.change(town.board, caller.call.id, "sol", How.WHISPER)
    assert hearers(town, sol) == {clinician}
    assert supervising.change(town.board, caller.call.id, "sol", How.JOIN)
    assert hearers(town, sol) == {clinician, person}
    (guest,) = caller.call.guests
    assert (guest.who, guest.how) == ("sol", How.JOIN)
    assert supervising.change(town.board, caller.call.id, "sol", How.LISTEN)
    assert hearers(town, sol) == set()
    assert supervising.stop(town.board, caller.call.id, "sol")
    town.waits(seconds=1)
    assert not sol.live
    assert not caller.call.guests
    assert caller.stage is Stage.TALKING
    assert audited(town, caller) == [
        ("call.supervised", how) for how in ("listen", "whisper", "join", "listen", "stop")
    ]
    assert ana.desk == "talking"
    assert not caller.silences
    assert not town.surprises(caller.call.id)


def test_a_supervisor_may_begin_by_whispering(town: Town) -> None:
    _, caller = talk(town)
    sol = supervises(town, caller, How.WHISPER)
    assert hearers(town, sol) == {caller.call.clinician_leg}


def test_a_supervisor_comes_in_while_somebody_is_consulted(town: Town) -> None:
    ana, caller = talk(town)
    crew = town.phone(CREW)
    crew.answers(after=2).then_presses("1", after=2)
    ana.asks(caller.call.id, "crew:crew", consult=True)
    # Their whisper comes before the clinician's leg is in the other room: they listen first.
    sol = supervises(town, caller, How.WHISPER)
    town.until(lambda: len([one for one in caller.call.guests if one.here]) == 2, seconds=20)
    assert hearers(town, sol) == set()
    assert sol.sid in hearers(town, ana.leg) & hearers(town, crew.leg)
    assert sol.sid not in hearers(town, caller.leg)
    assert supervising.change(town.board, caller.call.id, "sol", How.WHISPER)
    assert hearers(town, sol) == {ana.leg.sid}
    assert guests.take_back(town.board, caller.call.id, "ana", alone=True)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    town.waits(seconds=1)
    assert sol.live
    assert hearers(town, sol) == {ana.leg.sid}
    assert sol.sid in hearers(town, caller.leg)
    assert not caller.silences
    assert not town.surprises(caller.call.id)


def test_the_supervisors_browser_dies_and_nobody_else_notices(town: Town) -> None:
    ana, caller = talk(town)
    supervises(town, caller, How.JOIN)
    town.twilio.softphone("sol").loses_network()
    town.until(lambda: not caller.call.guests, seconds=90)
    assert caller.stage is Stage.TALKING
    assert ana.desk == "talking"


def test_the_caller_hangs_up_and_the_supervisor_is_let_go(town: Town) -> None:
    _, caller = talk(town)
    sol = supervises(town, caller)
    caller.hangs_up()
    town.waits(seconds=2)
    assert not sol.live
    assert caller.call.ended_reason is Ended.CALLER_ENDED
    assert not caller.call.guests


def test_the_clinicians_browser_dies_and_no_supervisor_is_left_listening(town: Town) -> None:
    ana, caller = talk(town)
    sol = supervises(town, caller)
    ana.browser_dies()
    town.until(lambda: caller.stage is Stage.WAITING, seconds=60)
    town.waits(seconds=2)
    assert not sol.live
    assert not caller.call.guests
    assert caller.hears("We were cut off")


def test_who_never_dials_in_is_not_shown_for_ever(town: Town) -> None:
    _, caller = talk(town)
    assert supervising.begin(town.board, caller.call.id, "sol", How.LISTEN)
    town.until(lambda: not caller.call.guests, seconds=120)
    assert caller.stage is Stage.TALKING


def test_only_a_talk_of_somebody_else_is_entered_and_only_once(town: Town) -> None:
    _, caller = talk(town)
    call_id = caller.call.id
    assert supervising.begin(town.board, call_id, "ana", How.JOIN) is None
    assert supervising.begin(town.board, call_id, "sol", How.JOIN)
    assert supervising.begin(town.board, call_id, "sol", How.JOIN) is None
    caller.hangs_up()
    town.waits(seconds=2)
    assert supervising.begin(town.board, call_id, "sol", How.JOIN) is None


@pytest.mark.parametrize(("fault", "shown"), [(CarrierBusy, "listen"), (CarrierUnknown, "join")])
def test_the_screen_never_says_less_than_may_be_so(
    town: Town, monkeypatch: pytest.MonkeyPatch, fault: type[Exception], shown: str
) -> None:
    _, caller = talk(town)
    supervises(town, caller)

    def fails(*_given: object, **_facts: object) -> None:
        raise fault("not said")

    monkeypatch.setattr(town.carrier, "coach", fails)
    with pytest.raises(NotDone):
        supervising.change(town.board, caller.call.id, "sol", How.JOIN)
    (guest,) = caller.call.guests
    assert guest.how == shown


def test_help_stands_on_every_page_until_somebody_takes_it(town: Town) -> None:
    ana, caller = talk(town)
    call_id = caller.call.id
    before = caller.text
    assert silent_help.ask(town.board, call_id, "ana")
    assert silent_help.ask(town.board, call_id, "ana")  # pressed twice: once asked
    assert not silent_help.ask(town.board, call_id, "sol")
    town.waits(seconds=5)
    assert caller.text == before, "the caller hears nothing"
    ana.ends(call_id)
    town.passes(hours=5)
    with town.store.read() as rows:
        (task,) = silent_help.wanted(rows)
        told = rows.notices.owed(town.now)
    assert task.call_id == call_id
    assert [one.person_id for one in told if one.kind == "help"] == ["sol"]
    assert {one.kind for one in town.tasks()} >= {"help_wanted", "help_unheard"}
    assert silent_help.take(town.board, call_id, "sol")
    assert not silent_help.take(town.board, call_id, "sol")
    assert not {"help_wanted", "help_unheard"} & {one.kind for one in town.tasks()}
    assert [action for action, _ in audited(town, caller)] == ["help.asked", "help.taken"]


def test_less_is_said_only_once_it_is_so(town: Town) -> None:
    """Found by the simulation: the news that they are in the room may be late; they are heard."""
    ana, caller = talk(town)
    town.twilio.faults = FaultPlan(delay=1.0)
    connect = supervising.begin(town.board, caller.call.id, "sol", How.JOIN)
    sol = town.twilio.softphone("sol").connects(APP_SID, connect)
    town.waits(seconds=0.5)
    assert not any(guest.here for guest in caller.call.guests), "or the news was not late"
    assert supervising.change(town.board, caller.call.id, "sol", How.WHISPER)
    assert hearers(town, sol) == {ana.leg.sid}
    assert [guest.how for guest in caller.call.guests] == [How.WHISPER]


def test_who_is_not_in_the_room_yet_is_told_so(town: Town) -> None:
    """Dialled in and not there: the screen goes on saying the most that may be so."""
    _, caller = talk(town)
    connect = supervising.begin(town.board, caller.call.id, "sol", How.JOIN)
    town.twilio.softphone("sol").connects(APP_SID, connect)
    town.until(lambda: caller.call.guests[0].leg, seconds=1)
    with pytest.raises(NotDone):
        supervising.change(town.board, caller.call.id, "sol", How.LISTEN)
    assert [guest.how for guest in caller.call.guests] == [How.JOIN]
