"""Does a visit of a mobile crew only go forward, however often somebody taps, and lose no word?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import crew as rules
from care import crew_details, crew_seen
from care.crew import BEFORE_ARRIVAL, TABLE, Refused, State, Step, Visit
from care.crew_details import NAMES
from care.questions import QUESTIONS

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
FACTS = {"place": "12 Main St", "risk": "A dog", "situation": "Alone on the porch."}
ASKED = Visit("v", "call", "first", FACTS, "ana", NOW, NOW + timedelta(minutes=3))
CREW = "crew:one"
R, A, E, S, C, OFF = State
ORDER = list(State)


def taps(*steps, visit=ASKED, crew="one", at=NOW, words=""):
    for step in steps:
        visit = rules.take(visit, step, crew, f"crew:{crew}", at, words=words or "settled")
    return visit


REACHED = {
    R: ASKED,
    A: taps(Step.ACKNOWLEDGE),
    E: taps(Step.ACKNOWLEDGE, Step.SET_OUT),
    S: taps(Step.ACKNOWLEDGE, Step.SET_OUT, Step.ARRIVE),
    C: taps(Step.ACKNOWLEDGE, Step.SET_OUT, Step.ARRIVE, Step.CLEAR),
    OFF: rules.take(taps(Step.ACKNOWLEDGE), Step.CALL_OFF, None, "ana", NOW, words="not needed"),
}
# Each step in each state: where it leads; "=" changes nothing; "!" is refused.
EXPECTED = {
    #                  R    A    E    S    C    OFF
    Step.ACKNOWLEDGE: (A, "=", "=", "=", "=", "!"),
    Step.SET_OUT: (E, E, "=", "=", "=", "!"),
    Step.ARRIVE: (S, S, S, "=", "=", "!"),
    Step.CLEAR: ("!", "!", "!", C, "=", "!"),
    Step.GIVE_BACK: (R, R, R, "!", "!", "!"),
    Step.CALL_OFF: (OFF, OFF, OFF, "!", "!", "="),
}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", State)
def test_every_state_answers_every_step(state, step):
    expected, visit = EXPECTED[step][ORDER.index(state)], REACHED[state]
    if expected == "!":
        with pytest.raises(Refused, match=r"[A-Z].*\."):
            taps(step, visit=visit)
    elif expected == "=":
        assert taps(step, visit=visit) is visit
    else:
        moved = taps(step, visit=visit)
        assert moved.state is expected
        assert moved.lines[-1].what == step
        assert taps(step, visit=moved) == moved, "a doubled tap changes nothing"


def test_the_table_knows_every_step_and_state():
    assert {step: set(row) for step, row in TABLE.items()} == {step: set(State) for step in Step}


def test_each_time_is_kept_and_a_state_passed_over_has_none():
    visit = taps(Step.ACKNOWLEDGE, at=NOW + timedelta(minutes=1))
    visit = taps(Step.ARRIVE, visit=visit, at=NOW + timedelta(minutes=20))
    visit = taps(Step.CLEAR, visit=visit, at=NOW + timedelta(minutes=50), words="hospital")
    spans = {str(name): span.total_seconds() / 60 for name, span in visit.spans.items()}
    assert spans == {"acknowledged": 1, "on_scene": 20, "cleared": 50}
    assert (visit.outcome, visit.en_route_at, visit.due_at) == ("hospital", None, None)
    assert taps(Step.ARRIVE).acknowledged_at == NOW, "whoever arrives has taken it"


def test_a_visit_called_off_was_not_cleared():
    assert REACHED[OFF].cleared_at is None
    assert REACHED[OFF].ended_at == NOW
    assert "cleared" not in REACHED[OFF].spans


def test_of_two_crews_the_second_learns_that_there_is_nothing_left():
    taken = taps(Step.ACKNOWLEDGE)
    with pytest.raises(Refused, match="Another crew"):
        taps(Step.ACKNOWLEDGE, visit=taken, crew="two")
    assert not rules.theirs(taken, "two")
    assert rules.theirs(taken, "one")
    assert rules.theirs(ASKED, "two")
    assert not rules.theirs(replace(ASKED, asked="one"), "two")


def test_what_is_given_back_is_asked_of_anybody_and_told_at_once():
    back = taps(Step.GIVE_BACK, visit=replace(REACHED[E], asked="one", told_at=NOW), words="Flat")
    assert (back.state, back.crew, back.asked, back.told_at) == (R, None, None, None)
    assert (back.acknowledged_at, back.en_route_at, back.read) == (None, None, 0)
    assert rules.late(back, NOW)
    assert taps(Step.ACKNOWLEDGE, visit=back, crew="two").crew == "two"
    assert taps(Step.ACKNOWLEDGE, visit=back).crew == "one", "they found a wheel"


def test_clearing_says_how_it_ended():
    with pytest.raises(Refused, match="how it ended"):
        rules.take(REACHED[S], Step.CLEAR, "one", CREW, NOW)


@pytest.mark.parametrize("state", [A, E, S])
def test_what_the_desk_changes_stands_unread_until_the_crew_has_read_it(state):
    visit = replace(REACHED[state], read=1)
    changed = rules.change(visit, FACTS | {"risk": "A gun"}, "ana", NOW)
    assert changed.unread == ("risk",)
    again = rules.change(changed, FACTS | {"risk": "A gun", "place": "14 Main St"}, "ana", NOW)
    assert again.unread == ("place", "risk")
    seen = rules.read(again, changed.version, CREW, NOW)
    assert seen.unread == ("place",), "what came after the page was made is not read"
    read = rules.read(seen, 99, CREW, NOW)
    assert (read.unread, read.read) == ((), read.version)
    assert rules.read(read, 1, CREW, NOW) is read
    assert rules.change(read, read.facts, "ana", NOW) is read


def test_the_details_are_needed_and_bounded():
    assert crew_details.refused({}) == crew_details.NEEDED
    assert set(crew_details.refused(FACTS | {"place": "x" * 301, "gun": "yes"})) == {"place", "gun"}
    with pytest.raises(Refused, match="Say where to"):
        rules.change(ASKED, {"risk": "x", "situation": "y"}, "ana", NOW)
    with pytest.raises(Refused, match="over"):
        rules.change(REACHED[C], FACTS | {"risk": "A gun"}, "ana", NOW)


def test_the_crews_words_are_kept_once():
    said = rules.say(REACHED[E], " The gate is locked. ", CREW, NOW, "n1")
    assert said.lines[-1].words == "The gate is locked."
    assert rules.say(said, "The gate is locked.", CREW, NOW, "n1") is said
    for words, why in ((" ", "Write"), ("x" * 501, "At most 500")):
        with pytest.raises(Refused, match=why):
            rules.say(said, words, CREW, NOW, "n2")
    with pytest.raises(Refused, match="over"):
        rules.say(REACHED[C], "Late word", CREW, NOW, "n3")


def test_nobody_fills_a_visit_without_end():
    full = (REACHED[E].lines * rules.LINES_MOST)[: rules.LINES_MOST]
    visit = replace(REACHED[E], lines=full)
    with pytest.raises(Refused, match="Call one another"):
        rules.say(visit, "again", CREW, NOW, "n")
    assert taps(Step.ARRIVE, visit=visit).state is S, "its steps go on"


def test_another_crew_is_asked_only_while_nobody_has_it():
    due = NOW + timedelta(minutes=9)
    other = rules.ask(replace(ASKED, told_at=NOW), "two", "cora", NOW, due)
    assert (other.asked, other.due_at, other.told_at) == ("two", due, None)
    assert rules.ask(other, "two", "cora", NOW, due) is other
    for state in (A, S, C, OFF):
        with pytest.raises(Refused):
            rules.ask(REACHED[state], "two", "cora", NOW, due)


def test_late_is_what_nobody_acknowledged_in_time():
    assert not rules.late(ASKED, NOW)
    assert rules.late(ASKED, NOW + timedelta(minutes=3))
    assert not rules.late(REACHED[A], NOW + timedelta(days=1))
    assert rules.in_order([REACHED[A], ASKED]) == [ASKED, REACHED[A]]


@pytest.mark.parametrize("state", State)
def test_the_clinician_stays_until_on_scene(state):
    assert REACHED[state].keeps_clinician is (state in BEFORE_ARRIVAL)
    assert not replace(REACHED[state], kind="after").keeps_clinician


def test_what_a_record_takes_over():
    asked = {"disposition": "mobile_crew_requested"}
    assert rules.taken_over([]) == {}
    assert rules.taken_over([REACHED[OFF]]) == {}
    assert rules.taken_over([ASKED, REACHED[OFF]]) == asked
    assert rules.taken_over([REACHED[C]]) == asked | {"responded_1": "yes"}
    assert QUESTIONS["responded_1"].label == "A mobile crew"


STEPS = st.tuples(
    st.sampled_from([*Step, "change", "read", "say", "ask"]), st.sampled_from(["one", "two"])
)


@given(st.lists(STEPS, max_size=30))
def test_whatever_is_tapped_in_whatever_order(tapped):
    visit, now = ASKED, NOW
    for number, (what, crew) in enumerate(tapped):
        before, now = visit, now + timedelta(minutes=1)
        try:
            visit = apply(visit, what, crew, now, number)
        except Refused:
            continue
        times = [visit.acknowledged_at, visit.en_route_at, visit.on_scene_at, visit.ended_at]
        reached = [at for at in times if at]
        assert reached == sorted(reached), "each state later than the one before"
        assert visit.over == (visit.ended_at is not None)
        assert (visit.crew is None) or visit.state is not R
        if before.over:
            assert visit == before, "the end absorbs"
        if what != Step.GIVE_BACK:
            assert visit.over or ORDER.index(visit.state) >= ORDER.index(before.state)
        assert set(visit.unread) <= set(NAMES)


def apply(visit, what, crew, now, number):
    if what == "change":
        return rules.change(visit, FACTS | {"risk": f"{number}"}, "ana", now)
    if what == "read":
        return rules.read(visit, number, f"crew:{crew}", now)
    if what == "say":
        return rules.say(visit, "word", f"crew:{crew}", now, f"{number}")
    if what == "ask":
        return rules.ask(visit, crew, "cora", now, now)
    return rules.take(visit, what, crew, f"crew:{crew}", now, words="settled")


def test_a_request_is_on_no_page_until_a_crew_opens_it_and_again_when_it_is_given_back():
    assert crew_seen.unopened(ASKED)
    opened = crew_seen.opened(ASKED, CREW, NOW)
    assert not crew_seen.unopened(opened)
    assert crew_seen.opened(opened, CREW, NOW) is opened, "the page looks every five seconds"
    both = crew_seen.opened(opened, "crew:two", NOW)
    assert [line.by for line in both.lines] == [CREW, "crew:two"]
    given_back = taps(Step.ACKNOWLEDGE, Step.GIVE_BACK, visit=both)
    assert crew_seen.unopened(given_back)
    assert not crew_seen.unopened(crew_seen.opened(given_back, CREW, NOW))
    over = REACHED[C]
    assert crew_seen.opened(over, CREW, NOW) is over
    assert not crew_seen.unopened(over)


def test_who_left_without_a_word_owes_it_until_they_say_it_or_are_back():
    visit = rules.left(ASKED, "", "ben", NOW)
    assert rules.unexplained(visit) == {"ben": NOW}
    assert rules.unexplained(rules.came_back(visit, "ben", NOW)) == {}
    assert rules.came_back(visit, "ana", NOW) is visit
    said = rules.explain(visit, "cut_off", "ben", NOW)
    assert rules.unexplained(said) == {}
    assert rules.explain(said, "company", "ben", NOW) is said, "said once, it stands"
    assert rules.unexplained(rules.left(visit, "company", "ben", NOW)) == {}
    again = rules.left(said, "", "ben", NOW)
    assert rules.unexplained(again) == {"ben": NOW}
    with pytest.raises(rules.Refused, match="Choose why"):
        rules.explain(visit, "nonsense", "ben", NOW)
