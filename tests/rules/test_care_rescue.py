"""Is the mildest way tried first, consent asked, and contact asked about until somebody closes?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import rescue as rules
from care.rescue import ASK_AFTER, CONSENTS, RESCUES, STEPS, NotYet

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
OPEN = rules.begin("r", "call", "ana", NOW, "riverton")


def steps(*names, rescue=OPEN, note=""):
    for name in names:
        rescue = rules.take(rescue, name, "ana", NOW, note)
    return rescue


def asked(word):
    return rules.consent(OPEN, word)


REFUSED = [
    (lambda: steps("rescue"), "whether they agree"),
    (lambda: steps("rescue", rescue=asked("refused")), "why no milder step"),
    (lambda: steps("talk", "agreed_rescue", rescue=asked("refused")), "did not agree"),
    (lambda: steps("dance"), "one of the steps"),
    (lambda: rules.consent(OPEN, "perhaps"), "what they said"),
    (lambda: rules.confirm(OPEN, "ana", NOW), "who went to them"),
    (lambda: rules.confirm(rules.take(OPEN, "talk", "ana", NOW), "ana", NOW), "who went to them"),
    (lambda: rules.close(OPEN, "ana", NOW, " ", supervisor=True), "how it ended"),
]


@pytest.mark.parametrize(("step", "words"), REFUSED)
def test_what_may_not_be_done_yet_says_what_comes_first(step, words):
    with pytest.raises(NotYet, match=words):
        step()


def test_a_rescue_without_consent_after_a_milder_step():
    sent = steps("talk", "rescue", rescue=asked("refused"))
    assert (sent.sent_at, sent.ask_at) == (NOW, NOW + ASK_AFTER)
    assert sent.tried == ("talk", "rescue")


def test_a_rescue_at_once_needs_a_reason():
    assert steps("rescue", rescue=asked("not_asked"), note="Unconscious.").sent_at == NOW


def test_it_is_asked_again_and_again_until_somebody_says():
    rescue, now = steps("talk", "agreed_rescue", rescue=asked("given")), NOW
    for times in range(1, 5):
        now = rescue.ask_at
        rescue = rules.ask(rescue, now)
        assert (rescue.asked, rescue.ask_at) == (times, now + ASK_AFTER)
        assert rules.tells_supervisor(rescue) is (times > 1)
    confirmed = rules.confirm(rescue, "sol", now)
    assert (confirmed.ask_at, confirmed.contact_by) == (None, "sol")


def test_without_contact_only_a_supervisor_closes():
    sent = steps("talk", "rescue", rescue=asked("refused"))
    with pytest.raises(NotYet, match="not confirmed"):
        rules.close(sent, "ana", NOW, "over", supervisor=False)
    closed = rules.close(sent, "sol", NOW, "They rang back; safe.", supervisor=True)
    assert (closed.closed_by, closed.ask_at) == ("sol", None)
    with pytest.raises(NotYet, match="closed before"):
        rules.confirm(closed, "ana", NOW)


WORDS = st.one_of(
    st.tuples(st.just("take"), st.sampled_from(sorted(STEPS)), st.sampled_from(["", "why"])),
    st.tuples(st.just("consent"), st.sampled_from(sorted(CONSENTS)), st.just("")),
    st.tuples(st.sampled_from(["ask", "confirm", "later", "close"]), st.just(""), st.just("")),
)


@given(st.lists(WORDS, max_size=12))
def test_whoever_is_in_danger_is_asked_about_until_contact_or_the_end(words):
    rescue, now = OPEN, NOW
    for verb, what, note in words:
        now += timedelta(minutes=1)
        try:
            rescue = {
                "take": lambda: rules.take(rescue, what, "ana", now, note),  # noqa: B023
                "consent": lambda: rules.consent(rescue, what),  # noqa: B023
                "ask": lambda: rules.ask(rescue, now) if rescue.ask_at else rescue,  # noqa: B023
                "confirm": lambda: rules.confirm(rescue, "ana", now),  # noqa: B023
                "later": lambda: rules.not_confirmed(rescue, now),  # noqa: B023
                "close": lambda: rules.close(rescue, "ana", now, "over", supervisor=False),  # noqa: B023
            }[verb]()
        except NotYet:
            continue
        if any(one.step in RESCUES for one in rescue.steps):
            assert rescue.consent
        assert rescue.ask_at or rescue.contact_at or rescue.closed_at
        assert not (rescue.ask_at and rescue.closed_at)
        if rescue.closed_at and rescue.sent_at:
            assert rescue.contact_at
