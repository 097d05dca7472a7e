"""Is a draft private until it is published, and does nobody lose what somebody else published?"""

from datetime import timedelta

import pytest
from store.conftest import NOON

from routing.edits import with_entry
from storage.errors import Stale
from switchboard import roster_book, roster_draft
from switchboard.roster_book import CannotSave

ZONE = "America/Chicago"
HOUR = timedelta(hours=1)
DAY = {"id": "day", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]}
NIGHT = {"id": "night", "tier": "primary", "start": "20:00", "end": "08:00", "people": ["ben"]}
BASE = {"zone": ZONE, "patterns": [DAY, NIGHT]}
SOON = {
    "id": "soon",
    "kind": "replace",
    "tier": "primary",
    "person": "ana",
    "by": "ben",
    "start": (NOON + HOUR).isoformat(),
    "end": (NOON + 2 * HOUR).isoformat(),
}


@pytest.fixture
def planned(store, a_person):
    with store.begin() as rows:
        for person in ("ana", "ben", "cora", "carl"):
            rows.people.add(a_person(person))
        roster_book.save(rows, BASE, "cora", "begun", NOON - 40 * 24 * HOUR, based_on=0)
    return store


def draft_of(store, person="cora"):
    with store.read() as rows:
        return roster_draft.of(rows, person, ZONE)


def change(store, part, key, entry, person="cora", said="changed", at=NOON):
    with store.begin() as rows:
        draft = roster_draft.of(rows, person, ZONE)
        document = with_entry(draft.document, part, key, entry)
        return roster_draft.change(rows, draft, document, said, at)


def publish(store, person="cora", at=NOON, **yes):
    with store.begin() as rows:
        return roster_draft.publish(rows, roster_draft.of(rows, person, ZONE), "why not", at, **yes)


def on_call(store, at):
    with store.read() as rows:
        return roster_book.timeline(rows, at, at + HOUR).on("primary", at)


def test_a_draft_changes_nothing_until_it_is_published(planned):
    change(planned, "overrides", "soon", SOON)
    assert on_call(planned, NOON + HOUR) == ("ana",)
    assert [one.key for one in draft_of(planned).changes] == ["soon"]
    assert not draft_of(planned, "carl").changes
    publish(planned)
    assert on_call(planned, NOON + HOUR) == ("ben",)
    assert draft_of(planned).kept is None


def test_each_step_is_undone_by_itself_and_the_last_undo_ends_the_draft(planned):
    change(planned, "overrides", "soon", SOON, said="Ben for Ana")
    change(planned, "patterns", "day", DAY | {"until": "2026-12-01"}, said="until December")
    for said in ("until December", "Ben for Ana"):
        with planned.begin() as rows:
            assert roster_draft.undo(rows, roster_draft.of(rows, "cora", ZONE), NOON) == said
    assert draft_of(planned).kept is None
    with planned.begin() as rows:
        assert roster_draft.undo(rows, roster_draft.of(rows, "cora", ZONE), NOON) is None


def test_a_change_back_leaves_no_draft(planned):
    change(planned, "patterns", "day", DAY | {"note": "x"})
    change(planned, "patterns", "day", DAY)
    assert draft_of(planned).kept is None


def test_what_somebody_else_published_is_kept(planned):
    change(planned, "patterns", "day", DAY | {"note": "hers"})
    change(planned, "overrides", "soon", SOON, person="carl")
    publish(planned, "carl")
    draft = draft_of(planned)
    assert (draft.revision, draft.merged_from) == (2, 1)
    assert draft.document["overrides"] == [SOON]
    assert [one.key for one in draft.changes] == ["day"]
    publish(planned)
    with planned.read() as rows:
        document = roster_book.newest(rows)[1].document
    assert document["overrides"] == [SOON]
    assert document["patterns"][0]["note"] == "hers"


def test_two_values_for_one_field_wait_for_a_choice(planned):
    change(planned, "patterns", "day", DAY | {"until": "2026-12-01"})
    change(planned, "patterns", "day", DAY | {"until": "2026-12-24"}, person="carl")
    publish(planned, "carl")
    (clash,) = draft_of(planned).clashes
    assert (clash.field, clash.mine, clash.theirs) == ("until", "2026-12-01", "2026-12-24")
    with pytest.raises(roster_draft.MustChoose):
        publish(planned)
    with pytest.raises(roster_draft.MustChoose):
        change(planned, "overrides", "soon", SOON)
    with planned.begin() as rows:
        draft = roster_draft.of(rows, "cora", ZONE)
        roster_draft.settle(rows, draft, {clash.place}, NOON)
    draft = draft_of(planned)
    assert not draft.clashes
    assert draft.document["patterns"][0]["until"] == "2026-12-01"


