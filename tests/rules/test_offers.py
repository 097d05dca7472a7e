"""Who is told that someone waits, and who gets whom?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import Call, Kind, Stage
from routing.escalation import Ladder, Rung, reached, standing
from routing.line import head_for, in_order
from routing.offers import Candidate, Live, Policy, Ring, order, plan, wanted

TIERS = ("primary", "backup", "supervisor")
T0 = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LADDER = Ladder(
    (
        Rung(0, "desks", "primary"),
        Rung(20, "desks", "backup"),
        Rung(30, "phones", "backup"),
        Rung(60, "phones", "supervisor"),
        Rung(110, "partner"),
    )
)
POLICY = Policy()


def caller(name: str = "c1", waited: float = 0, **changes: object) -> Call:
    call = Call(
        id=name,
        kind=Kind.INBOUND,
        leg_sid=f"CA{name}",
        line="riverton",
        number_shown=None,
        language="en",
        stage=Stage.WAITING,
        arrived_at=T0 - timedelta(seconds=waited),
        stage_since=T0,
        line_since=T0 - timedelta(seconds=waited),
    )
    return replace(call, **changes)  # type: ignore[arg-type]


def desk(name: str, active: float = 0, idle: float = 0, tier: str = "primary", **facts: object):
    return Candidate(
        name,
        frozenset({tier}),
        desk=True,
        active_at=T0 - timedelta(seconds=active),
        idle_since=T0 - timedelta(seconds=idle),
        **facts,  # type: ignore[arg-type]
    )


def phone(name: str, tier: str = "backup") -> Candidate:
    return Candidate(name, frozenset({tier}), phone=True)


def told(line: list[Call], people: list[Candidate], offers: list[Live] | None = None) -> list[Ring]:
    return plan(line, people, offers or [], {"riverton": LADDER}, POLICY, T0)


@pytest.mark.parametrize(
    ("waited", "rung", "next_in"),
    [
        (0, 0, 20),
        (19.9, 0, 0.1),
        (20, 1, 10),  # half-open: at its instant a rung is reached
        (30, 2, 30),
        (60, 3, 50),
        (110, 4, None),
        (9999, 4, None),  # the last rung has no end
    ],
)
def test_the_ladder_is_climbed_by_waiting(waited: float, rung: int, next_in: float | None) -> None:
    now = T0 + timedelta(seconds=waited)
    at, following = standing(LADDER, T0, now)
    assert at == rung
    if next_in is None:
        assert following is None
    else:
        assert following == now + timedelta(seconds=next_in)


def test_a_rung_where_nobody_can_be_reached_is_skipped_at_once() -> None:
    nobody = frozenset({("desks", "primary"), ("desks", "backup")})
    assert standing(LADDER, T0, T0, nobody)[0] == 2


def test_the_partner_keeps_its_time_while_somebody_may_become_free() -> None:
    gone = frozenset((kind, tier) for kind in ("desks", "phones") for tier in TIERS)
    partner_at = T0 + timedelta(seconds=110)
    assert standing(LADDER, T0, T0, gone) == (0, partner_at)
    assert standing(LADDER, T0, partner_at, gone) == (4, None)
    assert standing(LADDER, T0, T0, gone, nobody=True) == (4, None)


@pytest.mark.parametrize(
    "rungs",
    [(), (Rung(0, "desks", "primary"),), (Rung(9, "desks", "primary"), Rung(1, "partner"))],
)
def test_a_ladder_that_could_end_in_nothing_is_refused(rungs: tuple[Rung, ...]) -> None:
    with pytest.raises(ValueError, match="rung"):
        Ladder(rungs)


def test_two_ring_first_the_most_recently_active() -> None:
    people = [desk("away", active=900, idle=999), desk("ana", 1), desk("ben", 2), desk("cleo", 3)]
    assert [ring.person_id for ring in told([caller()], people)] == ["ana", "ben"]


def test_after_six_seconds_all_the_others_ring_longest_idle_first() -> None:
    people = [desk("ana", 1), desk("ben", 2), desk("cleo", 3, idle=5), desk("dev", 4, idle=50)]
    live = [Live("ana", "c1", "desk"), Live("ben", "c1", "desk")]
    rings = told([caller(waited=6)], people, live)
    assert [ring.person_id for ring in rings] == ["dev", "cleo"]


@pytest.mark.parametrize(
    ("able", "waited", "count"),
    [(1, 0, 1), (5, 0, 2), (5, 5.9, 2), (5, 6, 5), (12, 6, 12), (13, 6, 3), (13, 10, 4)],
)
def test_large_teams_widen_by_one(able: int, waited: float, count: int) -> None:
    assert wanted(POLICY, able, waited) == count


def test_a_line_may_widen_by_one_and_by_idleness_alone() -> None:
    slow = Policy(widen_to="one")
    assert [wanted(slow, 5, waited) for waited in (0, 6, 10, 14, 60)] == [2, 3, 4, 5, 5]
    idle = Policy(order="longest_idle")
    people = [desk("ana", active=1, idle=5), desk("ben", active=2, idle=50)]
    assert [p.person_id for p in order(people, caller(), idle)] == ["ben", "ana"]


def test_the_callers_language_goes_before_activity() -> None:
    people = [desk("ana", 1), desk("ben", 2), desk("sol", 60, languages=("en", "es"))]
    ordered = order(people, caller(language="es"), POLICY)
    assert ordered[0].person_id == "sol"


def test_the_clinician_a_caller_was_cut_off_from_is_asked_alone_first() -> None:
    people = [desk("ana", 1), desk("ben", 60)]
    assert [r.person_id for r in told([caller(prefers="ben", cut_offs=1)], people)] == ["ben"]
    later = told(
        [caller(prefers="ben", cut_offs=1, waited=15)], people, [Live("ben", "c1", "desk")]
    )
    assert [r.person_id for r in later] == ["ana"]


def test_a_caller_whose_clinician_is_gone_does_not_wait_for_them() -> None:
    assert [r.person_id for r in told([caller(prefers="gone")], [desk("ana")])] == ["ana"]


def test_who_refused_is_not_asked_again_about_this_wait() -> None:
    refused = [Live("ana", "c1", "desk", settled=True)]
    rings = told([caller()], [desk("ana"), desk("ben", 5)], refused)
    assert [r.person_id for r in rings] == ["ben"]


def test_backup_desks_and_phones_come_with_their_rungs() -> None:
    people = [desk("ana"), desk("bea", tier="backup"), phone("cal"), phone("sam", "supervisor")]
    rings = told([caller(waited=30, rung=2)], people)
    assert {(r.person_id, r.channel) for r in rings} == {
        ("ana", "desk"),
        ("bea", "desk"),
        ("cal", "phone"),
    }


def test_a_phone_rings_once_a_wait() -> None:
    tried = [Live("cal", "c1", "phone", settled=True)]
    assert told([caller(waited=40, rung=2)], [phone("cal")], tried) == []


def test_two_callers_ring_different_people() -> None:
    people = [desk(name, number) for number, name in enumerate("abcd")]
    rings = told([caller("c1", waited=3), caller("c2")], people)
    assert len({r.person_id for r in rings}) == len(rings) == 4


@given(
    st.lists(st.integers(0, 200), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=20),
    st.integers(0, 4),
)
def test_asked_twice_it_answers_nothing_more(waits: list[int], team: list, rung: int) -> None:
    line = in_order(caller(f"c{n}", waited, rung=rung) for n, waited in enumerate(waits))
    people = [desk(f"p{n}", active, idle) for n, (active, idle) in enumerate(team)]
    people += [phone("cal"), phone("sam", "supervisor")]
    first = told(line, people)
    assert len({(r.person_id, r.channel) for r in first}) == len(first), "one ring a channel"
    live = [Live(r.person_id, r.call_id, r.channel) for r in first]
    assert told(line, people, live) == []


def test_the_line_is_priority_then_the_longest_wait() -> None:
    calls = [
        caller("late"),
        caller("early", waited=30),
        caller("psap", priority=10),
        caller("talking", stage=Stage.TALKING),
    ]
    assert [call.id for call in in_order(calls)] == ["psap", "early", "late"]


def test_whoever_accepts_gets_the_head_of_the_line_they_can_serve() -> None:
    calls = [caller("es", waited=60, language="es"), caller("en", waited=5)]
    assert head_for(calls, "ana", ("en",)) == calls[1]
    assert head_for(calls, "sol", ("en", "es")) == calls[0]
    assert head_for(calls[:1], "ana", ("en",)) == calls[0], "an interpreter before nobody"
    assert head_for([], "ana", ("en",)) is None


def test_a_caller_cut_off_from_this_clinician_comes_first() -> None:
    calls = [caller("first", waited=60), caller("theirs", prefers="ana", cut_offs=1)]
    assert head_for(calls, "ana", ("en",)) == calls[1]


def test_who_was_promised_a_call_waits_their_turn() -> None:
    calls = [caller("first", waited=60), caller("promised", prefers="ana")]
    assert head_for(calls, "ana", ("en",)) == calls[0]


def test_reached_rungs_stay_reached() -> None:
    assert [rung.tier for rung in reached(LADDER, 2)] == ["primary", "backup", "backup"]


@given(st.lists(st.tuples(st.integers(-10, 20), st.integers(0, 3600)), max_size=30))
def test_nobody_is_overtaken_without_bound(came: list[tuple[int, int]]) -> None:
    """One point of priority is worth a minute: whoever comes later than that waits behind."""
    calls = [
        caller(f"c{n}", priority=points, line_since=T0 + timedelta(seconds=seconds))
        for n, (points, seconds) in enumerate(came)
    ]
    line = in_order(calls, ageing_seconds=60)
    for place, ahead in enumerate(line):
        for behind in line[place + 1 :]:
            later = (ahead.line_since - behind.line_since).total_seconds()
            assert later <= max(0, ahead.priority - behind.priority) * 60


def test_a_flooded_line_leaves_a_desk_to_the_others() -> None:
    line = [caller(f"c{n}", line="general") for n in range(5)]
    team = [desk(name) for name in ("ana", "ben", "cleo")]
    ladders = {"general": LADDER, "riverton": LADDER}
    flooded = frozenset({"general"})
    rings = plan(line, team, [], ladders, Policy(reserved=1), T0, flooded)
    assert len({ring.person_id for ring in rings}) == 2
    urgent = caller("u", line="riverton")
    both = plan([urgent, *line], team, [], ladders, Policy(reserved=1), T0, flooded)
    assert [ring.call_id for ring in both][:1] == ["u"]
    alone = plan(line, team[:1], [], ladders, Policy(reserved=1), T0, flooded)
    assert len(alone) == 1, "one clinician alone is nobody's reserve"
