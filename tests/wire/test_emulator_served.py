"""Does `python -m emulator` start, serve REST over HTTP, end cleanly, and say why when it cannot?"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import waiting
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from emulator import FaultPlan, engine
from emulator.configuration import Configuration, ConfigurationError, number_from_words, read
from emulator.serve import serve_in_thread

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "+13145550101"


def command(*arguments: str, **environ: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TWILIO")}
    return subprocess.Popen(
        [sys.executable, "-m", "emulator", *arguments],
        cwd=ROOT,
        env=kept | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with command("--port", "0", *arguments) as process:
        try:
            first = process.stdout.readline()
            yield process, first.split()[2].rstrip(":")
        finally:
            process.kill()


def refused(*arguments: str, **environ: str) -> str:
    """The one line that says why it did not start."""
    with command(*arguments, **environ) as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_ends_cleanly(ends: signal.Signals):
    with running("--number", f"{NUMBER}=http://localhost:9/voice") as (process, url):
        client = Client(engine.FAKE_ACCOUNT, engine.FAKE_TOKEN)
        client.api.base_url = url
        assert [one.phone_number for one in client.incoming_phone_numbers.list()] == [NUMBER]
        client.http_client.session.close()
        process.send_signal(ends)
        _, err = process.communicate(timeout=15)
        assert (process.returncode, err) == (0, "")


def test_only_this_machine_reaches_it_unless_told_otherwise():
    with running() as (_, url):
        assert url.startswith("http://127.0.0.1:")
    with running("--host", "0.0.0.0") as (process, _):
        told = iter(process.stdout.readline, "")
        assert any("anyone who reaches this port can place calls" in line for line in told)


def test_a_taken_port_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port taken: something serves 127.0.0.1:{port} already" in refused("--port", port)
    assert "expected 0 to 65535" in refused("--port", "99999")


def test_it_will_not_run_beside_a_real_account():
    assert "real account" in refused("--port", "0", TWILIO_ACCOUNT_SID="AC" + "1" * 32)
    assert "real account" in refused("--port", "0", EMULATOR_ACCOUNT_SID="AC" + "1" * 32)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "expected a JSON file"),
        ("[]", "expected a JSON object"),
        ('{"prot": 1}', "'prot' is not one of"),
        ('{"numbers": [{"name": "x"}]}', "numbers: expected 'number'"),
        ('{"people": [{"number": "+1", "habit": "dances"}]}', "habit: expected one of"),
        ('{"people": [{"nmber": "+1"}]}', "people:"),
        ('{"profile": "rich"}', "profile: expected one of trial"),
        ('{"faults": {"drip": 0.1}}', "faults: expected 'of_seed'"),
        ('{"faults": 7}', "faults: expected 'of_seed'"),
    ],
)
def test_a_broken_configuration_is_named(tmp_path: Path, text: str, said: str):
    path = tmp_path / "emulator.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read(path, {})


def test_the_environment_overrides_the_file(tmp_path: Path):
    path = tmp_path / "emulator.json"
    path.write_text(json.dumps({"port": 9000, "numbers": [{"number": NUMBER, "name": "County"}]}))
    found = read(None, {"EMULATOR_CONFIG": str(path), "EMULATOR_PORT": "9001"})
    assert (found.port, found.numbers[0]["name"]) == (9001, "County")
    with pytest.raises(ConfigurationError, match="whole number"):
        read(None, {"EMULATOR_PORT": "x"})
    with pytest.raises(ConfigurationError, match="--number"):
        number_from_words("314=x")


def test_what_goes_wrong_on_purpose_is_configured_too(tmp_path: Path):
    """Twilio: call concurrency limits; error 20429; `python -m emulator --config`."""
    path = tmp_path / "emulator.json"
    path.write_text(json.dumps({"profile": "none", "faults": {"seed": 7, "rest_429": 1.0}}))
    chosen = replace(read(path, {}), port=0, quiet=True, sound=False)
    with serve_in_thread(chosen) as served:
        assert served.do(lambda server: server.emulator.live_legs_max) == 2
        client = Client(engine.FAKE_ACCOUNT, engine.FAKE_TOKEN)
        client.api.base_url = served.url
        with pytest.raises(TwilioRestException) as refused:
            client.calls("CA1").fetch()
        client.http_client.session.close()
    assert refused.value.code == 20429
    path.write_text(json.dumps({"faults": {"of_seed": 7}}))
    assert read(path, {}).faults == FaultPlan.of_seed(7)


def test_a_number_nobody_plays_follows_its_habit():
    from emulator.handsets import Person

    people = [
        Person("+13145550171", habit="busy", ring_seconds=0),
        Person("+13145550172", habit="answers", ring_seconds=0),
    ]
    chosen = Configuration(
        port=0, quiet=True, people=people, calls_per_second=100, numbers=[{"number": NUMBER}]
    )
    with serve_in_thread(chosen) as served:
        client = Client(engine.FAKE_ACCOUNT, engine.FAKE_TOKEN)
        client.api.base_url = served.url
        calls = [
            client.calls.create(to=one.number, from_=NUMBER, twiml="<Response><Hangup/></Response>")
            for one in people
        ]

        def over() -> bool:
            return [client.calls(one.sid).fetch().status for one in calls] == ["busy", "completed"]

        waiting.until(over, seconds=15, what="busy and answered")
        client.http_client.session.close()
