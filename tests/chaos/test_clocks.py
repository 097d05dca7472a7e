"""A thousand due attempts, four clocks that are killed and frozen; by the fifty thousand `./run clocks`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from chaos.clocks import Outcome, happens

DUE = 1000


@pytest.fixture
def told(postgres_database: str, tmp_path: Path) -> Callable[[int], Outcome]:
    def tell(due: int) -> Outcome:
        quick = {"every_seconds": 1.0, "quiet_seconds": 6.0}
        return happens(postgres_database, tmp_path, due, seed=7, **quick)

    return tell


def test_each_due_attempt_is_rung_once_whoever_dies(told: Callable[[int], Outcome]) -> None:
    outcome = told(DUE)
    assert outcome.good, (outcome.twice, outcome.missed[:5], outcome.unexpected)
    assert sum(outcome.ended.values()) == DUE
    assert outcome.kills + outcome.freezes > 0
    assert outcome.ended["abandoned"] < DUE / 20
