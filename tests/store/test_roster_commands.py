"""Do the roster's commands answer as ROSTER.md gives them, from a file and from the database?"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from storage.store import Store
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
    run("import", path)
    return path


WINDOW = ("--from", NOW.isoformat(), "--to", (NOW + timedelta(days=40)).isoformat())
# the past, now and soon, and long after the last change of anything
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


def test_what_the_people_page_says_of_somebody_is_exported(run, imported, store):
    with store.begin() as rows:
        dana = next(one for one in rows.people.all() if one.name == "dana")
        rows.people.update(replace(dana, name="Dana Price", skills=("veterans", "youth")))
    exported = json.loads(run("export"))
    assert exported["people"]["Dana Price"] == {
        "skills": ["veterans", "youth"],
        "languages": ["es"],
    }
    assert exported["patterns"][2]["people"] == ["cora", "Dana Price"]
    assert run("check") == "Nothing is wrong.\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"zone": "Mars/Olympus"}, "zone: 'Mars/Olympus' is not an IANA time zone"),
        ({"patterns": [{"tier": "primary"}]}, "patterns[0].people"),
        ({"people": {"eli": {"phone": "+15"}}}, "people.eli.phone: expected a number such as"),
        ({"people": {"eli": {"phone": "000 0000 0000 0000"}}}, "people.eli.phone: '000 0000"),
        (
            {"people": {name: {"email": "a@example.org"} for name in ("ana", "eli")}},
            "people.eli: the same person as people.ana",
        ),
        ({"people": {"a" * 81: {}}}, f"people.{'a' * 81}: a name has at most 80"),
    ],
)
def test_a_refused_import_names_the_place_and_changes_nothing(run, store, tmp_path, change, said):
    assert said in run("import", written(tmp_path, ROSTER | change), code=1)
    with store.read() as rows:
        assert rows.roster.newest() is None
        assert not rows.people.all(active_only=False)


@pytest.mark.parametrize("text", ["", "{", "[1,", "\x00"])
def test_a_file_that_is_no_json_is_refused(run, tmp_path, text):
    path = tmp_path / "roster.json"
    path.write_text(text)
    assert "expected a JSON document" in run("import", path, code=1)


def test_a_missing_file_and_a_naive_instant_are_one_line(run, tmp_path):
    assert "No such file" in run("who", "--file", tmp_path / "none.json", code=1)
    assert "with its offset" in run("who", "--at", "2026-06-01T00:00:00", code=2)


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "soon", ""])
def test_an_instant_that_cannot_be_asked_of_is_one_line(run, tmp_path, at):
    path = written(tmp_path, ROSTER)
    assert "expected an instant" in run("who", "--at", at, "--file", path, code=2)
    assert "expected an instant" in run("hours", *WINDOW[:3], at, "--tier", "backup", code=2)


def test_an_import_may_not_open_a_gap_unsaid(run, imported, store, tmp_path):
    fewer = written(tmp_path, ROSTER | {"patterns": ROSTER["patterns"][:1]})
    assert "would have fewer than 1 on call" in run("import", fewer, code=1)
    run("import", fewer, "--leave-uncovered", "the night team is ill")
    with store.read() as rows:
        assert rows.audit.of("roster:2")[0].facts["because"] == "the night team is ill"
    assert json.loads(run("export"))["patterns"] == ROSTER["patterns"][:1]


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


def test_a_name_much_like_a_known_one_is_doubted(run, store, tmp_path):
    team = {"zone": "UTC", "one_offs": [shift("Ana Lopez")]}
    assert "People added, who cannot sign in yet: Ana Lopez." in run(
        "import", written(tmp_path, team)
    )
    slip = written(tmp_path, team | {"one_offs": [shift("Anna Lopez")]})
    said = run("import", slip, "--leave-uncovered", "a test", code=1)
    assert (
        "one_offs[0].person: nobody here is called 'Anna Lopez': did you mean 'Ana Lopez'?" in said
    )
    with store.read() as rows:
        assert [one.name for one in rows.people.all()] == ["Ana Lopez"]
    run("import", slip, "--leave-uncovered", "a test", "--create-people")
    with store.read() as rows:
        assert len(rows.people.all()) == 2


def test_two_of_one_name_are_told_apart_by_address(run, store, imported, tmp_path):
    with store.begin() as rows:
        ana, ben = (one for one in rows.people.all() if one.name in {"ana", "ben"})
        rows.people.update(replace(ben, name="ana"))
    exported = json.loads(run("export"))
    assert exported["patterns"][0]["people"] == [ana.email]
    assert "two people here are called 'ana'" in run("import", imported, code=1)
    assert "revision 2" in run("import", written(tmp_path, exported))


def test_an_import_says_what_people_can_do(run, store, imported, tmp_path):
    more = ROSTER | {"people": {"dana": {"skills": ["youth", "veterans"], "phone": "+13145550144"}}}
    assert "brought up to date: dana" in run("import", written(tmp_path, more))
    with store.read() as rows:
        dana = next(one for one in rows.people.all() if one.name == "dana")
    assert (dana.skills, dana.languages) == (("veterans", "youth"), ("es",))
    assert dana.phone == "+13145550144"


def test_whom_an_import_adds_or_changes_is_audited_and_can_be_rung(run, store, imported, tmp_path):
    said = {"dana": {"skills": []}, "eli": {"phone": "(314) 555-0145"}}
    run("import", written(tmp_path, ROSTER | {"people": said}))
    with store.read() as rows:
        people = {one.name: one for one in rows.people.all()}
        added, changed = (rows.audit.of(f"person:{people[name].id}") for name in ("eli", "dana"))
    assert (people["eli"].phone, people["dana"].skills) == ("+13145550145", ())
    assert [(one.action, one.facts["said"]) for one in added] == [("person.added", ["phone"])]
    assert [one.action for one in changed] == ["person.added", "person.changed"]


def test_a_file_of_shifts_is_refused_whole_in_words(run, store, imported, tmp_path):
    path = tmp_path / "shifts.csv"
    day = (NOW + timedelta(days=3)).date()
    path.write_text(f"person,start,end\nana,{day} 08:00,{day} 10:00\nnobody,x,y\n")
    assert "row 3 (nobody, x, y): nobody here" in run("import", path, code=1)
    path.write_text(f"person,start,end\nana,{day} 08:00,{day} 10:00\n")
    assert "1 shift from a file: revision 2." in run("import", path)


def test_a_file_saved_with_a_mark_of_its_encoding_is_read(run, tmp_path):
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(ROSTER), encoding="utf-8-sig")
    assert run("check", "--file", path) == "Nothing is wrong.\n"


def test_a_field_given_twice_is_refused(run, tmp_path):
    path = tmp_path / "roster.json"
    path.write_text('{"zone": "UTC", "people": {"ana": {}, "ana": {"skills": []}}}')
    assert "'ana' stands twice" in run("check", "--file", path, code=1)


def shift(person):
    return {
        "tier": "primary",
        "person": person,
        "start": NOW.isoformat(),
        "end": (NOW + timedelta(days=1)).isoformat(),
    }
