"""Do the demo's processes start, live and end together?"""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from house.rooms import ROOT
from private_postgres import free_port
from waiting import until

STUB = Path(__file__).with_name("stub_demo.py")
SECONDS = 20


@contextmanager
def demo(folder, *family):
    process = subprocess.Popen(
        [sys.executable, STUB, folder, *family],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def is_up(process):
    return process.stdout.readline() == "everybody is up\n"


def pids(folder, *names):
    return [int((folder / f"{name}.pid").read_text()) for name in names]


def written(folder, *names):
    files = [folder / f"{name}.pid" for name in names]
    until(lambda: all(file.exists() and file.read_text() for file in files), seconds=SECONDS)


def gone(*numbers):
    def all_gone():
        return not [number for number in numbers if alive(number)]

    return until(all_gone, seconds=SECONDS, what="the end of every process")


def alive(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_drains_and_ends_everything(tmp_path, asked):
    with demo(tmp_path, f"web:{free_port()}", "clock") as process:
        assert is_up(process)
        written(tmp_path, "web", "clock")
        process.send_signal(asked)
        assert process.wait(SECONDS) == 0
        gone(*pids(tmp_path, "web", "clock"))
        assert {path.name for path in tmp_path.glob("*.drained")} == {
            "web.drained",
            "clock.drained",
        }


def test_one_that_will_not_end_is_ended(tmp_path):
    with demo(tmp_path, "web~", "clock") as process:
        assert is_up(process)
        written(tmp_path, "web", "clock")
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0
        gone(*pids(tmp_path, "web", "clock"))


def test_when_one_dies_it_is_named_and_all_end(tmp_path):
    with demo(tmp_path, f"web:{free_port()}", "clock") as process:
        assert is_up(process)
        written(tmp_path, "web", "clock")
        web, clock = pids(tmp_path, "web", "clock")
        os.kill(clock, signal.SIGKILL)
        _, said = process.communicate(timeout=SECONDS)
        assert process.returncode == 1
        assert said.startswith("demo: clock ended with exit code -9")
        gone(web, clock)


def test_one_that_never_comes_up_is_named_with_its_words(tmp_path):
    with demo(tmp_path, "clock", f"web:{free_port()}!") as process:
        said, complained = process.communicate(timeout=SECONDS)
        assert process.returncode == 1
        assert "everybody is up" not in said
        assert "demo: web ended with exit code 1" in complained
        assert "| web: cannot go on" in complained


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the children")
def test_a_parent_killed_without_warning_takes_its_children_along(tmp_path):
    with demo(tmp_path, f"web:{free_port()}", "clock") as process:
        assert is_up(process)
        written(tmp_path, "web", "clock")
        process.kill()
        gone(*pids(tmp_path, "web", "clock"))
