"""The dispatcher stays on the caller's own leg: what follows from the clinician's switch?"""

from town import GENERAL, Caller, Clinician, Town

from ivr.call import Ended, Stage
from switchboard import calls, guestbook


def talk(town: Town, **given: str) -> tuple[Clinician, Caller]:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911(**given)
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    return ana, caller


def switch(town: Town, caller: Caller, who: str = "ana", *, on: bool) -> bool:
    return calls.share_leg(town.board, caller.call.id, who, shared=on)


def test_the_switch_is_on_the_record_and_in_the_audit(town: Town) -> None:
    _, caller = talk(town)
    before = town.now
    assert switch(town, caller, on=True)
    assert switch(town, caller, on=True)  # pressed twice: once said
    town.waits(seconds=95)
    assert switch(town, caller, on=False)
    call = caller.call
    assert call.shared_since == before
    assert (call.shared_until - call.shared_since).total_seconds() == 95
    assert not call.shared
    with town.store.read() as rows:
        lines = rows.audit.of(f"call:{call.id}")
    assert [(one.actor, one.facts["shared"]) for one in lines] == [("ana", True), ("ana", False)]
    caller.hangs_up()
    town.waits(seconds=2)
    assert caller.call.ended_reason is Ended.CALLER_ENDED


def test_a_shared_line_that_ends_is_not_a_caller_who_hung_up(town: Town) -> None:
    ana, caller = talk(town)
    switch(town, caller, on=True)
    caller.hangs_up()
    town.waits(seconds=2)
    assert caller.call.ended_reason is Ended.WITH_911
    assert ana.desk == "wrap_up"


def test_a_shared_line_that_ends_after_a_cut_off_is_known_too(town: Town) -> None:
    ana, caller = talk(town)
    switch(town, caller, on=True)
    ana.browser_dies()
    town.until(lambda: caller.stage is Stage.WAITING, seconds=60)
    caller.hangs_up()
    town.waits(seconds=2)
    assert caller.call.ended_reason is Ended.WITH_911


def test_who_is_on_the_line_is_not_rung(town: Town) -> None:
    ana, caller = talk(town)
    switch(town, caller, on=True)
    assert not ana.brings_dispatcher(caller.call.id)
    with town.store.read() as rows:
        offered = {one.key for one in guestbook.choices(town.board, rows, caller.call)}
    assert "dispatcher:dispatcher" not in offered
    switch(town, caller, on=False)
    assert ana.brings_dispatcher(caller.call.id)


def test_only_the_clinician_of_a_911_centres_caller_has_the_switch(town: Town) -> None:
    _, caller = talk(town, line=GENERAL)
    assert not switch(town, caller, on=True)
    assert not switch(town, caller, "ben", on=True)
