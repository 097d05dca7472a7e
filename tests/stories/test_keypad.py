"""Star, the incident number, pound: does the desk know it, and does the caller notice nothing?"""

import pytest
from stories.test_returned import dispatcher_presses_one
from stories.test_without_database import broken
from town import DISPATCH, GENERAL, PARTNER, Caller, Clinician, Town

from ivr.call import Psap, Stage
from switchboard import handoffs

NUMBER, SAID = "26104881", "2 6 1 0 4 8 8 1"
TRUNK, PAT = DISPATCH, "+13145550150"
GREETED, WAITS = 2, 10  # seconds after the arrival: in the greeting, in a lap


def presses(town: Town, caller: Caller, keys: str, after: float = 0) -> None:
    """Star, until the voice begins anew, and the rest, as fast as fingers are."""
    town.waits(seconds=after)
    caller.presses("*")
    town.waits(seconds=1)
    for key in keys:
        caller.presses(key)
        town.waits(seconds=0.3)


def told(town: Town, caller: Caller) -> dict[str, str] | None:
    with town.store.read() as rows:
        known = handoffs.of_call(rows, caller.call.id)
    return known and known.facts


def cards(town: Town, caller: Caller) -> list[tuple[str, str | None]]:
    with town.store.read() as rows:
        return [(card.how, card.incident) for card in rows.handoffs.of_call(caller.call.id)]


def numbered(
    town: Town, keys: str = f"{NUMBER}#", after: float = WAITS, shown: str = PAT
) -> Caller:
    caller = town.transfers_from_911(shown=shown)
    presses(town, caller, keys, after)
    town.waits(seconds=3.2)
    return caller


@pytest.mark.parametrize("after", [GREETED, WAITS])
def test_it_is_on_the_offer_before_yes_and_with_the_caller_after(town: Town, after: int) -> None:
    ana: Clinician = town.clinician("Ana").goes_on_duty()
    caller = numbered(town, after=after)
    assert caller.hears(f"Incident {SAID}, noted.")
    (card,) = ana.cards
    assert card.handoff is not None
    assert card.handoff.rows == [("Incident number", NUMBER)]
    assert card.handoff.sure
    assert card.handoff.pressed
    assert card.handoff.asked_already == {"incident": NUMBER}, "the record need not ask again"
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    assert told(town, caller) == {"incident": NUMBER}
    assert not caller.silences
    assert not town.surprises(caller.call.id)


@pytest.mark.parametrize("keys", ["", "#", NUMBER, "12#", "1", "9" * 17, f"{NUMBER}*#", "11", "A#"])
def test_by_mistake_or_absurd_the_wait_goes_on_at_once(quick_town: Town, keys: str) -> None:
    town = quick_town
    town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=WAITS)
    before, words = caller.call, caller.text.count("Stay with me")
    presses(town, caller, keys)
    assert caller.text.count("Stay with me") > words, "at once"
    town.waits(seconds=20)
    after = caller.call
    assert cards(town, caller) == []
    assert after.stage is Stage.WAITING
    assert (after.line_since, after.priority) == (before.line_since, before.priority)
    assert after.laps > before.laps, "and the truth is told again"
    assert not caller.silences


def test_the_rest_of_half_a_number_chooses_no_way(town: Town) -> None:
    """Whoever looks away after 26 and goes on with 11 has not asked to be called back."""
    town.clinician("Ana").goes_on_duty()
    caller = numbered(town, "26")
    for key in "11139#":
        caller.presses(key)
        town.waits(seconds=0.5)
    town.waits(seconds=20)
    assert caller.stage is Stage.WAITING
    assert caller.call.psap is None
    assert not caller.hears("We will call you back")


