"""Does a shift to be covered get exactly one taker, and never leave hours uncovered unsaid?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from store.racing import race
from town import Town

from routing.stretches import Shift
from storage.errors import StorageError
from switchboard import cover, roster_book
from switchboard.roster_book import NotNow

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


# -- nobody agrees to their own, and swaps ----------------------------------------------------


def test_nobody_agrees_to_what_concerns_themselves(town, shift):
    before = shift[1][0] - 9 * HOUR, shift[1][0] - HOUR
    plans(town, shift, (town.ids["Cora"], before))
    request = taken(town, asked(town, shift), "Cora")
    assert request.state == "taken"
    for name in ("Cora", "Ana"):
        with pytest.raises(NotNow, match="your own shift"), town.store.begin() as rows:
            cover.agree(town.board, rows, request.id, town.ids[name], "mine", town.now)
    assert on_call(town, shift) == (town.ids["Ana"],)
    with town.store.begin() as rows:
        cover.agree(town.board, rows, request.id, town.ids["Sol"], "she may", town.now)
    assert on_call(town, shift) == (town.ids["Cora"],)


@pytest.fixture
def pair(town, shift):
    """Ana's shift, and one of Ben's the day after."""
    other = town.ids["Ben"], tuple(at + 24 * HOUR for at in shift[1])
    plans(town, shift, other)
    return shift, other


def proposed(town, pair):
    mine, theirs = (Shift(*hours, "primary", who) for who, hours in pair)
    with town.store.begin() as rows:
        return cover.propose(rows, mine.person_id, mine, theirs, None, town.now)


def both(town, pair):
    return [on_call(town, one) for one in pair]


def test_both_sides_of_a_swap_agree_and_both_shifts_move_at_once(town, pair):
    ana, ben = ((one[0],) for one in pair)
    request = proposed(town, pair)
    assert both(town, pair) == [ana, ben]
    with pytest.raises(NotNow, match="A colleague was asked"):
        taken(town, request, "Sol")
    assert taken(town, request, "Ben").state == "applied"
    assert both(town, pair) == [ben, ana]
    with town.store.read() as rows:
        revision = rows.roster.revision(roster_book.newest(rows)[0])
        assert revision.reason == "Ben and Ana swap shifts"


def test_who_is_asked_may_say_no(town, pair):
    request = proposed(town, pair)
    with pytest.raises(NotNow, match="not asked of you"), town.store.begin() as rows:
        cover.turn_down(rows, request.id, town.ids["Sol"], town.now)
    with town.store.begin() as rows:
        cover.turn_down(rows, request.id, town.ids["Ben"], town.now)
    with pytest.raises(NotNow, match="settled before"):
        taken(town, request, "Ben")


def test_what_strains_either_side_of_a_swap_waits_for_a_yes(town, shift):
    """Ana would be back an hour after another shift of hers."""
    theirs = town.ids["Ben"], tuple(at + 24 * HOUR for at in shift[1])
    late = town.ids["Ana"], (theirs[1][0] - 5 * HOUR, theirs[1][0] - HOUR)
    plans(town, shift, theirs, late)
    request = taken(town, proposed(town, (shift, theirs)), "Ben")
    assert (request.state, request.why) == ("accepted", "only 1 h rest before")
    assert [one.kind for one in town.tasks() if one.kind == "cover_wanted"] == ["cover_wanted"]
    with town.store.begin() as rows:
        cover.agree(town.board, rows, request.id, town.ids["Cora"], "both want it", town.now)
    assert both(town, (shift, theirs)) == [(town.ids["Ben"],), (town.ids["Ana"],)]


def test_a_swap_of_what_is_no_longer_there_moves_nothing(town, pair, shift):
    request = proposed(town, pair)
    moved = town.ids["Sol"], pair[1][1]
    plans(town, shift, moved)
    with pytest.raises(NotNow, match="The roster changed"):
        taken(town, request, "Ben")
    with pytest.raises(NotNow, match="Their shift changed"):
        proposed(town, pair)
    assert both(town, (shift, moved)) == [(town.ids["Ana"],), (town.ids["Sol"],)]


def test_a_part_of_a_shift_is_covered_and_the_rest_stays(town, shift):
    plans(town, shift)
    start, end = shift[1]
    middle = shift[0], (start + 2 * HOUR, start + 4 * HOUR)
    assert taken(town, asked(town, middle), "Ben").state == "applied"
    with town.store.read() as rows:
        timeline = roster_book.timeline(rows, start, end)
        hours = [timeline.on("primary", start + n * HOUR)[0] for n in range(8)]
    ana, ben = town.ids["Ana"], town.ids["Ben"]
    assert hours == [ana, ana, ben, ben, ana, ana, ana, ana]
