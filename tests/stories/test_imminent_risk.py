"""Somebody is in danger: 911 is sent, and we ask until contact is confirmed."""

from town import Town

from care import rescue as rules
from ivr.call import Stage
from switchboard import rescues


def in_danger(town: Town):
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    accepted = ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    return ana, rescues.begin(town.board, accepted.call_id, ana.id)


def send(town: Town, rescue_id: str) -> None:
    def change(what, how):
        rescues.change(town.board, rescue_id, "ana", what, how)

    change("consent", lambda one, _at: rules.consent(one, "refused"))
    change("step", lambda one, at: rules.take(one, "talk", "ana", at))
    change("step", lambda one, at: rules.take(one, "rescue", "ana", at))


def kinds(town: Town) -> list[str]:
    return sorted(task.kind for task in town.tasks())


def test_asked_until_confirmed_and_louder_the_second_time(town: Town) -> None:
    _, rescue = in_danger(town)
    send(town, rescue.id)
    town.lingers(minutes=11)
    assert kinds(town) == []
    with town.store.read() as rows:
        assert rows.rescues.of_call(rescue.call_id).asked == 1
    town.lingers(minutes=10)
    assert kinds(town) == ["no_supervisor", "rescue_unconfirmed"], "and nobody supervises tonight"
    rescues.change(
        town.board, rescue.id, "ana", "contact", lambda one, at: rules.confirm(one, "ana", at)
    )
    assert kinds(town) == ["no_supervisor"]
    town.lingers(minutes=30)
    assert kinds(town) == ["no_supervisor"], "nobody asks again"


def test_opening_it_twice_is_one(town: Town) -> None:
    ana, rescue = in_danger(town)
    assert rescues.begin(town.board, rescue.call_id, ana.id).id == rescue.id


def test_two_sweeps_ask_once(town: Town) -> None:
    _, rescue = in_danger(town)
    send(town, rescue.id)
    town.lingers(minutes=10.5)
    rescues.sweep(town.board)
    rescues.sweep(town.board)
    with town.store.read() as rows:
        assert rows.rescues.of_call(rescue.call_id).asked == 1


def test_one_that_is_opened_and_left_is_asked_about_too(town: Town) -> None:
    """Nobody was sent, nothing was written down: somebody in danger is not forgotten for that."""
    _, rescue = in_danger(town)
    town.lingers(minutes=11)
    with town.store.read() as rows:
        assert rows.rescues.of_call(rescue.call_id).asked == 1
    town.lingers(minutes=10)
    assert "rescue_unconfirmed" in kinds(town)
    rescues.change(
        town.board,
        rescue.id,
        "ana",
        "closed",
        lambda one, at: rules.close(one, "ana", at, "Safe: it was not meant so.", supervisor=False),
    )
    assert "rescue_unconfirmed" not in kinds(town)
