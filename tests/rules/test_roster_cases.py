"""Do the worked cases of other schedulers' mistakes come out as ROSTER.md says?"""

import json
from datetime import datetime

import pytest

from routing import document, oncall

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
        found = oncall.on_call(roster, instant_of(ask["at"]))
        if {tier: found[tier] for tier in ask["expect"]} != ask["expect"]:
            yield ask["at"], found


def gaps(case, roster):
    if ask := case.get("gaps"):
        window = instant_of(ask["from"]), instant_of(ask["to"])
        found = oncall.gaps(roster, *window, ask["tier"], ask["need"], ask.get("skill"))
        if found != [tuple(map(instant_of, pair)) for pair in ask["expect"]]:
            yield found


def hours(case, roster):
    if ask := case.get("hours"):
        window = instant_of(ask["from"]), instant_of(ask["to"])
        found = oncall.hours(roster, *window, ask["tier"])
        if found != ask["expect"]:
            yield found
