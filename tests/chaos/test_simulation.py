"""Three hundred hostile stories: is any caller lost, and is the same story always the same?

More of them, and longer nights of them: `./run simulate` (docs/simulation.md).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos.simulation_databases import PostgresGround, SqliteGround
from chaos.simulation_run import tell
from chaos.simulation_shrink import shortest, told
from chaos.simulation_story import Story, draw
from chaos.small_world import worlds

STORIES = range(300)
ON_POSTGRES = STORIES[5::10]
ON_SQLITE = [seed for seed in STORIES if seed not in ON_POSTGRES]
BATCHES = 10
EVERY_WORLD = 128
HASH = """
import sys; sys.path[:0] = sys.argv[1:3]
from pathlib import Path
from chaos.simulation_databases import SqliteGround
from chaos.simulation_run import tell
from chaos.simulation_story import draw
print(tell(draw(int(sys.argv[3])), SqliteGround(Path(sys.argv[4]), Path(sys.argv[5])).fresh()).hash)
"""


@pytest.fixture(scope="module")
def sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    ground = SqliteGround(sqlite_template, tmp_path_factory.mktemp("simulation"))
    yield ground
    ground.close()


@pytest.fixture(scope="module")
def postgres(postgres_template: str) -> Iterator:
    ground = PostgresGround(postgres_template)
    yield ground
    ground.close()


def goes_well(story: Story, ground) -> None:
    outcome = tell(story, ground.fresh())
    assert outcome.good, (
        f"invariant {outcome.broken} at {outcome.at:.2f} s: {outcome.why}\n{told(story)}\n"
        f"./run simulate --seeds {story.seed}   tells it in full, and shorter"
    )


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nobody_is_lost(sqlite, batch: int) -> None:
    for seed in ON_SQLITE[batch::BATCHES]:
        goes_well(draw(seed), sqlite)


@pytest.mark.postgres
@pytest.mark.parametrize("batch", range(BATCHES))
def test_nobody_is_lost_on_postgresql(postgres, batch: int) -> None:
    for seed in ON_POSTGRES[batch::BATCHES]:
        goes_well(draw(seed), postgres)


def test_nobody_is_lost_in_a_small_world(sqlite) -> None:
    every = list(worlds())
    assert len(every) == 5120
    for story in every[::EVERY_WORLD]:
        goes_well(story, sqlite)


def test_the_same_seed_is_the_same_story_to_the_letter(
    root: Path, sqlite_template: Path, sqlite, tmp_path: Path
) -> None:
    """Invariant 27: here, and in a new process that shakes its dictionaries and sets differently."""
    given = [str(root), str(root / "tests"), "7", str(sqlite_template), str(tmp_path)]
    shaken = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    answer = subprocess.run(
        [sys.executable, "-c", HASH, *given],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": shaken},
    )
    assert answer.stdout.split()[-1] == tell(draw(7), sqlite.fresh()).hash


def test_another_seed_is_another_story(sqlite) -> None:
    assert len({tell(draw(seed), sqlite.fresh()).hash for seed in range(3)}) == 3


def test_a_story_is_told_as_short_as_it_still_fails() -> None:
    """Only the crash matters here: everything else is left out."""
    seed = next(s for s in range(999) if any(t.kind == "crash" for t in draw(s).troubles))
    short = shortest(draw(seed), lambda story: any(t.kind == "crash" for t in story.troubles))
    assert [trouble.kind for trouble in short.troubles] == ["crash"]
    assert (len(short.callers), short.clinicians, short.faults) == (1, (), {})
    assert "crash" in told(short)


def test_faults_can_be_left_out() -> None:
    stories = [draw(seed, ("wire",)) for seed in range(50)]
    assert {one.kind for story in stories for one in story.troubles} == {"forged", "replayed"}
    assert not any(story.database for story in stories)