def test_offers_deadlines_and_the_ladder_go_on_meanwhile(town: Town) -> None:
    """Of two who came at once, the one who is numbered stands where the other does."""
    ana = town.clinician("Ana").goes_on_duty()
    caller, other = town.transfers_from_911(), town.transfers_from_911(shown=TRUNK)
    presses(town, caller, f"{NUMBER}#", after=1)
    assert ana.is_offered
    presses(town, caller, f"{NUMBER}#", after=12)  # while the line's deadline of 20 s comes near
    town.until(lambda: caller.hears("Nobody has answered yet"), seconds=10)
    assert caller.call.deadline_at == other.call.deadline_at
    assert caller.call.line_since == caller.call.arrived_at, "their place"
    town.until(lambda: other.stage is Stage.PARTNER, seconds=120)
    assert caller.stage is Stage.PARTNER, "no later"
    assert not caller.silences


def test_told_twice_is_the_same_and_another_takes_its_place(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    caller = numbered(town)
    presses(town, caller, f"{NUMBER}#", after=5)
    town.waits(seconds=4)
    assert cards(town, caller) == [("keypad", NUMBER)]
    for number in ("26104999", NUMBER):
        presses(town, caller, f"{number}#", after=5)
        town.waits(seconds=4)
        assert told(town, caller) == {"incident": number}
    history = [incident for _, incident in cards(town, caller)]
    assert history == [NUMBER, "26104999", NUMBER]


def test_the_clinician_corrects_it(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    caller = numbered(town)
    call_id = ana.accepts().call_id
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    handoffs.correct(town.board, call_id, "ana", {"incident": "26104882"})
    assert told(town, caller) == {"incident": "26104882"}
    assert not handoffs.part(town.board, call_id, "ana"), "it was pressed in this very call"


def test_it_finds_what_the_centres_system_sent_under_that_number(town: Town) -> None:
    """Behind a trunk two callers are nobody's guess: the number on the keypad decides."""
    town.clinician("Ana").goes_on_duty()
    other = town.transfers_from_911(shown=TRUNK)
    facts = {"incident": "26-104-881", "reason": "Alone on the porch."}
    caller = town.transfers_from_911(shown=TRUNK)
    handoffs.receive(town.board, "riverton", facts, how="system", sender="k")
    town.waits(seconds=WAITS)
    assert told(town, caller) is None
    presses(town, caller, f"{NUMBER}#")
    town.waits(seconds=4)
    assert told(town, caller)["reason"] == "Alone on the porch."
    assert told(town, other) is None


def test_one_that_only_the_time_spoke_for_is_sure_by_its_number(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    facts = {"incident": "26-104-881", "reason": "Alone on the porch."}
    handoffs.receive(town.board, "riverton", facts, how="system", sender="k")
    caller = numbered(town, shown=TRUNK)
    with town.store.read() as rows:
        known = handoffs.of_call(rows, caller.call.id)
        (sent, _) = rows.handoffs.of_call(caller.call.id)
    assert sent.matched == "alone"
    assert known is not None
    assert known.sure
    assert known.facts == facts, "spelt as the centre does"


def test_the_dispatcher_brought_back_hears_which_incident_it_is(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    dispatcher = dispatcher_presses_one(town)
    caller = numbered(town)
    town.waits(seconds=5)
    caller.presses("9")
    town.until(lambda: caller.call.psap is Psap.TOGETHER, seconds=40)
    assert f"Here is incident {SAID}, after " in dispatcher.heard_text()


def test_who_is_answered_while_pressing_talks_at_once(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    presses(town, caller, "2610", after=WAITS)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    caller.presses("4881#")
    town.waits(seconds=5)
    assert cards(town, caller) == [], "half a number is none"
    assert caller.stage is Stage.TALKING


def test_on_the_general_line_star_does_nothing_new(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911(line=GENERAL)
    for after in (GREETED, WAITS):
        presses(town, caller, "88#", after=after)
    town.waits(seconds=5)
    assert not caller.hears("noted")
    assert cards(town, caller) == []
    assert caller.stage is Stage.WAITING


@pytest.mark.parametrize("after", [GREETED, WAITS])
def test_the_database_goes_while_the_number_is_pressed_and_a_person_is_reached(
    town: Town, after: int
) -> None:
    town.phone(PARTNER).answers(after=2)
    town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    presses(town, caller, "2610", after=after)
    with broken(town):
        caller.presses("4#")
        town.until(lambda: town.phone(PARTNER).in_call, seconds=60)
        assert not caller.silences
        assert caller.leg.live
