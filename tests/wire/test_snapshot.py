"""Is a snapshot believed only when we wrote it, all of it, and lately?"""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from wire.line_of_tests import AT, SETTINGS

from switchboard import doctor, snapshot
from switchboard.snapshot import Snapshot, Span

BEN, CLEO = "+13145550121", "+13145550122"
HOUR = timedelta(hours=1)
FOUND = Snapshot(
    AT,
    (
        Span("supervisor", CLEO, AT - HOUR, AT + 9 * HOUR),
        Span("backup", BEN, AT - HOUR, AT + HOUR),
        Span("primary", BEN, AT + 2 * HOUR, AT + 3 * HOUR),
    ),
)


@pytest.fixture
def settings(tmp_path):
    secret = SecretStr("a secret of the tests, thirty-two characters")
    return SETTINGS.model_copy(update={"snapshot_dir": tmp_path / "new", "secret_key": secret})


def test_what_was_written_is_read_and_tells_whom_to_ring(settings):
    snapshot.keep(settings, FOUND)
    found = snapshot.read(settings)
    assert found == FOUND
    assert found.phones(AT) == (BEN, CLEO)
    assert found.phones(AT + HOUR) == (CLEO,), "a shift's end is no longer part of it"
    assert found.all_phones() == (BEN, CLEO)
    assert found.good(AT + 48 * HOUR)
    assert not found.good(AT + 48 * HOUR + timedelta(seconds=1))
    assert snapshot.path(settings).stat().st_mode & 0o077 == 0
    assert [one.name for one in settings.snapshot_dir.iterdir()] == [snapshot.NAME]


SPOILED = {
    "another phone": lambda text: text.replace(BEN, "+13145550166"),
    "another version": lambda text: text.replace("version", "Version"),
    "another seal": lambda text: text[:-5] + "000" + text[-2:],
    "half of it": lambda text: text[: len(text) // 2],
    "nothing": lambda _text: "",
    "a list": lambda _text: "[]",
    "no seal": lambda text: json.dumps({"body": json.loads(text)["body"]}),
    "a seal of another kind": lambda text: json.dumps(json.loads(text) | {"seal": 1}),
    "a seal in no script of ours": lambda text: json.dumps(json.loads(text) | {"seal": "ü"}),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_one_is_ignored(settings, how):
    snapshot.keep(settings, FOUND)
    place = snapshot.path(settings)
    place.write_text(SPOILED[how](place.read_text()))
    assert snapshot.read(settings) is None


def test_anothers_is_ignored(settings):
    snapshot.keep(settings.model_copy(update={"secret_key": SecretStr("x" * 32)}), FOUND)
    assert snapshot.read(settings) is None


def test_it_is_written_when_it_changed_and_each_minute(settings):
    snapshot.keep(settings, FOUND)
    soon = replace(FOUND, written_at=AT + timedelta(seconds=59))
    snapshot.keep(settings, soon)
    assert snapshot.read(settings) == FOUND
    snapshot.keep(settings, replace(soon, spans=FOUND.spans[:1]))
    assert snapshot.read(settings) == replace(soon, spans=FOUND.spans[:1])
    later = replace(soon, spans=FOUND.spans[:1], written_at=soon.written_at + timedelta(minutes=1))
    snapshot.keep(settings, later)
    assert snapshot.read(settings) == later


@pytest.mark.parametrize(
    ("at", "ok", "says"),
    [
        (AT, True, "2 phones on call now"),
        (AT + timedelta(minutes=6), False, "0:06:00 old"),
        (None, False, "none of ours"),
    ],
)
def test_the_doctor_looks_at_it(settings, at, ok, says):
    if at:
        snapshot.keep(settings, FOUND)
    check = doctor.check_snapshot(settings, at or AT)
    assert (check.ok, says in check.words, bool(check.what_to_do)) == (ok, True, not ok)
