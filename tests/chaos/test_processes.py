"""Does the line outlive its processes? Real ones, killed and frozen under load."""

import inspect
from pathlib import Path

import pytest
from chaos import processes_points
from chaos.processes import happens
from chaos.processes_line import running
from chaos.processes_points import POINTS, arm, disarm, fired

SEED = 1
KILLS = 10  # on each database
RECOVERY_SECONDS = 12
ROOMS = ("webhooks.py", "door", "switchboard", "storage", "telephony", "config", "console")


def test_nobody_is_lost_when_processes_die(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as line:
        outcome = happens(line, KILLS, SEED, every_seconds=0.5)
    print(outcome)
    assert not outcome.bad(), f"{outcome}\n" + "\n".join(outcome.bad())
    assert outcome.count.acknowledged > 50
    assert outcome.at(0.99) <= RECOVERY_SECONDS * outcome.slow


def test_there_are_points_enough_and_each_is_where_it_says(tmp_path: Path) -> None:
    assert len(POINTS) >= 20
    for point in POINTS.values():
        module, _, path = point.where.partition(":")
        found = __import__(module, fromlist=["x"])
        for name in path.split("."):
            found = getattr(found, name)
        assert inspect.isfunction(found), point.where


def test_an_armed_point_is_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hit: list[int] = []
    monkeypatch.setattr(processes_points.os, "kill", lambda _pid, number: hit.append(number))
    work = processes_points._mortal(lambda: "done", tmp_path, 7, "after")
    assert work() == "done"
    arm(tmp_path, 7, "KILL")
    assert [work(), work()] == ["done", "done"]
    assert hit == [processes_points.signal.SIGKILL]
    assert [number for _, number in fired(tmp_path)] == [7]
    arm(tmp_path, 7, "STOP")
    assert disarm(tmp_path, 7)
    work()
    assert len(hit) == 1


def test_the_rooms_know_nothing_of_it(root: Path) -> None:
    """No setting and no line of ours could switch it on where people call."""
    for room in ROOMS:
        place = root / room
        for path in [place] if place.is_file() else place.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "processes_" not in text, path
            assert "SIGKILL" not in text or path.name == "process_tree.py", path