def test_choosing_what_was_published_ends_the_draft(planned):
    change(planned, "patterns", "day", DAY | {"until": "2026-12-01"})
    change(planned, "patterns", "day", DAY | {"until": "2026-12-24"}, person="carl")
    publish(planned, "carl")
    with planned.begin() as rows:
        roster_draft.settle(rows, roster_draft.of(rows, "cora", ZONE), (), NOON)
    assert draft_of(planned).kept is None


def test_a_published_revision_is_undone_without_losing_what_came_after(planned):
    change(planned, "overrides", "soon", SOON)
    publish(planned)
    change(planned, "patterns", "day", DAY | {"note": "later"}, person="carl")
    publish(planned, "carl")
    with planned.begin() as rows:
        roster_draft.revert(rows, roster_draft.of(rows, "cora", ZONE), 2, "undo", NOON)
    publish(planned)
    with planned.read() as rows:
        number, book = roster_book.newest(rows)
    assert number == 4
    assert "overrides" not in book.document
    assert book.document["patterns"][0]["note"] == "later"


def test_two_windows_of_one_coordinator_do_not_overwrite_each_other(planned):
    change(planned, "patterns", "day", DAY | {"note": "first"})
    stale = draft_of(planned)
    change(planned, "patterns", "day", DAY | {"note": "second"})
    document = with_entry(stale.document, "patterns", "day", DAY | {"note": "third"})
    with pytest.raises(Stale), planned.begin() as rows:
        roster_draft.change(rows, stale, document, "late", NOON)
    with pytest.raises(Stale), planned.begin() as rows:
        roster_draft.discard(rows, stale)
    assert draft_of(planned).document["patterns"][0]["note"] == "second"


def test_of_two_who_publish_at_once_the_second_is_told(planned):
    for person in ("cora", "carl"):
        change(planned, "patterns", "day", DAY | {"note": person}, person=person)
    late = draft_of(planned, "carl")
    publish(planned)
    with pytest.raises(Stale), planned.begin() as rows:
        roster_draft.publish(rows, late, "late", NOON)


def test_a_gap_needs_a_yes(planned):
    change(planned, "patterns", "day", DAY | {"until": "2026-11-03"})
    with pytest.raises(CannotSave) as refused:
        publish(planned)
    assert refused.value.opened
    publish(planned, leave_uncovered="moving house")
    with planned.read() as rows:
        line = rows.audit.of("roster:2")[-1]
    assert line.facts["because"] == "moving house"
    assert line.facts["uncovered"]
    (told,) = line.facts["changes"]
    assert (told["before"], told["after"]) == (DAY, DAY | {"until": "2026-11-03"})


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (SOON | {"by": "ana"}, "override_self"),
        (SOON | {"end": SOON["start"]}, "override_empty"),
        (SOON | {"zone": "Mars"}, "malformed"),
    ],
)
def test_a_mistake_is_refused_by_its_code_and_place(planned, entry, code):
    with pytest.raises(roster_draft.Refused) as refused:
        change(planned, "overrides", "soon", entry)
    (error,) = refused.value.errors
    assert error.code == code
    assert error.path.startswith("overrides[0]")
    assert draft_of(planned).kept is None


def test_what_is_over_is_left_alone(planned):
    with pytest.raises(roster_draft.Past):
        change(planned, "patterns", "day", DAY | {"people": ["ben"]})
    since = DAY | {"until": "2026-11-02"}
    after = DAY | {"id": "after", "from": "2026-11-02", "people": ["ben"]}
    with planned.begin() as rows:
        draft = roster_draft.of(rows, "cora", ZONE)
        document = with_entry(
            with_entry(draft.document, "patterns", "day", since), "patterns", "after", after
        )
        roster_draft.change(rows, draft, document, "Ben from now on", NOON)
    publish(planned)
    assert on_call(planned, NOON - HOUR) == ("ana",)
    assert on_call(planned, NOON + 24 * HOUR) == ("ben",)


def test_hours_that_began_while_the_draft_waited_are_published_for_an_hour(planned):
    begun = SOON | {"start": (NOON + HOUR / 4).isoformat()}
    change(planned, "overrides", "soon", begun)
    with pytest.raises(roster_draft.Past):
        publish(planned, at=NOON + 3 * HOUR)
    publish(planned, at=NOON + HOUR / 2)
    assert on_call(planned, NOON + HOUR / 2) == ("ben",)
