"""Is what a step owes our own tables carried out once, in order, and whatever else failed?"""

from dataclasses import replace
from datetime import timedelta

from store.racing import race
from town import Town

from ivr.call import Stage
from ivr.events import CallbackAgreed, LegEnded
from storage.values import NewLine
from switchboard import calls, clock, effects


def promised(town: Town) -> str:
    """A caller agreed to be called back, and the process died right after the commit."""
    town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=1)
    call_id = caller.call.id
    calls.handle(
        town.board, call_id, "agreed", lambda _call, at: CallbackAgreed(at=at, agreed=True)
    )
    return call_id


def promises(town: Town, call_id: str) -> list:
    with town.store.read() as rows:
        return rows.followups.of_call(call_id)


def test_what_a_step_owes_is_carried_out_once_by_whoever_comes(database_url):
    with Town.opened(database_url) as town:
        call_id = promised(town)
        assert town.call(call_id).stage is Stage.ENDED
        assert promises(town, call_id) == [], "the webhook waited for none of it"

        def carry_out(shared, _number, _racer):
            return effects.carry_out(replace(town.board, store=shared))

        assert race(database_url, 1, carry_out) == [[None] * 4]
        (promise,) = promises(town, call_id)
        assert promise.state == "due"
        with town.store.read() as rows:
            assert rows.journal.owing() == []
            assert not rows.due.at(town.now).effects


def test_a_sweep_looks_at_the_promise_that_a_step_owed(database_url):
    with Town.opened(database_url) as town:
        call_id = promised(town)
        clock.sweep(town.board)
        assert [card.kind for card in town.people["ana"].cards] == ["followup"]
        assert promises(town, call_id)[0].offered_to == "ana"


def test_an_effect_that_fails_holds_up_no_other(database_url):
    with Town.opened(database_url) as town:
        with town.store.begin() as rows:
            facts = {"clinician_id": "nobody we know"}  # desks refer to people
            owed = [("OccupyClinician", facts)]
            stages = (None, "talking")
            line = NewLine("a", town.now, None, "CallerJoined", {}, *stages, False, None)
            rows.journal.add(replace(line, effects=owed))
        call_id = promised(town)
        clock.sweep(town.board)
        assert len(promises(town, call_id)) == 1
        with town.store.read() as rows:
            assert rows.journal.owing() == []
        tasks = [(task.kind, task.call_id) for task in town.tasks()]
        assert tasks == [("effect_failed", "a")], "a human does it instead"


def test_late_news_of_a_call_frees_no_desk_from_the_next(database_url):
    with Town.opened(database_url) as town:
        ana = town.clinician("Ana").goes_on_duty()
        caller = town.transfers_from_911()
        town.waits(seconds=1)
        first = ana.accepts()
        town.until(lambda: caller.stage is Stage.TALKING)
        calls.handle(town.board, first.call_id, "over", lambda _call, at: LegEnded(at=at))
        with town.store.begin() as rows:
            rows.desks.occupy("ana", "talking", town.now, "another")
        clock.sweep(town.board)
        with town.store.read() as rows:
            desk = rows.desks.get("ana")
        assert (desk.state, desk.call_id) == ("talking", "another")


def test_the_reconciler_leaves_a_fresh_end_to_its_own_step(database_url):
    from switchboard import reconcile

    with Town.opened(database_url) as town:
        ana = town.clinician("Ana").goes_on_duty()
        caller = town.transfers_from_911()
        town.waits(seconds=1)
        accepted = ana.accepts()
        town.until(lambda: caller.stage is Stage.TALKING)
        calls.handle(town.board, accepted.call_id, "over", lambda _call, at: LegEnded(at=at))
        reconcile.run(town.board)
        assert ana.desk == "talking"
        clock.sweep(town.board)
        assert ana.desk == "wrap_up"
        with town.store.begin() as rows:  # as if the step's own word had been lost
            rows.desks.occupy("ana", "talking", town.now, accepted.call_id)
        later = replace(town.board, now=lambda: town.now + timedelta(seconds=21))
        reconcile.run(later)
        assert ana.desk == "available"
