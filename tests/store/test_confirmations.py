"""Is every shift that begins soon confirmed by somebody, or told to the coordinator, once?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from store.racing import race
from town import Town

from config.lines import RosterPolicy
from routing.stretches import Shift
from switchboard import confirmations, cover, roster_book
from switchboard.roster_book import NotNow

HOUR = timedelta(hours=1)


@pytest.fixture
def town(database_url):
    with Town.opened(database_url) as opened:
        opened.ids = {n: opened.clinician(n, tier=None).id for n in ("Ana", "Ben")}
        yield opened


def plans(town, *shifts):
    """Each shift is (who, from, to), in hours from now; return them."""
    found = [
        Shift(town.now + start * HOUR, town.now + end * HOUR, "primary", town.ids[who])
        for who, start, end in shifts
    ]
    one_offs = [
        {"tier": "primary", "person": one.person_id, "start": one.starts_at.isoformat(),
         "end": one.ends_at.isoformat()}
        for one in found
    ]  # fmt: skip
    with town.store.begin() as rows:
        number, _ = roster_book.newest(rows)
        given = {"based_on": number, "leave_uncovered": "a test's"}
        wanted = {"zone": "America/Chicago", "one_offs": one_offs}
        roster_book.save(rows, wanted, "cora", "as planned", town.now, **given)
    return found


def confirm(town, shift, by="Ana"):
    with town.store.begin() as rows:
        confirmations.confirm(town.board, rows, shift, town.ids[by], town.now)


def told(town):
    confirmations.sweep(town.board)
    return [one.text for one in town.tasks() if one.kind == confirmations.KIND]


def last(town):
    with town.store.read() as rows:
        return rows.tasks.newest(confirmations.KIND)


def test_who_confirms_is_kept_and_no_more_asked(town):
    (shift,) = plans(town, ("Ana", 20, 28))
    confirm(town, shift)
    with town.store.read() as rows:
        (kept,) = rows.shift_confirmations.after(town.now)
        assert (kept.confirmed_by, kept.confirmed_at) == (town.ids["Ana"], town.now)
        assert confirmations.unconfirmed(rows, town.now, 24 * HOUR) == []
        (line,) = rows.audit.of(f"person:{town.ids['Ana']}")
        assert (line.action, line.actor) == ("shift.confirmed", town.ids["Ana"])
    with pytest.raises(NotNow, match="confirmed already"):
        confirm(town, shift)
    town.passes(hours=9)
    assert told(town) == []


def test_what_is_far_off_begun_or_not_there_is_not_confirmed(town):
    far, near = plans(town, ("Ana", 25, 33), ("Ana", 2, 8))
    for wrong in (far, replace(near, person_id=town.ids["Ben"]), replace(near, tier="backup")):
        with pytest.raises(NotNow):
            confirm(town, wrong)
    town.passes(hours=2)
    with pytest.raises(NotNow, match="has begun"):
        confirm(town, near)


def test_nobodys_yes_is_told_in_time_and_goes_when_it_comes(town):
    ana, ben = plans(town, ("Ana", 20, 28), ("Ben", 28, 36))
    assert told(town) == []
    town.passes(hours=9)
    (first,) = told(town)
    assert first.startswith("Begins soon and is not confirmed: Ana, primary from ")
    assert told(town) == [first]
    confirm(town, ana)
    assert told(town) == []
    assert last(town).decision == "Confirmed, changed, or begun."
    town.passes(hours=8)
    (second,) = told(town)
    assert "Ben" in second
    town.passes(hours=11)
    assert told(town) == [], "it has begun: on call and on duty is the board's matter"
    assert ben.starts_at == town.now


def test_who_decided_is_left_alone_until_another_shift_is_late(town):
    plans(town, ("Ana", 10, 18), ("Ben", 14, 22))
    assert len(told(town)) == 1
    with town.store.begin() as rows:
        rows.tasks.close(last(town).id, "cora", "Done", town.now)
    assert told(town) == []
    town.passes(hours=3)
    (text,) = told(town)
    assert "Ana" in text
    assert "Ben" in text


def test_other_hours_are_confirmed_again(town):
    (shift,) = plans(town, ("Ana", 10, 18))
    confirm(town, shift)
    assert told(town) == []
    town.passes(hours=1)
    (longer,) = plans(town, ("Ana", 9, 18))
    (text,) = told(town)
    assert "Ana" in text
    confirm(town, longer)
    assert told(town) == []


def takes(town, shift, by):
    with town.store.begin() as rows:
        hours = (shift.starts_at, shift.ends_at)
        request = cover.ask(rows, shift.person_id, shift.tier, hours, None, town.now)
        return cover.take(town.board, rows, request.id, town.ids[by], town.now)


def soon(town):
    with town.store.read() as rows:
        return [(one.person_id, one.starts_at, one.ends_at) for one in confirmations.unconfirmed(
            rows, town.now, 24 * HOUR)]  # fmt: skip


def test_to_take_a_shift_that_begins_soon_is_to_confirm_it(town):
    (shift,) = plans(town, ("Ana", 20, 28))
    assert takes(town, shift, "Ben").state == "applied"
    assert soon(town) == [], "nobody is asked again"
    with town.store.read() as rows:
        (kept,) = rows.shift_confirmations.after(town.now)
        assert (kept.person_id, kept.confirmed_by) == (town.ids["Ben"], town.ids["Ben"])
    town.passes(hours=9)
    assert told(town) == []


def test_a_shift_taken_long_before_is_asked_about_as_any(town):
    (shift,) = plans(town, ("Ana", 48, 56))
    takes(town, shift, "Ben")
    town.passes(hours=25)
    assert soon(town) == [(town.ids["Ben"], shift.starts_at, shift.ends_at)]


def test_a_part_that_nobody_said_yes_to_is_still_asked_about(town):
    ana, ben = plans(town, ("Ana", 12, 16), ("Ben", 16, 20))
    takes(town, ana, "Ben")
    whole = [(town.ids["Ben"], ana.starts_at, ben.ends_at)]
    assert soon(town) in (whole, [(town.ids["Ben"], ben.starts_at, ben.ends_at)])


@pytest.mark.parametrize("back_hours", [15, 40])
def test_both_who_swap_have_said_yes_to_what_begins_soon(town, back_hours):
    ana, ben = plans(town, ("Ana", 4, 8), ("Ben", back_hours, back_hours + 4))
    with town.store.begin() as rows:
        request = cover.propose(rows, ana.person_id, ana, ben, None, town.now)
        done = cover.take(town.board, rows, request.id, ben.person_id, town.now)
        if done.state != "applied":  # little rest between: a coordinator has to agree
            cover.agree(town.board, rows, request.id, "cora", "they asked", town.now)
    assert soon(town) == []


def test_sweeps_at_the_same_moment_tell_it_once(town, database_url):
    plans(town, ("Ana", 10, 18))

    def attempt(store, _round, _racer):
        confirmations.sweep(replace(town.board, store=store))

    assert race(database_url, 1, attempt) == [[None] * 4]
    assert len([one for one in town.tasks() if one.kind == confirmations.KIND]) == 1


def test_the_lines_file_says_how_long_before(town):
    plans(town, ("Ana", 10, 18))
    for hours, many in ((10, 0), (0, 0), (11, 1)):
        policy = RosterPolicy(confirm_hours=hours)
        board = replace(town.board, book=town.board.book.model_copy(update={"roster": policy}))
        confirmations.sweep(board)
        assert len([one for one in town.tasks() if one.kind == confirmations.KIND]) == many
    assert RosterPolicy(remind_hours=6, confirm_hours=12).confirmed == 6 * HOUR
