"""Whatever becomes of a diversion, one answer says it; and the beacon tells the truth all along."""

from town import DISPATCH, PARTNER, Caller, Town

from care import contract
from ivr.call import Psap, Stage
from switchboard import readiness


def came_to(caller: Caller, disposition: str | None = None) -> str:
    call = caller.call
    return contract.of(call.arrived_at, call.answered_at, call.ended_reason, disposition).in_words


def beacon(town: Town) -> str:
    return readiness.now_of(town.board).in_words


def test_offered_accepted_and_over(town: Town) -> None:
    assert beacon(town).startswith("Nobody can be reached")
    ana = town.clinician("Ana").goes_on_duty()
    assert beacon(town) == "1 clinician ready."
    caller = town.transfers_from_911()
    town.waits(seconds=6)
    assert came_to(caller) == "Still offered"
    assert beacon(town) == "Nobody is free: 1 caller is waiting."
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    assert came_to(caller) in ("Accepted after 6 s", "Accepted after 7 s")
    assert beacon(town).startswith("Nobody can be reached"), "she is with somebody"
    ana.ends(caller.call.id)
    town.until(lambda: ana.desk == "wrap_up", seconds=5)
    ana.wraps_up()
    assert beacon(town) == "1 clinician ready."
    assert came_to(caller, "out_of_area").endswith("out of area")


def test_bounced_to_the_dispatcher_by_key_nine(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    town.phone(DISPATCH).answers(after=3).then_presses("1", after=3)
    caller = town.transfers_from_911()
    town.waits(seconds=14)
    caller.presses("9")
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=40)
    caller.hangs_up()
    town.waits(seconds=2)
    assert came_to(caller) == "Bounced: returned to 911"


def test_bounced_to_the_partner_when_nobody_is_on_call(town: Town) -> None:
    town.phone(PARTNER).answers(after=2)
    caller = town.transfers_from_911()
    town.waits(seconds=30)
    caller.hangs_up()
    town.waits(seconds=2)
    assert came_to(caller) == "Bounced: passed on to the partner line"


def test_the_caller_who_leaves_first_was_not_bounced(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=3)
    caller.hangs_up()
    town.waits(seconds=2)
    assert came_to(caller) == "Left by the caller: before anybody answered"


def test_a_backup_phone_is_said_and_after_three_calls_how_soon(town: Town) -> None:
    town.clinician("Ben", tier="backup", phone="+13145550142")
    assert beacon(town) == "Nobody is at a desk: backup telephones would be rung."
    ana = town.clinician("Ana").goes_on_duty()
    for _ in range(3):
        caller = town.transfers_from_911()
        town.waits(seconds=4)
        ana.accepts()
        town.until(lambda one=caller: one.stage is Stage.TALKING, seconds=5)
        ana.ends(caller.call.id)
        town.until(lambda: ana.desk == "wrap_up", seconds=5)
        ana.wraps_up()
    assert beacon(town) in (
        "1 clinician ready, about 4 seconds.",
        "1 clinician ready, about 5 seconds.",
    )
