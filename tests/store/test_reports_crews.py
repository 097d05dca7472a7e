"""Do the figures count every visit of a mobile crew once, and do their sums agree?"""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from care import crew as rules
from care.crew import State, Step, Visit
from care.crew_details import KINDS, OUTCOMES
from reports import crews, figures, table
from storage.store import Store
from switchboard import seed

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
FACTS = {"place": "12 Main St", "risk": "A dog", "situation": "Alone."}
ASKED = Visit("v", None, "first", FACTS, "ana", NOW, NOW + timedelta(minutes=3))
CHICAGO = "America/Chicago"


def visit(*steps, kind="first", outcome="settled", **facts):
    """`steps`: each with its minutes after the request."""
    one = replace(ASKED, kind=kind, **facts)
    for step, minutes in steps:
        at = NOW + timedelta(minutes=minutes)
        one = rules.take(one, step, "one", "crew:one", at, words=outcome)
    return one


WHOLE = ((Step.ACKNOWLEDGE, 1), (Step.SET_OUT, 3), (Step.ARRIVE, 20), (Step.CLEAR, 50))
FAST = ((Step.ACKNOWLEDGE, 2), (Step.ARRIVE, 10), (Step.CLEAR, 30))
MANY = [
    visit(*WHOLE),
    visit(*FAST, outcome="hospital"),
    visit((Step.ACKNOWLEDGE, 9), (Step.SET_OUT, 11), (Step.ARRIVE, 90), kind="second"),
    visit((Step.CALL_OFF, 2), kind="second"),
    rules.told(visit(kind="after"), NOW),
]


def agree(kinds):
    together = crews.total(kinds.values())
    for one in (*kinds.values(), together):
        assert one.asked == sum(one.came_to[key] for key in crews.CAME_TO)
        assert sum(one.outcomes[key] for key in OUTCOMES) == one.came_to["cleared"]
        assert one.measures[State.CLEARED].count == one.came_to["cleared"]
    assert together.asked == sum(one.asked for one in kinds.values())
    for key in crews.CAME_TO:
        assert together.came_to[key] == sum(one.came_to[key] for one in kinds.values())
    return together


def test_every_visit_is_in_one_column_and_the_sums_agree():
    kinds = crews.count(MANY)
    together = agree(kinds)
    assert set(kinds) == set(KINDS)
    assert dict(together.came_to) == {"cleared": 2, "called_off": 1, "going": 2}
    assert dict(together.outcomes) == {"settled": 1, "hospital": 1}
    assert (kinds["after"].unheard, together.unheard) == (1, 1)


def test_each_time_speaks_of_the_visits_that_have_it():
    measures = crews.total(crews.count(MANY).values()).measures
    found = {
        str(state): (
            one.count,
            one.middle / timedelta(minutes=1),
            one.longest / timedelta(minutes=1),
        )
        for state, one in measures.items()
    }
    assert found == {
        "acknowledged": (3, 2, 9),
        "en_route": (2, 7, 11),
        "on_scene": (3, 20, 90),
        "cleared": (2, 40, 50),
    }
    assert measures[State.ON_SCENE].within(timedelta(minutes=20)) == 2
    nothing = crews.total(crews.count([]).values()).measures[State.ON_SCENE]
    assert (nothing.count, nothing.middle, nothing.longest) == (0, None, None)


@pytest.fixture
def store(database_url):
    opened = Store(database_url, now=lambda: NOW)
    yield opened
    opened.close()


def test_a_visit_belongs_to_the_day_it_was_asked_for_on(store):
    midnight = datetime(2026, 11, 20, 6, tzinfo=UTC)  # in Chicago
    with store.begin() as rows:
        for name, at in (("a", midnight - timedelta(seconds=1)), ("b", midnight), ("c", NOW)):
            rows.crew_visits.add(replace(ASKED, id=name, requested_at=at))
        day = date(2026, 11, 20)
        assert crews.read(rows, day, day, CHICAGO)["first"].asked == 2
        assert crews.read(rows, day - timedelta(days=1), day, CHICAGO)["first"].asked == 3


def test_the_demo_has_visits_whose_sums_agree_and_no_alarm(store):
    seed.fill(store, NOW)
    with store.read() as rows:
        kinds = crews.read(rows, date(2026, 10, 1), date(2026, 11, 20), CHICAGO)
        going = rows.crew_visits.open()
        names = {crew.id: crew.name for crew in rows.crews.all()}
        records = {
            v.call_id: rows.records.get(v.call_id)
            for v in rows.crew_visits.since(NOW - timedelta(days=40))
            if v.call_id
        }
    together = agree(kinds)
    assert together.came_to["cleared"] > 5
    assert together.outcomes["settled"] > 1
    assert [one.facts["when"] for one in going if one.kind == "after"] == [
        "This evening, between six and eight"
    ]
    assert not any(rules.late(one, NOW) for one in going)
    assert {one.crew for one in going} <= set(names)
    assert {one.disposition for one in records.values()} == {"mobile_crew_requested"}


def test_the_file_has_each_days_visits_and_how_long_they_took(store):
    day = date(2026, 11, 20)
    with store.begin() as rows:
        rows.crew_visits.add(visit(*WHOLE, id="a"))
        rows.crew_visits.add(visit(*FAST, id="b", kind="second", outcome="hospital"))
        before = NOW - timedelta(days=1)
        rows.crew_visits.add(replace(ASKED, id="c", requested_at=before))
        days = crews.by_day(rows, day - timedelta(days=2), day, CHICAGO)
        shown = figures.read(rows, day - timedelta(days=2), day, CHICAGO, NOW)
    header, *lines = csv.reader(table.of_days(shown, days).splitlines())
    found = [dict(zip(header, line, strict=True)) for line in lines]
    wanted = (
        "asked for",
        "cleared",
        "still going on",
        "to on scene (visits)",
        "to on scene (median s)",
    )
    assert [[line[f"Crews: {name}"] for name in wanted] for line in found] == [
        ["0", "0", "0", "0", ""],
        ["1", "0", "1", "0", ""],
        ["2", "2", "0", "2", "900.0"],
        ["3", "2", "1", "2", "900.0"],
    ]
    assert found[-1]["Crews: to on scene (longest s)"] == "1200.0"
    assert found[-1]["Crews ended: Went to a hospital"] == "1"
