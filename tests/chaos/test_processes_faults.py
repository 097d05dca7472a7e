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
