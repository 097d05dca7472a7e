"""Does what is said of each person's routing agree with what was done, and name the true cause?"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from rules.test_offers import LADDER, T0, TIERS, caller, desk

from routing.offers import Candidate, Live, Policy, plan
from routing.verdicts import Round, Verdict, verdicts

LADDERS = {"riverton": LADDER}
STATES = ("off", "paused", "connecting", "talking", "wrap_up", "unheard")
LADDER_ENDS = len(LADDER.rungs) - 1
CURES_MOST = 8
EAGER = Policy(start=100)


def away(name: str, state: str, tier: str = "primary", **facts: object) -> Candidate:
    return Candidate(name, frozenset({tier}), state=state, state_since=T0, **facts)  # type: ignore[arg-type]


def told(line, people, offers=(), policy=None, flooded=frozenset()):
    """Make a round as a sweep does, and say why of each caller and person."""
    policy = policy or Policy()
    on_call = [one for one in people if one.tiers]
    rings = plan(line, on_call, offers, LADDERS, policy, T0, flooded)
    known = [*offers, *(Live(ring.person_id, ring.call_id, ring.channel) for ring in rings)]
    this = Round(known, policy, T0, flooded)
    return {
        (call.id, one.person_id): one
        for call in line
        for one in verdicts(call, people, LADDER, this)
    }


def of(person, line, people, *given_, **more) -> Verdict:
    return told(line, people, *given_, **more)["c1", person]


def test_a_paused_desk_says_since_when_and_when_its_phone_rings():
    people = [away("ana", "paused", "backup", phone=True, has_phone=True), desk("ben")]
    found = of("ana", [caller()], people)
    assert (found.why, found.since, found.phone_after) == ("paused", T0, 30)
    assert of("ben", [caller()], people).told


def test_who_does_not_speak_the_callers_language_is_asked_six_seconds_later():
    speaking = [desk(name, languages=("es",)) for name in ("ana", "ben")]
    people = [*speaking, desk("cleo", languages=("en",))]
    found = of("cleo", [caller(language="es")], people)
    assert (found.why, found.desk_after, found.speaks) == ("turn", 6, False)


def test_a_large_team_is_widened_one_by_one_and_promises_no_second():
    people = [desk(f"p{n:02}", active=n) for n in range(14)]
    found = of("p13", [caller()], people)
    assert (found.why, found.desk_after) == ("turn", None)


def test_backup_is_told_when_its_rung_comes():
    found = of("ana", [caller()], [desk("ana", tier="backup"), desk("ben")])
    assert (found.why, found.desk_after) == ("rung_later", 20)


def test_a_supervisors_desk_stands_on_no_rung_and_the_phone_is_missing():
    found = of("sol", [caller()], [desk("sol", tier="supervisor"), desk("ben")])
    assert (found.why, found.desk_after, found.no_phone) == ("no_rung", None, True)


def test_who_was_cut_off_from_the_caller_is_asked_alone_at_first():
    people = [desk("ana"), desk("ben")]
    found = of("ben", [caller(prefers="ana", cut_offs=1)], people)
    assert (found.why, found.desk_after) == ("prefers", 15)
    later = [caller(waited=15, prefers="ana", cut_offs=1)]
    assert of("ben", later, people).why != "prefers"


def test_who_promised_to_call_them_is_asked_alone_for_less():
    people = [desk("ana"), desk("ben")]
    found = of("ben", [caller(prefers="ana")], people)
    assert (found.why, found.desk_after) == ("prefers", 6)
    assert of("ben", [caller(waited=6, prefers="ana")], people).why != "prefers"


def test_no_is_not_asked_again_and_a_phone_once():
    refused = [Live("ana", "c1", "desk", settled=True)]
    assert of("ana", [caller()], [desk("ana"), desk("ben")], refused).why == "refused"
    rung = [Live("ben", "c1", "phone", settled=True)]
    people = [away("ben", "off", "backup", phone=True, has_phone=True), desk("ana")]
    assert of("ben", [caller(waited=40, rung=2)], people, rung).why == "rung"


def test_one_person_rings_about_one_caller():
    line = [caller(), caller("c2", waited=-1)]
    found = told(line, [desk("ana")])
    assert found["c1", "ana"].told
    assert found["c2", "ana"].why == "another"


def test_in_a_flood_a_desk_is_kept_free():
    people = [desk("ana", active=1), desk("ben", active=2)]
    flooded = frozenset({"riverton"})
    assert of("ben", [caller()], people, flooded=flooded).why == "reserved"


def test_on_duty_and_not_on_call():
    stranger = replace(desk("dev"), tiers=frozenset())
    assert of("dev", [caller()], [stranger, desk("ana")]).why == "not_on_call"


# -- whatever the house looks like ------------------------------------------------------------

names = st.sampled_from(["p1", "p2", "p3", "p4"])
callers = st.builds(
    lambda name, waited, rung, prefers, language: caller(
        name, waited, rung=rung, prefers=prefers, language=language
    ),
    st.just(""),
    st.integers(0, 130),
    st.integers(0, LADDER_ENDS),
    st.none() | names,
    st.sampled_from(["en", "es"]),
)


@st.composite
def candidates(draw):
    def one(name):
        ready = draw(st.booleans())
        state = "available" if ready else draw(st.sampled_from(STATES))
        busy = state in ("connecting", "talking")
        has_phone = draw(st.booleans())
        return Candidate(
            name,
            draw(st.frozensets(st.sampled_from(TIERS), max_size=2)),
            draw(st.sampled_from([("en",), ("es",), ("en", "es")])),
            desk=ready,
            active_at=T0 - timedelta(seconds=draw(st.integers(0, 99))),
            idle_since=T0 - timedelta(seconds=draw(st.integers(0, 99))),
            phone=has_phone and not ready and not busy,
            busy=busy,
            state=state,
            state_since=T0,
            has_phone=has_phone,
        )

    return [one(name) for name in ("p1", "p2", "p3", "p4")]


offered = st.lists(
    st.builds(
        Live,
        names,
        st.sampled_from(["c1", "c2"]),
        st.sampled_from(["desk", "phone"]),
        st.booleans(),
    ),
    max_size=5,
    unique_by=lambda one: (one.person_id, one.channel),
)
floods = st.sampled_from([frozenset(), frozenset({"riverton"})])


def cured(found, line, people, offers, policy, flooded):
    """Take away the cause that was named, and nothing else."""
    who = found.person_id
    if found.why in STATES:
        people = [
            replace(one, desk=True, state="available", busy=False, phone=False)
            if one.person_id == who
            else one
            for one in people
        ]
    elif found.why in ("refused", "rung", "another"):
        offers = [one for one in offers if one.person_id != who]
        line = [call for call in line if call.id == "c1"]
    elif found.why == "rung_later":
        line = [replace(call, rung=LADDER_ENDS) for call in line]
    elif found.why == "prefers":
        line = [replace(call, prefers=None) for call in line]
    elif found.why == "reserved":
        flooded = frozenset()
    elif found.why == "turn":
        policy = EAGER
    return line, people, offers, policy, flooded


@settings(max_examples=400, deadline=None)
@given(callers, callers, candidates(), offered, floods)
def test_the_cause_that_is_named_is_the_cause(first, second, people, offers, flooded):
    line = [replace(first, id="c1"), replace(second, id="c2")]
    ground = line, people, offers, Policy(), flooded
    for person in people:
        state = ground
        seen: list[str] = []
        for _ in range(CURES_MOST):
            line_, people_, offers_, policy, flooded_ = state
            found = told(line_, people_, offers_, policy, flooded_)["c1", person.person_id]
            seen.append(found.why)
            if found.told or found.why in ("not_on_call", "no_rung"):
                break
            state = cured(found, *state)
        assert found.told or found.why in ("not_on_call", "no_rung"), seen


@settings(max_examples=400, deadline=None)
@given(callers, callers, candidates(), offered, floods)
def test_told_are_exactly_those_who_ring(first, second, people, offers, flooded):
    line = [replace(first, id="c1"), replace(second, id="c2")]
    on_call = [one for one in people if one.tiers]
    rings = plan(line, on_call, offers, LADDERS, Policy(), T0, flooded)
    ringing = {(one.call_id, one.person_id) for one in rings}
    ringing |= {(one.call_id, one.person_id) for one in offers if not one.settled}
    found = told(line, people, offers, flooded=flooded)
    assert {key for key, one in found.items() if one.told} == ringing & found.keys()
