"""What the kills have found, each as a story of its own."""

import pytest
from town import Town


@pytest.fixture
def line(database_url: str):
    with Town.opened(database_url) as town:
        yield town


@pytest.mark.parametrize("kind", ["EndLeg"])
def test_what_was_claimed_by_a_process_that_died_is_done_by_another(line: Town, kind: str) -> None:
    """It was called unknown, blocked its target for two minutes, and was then given up (D1)."""
    caller = line.transfers_from_911()
    line.waits(seconds=1)
    with line.store.begin() as rows:
        facts = {"sid": caller.leg.sid, "reason": "cancelled"}
        rows.errands.add(caller.call.id, [(kind, facts, "end:it", line.now)])
        rows.errands.claim_due("a process that dies", line.now)
    line.waits(seconds=12)
    with line.store.read() as rows:
        (errand,) = [one for one in rows.errands.of(caller.call.id) if one.target == "end:it"]
    assert errand.state == "done"
    assert not caller.leg.live


def test_an_end_told_before_the_beginning_was_replayed_is_kept(
    line: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was back, the call still on the disk: its end was answered, and forgotten."""
    line.board.standby.trip(line.now)
    caller = line.transfers_from_911()
    with monkeypatch.context() as patch:
        patch.setattr("switchboard.offline_notes.replay", lambda _board: None)
        line.waits(seconds=8)
        assert not line.board.standby.tripped
        caller.hangs_up()
        line.waits(seconds=2)
    line.waits(seconds=4)
    with line.store.read() as rows:
        told = [one.event for one in rows.journal.of(caller.call.id)]
    assert told[-1] == "LegEnded"
    line.until(lambda: caller.call.over, seconds=60)
