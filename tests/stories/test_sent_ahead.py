"""What the dispatcher sends ahead is there before the clinician says yes, whichever comes first."""

from town import LAKESIDE, PARTNER, RIVERTON, Town

from ivr.call import Stage
from switchboard import handoffs

PAT, KIM, TRUNK = "+13145550150", "+13145550177", "+13145550191"
FACTS = {"incident": "26-104-881", "callback_number": PAT, "reason": "Alone on the porch."}


def sends(town: Town, line: str = "riverton", **facts: str) -> handoffs.Received:
    return handoffs.receive(town.board, line, FACTS | facts, how="page", sender="k")


def known(town: Town, call_id: str) -> handoffs.Known | None:
    with town.store.read() as rows:
        return handoffs.of_call(rows, call_id)


def test_a_card_before_the_call_is_on_the_first_offer(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    assert sends(town).card.call_id is None
    town.waits(minutes=3)
    caller = town.transfers_from_911(shown=PAT)
    town.until(lambda: ana.is_offered, seconds=2)
    (card,) = ana.cards
    assert card.handoff is not None
    assert card.handoff.sure
    assert card.handoff.facts["reason"] == "Alone on the porch."
    assert not caller.silences


def test_a_card_after_the_call_appears_on_the_standing_offer_and_during_the_talk(
    town: Town,
) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911(shown=PAT)
    town.until(lambda: ana.is_offered, seconds=2)
    assert ana.cards[0].handoff is None
    assert sends(town).card.call_id == caller.call.id
    assert ana.cards[0].handoff is not None
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    sends(town, weapon="yes", reason="")
    told = known(town, caller.call.id)
    assert told is not None
    assert told.dangers == ["A weapon is there"]
    assert told.facts["incident"] == "26-104-881"


def test_two_callers_at_once_each_get_their_own(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    sends(town, incident="26-2", callback_number=KIM)
    sends(town)
    kim, pat = town.transfers_from_911(shown=KIM), town.transfers_from_911(shown=PAT)
    town.waits(seconds=2)
    assert known(town, kim.call.id).facts["incident"] == "26-2"
    assert known(town, pat.call.id).facts["incident"] == "26-104-881"


def test_behind_a_trunk_the_only_caller_may_be_the_one_and_it_says_so(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    sends(town)
    caller = town.transfers_from_911(shown=TRUNK)
    town.waits(seconds=2)
    assert known(town, caller.call.id).sure is False


def test_behind_a_trunk_two_callers_are_nobodys_guess(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    callers = [town.transfers_from_911(shown=TRUNK) for _ in range(2)]
    town.waits(seconds=2)
    assert sends(town).card.call_id is None
    assert [known(town, one.call.id) for one in callers] == [None, None]
    with town.store.read() as rows:
        waiting = handoffs.unmatched(rows, callers[0].call, town.now)
    assert len(waiting) == 1
    assert handoffs.take(town.board, waiting[0].id, callers[1].call.id, "ana")
    assert known(town, callers[1].call.id).sure


def test_the_telephones_own_header_names_the_incident(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    others = [town.transfers_from_911(shown=TRUNK) for _ in range(2)]
    caller = town.transfers_from_911(shown=TRUNK, sip_headers={"X-Incident": "26-104-881"})
    town.waits(seconds=2)
    assert sends(town).card.call_id == caller.call.id
    assert known(town, others[0].call.id) is None


def test_another_centres_card_is_never_this_callers(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    sends(town, line="lakeside")
    caller = town.transfers_from_911(line=RIVERTON, shown=PAT)
    town.waits(seconds=2)
    assert known(town, caller.call.id) is None
    theirs = town.transfers_from_911(line=LAKESIDE, shown=PAT)
    town.waits(seconds=2)
    assert known(town, theirs.call.id) is not None


def test_a_card_sent_away_finds_its_own_caller_later(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    first = town.transfers_from_911(shown=TRUNK)
    town.waits(seconds=2)
    sends(town)
    assert handoffs.part(town.board, first.call.id, "ana")
    town.waits(seconds=5)
    assert known(town, first.call.id) is None, "it does not come back"
    pat = town.transfers_from_911(shown=PAT)
    town.waits(seconds=2)
    assert known(town, pat.call.id).sure


def test_what_never_met_its_caller_is_forgotten_and_what_did_is_kept(town: Town) -> None:
    caller = town.transfers_from_911(shown=PAT)
    town.waits(seconds=2)
    lost, kept = sends(town, incident="26-9", callback_number=KIM).card, sends(town).card
    caller.hangs_up()
    town.passes(hours=25)
    handoffs.forget(town.board)
    with town.store.read() as rows:
        assert rows.handoffs.get(lost.id) is None
        assert rows.handoffs.get(kept.id) is not None


def test_a_card_changes_nothing_that_the_caller_hears(town: Town) -> None:
    """Even one that breaks the matching: offers and laps go on (R9)."""
    town.phone(PARTNER).answers(after=2)
    ana = town.clinician("Ana").goes_on_duty()
    sends(town)
    broken, handoffs.rules.whom = handoffs.rules.whom, None
    try:
        caller = town.transfers_from_911(shown=PAT)
        town.until(lambda: ana.is_offered, seconds=2)
    finally:
        handoffs.rules.whom = broken
    assert not caller.silences
    town.waits(seconds=1)
    assert ana.cards[0].handoff is not None, "found by the next sweep"
