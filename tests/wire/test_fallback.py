"""Does the document of last resort ring those on call, and is a stale copy of it noticed?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from wire.line_of_tests import BOOK, PROMPTS
from wire.twiml_oracle import refusals

from storage import ids
from storage.store import Store
from storage.values import Person, Shift
from switchboard import fallback
from switchboard.__main__ import cli

LINE = BOOK.lines["riverton"]
BEN, CLEO = "+13145550121", "+13145550122"


def test_the_document_is_marked_and_twilio_performs_it(oracles) -> None:
    document = fallback.written(PROMPTS, LINE, (BEN, CLEO))
    assert refusals(document.encode(), oracles) == []
    assert document.index(BEN) < document.index(CLEO) < document.index(LINE.partner_number)
    assert fallback.stale(document, PROMPTS, LINE, (CLEO,)) is None


PASTED = fallback.written(PROMPTS, LINE, (BEN,))
OTHER_LINE = LINE.model_copy(update={"partner_number": "+13145550199"})


@pytest.mark.parametrize(
    ("deployed", "line", "on_call", "why"),
    [
        (PASTED.replace("><", ">\n  <"), LINE, (BEN,), None),
        (PASTED, LINE, (), None),  # nobody is on call: no better document could be written
        (PASTED, LINE, (CLEO,), "nobody it rings is on call"),
        (PASTED, OTHER_LINE, (BEN,), "have changed"),
        (PASTED.replace("988", "989"), LINE, (BEN,), "have changed"),
        (PASTED, BOOK.lines["lakeside"], (BEN,), "the document of riverton"),
        ("<Response/>", LINE, (BEN,), "written by hand"),
    ],
)
def test_a_stale_copy_says_why(deployed, line, on_call, why) -> None:
    found = fallback.stale(deployed, PROMPTS, line, on_call)
    assert found is None if why is None else why in (found or "")


def test_the_command_writes_and_checks(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_database)
    monkeypatch.setenv("SNAPSHOT_DIR", str(tmp_path))
    _on_call(sqlite_database)
    file = tmp_path / "riverton.xml"
    run = CliRunner().invoke
    assert run(cli, ["fallback", "riverton", "--out", str(file)]).exit_code == 0
    rung = [one.text for one in ET.fromstring(file.read_text()).iter("Number")]
    assert rung[:2] == [BEN, LINE.partner_number]
    check = ["fallback", "riverton", "--check", str(file)]
    assert run(cli, check).exit_code == 0
    file.write_text(fallback.written(PROMPTS, LINE, (CLEO,)))
    old = run(cli, check)
    assert (old.exit_code, "nobody it rings" in old.output) == (1, True)


def _on_call(database_url: str) -> None:
    now, store = datetime.now(UTC), Store(database_url)
    ben = Person(
        id="ben", name="Ben", email="ben@example.org", phone=BEN, languages=("en",), skills=(),
        zone="UTC", auto_answer=False, active=True, roles=("clinician",),
    )  # fmt: skip
    shift = Shift(
        id=ids.new(), person_id="ben", tier="backup", zone="UTC", local_date=now.date(),
        local_start="00:00", local_end="00:00", end_days=2,
        starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1),
    )  # fmt: skip
    with store.begin() as rows:
        rows.people.add(ben)
        rows.roster.add(shift)
    store.close()
