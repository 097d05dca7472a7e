"""Is a promised call due only when it may ring, spaced over the day, and never beyond its limit?"""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks import plan
from callbacks.plan import Decision, Facts, Outcome
from callbacks.window import House, on, shared, windows
from routing.wallclock import wall

CHICAGO = "America/Chicago"
NINE, EIGHT_PM = time(9), time(20)
at = datetime.fromisoformat
ALL_DAY = ("00:00", "24:00")
ALWAYS = House(ALL_DAY, ALL_DAY)

# (now, best from, best until, attempts made, due) in Chicago, on summer time
DUE = [
    ("2026-06-03T15:00Z", "09:00", "20:00", 0, "2026-06-03T15:00Z"),  # it may ring: now
    ("2026-06-03T09:00Z", "09:00", "20:00", 0, "2026-06-03T14:00Z"),  # at night: in the morning
    ("2026-06-04T01:00Z", "09:00", "20:00", 0, "2026-06-04T14:00Z"),  # 20:00 is too late
    ("2026-06-03T15:00Z", "", "", 0, "2026-06-03T15:00Z"),  # no wish
    ("2026-06-03T15:00Z", "18:00", "23:00", 0, "2026-06-03T23:00Z"),  # until quiet
    ("2026-06-03T15:00Z", "18:00", "02:00", 0, "2026-06-03T23:00Z"),  # a wish past midnight
    ("2026-06-03T09:00Z", "04:00", "06:00", 0, "2026-06-03T14:00Z"),  # never in quiet hours
    ("2026-06-03T15:00Z", "09:00", "20:00", 1, "2026-06-03T21:20Z"),  # 10:00, then 16:20
    ("2026-06-03T21:20Z", "09:00", "20:00", 2, "2026-06-04T17:40Z"),  # then 12:40 next day
    ("2026-06-03T23:00Z", "18:00", "19:00", 1, "2026-06-04T23:40Z"),  # a narrow wish
]


@pytest.mark.parametrize(("now", "begin", "until", "made", "due"), DUE)
def test_when_it_is_due(now, begin, until, made, due):
    facts = Facts("followup", CHICAGO, begin, until, attempts_made=made)
    assert plan.next_due(facts, at(now)) == at(due)


def test_a_window_in_the_skipped_hour_does_not_happen_that_day():
    start, end = on(at("2026-03-08").date(), shared(("02:00", "02:45"), ALL_DAY), CHICAGO)
    assert start == end
    facts = Facts("followup", CHICAGO, "02:00", "02:45", attempts_made=0)
    due = plan.next_due(facts, at("2026-03-08T06:00Z"), ALWAYS)
    assert due == at("2026-03-09T07:00Z")


def test_a_window_in_the_repeated_hour_happens_once():
    best = ("01:00", "01:45")
    first = next(windows(best, CHICAGO, at("2026-11-01T05:00Z"), ALWAYS))
    assert first == (at("2026-11-01T06:00Z"), at("2026-11-01T06:45Z"))
    assert next(windows(best, CHICAGO, first[1], ALWAYS))[0] == at("2026-11-02T07:00Z")


NOW = at("2026-06-03T15:00Z")  # 10:00 in Chicago
FOLLOWUP = Facts("followup", CHICAGO, "09:00", "20:00", attempts_made=1)
LAST = Facts("followup", CHICAGO, "09:00", "20:00", attempts_made=3)
CALLBACK = Facts("callback", CHICAGO, "00:00", "24:00", attempts_made=1)
UNREACHED = Decision("closed", None, "unreached", "followup_unreached")
AFTER = [
    (Outcome.REACHED, FOLLOWUP, Decision("kept", None, "kept")),
    (Outcome.REACHED, LAST, Decision("kept", None, "kept")),
    (Outcome.WITHDRAWN, FOLLOWUP, Decision("closed", None, "withdrawn")),
    (
        Outcome.WRONG_NUMBER,
        FOLLOWUP,
        Decision("closed", None, "wrong_number", "followup_wrong_number"),
    ),
    (Outcome.NO_ANSWER, FOLLOWUP, Decision("due", at("2026-06-03T21:20Z"))),
    (Outcome.VOICEMAIL, FOLLOWUP, Decision("due", at("2026-06-03T21:20Z"))),
    (Outcome.BUSY, FOLLOWUP, Decision("due", at("2026-06-03T15:30Z"))),
    (Outcome.FAILED, FOLLOWUP, Decision("due", at("2026-06-03T15:30Z"))),
    (Outcome.INTERRUPTED, FOLLOWUP, Decision("due", NOW)),
    (Outcome.NO_ANSWER, LAST, UNREACHED),
    (Outcome.INTERRUPTED, LAST, UNREACHED),  # rung as often as may be: a human decides
    (Outcome.NO_ANSWER, CALLBACK, Decision("due", at("2026-06-03T15:05Z"))),
    (Outcome.REACHED_US, FOLLOWUP, Decision("due", at("2026-06-03T17:00Z"))),
    (Outcome.REACHED_US, LAST, Decision("due", at("2026-06-03T17:00Z"))),  # they are with us now
]


