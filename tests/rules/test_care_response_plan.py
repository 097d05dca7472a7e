"""Does a response plan say what helps, get reviewed within a year, and decide nothing?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from care import response_plan as rules
from care.response_plan import Draft, Refused

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
DRAFT = Draft(
    person_name="Pat",
    helps="Let them finish. Ask about the garden.",
    avoid="Advice",
    limits="20 minutes, then a time to call again",
    tell="Their case manager",
    agreed="yes",
    review_on=TODAY + timedelta(days=90),
)
FIRST = rules.first("p", "+13145550142", DRAFT, "sol", AT, TODAY)
ROOT = Path(__file__).resolve().parents[2]
# Who may know of plans: the pages that show them, what they ask, and the clock that has them
# reviewed, and the demo's month. Nothing that decides who is offered a caller, or when.
READERS = {
    "console/app.py",
    "console/desk.py",
    "console/followup_page.py",
    "console/permissions.py",
    "console/records.py",
    "console/response_plans.py",
    "storage/migrations/versions/0022_let_a_number_have_a_response_plan.py",
    "storage/response_plans.py",
    "storage/store.py",
    "storage/tables/__init__.py",
    "storage/tables/records.py",
    "switchboard/cards.py",
    "switchboard/clock.py",
    "switchboard/desk.py",
    "switchboard/response_plans.py",
    "switchboard/seed.py",
    "switchboard/seed_plans.py",
    "switchboard/tasks.py",
}
ROOMS = ("ivr", "routing", "callbacks", "care", "config", "telephony", "storage", "switchboard", "console", "reports")  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"person_name": None, "avoid": None, "limits": None, "tell": None}, None),
        ({"agreed": "no"}, None),
        ({"agreed": ""}, "agreed"),
        ({"helps": " "}, "helps"),  # what not to do alone is no plan
        ({"review_on": TODAY + timedelta(days=1)}, None),
        ({"review_on": TODAY}, "review_on"),
        ({"review_on": TODAY + timedelta(days=365)}, None),
        ({"review_on": TODAY + timedelta(days=366)}, "review_on"),
    ],
)
def test_what_a_plan_must_say(change, field):
    draft = replace(DRAFT, **change)
    assert set(rules.missing(draft, TODAY)) == ({field} if field else set())
    if field:
        with pytest.raises(Refused):
            rules.anew(FIRST, draft, "sol", AT, TODAY)


def test_it_is_reviewed_in_ninety_days_unless_somebody_says_otherwise():
    assert rules.review_by_default(TODAY) == date(2027, 2, 21)


def test_each_writing_is_a_version_and_the_end_is_one():
    later = AT + timedelta(days=80)
    second = rules.anew(FIRST, replace(DRAFT, helps="Silence is fine."), "ada", later, TODAY)
    assert (second.id, second.number, second.version) == ("p", "+13145550142", 2)
    assert (second.helps, second.written_by, second.written_at) == (
        "Silence is fine.",
        "ada",
        later,
    )
    over = rules.ended(second, "Moved, and well.", "sol", later)
    assert (over.version, over.helps, over.stands) == (3, "Silence is fine.", False)
    again = rules.anew(over, DRAFT, "sol", later, TODAY)
    assert (again.version, again.stands) == (4, True)
    for before, because in ((second, " "), (over, "Again")):
        with pytest.raises(Refused):
            rules.ended(before, because, "sol", later)


def test_nobody_writes_without_end():
    with pytest.raises(Refused):
        rules.anew(replace(FIRST, version=rules.VERSIONS_MOST), DRAFT, "sol", AT, TODAY)


def test_a_review_is_overdue_when_its_day_has_passed():
    day = FIRST.review_on
    assert not rules.overdue(FIRST, day)
    assert rules.overdue(FIRST, day + timedelta(days=1))
    over = rules.ended(FIRST, "Moved", "sol", AT)
    assert not rules.overdue(over, day + timedelta(days=1)), "what ended is not reviewed"


def test_what_helps_fits_into_one_line():
    assert rules.in_one_line(FIRST) == "Let them finish. Ask about the garden."
    long = replace(FIRST, helps="one\ntwo " * 60)
    line = rules.in_one_line(long)
    assert line.startswith("one two one")
    assert line.endswith("…")
    assert len(line) <= rules.LINE_MOST
    assert "\n" not in line


def test_nothing_that_decides_about_a_caller_knows_of_plans():
    """A plan changes neither who is offered a caller, nor in what order, nor how soon."""
    readers = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "response_plan" in path.read_text(encoding="utf-8")
    }
    assert readers == READERS
