"""Do the worked cases of other schedulers' mistakes come out as ROSTER.md says?"""

import json
from datetime import datetime, timedelta
from functools import partial

import pytest

from routing import document, oncall
from routing.roster import Person

SECOND = timedelta(seconds=1)
instant_of = datetime.fromisoformat


@pytest.fixture(scope="session")
def cases(oracles):
    return json.loads((oracles / "roster_cases.json").read_text(encoding="utf-8"))["cases"]


def test_every_case_is_answered_as_worked_out(cases):
    wrong = {case["id"]: found for case in cases if (found := differences(case))}
    assert not wrong
    assert len(cases) == 37


def differences(case):
    checked = document.check(case["roster"])
    expected = case.get("errors", []), case.get("orphans", [])
    if (checked.codes, list(checked.orphans)) != expected:
        return [checked]
    if checked.errors:
        return []
    roster = document.parse(case["roster"])
    return [*who(case, roster), *gaps(case, roster), *hours(case, roster)]


def who(case, roster):
    for ask in case.get("ask", []):
        at = instant_of(ask["at"])
        found = oncall.Timeline.of(roster, at, at + SECOND).at(at)
        if {tier: list(found[tier]) for tier in ask["expect"]} != ask["expect"]:
            yield ask["at"], found


def gaps(case, roster):
    if ask := case.get("gaps"):
        window = instant_of(ask["from"]), instant_of(ask["to"])
        able = partial(has, roster, ask["skill"]) if ask.get("skill") else None
        line = oncall.Timeline.of(roster, *window)
        found = line.gaps(*window, ask["tier"], ask["need"], able)
        if found != [tuple(map(instant_of, pair)) for pair in ask["expect"]]:
            yield found


def hours(case, roster):
    if ask := case.get("hours"):
        window = instant_of(ask["from"]), instant_of(ask["to"])
        found = oncall.Timeline.of(roster, *window).hours(*window, ask["tier"])
        if found != ask["expect"]:
            yield found


def has(roster, skill, name):
    return roster.people.get(name, Person()).able(skill)
