"""Is the newest revision the roster, at once, and does nobody overwrite what they have not seen?"""

from datetime import timedelta

import pytest
from store.conftest import NOON

from routing import oncall
from storage.errors import Stale
from switchboard import roster_book

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = "America/Chicago"


def always(*people, **facts):
    pattern = {"tier": "primary", "start": "00:00", "end": "24:00", "people": [*people]}
    return {"zone": ZONE, "patterns": [pattern], **facts}


def one_off(person, start, end, tier="backup"):
    hours = {"start": start.isoformat(), "end": end.isoformat()}
    return {"tier": tier, "person": person, **hours}


def save(store, document, based_on, now=NOON, **how):
    with store.begin() as rows:
        return roster_book.save(rows, document, "cora", "why", now, based_on=based_on, **how)


def on(store, moment, tier="primary"):
    with store.read() as rows:
        return roster_book.timeline(rows, moment, moment).on(tier, moment)


def test_before_the_first_save_nobody_is_on_call(store):
    assert on(store, NOON) == ()
    with store.read() as rows:
        assert roster_book.newest(rows)[0] == 0


def test_a_save_is_in_force_with_its_commit(store):
    assert save(store, always("ana"), 0).revision == 1
    assert on(store, NOON) == ("ana",)
    assert save(store, always("ben"), 1).revision == 2
    assert on(store, NOON) == ("ben",)
    with store.read() as rows:
        kept = rows.roster.revisions()
    assert [(one.revision, one.actor, one.reason) for one in kept] == [
        (2, "cora", "why"),
        (1, "cora", "why"),
    ]


def test_another_process_needs_one_question_and_two_after_a_save(store):
    save(store, always("ana"), 0)
    roster_book._books.clear()
    with store.round_trips() as first:
        on(store, NOON)
    with store.round_trips() as second:
        on(store, NOON)
    assert first.count - second.count == 1
    assert sum("rosters" in statement for statement in second.statements) == 1


def test_nobody_overwrites_what_they_have_not_seen(store):
    save(store, always("ana"), 0)
    save(store, always("ben"), 1)
    with pytest.raises(Stale):
        save(store, always("cora"), 1)
    assert on(store, NOON) == ("ben",)


def test_mistakes_are_refused_by_their_place(store):
    with pytest.raises(roster_book.CannotSave, match=r"patterns\[0\].zone"):
        save(store, {"zone": ZONE, "patterns": [always("ana")["patterns"][0] | {"zone": "X"}]}, 0)
    with store.read() as rows:
        assert rows.roster.newest() is None


def test_a_gap_needs_a_yes_that_is_audited(store):
    save(store, always("ana"), 0)
    away = [
        {"person": "ana", "start": (NOON + DAY).isoformat(), "end": (NOON + 2 * DAY).isoformat()}
    ]
    with pytest.raises(roster_book.CannotSave) as refused:
        save(store, always("ana", time_off=away), 1)
    (short,) = refused.value.opened
    assert (short.start, short.end, short.tier) == (NOON + DAY, NOON + 2 * DAY, "primary")
    save(store, always("ana", time_off=away), 1, leave_uncovered="ana is ill")
    with store.read() as rows:
        (line,) = rows.audit.of("roster:2")
    assert line.facts["because"] == "ana is ill"
    assert len(line.facts["uncovered"]) == 1
    save(store, always("ana", time_off=away), 2)  # it is open already: nobody is asked twice


@pytest.mark.parametrize("asked", ["one instant", "the whole way"])
def test_what_is_over_leaves_the_document_and_no_answer(store, asked):
    """Six years of a shift each day: the newest document stays short, every answer stays."""
    start, days = NOON - 2200 * DAY, 2200
    document, based_on = {"zone": ZONE}, 0
    for month in range(0, days, 100):
        now = start + month * DAY
        more = [
            one_off(f"p{(month + n) % 7}", now + n * DAY, now + n * DAY + HOUR) for n in range(100)
        ]
        document = document | {"one_offs": [*document.get("one_offs", ()), *more]}
        based_on = save(store, document, based_on, now).revision
        with store.read() as rows:
            document = roster_book.newest(rows)[1].document
        assert len(document["one_offs"]) <= 300
    with store.read() as rows:
        if asked == "one instant":
            for n in range(0, days, 61):
                at = start + n * DAY
                assert roster_book.timeline(rows, at, at).on("backup", at) == (f"p{n % 7}",), n
        else:
            whole = roster_book.timeline(rows, start, NOON)
            hours = whole.hours(start, NOON, "backup")
            assert sum(hours.values()) == days
            assert set(map(round, hours.values())) <= {days // 7, days // 7 + 1}


def test_an_old_document_that_can_no_longer_be_read_whole_still_answers(store):
    """A zone that a newer tzdata has no more costs its pattern, not everybody."""
    good, gone = always("ana")["patterns"][0], {"zone": "Mars/Olympus", "people": ["ben"]}
    document = {"zone": ZONE, "patterns": [good, good | gone]}
    with store.begin() as rows:
        rows.roster.add(document, roster_book.digest(document), "x", "y", NOON, based_on=0)
    assert on(store, NOON) == ("ana",)


def test_blocks_join_without_a_seam(store):
    save(store, always("ana", one_offs=[one_off("ben", NOON - 50 * DAY, NOON + 50 * DAY)]), 0)
    with store.read() as rows:
        _, book = roster_book.newest(rows)
        for n in range(-60 * 4, 60 * 4):
            at = NOON + n * 6 * HOUR
            whole = oncall.Timeline.of(book.roster, at, at + HOUR)
            assert roster_book.timeline(rows, at, at).at(at) == whole.at(at), at
