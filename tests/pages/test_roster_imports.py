"""Shifts from a file: is every row shown first, and nothing taken before it is confirmed?"""

import io

import pytest
from click.testing import CliRunner
from pages.test_accessibility import violations
from pages.test_roster_coverage import ALWAYS
from playwright.sync_api import expect

from storage.store import Store
from switchboard.roster import roster

HEAD = "person,tier,start,end\n"
GOOD = "Ben Okafor,backup,2026-12-24 20:00,2026-12-25 08:00\n"
BAD = "Ben Okfor,backup,2026-12-26 20:00,2026-12-27 08:00\n"


def upload(visitor, text):
    file = (io.BytesIO(text.encode()), "shifts.csv")
    return visitor.post("/roster/imports", file=file)


def draft(house):
    with house.store.read() as rows:
        return rows.roster_drafts.of("cora")


@pytest.mark.browser
def test_a_file_is_looked_at_and_then_taken_into_the_draft(house, browse, root):
    house.plans({"patterns": [ALWAYS]})
    page = browse("cora")
    page.goto("/roster")
    page.get_by_role("link", name="Shifts from a file").click()
    assert not violations(page, root)
    file = {"name": "shifts.csv", "mimeType": "text/csv", "buffer": (HEAD + GOOD + BAD).encode()}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Show what it says").click()
    wrong = page.get_by_role("region", name="1 row is wrong, and left out")
    expect(wrong.get_by_role("row", name="3")).to_contain_text("nobody here is called 'Ben Okfor'")
    good = page.get_by_role("region", name="1 shift to take")
    expect(good.get_by_role("row", name="2")).to_contain_text(
        "Thu 24 Dec 20:00 to Fri 25 Dec 08:00"
    )
    assert not violations(page, root)
    assert draft(house) is None, "nothing is kept before somebody says so"
    page.get_by_role("button", name="Take 1 shift into my draft").click()
    expect(page.get_by_text("1 shift from a file, in your draft.")).to_be_visible()
    (kept,) = draft(house).document["one_offs"]
    assert (kept["person"], kept["tier"]) == ("ben", "backup")
    assert "one_offs" not in house.roster(), "and callers meet it when it is published"


def test_what_was_taken_is_not_taken_twice_and_one_undo_takes_it_back(house, visitor):
    house.plans({"patterns": [ALWAYS]})
    cora = visitor("cora")
    cora.get("/roster/imports")
    page = upload(cora, HEAD + GOOD).text
    content = page.split('name="content" value="')[1].split('"')[0]
    assert cora.post("/roster/imported-shifts", content=content).status_code == 303
    assert "on the roster already" in upload(cora, HEAD + GOOD).text
    again = cora.post("/roster/imported-shifts", content=content)
    assert "on the roster already" in again.text
    assert len(draft(house).document["one_offs"]) == 1
    cora.post("/roster/undos")
    assert draft(house) is None


@pytest.mark.parametrize("text", ["", "name,from\nAna,1", HEAD])
def test_a_file_that_says_nothing_is_refused_beside_its_field(house, visitor, text):
    cora = visitor("cora")
    cora.get("/roster/imports")
    answer = upload(cora, text)
    assert answer.status_code == 422
    assert 'aria-describedby="file-error"' in answer.text


def test_a_forged_confirmation_takes_nothing(house, visitor):
    cora = visitor("cora")
    cora.get("/roster/imports")
    for content in ("", "not base64!", "eA=="):
        assert cora.post("/roster/imported-shifts", content=content).status_code == 400
    assert visitor("ana").get("/roster/imports").status_code == 403


# -- the command ------------------------------------------------------------------------------


@pytest.fixture
def run(house, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", house.board.settings.database_url)
    url = house.board.settings.database_url
    monkeypatch.setattr("switchboard.roster.Store", lambda _url: Store(url, now=lambda: house.at))

    def run(text, name="shifts.csv"):
        path = tmp_path / name
        path.write_text(text)
        return CliRunner().invoke(roster, ["import", str(path)])

    return run


def test_the_command_takes_all_or_nothing(house, run):
    house.plans({"patterns": [ALWAYS]})
    refused = run(HEAD + GOOD + BAD)
    assert refused.exit_code == 1
    assert "row 3 (Ben Okfor, backup" in refused.output
    assert "nobody here is called 'Ben Okfor'" in refused.output
    assert "one_offs" not in house.roster()
    assert run(HEAD + GOOD).output == "1 shift from a file: revision 2.\n"
    (kept,) = house.roster()["one_offs"]
    assert kept["person"] == "ben"
    assert house.roster()["patterns"] == [ALWAYS], "beside what is there"


def test_the_command_reads_a_calendar_too(house, run):
    house.plans({"patterns": [ALWAYS]})
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Ben Okafor: backup",
             "DTSTART:20261225T020000Z", "DTEND:20261225T140000Z", "END:VEVENT", "END:VCALENDAR", ""]  # fmt: skip
    assert run("\r\n".join(lines), "shifts.ics").exit_code == 0
    assert len(house.roster()["one_offs"]) == 1
    assert "no shift in this file" in run(HEAD).output
    assert "missing: person" in run("x").output
