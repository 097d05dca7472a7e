"""A dispatcher rings the beacon before they transfer anybody: is it true, and does it touch nobody?"""

import pytest
from doubling import everything
from stories.test_without_database import broken
from town import Town

from ivr.call import Stage
from switchboard import readiness

BEACON = "+13145550103"


def hears(town: Town) -> str:
    """What is said in English; in Spanish the same follows."""
    leg = town.phone("+13145550199").dials(BEACON)
    town.until(lambda: leg.final, seconds=60)
    said = [one.text for one in leg.heard if one.kind == "say"]
    assert len(said) % 2 == 0, "each sentence in both languages"
    return " ".join(said[: len(said) // 2])


def test_it_says_who_is_ready_and_how_soon_and_touches_nobody(town: Town) -> None:
    assert hears(town) == "Nobody can be reached. Your caller would go to the statewide line."
    town.clinician("Ben", "backup", phone="+13145550121")
    assert hears(town) == "Nobody is at a desk. Backup telephones would be rung."
    assert not town.phone("+13145550121").is_ringing
    town.clinician("Ana").goes_on_duty()
    town.clinician("Cleo").goes_on_duty()
    before = everything(town)
    assert hears(town) == "2 counselors are ready."
    after = everything(town)
    assert {name for name in after if after[name] != before[name]} <= {"desks"}, "they were heard"
    with town.store.read() as rows:
        assert not rows.calls.recent(10), "no call is kept, not even when it ends"


def test_it_is_honest_while_callers_wait_and_says_what_callers_waited(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    for _ in range(3):
        caller = town.transfers_from_911()
        town.waits(seconds=8)
        call_id = ana.accepts().call_id
        town.until(lambda caller=caller: caller.stage is Stage.TALKING, seconds=3)
        ana.ends(call_id)
        town.waits(seconds=2)
        ana.wraps_up()
    assert hears(town).startswith("One counselor is ready. Callers waited about ")
    town.transfers_from_911()
    assert hears(town) == "Nobody is free. One caller is waiting."


@pytest.mark.parametrize("known", [False, True], ids=["found out now", "known already"])
def test_without_the_database_it_says_that_it_cannot_look_and_rings_nobody(
    town: Town, known: bool
) -> None:
    town.clinician("Ben", "backup", phone="+13145550121")
    if known:
        town.board.standby.trip(town.now)
        assert hears(town) == "I cannot look just now. Transfer your caller as always."
        return
    if town.store.dialect == "sqlite":  # a standby can be read, and is
        with broken(town):
            assert hears(town) == "I cannot look just now. Transfer your caller as always."
    assert not town.phone("+13145550121").is_ringing


def test_it_takes_no_more_round_trips_than_a_webhook_may(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    line = town.board.book.by_ready_number[BEACON]
    with town.store.round_trips() as trips:
        assert b"One counselor is ready" in readiness.rung(town.board, line)
    assert len(trips.statements) <= 6, trips.statements