@pytest.mark.parametrize(("outcome", "facts", "decision"), AFTER)
def test_what_follows_an_attempt(outcome, facts, decision):
    assert plan.after(outcome, facts, NOW) == decision


def test_a_word_that_is_no_outcome_is_refused():
    with pytest.raises(ValueError, match="perhaps"):
        plan.after("perhaps", FOLLOWUP, NOW)


def test_a_callback_may_ring_at_any_hour_because_they_asked():
    assert plan.forbidden(CALLBACK, "the caller, by key", at("2026-06-03T08:00Z")) is None


@pytest.mark.parametrize(
    ("facts", "consent_by", "now", "why"),
    [
        (FOLLOWUP, None, NOW, "no_consent"),
        (FOLLOWUP, "", NOW, "no_consent"),
        (LAST, "the caller", NOW, "limit"),
        (FOLLOWUP, "the caller", at("2026-06-03T08:00Z"), "outside_window"),
        (FOLLOWUP, "the caller", at("2026-06-04T01:00Z"), "outside_window"),  # at 20:00 sharp
        (FOLLOWUP, "the caller", NOW, None),
    ],
)
def test_the_last_look_before_a_dial(facts, consent_by, now, why):
    assert plan.forbidden(facts, consent_by, now) == why


@pytest.mark.parametrize(
    ("why", "facts", "decision"),
    [
        ("outside_window", FOLLOWUP, Decision("due", at("2026-06-04T14:00Z"))),
        ("limit", LAST, UNREACHED),
        (
            "no_consent",
            FOLLOWUP,
            Decision("closed", None, "no_consent", "followup_unreached"),
        ),
    ],
)
def test_what_may_not_be_rung_is_due_later_or_a_human_is_told(why, facts, decision):
    assert plan.not_now(why, facts, at("2026-06-04T02:00Z")) == decision


def test_until_when_an_attempt_is_in_time():
    assert plan.closes(FOLLOWUP, NOW) == at("2026-06-04T01:00Z")  # 20:00 in Chicago
    assert plan.closes(CALLBACK, NOW) == NOW + timedelta(hours=1)


ZONES = st.sampled_from(
    ["America/Chicago", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/Dublin"]
)
CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
MOMENTS = st.datetimes(at("2026-01-01"), at("2027-12-31"), timezones=st.just(NOW.tzinfo))
TRIES = st.lists(st.sampled_from(sorted(Outcome)), min_size=1, max_size=8)


@given(MOMENTS, ZONES, CLOCKS, CLOCKS, st.integers(1, 5), TRIES)
def test_no_attempt_ever_leaves_its_window_or_its_limit(start, zone, begin, until, limit, outcomes):
    facts = Facts("followup", zone, begin, until, 0, limit)
    due, dialled = plan.next_due(facts, start), []
    decision = Decision("due", due)
    for outcome in outcomes:
        if decision.state != "due":
            break
        due = decision.due_at
        if facts.used_up:  # they reached us at the last attempt, and left again
            assert plan.forbidden(facts, "the caller", due) == "limit"
            assert plan.not_now("limit", facts, due) == UNREACHED
            break
        assert plan.forbidden(facts, "the caller", due) is None
        assert NINE <= wall(due, zone).time() < EIGHT_PM
        assert not dialled or due >= dialled[-1]
        dialled.append(due)
        facts = Facts("followup", zone, begin, until, len(dialled), limit)
        decision = plan.after(outcome, facts, due)
        if decision.state == "closed":
            assert decision.closed_reason
            assert decision.task or outcome == Outcome.WITHDRAWN  # never silence
    assert len(dialled) <= limit


@given(MOMENTS, MOMENTS, ZONES, CLOCKS, CLOCKS)
def test_later_is_never_due_earlier(one, other, zone, begin, until):
    sooner, later = sorted((one, other))
    facts = Facts("followup", zone, begin, until, attempts_made=0)
    first, second = (plan.next_due(facts, m) for m in (sooner, later))
    assert sooner <= first <= second
    assert first - sooner <= timedelta(days=2)


@given(MOMENTS, ZONES, CLOCKS, CLOCKS)
def test_three_attempts_meet_three_parts_of_the_day(start, zone, begin, until):
    facts = Facts("followup", zone, begin, until, attempts_made=0)
    due, parts = plan.next_due(facts, start), set()
    for made in (1, 2, 3):
        opens, closes = next(windows((begin, until), zone, due))
        parts.add(int((due - opens) / (closes - opens) * plan.PARTS))
        later = plan.next_due(replace(facts, attempts_made=made), due)
        assert later - due >= plan.SPACING
        due = later
    assert parts == {0, 1, 2}
