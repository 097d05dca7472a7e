"""Is a response plan found by its number, and is every version kept?"""

from dataclasses import replace
from datetime import date, timedelta

from store.conftest import NOON

from care import response_plan as rules
from care.response_plan import Draft

TODAY = date(2026, 11, 1)
DRAFT = Draft("Pat", "Let them finish.", None, None, None, "no", TODAY + timedelta(days=90))
FIRST = rules.first("p", "+13145550142", DRAFT, "sol", NOON, TODAY)
SECOND = rules.anew(
    FIRST, replace(DRAFT, tell="Marta", review_on=TODAY + timedelta(days=9)), "sol", NOON, TODAY
)
OVER = rules.ended(SECOND, "Moved", "sol", NOON + timedelta(days=1))
OTHER = rules.first("o", "+13145550143", DRAFT, "sol", NOON, TODAY)


def test_it_is_found_by_its_number_as_it_was_written_last(store):
    with store.begin() as rows:
        assert rows.response_plans.of_number("+13145550142") is None
        assert rows.response_plans.add(FIRST)
        assert rows.response_plans.of_number("+13145550142") == FIRST
        assert rows.response_plans.add(SECOND)
        assert rows.response_plans.of_number("+13145550142") == SECOND
        assert rows.response_plans.of_number("+13145550143") is None
        assert rows.response_plans.add(OVER)
    with store.read() as rows:
        assert rows.response_plans.of_number("+13145550142") == OVER
        assert rows.response_plans.versions("p") == [OVER, SECOND, FIRST]
        assert rows.response_plans.versions("x") == []


def test_a_version_of_a_numbers_plan_is_written_once(store):
    with store.begin() as rows:
        assert rows.response_plans.add(FIRST)
        assert not rows.response_plans.add(replace(FIRST, id="q")), "two people wrote the first"
        assert rows.response_plans.add(SECOND)
        assert not rows.response_plans.add(replace(SECOND, helps="Mine"))
        assert rows.response_plans.versions("p") == [SECOND, FIRST]


def test_what_stands_is_listed_by_its_review_and_what_ended_apart(store):
    with store.begin() as rows:
        for one in (OTHER, FIRST, SECOND):
            rows.response_plans.add(one)
        assert rows.response_plans.standing() == [SECOND, OTHER]
        assert rows.response_plans.standing(limit=1) == [SECOND]
        assert rows.response_plans.ended() == []
        rows.response_plans.add(OVER)
        assert rows.response_plans.standing() == [OTHER]
        assert rows.response_plans.ended() == [OVER]
