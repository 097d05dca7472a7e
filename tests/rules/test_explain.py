"""Who would answer, and who next? The explanation against the ladder's table."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from rules.test_offers import LADDER, T0, TIERS

from routing.escalation import Ladder, Rung
from routing.explain import explain
from routing.offers import Candidate, Policy


def person(name, tier="primary", languages=("en",), phone=True):
    return Candidate(
        name,
        frozenset({tier}),
        languages,
        desk=True,
        active_at=T0,
        idle_since=T0,
        phone=phone,
        has_phone=phone,
    )


def said(people, ladder=LADDER, language="en"):
    return explain("riverton", language, T0, lambda _at: people, ladder, Policy())


def told(answer):
    return [(one.after_seconds, one.channel, one.person_id) for one in answer.asked]


def climbs(answer):
    return [(one.after_seconds, one.kind, one.tier) for one in answer.climbs]


def test_two_at_once_then_the_others_then_rung_by_rung():
    people = [person("ana"), person("ben"), person("cleo"), person("eve", "backup"),
              person("sol", "supervisor")]  # fmt: skip
    answer = said(people)
    assert told(answer) == [
        (0, "desk", "ana"),
        (0, "desk", "ben"),
        (6, "desk", "cleo"),
        (20, "desk", "eve"),
        (30, "phone", "eve"),
        (60, "phone", "sol"),
    ]
    assert climbs(answer) == [(one.after_seconds, one.kind, one.tier) for one in LADDER.rungs]
    assert answer.never == ()


def test_an_empty_rung_is_skipped_and_the_partner_keeps_its_time():
    answer = said([person("eve", "backup")])
    assert told(answer) == [(0, "desk", "eve"), (10, "phone", "eve")]
    assert [one.after_seconds for one in answer.climbs] == [None, 0, 10, None, 110]


def test_with_nobody_at_all_the_partner_is_first():
    answer = said([])
    assert told(answer) == []
    assert answer.climbs[-1].after_seconds == 0


def test_who_speaks_the_callers_language_is_first():
    people = [person("ana"), person("ben"), person("cleo", languages=("es",))]
    answer = said(people, language="es")
    assert told(answer)[0] == (0, "desk", "cleo")
    assert [one.speaks for one in answer.asked] == [True, False, False]


def test_a_supervisor_without_a_phone_is_never_asked():
    assert said([person("ana"), person("sol", "supervisor", phone=False)]).never == ("sol",)


def test_a_change_of_shift_in_the_middle_of_the_wait_counts():
    def here(at):
        return [person("ana" if at < T0 + timedelta(seconds=20) else "ben")]

    answer = explain("riverton", "en", T0, here, LADDER, Policy())
    assert told(answer) == [(0, "desk", "ana"), (20, "desk", "ben")]


def test_a_large_team_is_asked_one_by_one():
    people = [person(f"p{n:02}") for n in range(14)]
    times = [one.after_seconds for one in said(people).asked]
    assert times == [0, 0, *range(6, 54, 4)]


ladders = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(["desks", "phones"]), st.sampled_from(TIERS)),
    max_size=5,
)
teams = st.lists(
    st.builds(
        lambda n, tier, phone, language: person(f"p{n}", tier, (language,), phone),
        st.integers(0, 20),
        st.sampled_from(TIERS),
        st.booleans(),
        st.sampled_from(["en", "es"]),
    ),
    max_size=20,
    unique_by=lambda one: one.person_id,
)


@given(ladders, teams, st.integers(0, 60))
def test_everybody_is_asked_once_by_each_way_or_never_and_the_partner_is_last(rungs, team, after):
    at, made = 0, []
    for step, kind, tier in rungs:
        made.append(Rung(at, kind, tier))
        at += step
    ladder = Ladder((*made, Rung(at + after, "partner")))
    answer = said([replace(one) for one in team], ladder)
    ways = [(one.person_id, one.channel) for one in answer.asked]
    assert len(ways) == len(set(ways))
    assert {one.person_id for one in answer.asked} | set(answer.never) == {
        one.person_id for one in team
    }
    times = [one.after_seconds for one in answer.climbs if one.after_seconds is not None]
    assert times == sorted(times)
    assert answer.climbs[-1].kind == "partner"
    assert all(one.after_seconds <= times[-1] for one in answer.asked)
