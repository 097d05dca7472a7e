"""The net has no holes: each invariant catches the mistake that was planted for it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from chaos.planted import HASHED, OF_COMPANY, PLANTED, Plant

STORIES = 500
TOLD_ANYWAY = 300  # by test_simulation.py, with every invariant
LEFT_OUT = (".*", "node_modules", "var", "pages", "docs", "reports")
TELL = """
import sys
sys.path[:0] = [".", "tests"]
from pathlib import Path
from chaos.simulation_databases import SqliteGround
from chaos.simulation_run import tell
from chaos.simulation_story import draw
template, *wanted = sys.argv[1:]
ground = SqliteGround(Path(template), Path("."))
for number, seed in (map(int, one.split(":")) for one in wanted):
    outcome = tell(draw(seed), ground.fresh(), only=frozenset({number}))
    if number == 27:
        print(outcome.hash)
    elif outcome.broken == number:
        print(seed, outcome.why[:300])
        break
ground.close()
"""


def spoiled(root: Path, there: Path, plant: Plant | None) -> Path:
    """A copy of the house, with one mistake in it."""
    shutil.copytree(root, there, ignore=shutil.ignore_patterns(*LEFT_OUT))
    if plant:
        path = there / plant.file
        as_it_is = path.read_text("utf-8")
        assert as_it_is.count(plant.right) == 1, f"{plant.file} changed: plant it anew"
        path.write_text(as_it_is.replace(plant.right, plant.wrong), "utf-8")
    return there


Seeds = Iterable[tuple[int, int]]  # which invariant is held, in which story


def told(house: Path, template: Path, seeds: Seeds, shaken: str = "0") -> str:
    wanted = [f"{number}:{seed}" for number, seed in seeds]
    done = subprocess.run(
        [sys.executable, "-B", "-c", TELL, str(template), *wanted],
        cwd=house,
        env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": shaken},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", PLANTED)
def test_a_planted_mistake_is_caught(
    root: Path, tmp_path: Path, sqlite_template: Path, number: int
) -> None:
    plant = PLANTED[number]
    house = spoiled(root, tmp_path / "house", plant)
    seeds = ((number, seed) for seed in (plant.seed, *range(STORIES)))
    found = told(house, sqlite_template, seeds)
    assert found, f"invariant {number} notices nothing in {STORIES} stories"


@pytest.mark.parametrize("mistake", OF_COMPANY)
def test_a_mistake_about_guests_is_caught(
    root: Path, tmp_path: Path, sqlite_template: Path, mistake: str
) -> None:
    number, plant = OF_COMPANY[mistake]
    house = spoiled(root, tmp_path / "house", plant)
    seeds = ((number, seed) for seed in (plant.seed, *range(STORIES)))
    assert told(house, sqlite_template, seeds)


def test_without_a_mistake_nothing_is_found(
    root: Path, tmp_path: Path, sqlite_template: Path
) -> None:
    """Or none of those above says anything. test_simulation.py tells the first stories so anyway."""
    house = spoiled(root, tmp_path / "house", None)
    every = [*PLANTED.items(), *OF_COMPANY.values()]
    seeds = [(n, plant.seed) for n, plant in every if plant.seed >= TOLD_ANYWAY]
    assert seeds
    assert not told(house, sqlite_template, seeds)


def test_a_house_that_depends_on_chance_is_caught(
    root: Path, tmp_path: Path, sqlite_template: Path
) -> None:
    """Invariant 27: the same story, shaken differently, must have the same hash."""
    house = spoiled(root, tmp_path / "house", HASHED)
    twice = (told(house, sqlite_template, [(27, HASHED.seed)], shaken) for shaken in "12")
    first, second = twice
    assert first != second
