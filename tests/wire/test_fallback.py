"""Does the document of last resort ring those on call, and is a stale copy of it noticed?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from rosters import promised
from wire.line_of_tests import BOOK, PROMPTS
from wire.twiml_oracle import refusals

from storage.store import Store
from storage.values import Person
from switchboard.__main__ import cli
from switchboard.fallback import PARTS, Part, stale
from telephony.lastresort import Hosted

LINE = BOOK.lines["riverton"]
BEN, CLEO = "+13145550121", "+13145550122"
SCREEN, ACCEPT = "https://bins.example.org/screen?a=1&b=2", "https://bins.example.org/accept"
HOSTED = Hosted(SCREEN, ACCEPT)


def part(name: str = "line", *phones: str, line=LINE, hosted: Hosted = HOSTED) -> Part:
    return Part(PROMPTS, line, name, phones, hosted)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("line", BOOK.lines.values(), ids=lambda line: line.id)
def test_each_document_is_marked_and_twilio_performs_it(name, line, oracles) -> None:
    document = part(name, BEN, CLEO, line=line).written()
    assert refusals(document.encode(), oracles) == []
    assert stale(document, part(name, line=line)) is None


def test_every_phone_is_asked_for_a_key_and_the_partner_is_not() -> None:
    dialled = list(
        ET.fromstring(part("line", BEN, CLEO, LINE.partner_number).written()).iter("Number")
    )
    assert [one.text for one in dialled[:3]] == [BEN, CLEO, LINE.partner_number]
    assert [one.get("url") for one in dialled[:3]] == [SCREEN, SCREEN, None]


def test_without_a_screening_document_no_phone_is_written_down() -> None:
    with pytest.raises(ValueError, match="asks who picked up"):
        part("line", BEN, hosted=Hosted()).written()
    with pytest.raises(ValueError, match="acceptance"):
        part("screen", hosted=Hosted()).written()


def test_a_file_store_that_knows_get_alone_is_asked_so() -> None:
    for name in ("line", "screen"):
        document = part(name, BEN, hosted=replace(HOSTED, method="GET")).written()
        assert 'method="GET"' in document
        assert "POST" not in document
        assert stale(document, part(name)) is None


PASTED = part("line", BEN).written()
OTHER_LINE = LINE.model_copy(update={"partner_number": "+13145550199"})
AS_IT_WAS = f'<Number url="{SCREEN}" method="POST">'.replace("&", "&amp;")


@pytest.mark.parametrize(
    ("deployed", "today", "why"),
    [
        (PASTED.replace("><", ">\n  <"), part("line", BEN), None),
        (PASTED, part(), None),  # nobody is on call: no better document could be written
        (PASTED, part("line", CLEO), "nobody it rings is on call"),
        (PASTED, part("line", BEN, line=OTHER_LINE), "have changed"),
        (PASTED.replace("988", "989"), part("line", BEN), "have changed"),
        (PASTED.replace(AS_IT_WAS, "<Number>"), part("line", BEN), "have changed"),
        (PASTED, part("line", BEN, line=BOOK.lines["lakeside"]), "the document line of riverton"),
        (PASTED, part("screen"), "the document line of riverton"),
        (part("screen").written().replace(ACCEPT, ""), part("screen"), "have changed"),
        ("<Response/>", part("line", BEN), "written by hand"),
    ],
)
def test_a_stale_copy_says_why(deployed, today, why) -> None:
    found = stale(deployed, today)
    assert found is None if why is None else why in (found or "")


@pytest.fixture
def ben_on_call(sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_database)
    monkeypatch.setenv("SNAPSHOT_DIR", str(tmp_path))
    _on_call(sqlite_database)


def ask(*words: str):
    return CliRunner().invoke(cli, ["fallback", "riverton", *words])


@pytest.mark.usefixtures("ben_on_call")
def test_the_command_writes_and_checks(tmp_path: Path) -> None:
    file = tmp_path / "riverton.xml"
    assert ask("--screen-url", SCREEN, "--out", str(file)).exit_code == 0
    rung = [one.text for one in ET.fromstring(file.read_text()).iter("Number")]
    assert rung[:2] == [BEN, LINE.partner_number]
    assert ask("--check", str(file)).exit_code == 0
    file.write_text(part("line", CLEO).written())
    old = ask("--check", str(file))
    assert (old.exit_code, "nobody it rings" in old.output) == (1, True)


@pytest.mark.usefixtures("ben_on_call")
def test_the_command_rings_no_phone_that_nobody_asks_for_a_key() -> None:
    alone = ask()
    assert (BEN in alone.output, LINE.partner_number in alone.output) == (False, True)
    assert "without --screen-url the partner line alone is rung" in alone.output
    assert "--number needs --screen-url" in ask("--number", BEN).output
    assert "give --accept-url" in ask("--part", "screen").output


def _on_call(database_url: str) -> None:
    now, store = datetime.now(UTC), Store(database_url)
    ben = Person(
        id="ben", name="Ben", email="ben@example.org", phone=BEN, languages=("en",), skills=(),
        zone="UTC", auto_answer=False, active=True, roles=("clinician",),
    )  # fmt: skip
    with store.begin() as rows:
        rows.people.add(ben)
        promised(rows, "ben", "backup", now - timedelta(hours=1), now + timedelta(days=1))
    store.close()
