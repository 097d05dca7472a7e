"""Is a person texted only by day, with consent, seldom, and never after STOP, in every zone?"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from callbacks import reminder
from callbacks.heard import Meaning, meaning
from callbacks.reminder import Facts, forbidden, span
from config.texts import GSM_MOST, LONGEST_NUMBER, Texts, fits

at = datetime.fromisoformat
CHICAGO = "America/Chicago"
# (due, opens, closes) in Chicago, on summer time
SPANS = [
    ("2026-06-03T19:00Z", "2026-06-03T17:00Z", "2026-06-03T19:00Z"),  # 14:00: from noon
    ("2026-06-03T14:00Z", "2026-06-03T13:00Z", "2026-06-03T14:00Z"),  # 9:00: from eight
    ("2026-06-03T13:00Z", "2026-06-03T00:00Z", "2026-06-03T02:00Z"),  # 8:00: the evening before
    ("2026-06-03T08:00Z", "2026-06-03T00:00Z", "2026-06-03T02:00Z"),  # 3:00: the evening before
    ("2026-06-04T03:30Z", "2026-06-04T00:00Z", "2026-06-04T02:00Z"),  # 22:30: until nine
]


@pytest.mark.parametrize(("due", "opens", "closes"), SPANS)
def test_when_a_call_is_reminded_of(due, opens, closes):
    assert span(at(due), CHICAGO) == (at(opens), at(closes))


NOW = at("2026-06-03T18:00Z")  # 13:00 in Chicago
GOOD = Facts(CHICAGO, NOW - timedelta(days=1), NOW + timedelta(hours=1), True, False)
WHY = [
    ({}, None),
    ({"agreed": False}, "no_consent"),
    ({"opted_out": True}, "opted_out"),
    ({"due_at": NOW + timedelta(hours=3)}, "too_early"),
    ({"due_at": NOW}, "too_late"),
    ({"promised_at": NOW - timedelta(minutes=30)}, "just_promised"),
    ({"sent": [NOW - timedelta(hours=23)]}, "too_many"),
    ({"sent": [NOW - timedelta(hours=24)]}, None),
    ({"sent": [NOW - timedelta(days=n) for n in (2, 4, 6)]}, "too_many"),
    ({"sent": [NOW - timedelta(days=n) for n in (2, 4, 7)]}, None),
]


@pytest.mark.parametrize(("changed", "why"), WHY)
def test_what_forbids_a_reminder(changed, why):
    assert forbidden(replace(GOOD, **changed), NOW) == why


ZONES = sorted(available_timezones())
MINUTES = 11 * 365 * 24 * 60
instants = st.integers(0, MINUTES).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
MOSTLY = st.sampled_from((True, True, True, False))


@given(st.sampled_from(ZONES), instants, st.floats(-6, 3), st.data())
def test_nobody_is_texted_outside_hours_without_consent_after_stop_or_too_often(
    zone, due_at, share, data
):
    """Looked at by another reading of the clock than the rule's own."""
    opens, closes = span(due_at, zone)
    now = opens + share * (closes - opens)
    ago = st.integers(0, 8 * 24 * 60).map(lambda minutes: now - timedelta(minutes=minutes))
    facts = Facts(
        zone,
        promised_at=now - timedelta(minutes=data.draw(st.integers(0, 9000))),
        due_at=due_at,
        agreed=data.draw(MOSTLY),
        opted_out=not data.draw(MOSTLY),
        sent=data.draw(st.lists(ago, max_size=4)),
    )
    if forbidden(facts, now) is not None:
        return
    assert time(8) <= now.astimezone(ZoneInfo(zone)).time() < time(21)
    assert facts.agreed
    assert not facts.opted_out
    assert now < due_at <= now + reminder.LOOKED_AHEAD
    assert facts.promised_at <= now
    assert all(now - one >= timedelta(days=1) for one in facts.sent)
    assert sum(now - one < timedelta(days=7) for one in facts.sent) < 3


def test_every_zone_has_a_time_for_every_hour_of_a_call():
    """And looking a day ahead finds it, also where the clocks change or a day is left out."""
    for zone in ZONES:
        for start in ("2026-03-07", "2026-04-04", "2026-10-31", "2026-12-30"):
            for hour in range(0, 48, 3):
                due_at = at(f"{start}T00:00Z") + timedelta(hours=hour)
                opens, closes = span(due_at, zone)
                assert timedelta(0) < closes - opens <= reminder.AHEAD, (zone, due_at)
                assert due_at - reminder.LOOKED_AHEAD < opens, (zone, due_at)


# -- what comes in ----------------------------------------------------------------------------

MEANINGS = {
    Meaning.STOP: "STOP|stop|Stop.|STOPALL|stop all|UNSUBSCRIBE|Cancel|END|quit!|REVOKE|opt out|"
    "OptOut|alto|PARAR|pare|BASTA|baja|Cancelar|no más|please stop|stop please|Stop texting me|"
    "please stop sending me texts|stop now|no more texts|no me escriban más",
    Meaning.START: "START|start.|UNSTOP|iniciar",
    Meaning.HELP: "HELP|help?|INFO|Ayuda",
    Meaning.OTHER: "|hello|I can't stop crying|end it|stop me|please stop me|help me|yes|stop it|"
    "I want it to end|don't stop|cancel my life|🙂|ok",
}
SAID = [(body, one) for one, bodies in MEANINGS.items() for body in bodies.split("|")]


@pytest.mark.parametrize(("body", "asks"), SAID)
def test_what_a_text_asks_for(body, asks):
    assert meaning(body) is asks


@given(st.text())
def test_no_text_whatever_is_an_accident(body):
    assert meaning(body) in Meaning


# -- the words --------------------------------------------------------------------------------

REMINDER = "A call from {number} comes. STOP: no texts. "
BROKEN = [
    ("reminder", "A call from {number} comes.", "STOP"),
    ("reminder", "A call comes. STOP: no texts.", "{number}"),
    ("reminder", REMINDER + "{name}", "no blank but"),
    ("reminder", REMINDER + "The crisis line.", "'crisis' would tell"),
    ("reminder", REMINDER + "x" * 109, "at most 160 characters"),
    ("reminder", REMINDER + "á" + "x" * 30, "at most 70 characters.*'á'"),
    ("help", "Call {number} or 911.", "where to call: 988"),
    ("nobody_reads", "Call 988 or 911.", "where to call: {number}"),
]


@pytest.mark.parametrize(("name", "words", "why"), BROKEN)
def test_words_that_must_not_be_sent_are_refused_by_name(name, words, why):
    with pytest.raises(ValidationError, match=rf"(?s){name}\.en.*{why}"):
        Texts.model_validate({name: {"en": words}})


@pytest.mark.parametrize(("name", "words"), [("reminder", REMINDER + "x" * 108)])
def test_words_that_just_fit_are_taken(name, words):
    Texts.model_validate({name: {"en": words}})
    assert len(words.replace("{number}", LONGEST_NUMBER)) <= GSM_MOST
    assert fits("é" * 160)
    assert not fits("€" * 81)
    assert fits("ó" * 70)
    assert not fits("🙂" * 36)
