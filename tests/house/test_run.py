"""Does `./run` say what it can do, from anywhere, in plain POSIX sh?"""

import shutil
import subprocess

import pytest
from house.rooms import ROOT

COMMANDS = ("demo", "test", "lint")


def ran(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("asked", [(), ("help",), ("--help",)])
def test_run_alone_lists_the_commands(asked, tmp_path):
    said = ran(ROOT / "run", *asked, cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    listed = [line.split()[1] for line in said.stdout.splitlines()]
    assert [name for name in COMMANDS if name not in listed] == []


def test_every_command_has_one_line():
    for line in ran(ROOT / "run").stdout.splitlines():
        assert line.startswith("./run ")
        assert len(line) <= 110


def test_an_unknown_command_is_named():
    said = ran(ROOT / "run", "dmeo")
    assert said.returncode == 2
    assert "no command 'dmeo'" in said.stderr


@pytest.mark.parametrize("shell", ["sh", "dash", "bash", "busybox"])
def test_every_shell_can_read_it(shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    command = [shell, "sh"] if shell == "busybox" else [shell]
    assert ran(*command, "-n", "run").returncode == 0


def test_ci_is_readable_too():
    assert ran("bash", "-n", ".ci/run").returncode == 0


def test_make_only_forwards():
    if not shutil.which("make"):
        pytest.skip("no make here")
    assert ran("make", "--dry-run", "demo").stdout.strip() == "./run demo"


def copy_of_run(folder):
    for name in ("run", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools/uv.txt", folder / "tools")


def plain_tools(folder):
    """A PATH with the usual small tools and no Python, no uv."""
    folder.mkdir()
    for name in ("cat", "cksum", "dirname", "mkdir", "mv", "rm", "sed", "touch"):
        (folder / name).symlink_to(shutil.which(name))
    return folder


def test_without_python_it_says_what_to_install(tmp_path):
    copy_of_run(tmp_path)
    said = subprocess.run(
        ["/bin/sh", "run", "demo"],
        cwd=tmp_path,
        env={"PATH": str(plain_tools(tmp_path / "bin"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert said.stderr.startswith("run: this needs uv, or Python 3.11 to 3.14")
    assert said.stderr.count("\n") == 1


def test_without_a_network_it_says_so(tmp_path):
    place = tmp_path / "a folder"
    place.mkdir()
    copy_of_run(place)
    tools = plain_tools(tmp_path / "bin")
    uv = tools / "uv"
    uv.write_text("#!/bin/sh\n[ \"$1\" = --version ] || { echo 'no route to host' >&2; exit 2; }\n")
    uv.chmod(0o755)
    said = subprocess.run(
        ["/bin/sh", place / "run", "demo"],
        cwd=tmp_path,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "check the network" in said.stderr.splitlines()[-1]
    assert (place / ".tools/sync.log").read_text() == "no route to host\n"


def test_where_nothing_may_be_written_it_says_so(tmp_path):
    copy_of_run(tmp_path)
    (tmp_path / ".tools").write_text("a file where a folder should go")  # even root cannot pass
    said = ran(tmp_path / "run", "demo")
    assert said.returncode == 1
    assert said.stderr.startswith(f"run: cannot write to {tmp_path}")
