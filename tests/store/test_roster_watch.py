"""Does the coordinator's task tell what falls short, in time, once, and go when it is covered?"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from store.racing import race
from town import Town

from storage.store import Store
from storage.values import ShiftConfirmation
from switchboard import confirmations, coverage_watch, roster_book
from switchboard.roster import roster
from switchboard.roster_watch import watch

DAYS = {"id": "d", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]}
NIGHTS = {"id": "n", "tier": "primary", "start": "20:00", "end": "08:00", "people": ["ben"]}


@pytest.fixture
def town(database_url):
    with Town.opened(database_url) as opened:
        for name in ("Ana", "Ben"):
            opened.clinician(name, tier=None)
        yield opened


def plan(town, *patterns, **parts):
    with town.store.begin() as rows:
        ids = {person.name.split()[0].lower(): person.id for person in rows.people.all()}
        number, _ = roster_book.newest(rows)
        kept = [one | {"people": [ids[name] for name in one["people"]]} for one in patterns]
        wanted = {"zone": "America/Chicago", "patterns": kept, **parts}
        facts = {"based_on": number, "leave_uncovered": "a test's"}
        roster_book.save(rows, wanted, "cora", "as planned", town.now, **facts)


def told(town):
    coverage_watch.sweep(town.board)
    return [(one.text, one.for_role) for one in town.tasks() if one.kind == "roster_short"]


def test_a_gap_is_told_again_each_day_and_goes_when_it_is_covered(town):
    plan(town, DAYS, NIGHTS)
    assert told(town) == []
    plan(town, DAYS)
    (first,) = told(town)
    assert first[1] == "coordinator"
    assert first[0].startswith("The roster falls short within 14 days: primary: nobody ")
    assert first[0].endswith("and 11 more.") or first[0].endswith("and 12 more.")
    assert told(town) == [first], "once is enough"
    with town.store.begin() as rows:
        (task,) = [one for one in rows.tasks.open() if one.kind == "roster_short"]
        rows.tasks.close(task.id, "cora", "Done", town.now)
    assert told(town) == [], "who decided is left alone"
    town.passes(days=1)
    assert len(told(town)) == 1
    town.passes(hours=1)
    plan(town, NIGHTS)
    (worse,) = told(town)
    assert "08:00 to 20:00" in worse[0], "other hours: told at once, and in one task"
    plan(town, DAYS, NIGHTS)
    assert told(town) == []
    with town.store.read() as rows:
        assert rows.tasks.newest("roster_short").decision == "Everything is covered."


def leaves(town, person_id, **facts):
    with town.store.begin() as rows:
        rows.people.update(replace(rows.people.get(person_id), **facts))


def test_a_deactivated_persons_shifts_cover_nothing(town):
    """Ben may not sign in and is never rung: his nights are gaps, told at once."""
    plan(town, DAYS, NIGHTS)
    assert told(town) == []
    leaves(town, "ben", active=False)
    (task,) = told(town)
    assert "primary: nobody" in task[0]
    assert "20:00 to" in task[0]
    leaves(town, "ben", active=True)
    assert told(town) == []


def test_who_is_deactivated_after_something_was_told_is_told_at_once(town):
    plan(town, DAYS)
    (before,) = told(town)
    town.passes(hours=1)
    leaves(town, "ana", active=False)
    (after,) = told(town)
    assert after != before
    assert told(town) == [after], "once is enough"


def test_a_deactivated_person_has_neither_skill_nor_language(town):
    always = {"id": "x", "tier": "primary", "start": "00:00", "end": "00:00"}
    both = always | {"people": ["ana", "ben"]}
    plan(town, both, needs=[{"tier": "primary", "need": 2}])
    assert told(town) == []
    leaves(town, "ben", active=False)
    (task,) = told(town)
    assert "fewer than 2" in task[0]


def test_sweeps_at_the_same_moment_tell_it_once(town, database_url):
    plan(town, DAYS)

    def attempt(store, _round, _racer):
        coverage_watch.sweep(replace(town.board, store=store))

    assert race(database_url, 1, attempt) == [[None] * 4]
    assert len([one for one in town.tasks() if one.kind == "roster_short"]) == 1


@pytest.fixture
def ask(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)

    def ask(*arguments):
        result = CliRunner().invoke(watch, arguments)
        return result.exit_code, result.output

    return ask


def test_the_command_ends_with_1_when_somebody_must_act(database_url, ask, tmp_path):
    file = tmp_path / "roster.json"

    def imported(*patterns, **parts):
        file.write_text(json.dumps({"zone": "UTC", "patterns": patterns, **parts}))
        command = ["import", str(file), "--leave-uncovered", "a test's"]
        done = CliRunner().invoke(roster, command)
        assert done.exit_code == 0, done.output

    imported(DAYS, NIGHTS)
    code, said = ask("--json")
    found = json.loads(said)
    assert (code, found["short"]) == (1, [])
    assert {(one["person"], one["tier"]) for one in found["unready"]} == {
        ("ana", "primary"), ("ben", "primary")}, "an import's people cannot sign in yet"  # fmt: skip
    store = Store(database_url)
    with store.begin() as rows:
        for person in rows.people.all(active_only=False):
            rows.people.update(replace(person, active=True, phone="+13145550121"))
    code, said = ask("--json")
    late = json.loads(said)["unconfirmed"]
    assert (code, {one["person"] for one in late} <= {"ana", "ben"}) == (1, True)
    assert ask()[1].endswith(": not confirmed\n")
    with store.begin() as rows:
        for one in confirmations.unconfirmed(rows, store.now(), timedelta(hours=12)):
            hours = (one.starts_at, one.ends_at, one.tier, one.person_id)
            rows.shift_confirmations.add(ShiftConfirmation(*hours, store.now(), "cora"))
    store.close()
    assert ask() == (0, "Everybody who is needed is on call, and can be reached.\n")

    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=20)
    window = {"start": start.isoformat(), "end": (start + timedelta(hours=24)).isoformat()}
    imported(DAYS, NIGHTS, time_off=[{"person": "ana", **window}])
    code, said = ask()
    assert (code, said.count("primary: nobody")) == (1, len(said.splitlines()))
    assert ask("--days", "7")[0] == 0
    with_short = json.loads(ask("--json")[1])["short"]
    assert all((one["need"], one["skills"]) == (1, []) for one in with_short)
