"""A thousand due attempts, four clocks that are killed and frozen; `./run clocks` has fifty thousand."""

from pathlib import Path

from chaos.clocks import Pace, happens

ATTEMPTS, KILLS = 1000, 8
QUICK = Pace(lease=2, quiet=3, frozen=(0.2, 4))


def test_each_due_attempt_is_rung_once_whoever_dies(postgres_database: str, tmp_path: Path) -> None:
    strikes = {"kill": KILLS, "freeze": KILLS}
    outcome = happens(postgres_database, tmp_path, ATTEMPTS, strikes, seed=7, pace=QUICK)
    assert outcome.bad() == []
    assert len(outcome.late) + outcome.decided == ATTEMPTS
    assert (outcome.kills, outcome.freezes) == (KILLS, KILLS)
