"""Does a referral come to an end that somebody knows, and is nothing told without consent?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import questions, referral
from care.referral import OPEN, TABLE, Referral, Refused, State, Step, made, missing, take

NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
LATER = NOON + timedelta(days=2)
FACTS = {
    "id": "r", "call_id": "c", "number": "+13145550142", "person_name": "Alex R.", "service_id": "s",
    "service_name": "Night shelter", "service_phone": None, "consent": "spoken", "consent_by": "the caller",
    "shared": "First name", "made_by": "ana", "made_at": NOON,
}  # fmt: skip
ONE = made(Referral(**FACTS))


def test_every_state_answers_every_step():
    assert set(TABLE) == set(Step)
    assert all(set(row) == set(State) for row in TABLE.values())


def test_from_made_by_an_appointment_to_kept():
    agreed = take(ONE, Step.AGREE, "ana", NOON, appointment_at=LATER)
    assert (agreed.state, agreed.appointment_at, agreed.open) == (State.APPOINTMENT, LATER, True)
    kept = take(agreed, Step.KEEP, "ben", LATER + timedelta(hours=3))
    assert (kept.state, kept.open, kept.settled_at) == (
        State.KEPT,
        False,
        LATER + timedelta(hours=3),
    )
    assert [(line.by, line.what) for line in kept.lines] == [
        ("ana", "made"),
        ("ana", "agree"),
        ("ben", "keep"),
    ]


def test_what_was_missed_is_agreed_anew():
    missed = take(ONE, Step.MISS, "ana", LATER)
    again = take(missed, Step.AGREE, "ana", LATER, appointment_at=LATER + timedelta(days=1))
    assert (again.open, again.settled_at) == (True, None)


@pytest.mark.parametrize(
    ("before", "step", "why"),
    [
        (State.KEPT, Step.AGREE, "Make another referral"),
        (State.KEPT, Step.DECLINE, "They went"),
        (State.DECLINED, Step.KEEP, "was declined"),
        (State.MADE, Step.AGREE, "Say when"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(before, step, why):
    with pytest.raises(Refused, match=why):
        take(replace(ONE, state=before), step, "ana", LATER)


def test_nobody_went_to_what_is_still_to_come():
    agreed = take(ONE, Step.AGREE, "ana", NOON, appointment_at=LATER)
    for step in (Step.KEEP, Step.MISS):
        with pytest.raises(Refused, match="still to come"):
            take(agreed, step, "ana", LATER - timedelta(minutes=1))
    assert take(agreed, Step.DECLINE, "ana", NOON).state is State.DECLINED


@given(st.lists(st.tuples(st.sampled_from(Step), st.integers(-50, 50)), max_size=12))
def test_whatever_is_said_in_whatever_order(said):
    """Each change is one line more; what is settled has a time, and a word said twice is nothing."""
    one, at, went = ONE, NOON, [ONE]
    for step, hours in said:
        at += timedelta(hours=1)
        when = at + timedelta(hours=hours) if step is Step.AGREE else None
        try:
            one = take(one, step, "ana", at, appointment_at=when)
        except Refused:
            continue
        assert take(one, step, "ana", at, appointment_at=when) is one
        went.append(one)
    for before, after in pairwise(went):
        assert after is before or len(after.lines) == len(before.lines) + 1
        assert (after.settled_at is None) == (after.state in OPEN) == after.open


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, set()),
        ({"consent": "no", "consent_by": None, "shared": ""}, set()),
        ({"consent": "no", "consent_by": None}, {"shared"}),
        ({"consent": ""}, {"consent"}),
        ({"consent_by": None}, {"consent_by"}),
        ({"shared": ""}, {"shared"}),
        ({"service_name": " "}, {"service_name"}),
    ],
)
def test_nothing_is_told_without_consent(changed, wrong):
    facts = FACTS | changed
    told = (facts[name] for name in ("service_name", "consent", "consent_by", "shared"))
    assert set(missing(*told)) == wrong
    if wrong:
        with pytest.raises(Refused):
            made(Referral(**facts))
    else:
        assert made(Referral(**facts)).may_share == (facts["consent"] != "no")


def test_asked_is_about_what_is_open_and_not_still_to_come():
    agreed = take(ONE, Step.AGREE, "ana", NOON, appointment_at=LATER)
    gone = take(ONE, Step.KEEP, "ana", NOON)
    old = replace(ONE, id="old", made_at=NOON - timedelta(days=3))
    assert referral.to_ask([agreed, ONE, gone, old], NOON) == [old, ONE]
    assert referral.to_ask([agreed], LATER) == [agreed]


def test_a_record_asks_for_a_referral_only_where_an_older_one_told_of_it():
    assert "referral" not in {part.name for part in questions.asked({"risk": "low"})}
    assert "referral" in {part.name for part in questions.asked({"referred_to": "The clinic"})}
    assert list(questions.told({"referred_to": "The clinic"})), "and it is read on"
