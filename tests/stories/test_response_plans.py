"""Somebody who calls often calls: their plan is read before and during the talk; it decides nothing."""

from datetime import timedelta

from stories.test_called_first import calls_us, on_duty, talks
from stories.test_followup_stops import PAT
from town import Caller, Town

from care import response_plan as rules
from care.response_plan import Draft
from ivr.call import Stage
from switchboard import desk, presence, response_plans


def planned(town: Town) -> None:
    """Sol wrote it for Pat three months ago, and the day of its review was yesterday."""
    today = response_plans.today(town.board)
    then = timedelta(days=91)
    review_on = today - timedelta(days=1)
    said = Draft("Pat", "Let them finish.", None, "2 minutes", None, "yes", review_on)
    plan = rules.first("plan", PAT, said, "sol", town.now - then, today - then)
    with town.store.begin() as rows:
        rows.response_plans.add(plan)


def test_it_is_read_before_and_during_the_talk_though_its_review_is_overdue(town: Town) -> None:
    planned(town)
    ana = on_duty(town, "Ana")
    caller = calls_us(town)
    town.until(lambda: ana.is_offered, seconds=3)
    card = ana.cards[0].response_plan
    assert (card.line, card.overdue) == ("Let them finish.", True)
    call_id = talks(town, ana, caller)
    shown = desk.state(town.board, ana.id).response_plan
    assert shown == card
    town.waits(minutes=3)
    assert caller.stage is Stage.TALKING, "a limit is advice: nothing ends the talk"
    ana.ends(call_id)
    town.until(lambda: ana.desk == "wrap_up", seconds=5)
    assert desk.state(town.board, ana.id).response_plan == shown
    for _ in range(2):
        response_plans.sweep(town.board)
    told = [one.for_role for one in town.tasks() if one.kind == response_plans.REVIEW]
    assert told == ["supervisor"]


def served(town: Town, caller: Caller) -> tuple[list[timedelta], set[str]]:
    """How soon after arriving people were asked, and whom; the caller stays a minute and leaves."""
    town.waits(minutes=1)
    call = caller.call
    made = town.offers_of(call.id)
    caller.hangs_up()
    town.waits(seconds=5)
    return sorted(one.offered_at - call.arrived_at for one in made), {one.person_id for one in made}


def test_nobody_waits_longer_or_is_asked_later_for_having_a_plan(town: Town) -> None:
    town.rings_nobody_back()
    people = [on_duty(town, name) for name in ("Ana", "Ben", "Eve")]
    before = served(town, calls_us(town))
    assert len(before[0]) == len(people)
    for one in people:
        presence.back(town.board, one.id)  # they missed an offer
    planned(town)
    assert served(town, calls_us(town)) == before
