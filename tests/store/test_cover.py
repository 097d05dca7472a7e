"""Does a shift to be covered get exactly one taker, and never leave hours uncovered unsaid?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from store.racing import race
from town import Town

from storage.errors import StorageError
from switchboard import cover, roster_book
from switchboard.cover import NotNow

HOUR = timedelta(hours=1)


@pytest.fixture
def town(database_url):
    with Town.opened(database_url) as opened:
        people = {n: opened.clinician(n, tier=None).id for n in ("Ana", "Ben", "Sol", "Cora")}
        opened.ids = people
        yield opened


@pytest.fixture
def shift(town):
    """Ana's, in two days; somebody is wanted at every hour of it."""
    start = town.now + timedelta(days=2)
    return town.ids["Ana"], (start, start + 8 * HOUR)


def plans(town, *shifts, **parts):
    with town.store.begin() as rows:
        number, _ = roster_book.newest(rows)
        one_offs = [
            {"id": f"o{n}", "tier": "primary", "person": who, "start": start.isoformat(),
             "end": end.isoformat()}
            for n, (who, (start, end)) in enumerate(shifts)
        ]  # fmt: skip
        wanted = {"zone": "America/Chicago", "one_offs": one_offs, **parts}
        given = {"based_on": number, "leave_uncovered": "a test's"}
        roster_book.save(rows, wanted, "cora", "as planned", town.now, **given)


def asked(town, shift, note=None):
    with town.store.begin() as rows:
        return cover.ask(rows, shift[0], "primary", shift[1], note, town.now)


def taken(town, request, by):
    with town.store.begin() as rows:
        return cover.take(town.board, rows, request.id, town.ids[by], town.now)


def on_call(town, shift):
    with town.store.read() as rows:
        at = shift[1][0] + HOUR
        return roster_book.timeline(rows, at, at).on("primary", at)


def test_a_shift_changes_hands_and_every_step_is_in_the_audit(town, shift):
    plans(town, shift)
    request = asked(town, shift, "dentist")
    assert on_call(town, shift) == (town.ids["Ana"],), "until somebody takes it it is hers"
    assert taken(town, request, "Ben").state == "applied"
    assert on_call(town, shift) == (town.ids["Ben"],)
    with town.store.read() as rows:
        newest = rows.roster.revision(roster_book.newest(rows)[0])
        assert (newest.actor, newest.reason) == (
            town.ids["Ben"], "Ben takes a shift of Ana, who asked")  # fmt: skip
        assert rows.cover_requests.pending(town.now) == []
        assert [one.state for one in rows.cover_requests.settled(town.now - HOUR)] == ["applied"]
        assert rows.audit.verify() is None


def test_of_many_who_take_it_at_once_one_has_it(town, shift, database_url):
    plans(town, shift)
    request = asked(town, shift)
    people = [town.ids[name] for name in ("Ben", "Sol", "Cora", "Ben")]

    def attempt(store, _round, racer):
        board = replace(town.board, store=store)
        try:
            with store.begin() as rows:
                return cover.take(board, rows, request.id, people[racer], town.now).taken_by
        except (NotNow, StorageError):
            return None

    (results,) = race(database_url, 1, attempt)
    (winner,) = [one for one in results if one]
    assert on_call(town, shift) == (winner,)


def test_what_stands_against_it_waits_for_an_audited_yes(town, shift):
    before = shift[1][0] - 9 * HOUR, shift[1][0] - HOUR
    plans(town, shift, (town.ids["Ben"], before))
    request = taken(town, asked(town, shift), "Ben")
    assert (request.state, request.why) == ("taken", "only 1 h rest before")
    assert on_call(town, shift) == (town.ids["Ana"],)
    assert [one.kind for one in town.tasks() if one.kind == "cover_wanted"] == ["cover_wanted"]
    with pytest.raises(NotNow, match="faster"):
        taken(town, request, "Sol")
    with town.store.begin() as rows:
        done = cover.agree(town.board, rows, request.id, town.ids["Cora"], "he asked", town.now)
    assert done.state == "applied"
    assert on_call(town, shift) == (town.ids["Ben"],)
    assert not [one for one in town.tasks() if one.kind == "cover_wanted"]


def test_who_is_refused_changes_nothing(town, shift):
    before = shift[1][0] - 9 * HOUR, shift[1][0] - HOUR
    plans(town, shift, (town.ids["Ben"], before))
    request = taken(town, asked(town, shift), "Ben")
    with town.store.begin() as rows:
        cover.decline(rows, request.id, town.ids["Cora"], town.now)
    assert on_call(town, shift) == (town.ids["Ana"],)
    assert not [one for one in town.tasks() if one.kind == "cover_wanted"]
    with pytest.raises(NotNow, match="settled before"), town.store.begin() as rows:
        cover.agree(town.board, rows, request.id, town.ids["Cora"], "late", town.now)


def test_a_skill_that_would_be_missing_needs_a_yes(town, shift):
    with town.store.begin() as rows:
        rows.people.update(replace(rows.people.get(shift[0]), skills=("youth",)))
    need = {"id": "y", "tier": "primary", "need": 1, "skill": "youth"}
    plans(town, shift, needs=[need])
    request = taken(town, asked(town, shift), "Ben")
    assert (request.state, request.why) == ("taken", "fewer than 1 with youth would be on call")
    with town.store.begin() as rows:
        cover.agree(town.board, rows, request.id, town.ids["Cora"], "nobody has it", town.now)
    assert on_call(town, shift) == (town.ids["Ben"],)


def test_nothing_is_given_that_is_not_there_or_has_begun(town, shift):
    plans(town, shift)
    with pytest.raises(NotNow, match="not yours"):
        asked(town, (town.ids["Ben"], shift[1]))
    request = asked(town, shift)
    with pytest.raises(NotNow, match="already"):
        asked(town, shift)
    with pytest.raises(NotNow, match="your own"):
        taken(town, request, "Ana")
    with pytest.raises(NotNow, match="Only who asked"), town.store.begin() as rows:
        cover.withdraw(rows, request.id, town.ids["Ben"], town.now)
    plans(town, (town.ids["Sol"], shift[1]))
    with pytest.raises(NotNow, match="The roster changed"):
        taken(town, request, "Ben")
    with town.store.begin() as rows:
        cover.withdraw(rows, request.id, shift[0], town.now)
    plans(town, shift)
    late = asked(town, shift)
    town.passes(days=2)
    with pytest.raises(NotNow, match="has begun"):
        taken(town, late, "Ben")
