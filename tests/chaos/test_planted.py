"""The net has no holes: each invariant catches the mistake that was planted for it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from chaos.planted import HASHED, OF_COMPANY, PLANTED, Plant

STORIES = 500
TOLD_ANYWAY = 300  # by test_simulation.py, with every invariant
NURSERY = Path(__file__).with_name("planted_nursery.py")

Seeds = Iterable[tuple[int, int]]  # which invariant is held, in which story
SHAKEN = ("0", "1")  # how dictionaries and sets are


class Nursery:
    """The house, again and again, with a mistake in it or none."""

    def __init__(self, process: subprocess.Popen, root: Path) -> None:
        self.process, self.root = process, root

    def told(self, plant: Plant | None, seeds: Seeds) -> list[Any]:
        """What the stories showed: a seed and how its invariant broke; or nothing."""
        if plant:
            as_it_is = (self.root / plant.file).read_text("utf-8")
            assert as_it_is.count(plant.right) == 1, f"{plant.file} changed: plant it anew"
        assert self.process.stdin
        assert self.process.stdout
        mistake = plant._asdict() if plant else {"file": None}
        self.process.stdin.write(json.dumps({**mistake, "wanted": list(seeds)}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "told" in answer, f"{answer}; its own words are above"
        return answer["told"]


@contextmanager
def opened(root: Path, template: Path, folder: Path, shaken: str) -> Iterator[Nursery]:
    with subprocess.Popen(
        [sys.executable, NURSERY, template, folder],
        env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": shaken},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Nursery(process, root)


@pytest.fixture(scope="module")
def nursery(
    root: Path, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nursery]:
    folder = tmp_path_factory.mktemp("nursery")
    with opened(root, sqlite_template, folder, SHAKEN[0]) as process:
        yield process


@pytest.mark.parametrize("number", PLANTED)
def test_a_planted_mistake_is_caught(nursery: Nursery, number: int) -> None:
    plant = PLANTED[number]
    found = nursery.told(plant, ((number, seed) for seed in (plant.seed, *range(STORIES))))
    assert found, f"invariant {number} notices nothing in {STORIES} stories"


@pytest.mark.parametrize("mistake", OF_COMPANY)
def test_a_mistake_about_guests_is_caught(nursery: Nursery, mistake: str) -> None:
    number, plant = OF_COMPANY[mistake]
    assert nursery.told(plant, ((number, seed) for seed in (plant.seed, *range(STORIES))))


def test_without_a_mistake_nothing_is_found(nursery: Nursery) -> None:
    """Or none of those above says anything. test_simulation.py tells the first stories so anyway."""
    every = [*PLANTED.items(), *OF_COMPANY.values()]
    seeds = [(n, plant.seed) for n, plant in every if plant.seed >= TOLD_ANYWAY]
    assert seeds
    assert not nursery.told(None, seeds)


def test_a_house_that_depends_on_chance_is_caught(
    nursery: Nursery, root: Path, sqlite_template: Path, tmp_path: Path
) -> None:
    """Invariant 27: the same story, shaken differently, must have the same hash."""
    seeds = [(27, HASHED.seed)]
    with opened(root, sqlite_template, tmp_path, SHAKEN[1]) as another:
        assert nursery.told(None, seeds) == another.told(None, seeds)
        assert nursery.told(HASHED, seeds) != another.told(HASHED, seeds)
