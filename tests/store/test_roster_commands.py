"""Do the roster's commands answer as ROSTER.md gives them, from a file and from the database?"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from storage.store import Store
from switchboard import roster_book
from switchboard.roster import roster

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
ROSTER = {
    "zone": "America/Chicago",
    "patterns": [
        {"id": "d", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]},
        {"id": "n", "tier": "primary", "start": "20:00", "end": "08:00", "people": ["ben"]},
        {"tier": "backup", "start": "00:00", "end": "00:00", "people": ["cora", "dana"]},
    ],
    "closures": [
        {
            "start": (NOW + timedelta(days=30)).isoformat(),
            "end": (NOW + timedelta(days=31)).isoformat(),
            "tiers": ["backup"],
        }
    ],
    "people": {
        "dana": {"skills": ["youth"], "languages": ["es"]},
        "ana": {"email": "a@example.org"},
    },
}


@pytest.fixture
def run(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)

    def run(*arguments, code=0):
        result = CliRunner().invoke(roster, [str(one) for one in arguments])
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


def written(tmp_path, document):
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def imported(run, tmp_path):
    path = written(tmp_path, ROSTER)
    run("import", path, "--create-people")
    return path


WINDOW = ("--from", NOW.isoformat(), "--to", (NOW + timedelta(days=40)).isoformat())
# now and soon from the table; last year and in two years beyond what is written out
MOMENTS = [
    (NOW + timedelta(days=days)).isoformat() for days in (-400, -40, -1, 0, 30, 119, 121, 700)
]


def test_file_and_database_give_the_same_answers(run, imported):
    asks = [part for moment in MOMENTS for part in ("--at", moment)]
    questions = [
        ["who", *asks],
        ["gaps", *WINDOW, "--tier", "primary"],
        ["gaps", *WINDOW, "--tier", "backup", "--need", "2"],
        ["gaps", *WINDOW, "--tier", "backup", "--skill", "youth"],
        ["gaps", *WINDOW, "--tier", "primary", "--skill", "es"],
        ["hours", *WINDOW, "--tier", "primary"],
        ["check"],
    ]
    for question in questions:
        by_file = json.loads(run(*question, "--file", imported, "--json"))
        assert json.loads(run(*question, "--json")) == by_file, question
        assert run(*question)  # the readable table


def test_who_answers_in_the_order_asked(run, tmp_path):
    path = written(tmp_path, ROSTER)
    answers = json.loads(
        run(
            "who",
            "--file",
            path,
            "--at",
            "2026-06-02T02:00:00Z",
            "--at",
            "2026-06-01T15:00:00Z",
            "--json",
        )
    )
    assert answers[0]["at"] == "2026-06-02T02:00:00Z"
    assert [one["on_call"]["primary"] for one in answers] == [["ben"], ["ana"]]
    assert answers[0]["on_call"] == {
        "primary": ["ben"],
        "backup": ["cora", "dana"],
        "supervisor": [],
    }


def test_export_returns_what_was_imported(run, imported):
    assert json.loads(run("export")) == ROSTER


def test_an_edited_roster_is_exported_shift_by_shift(run, imported, store, tmp_path):
    with store.begin() as rows:
        edited = rows.roster.shifts_between(NOW, NOW + timedelta(hours=1))[0]
        rows.roster.remove(edited.id, edited.version)
    lines = run("export")
    document = json.loads(lines[lines.index("{") :])
    again = written(tmp_path, document)
    question = ["who", "--at", NOW.isoformat(), "--json"]
    assert run(*question, "--file", again) == run(*question)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"zone": "Mars/Olympus"}, "zone: 'Mars/Olympus' is not an IANA time zone"),
        ({"patterns": [{"tier": "primary"}]}, "patterns[0].people"),
        ({}, "patterns[0].people[0]: nobody here is called 'ana'"),
    ],
)
def test_a_refused_import_names_the_place_and_changes_nothing(run, store, tmp_path, change, said):
    assert said in run("import", written(tmp_path, ROSTER | change), code=1)
    with store.read() as rows:
        assert rows.roster.latest_document() is None
        assert not rows.people.all(active_only=False)


@pytest.mark.parametrize("text", ["", "{", "[1,", "\x00"])
def test_a_file_that_is_no_json_is_refused(run, tmp_path, text):
    path = tmp_path / "roster.json"
    path.write_text(text)
    assert "expected a JSON document" in run("import", path, code=1)


def test_a_missing_file_and_a_naive_instant_are_one_line(run, tmp_path):
    assert "No such file" in run("who", "--file", tmp_path / "none.json", code=1)
    assert "with its offset" in run("who", "--at", "2026-06-01T00:00:00", code=2)


def test_an_import_may_not_open_a_gap_unsaid(run, imported, store, tmp_path):
    fewer = written(tmp_path, ROSTER | {"patterns": ROSTER["patterns"][:1]})
    assert "would be uncovered" in run("import", fewer, code=1)
    run("import", fewer, "--leave-uncovered", "the night team is ill")
    with store.read() as rows:
        assert rows.audit.of("roster:2")[0].facts["because"] == "the night team is ill"
        assert rows.roster.latest_document()["patterns"] == ROSTER["patterns"][:1]


def test_people_are_known_by_name_or_address(run, store, imported, tmp_path):
    by_address = json.loads(
        json.dumps(ROSTER).replace('"people": ["ana"]', '"people": ["a@example.org"]')
    )
    run("import", written(tmp_path, by_address))
    with store.read() as rows:
        assert [person.name for person in rows.people.all()] == ["ana", "ben", "cora", "dana"]


def test_check_fails_with_its_codes(run, tmp_path):
    path = written(tmp_path, ROSTER | {"zone": "Mars/Olympus"})
    assert json.loads(run("check", "--file", path, "--json", code=1)) == {
        "errors": ["unknown_zone"],
        "orphans": [],
    }


def test_the_written_window_is_carried_forward(imported, run, store):
    later = NOW + timedelta(days=31)
    with store.begin() as rows:
        assert roster_book.carry_forward(rows, NOW + timedelta(days=29)) == 0
        assert roster_book.carry_forward(rows, later) > 31 * 3
        assert roster_book.carry_forward(rows, later) == 0
    start = NOW + timedelta(days=100)
    with store.read() as rows:
        ends = max(
            one.ends_at for one in rows.roster.shifts_between(start, start + timedelta(days=60))
        )
        timeline = roster_book.timeline(rows, start, start + timedelta(days=300))
    assert ends > later + timedelta(days=118)
    assert not timeline.gaps(start, start + timedelta(days=300), "primary")
