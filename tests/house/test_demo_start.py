"""When the demo cannot start, does it say why in one line that helps?"""

import os
import socket
import stat

import pytest

from switchboard import demo, demo_ground


def refusal(capsys, *arguments):
    assert demo.main([str(argument) for argument in arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("demo: ")
    assert said.count("\n") == 1
    return said


@pytest.fixture(autouse=True)
def same_environment():
    """The demo sets its process's environment, for the processes it starts."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("option", ["--port", "--emulator-port"])
def test_a_port_taken(capsys, tmp_path, taken, option):
    others = {"--port": "--emulator-port", "--emulator-port": "--port"}
    said = refusal(capsys, "--var", tmp_path, option, taken, others[option], free())
    assert f"port {taken} is taken" in said
    assert f"{option} PORT" in said


@pytest.mark.parametrize("port", [123456, 0, -1])
def test_a_port_that_cannot_be(capsys, tmp_path, port):
    said = refusal(capsys, "--var", tmp_path, "--port", port)
    assert f"there is no port {port}" in said
    assert "--port PORT" in said


def test_one_port_for_both(capsys, tmp_path):
    said = refusal(capsys, "--var", tmp_path, "--port", 8079, "--emulator-port", 8079)
    assert "cannot share port 8079" in said


def test_a_folder_that_cannot_be_written(capsys, tmp_path):
    (tmp_path / "file").touch()
    said = refusal(capsys, "--var", tmp_path / "file" / "var", "--port", 0, "--emulator-port", 0)
    assert "cannot write to" in said


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0broken"])
def test_a_database_nobody_can_read(capsys, tmp_path, content):
    (tmp_path / "demo.db").write_bytes(content)
    said = refusal(capsys, "--var", tmp_path, "--port", free(), "--emulator-port", free())
    assert "--fresh" in said
    assert (tmp_path / "demo.db").read_bytes() == content


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path):
    options = demo.parsed(["--var", str(tmp_path)])
    demo_ground.make_room(options)
    first, again = demo_ground.settings(options), demo_ground.settings(options)
    assert first == again
    kept = list((tmp_path / "secrets").iterdir())
    assert kept
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_two_folders_share_no_secret(tmp_path):
    keys = set()
    for name in ("one", "two"):
        options = demo.parsed(["--var", str(tmp_path / name)])
        demo_ground.make_room(options)
        keys.add(demo_ground.settings(options)["SECRET_KEY"])
    assert len(keys) == 2


def test_a_second_demo_in_the_same_folder(capsys, tmp_path):
    options = demo.parsed(["--var", str(tmp_path)])
    demo_ground.make_room(options)
    with demo_ground.claim(options):
        assert "another demo runs" in refusal(capsys, "--var", tmp_path)
    demo_ground.claim(options).close()
