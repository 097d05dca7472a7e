"""Who agreed to it is reminded by text, once, by day; whoever writes STOP is left in peace."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stories.test_followup import promised
from town import LAKESIDE, RIVERTON, Town

from config.errors import ConfigError
from console.text_words import text_words
from emulator import FaultPlan
from emulator.faults import NO_FAULTS
from storage.values import TextMessage
from switchboard import doctor, promises, reminders, stops
from switchboard.board import make_board

PAT = "+13145550150"
EIGHT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # in St. Louis; the call is due at nine
WORDS = (
    f"Reminder: a call from {RIVERTON} is coming soon, as you agreed. "
    "Reply STOP for no more texts, or HELP for help."
)


@pytest.fixture
def texting(quick_town: Town) -> Town:
    quick_town.texts_people()
    return quick_town


def reads(town: Town) -> list[str]:
    """What Pat's telephone got from us; the carrier's own words of confirmation are not ours."""
    return [one.body for one in town.phone(PAT).inbox if "subscribed" not in one.body]


def reminder(town: Town, followup_id: str) -> TextMessage | None:
    with town.store.read() as rows:
        found = rows.texts.of_number(town.followup(followup_id).number)
    return next((one for one in found if one.followup_id == followup_id), None)


def stands(town: Town, followup_id: str) -> tuple[str, str | None]:
    text = reminder(town, followup_id)
    assert text is not None
    return text.state, text.why


def test_a_reminder_comes_once_in_the_morning_before_the_call(town: Town) -> None:
    town.texts_people()
    _, followup_id = promised(town, texts=True)
    town.passes(hours=4.8)
    assert reminder(town, followup_id) is None, "not before eight where they are"
    town.passes(hours=0.5)
    assert reads(town) == [WORDS]
    (text,) = town.phone(PAT).inbox
    assert (text.from_, text.direction) == (RIVERTON, "outbound-api")
    assert EIGHT <= text.created_at < EIGHT + timedelta(minutes=21)
    assert stands(town, followup_id) == ("delivered", None)
    town.passes(hours=8)
    assert reads(town) == [WORDS]


def test_nobody_is_texted_without_consent_to_texts(texting: Town) -> None:
    _, followup_id = promised(texting)
    texting.passes(hours=6)
    assert not texting.twilio.texts
    assert texting.followup(followup_id).texts_agreed_at is None


def test_texts_are_off_until_somebody_switches_them_on(quick_town: Town) -> None:
    town = quick_town
    promised(town, texts=True)
    town.passes(hours=6)
    town.phone(PAT).texts(RIVERTON, "Hello?")
    town.waits(seconds=10)
    assert reads(town) == []


def test_consent_to_texts_ends_and_consent_to_the_call_stays(texting: Town) -> None:
    _, followup_id = promised(texting, texts=True)
    assert reminders.revoke(texting.board, followup_id, "cora", "Pat", "spoken") == 1
    assert reminders.revoke(texting.board, followup_id, "cora", "Pat", "spoken") == 0
    texting.passes(hours=6)
    assert reads(texting) == []
    kept = texting.followup(followup_id)
    assert (kept.texts_revoked_by, kept.consent_by, kept.revoked_at) == ("Pat", "Pat", None)
    assert kept.state in ("due", "offered")


def test_who_revokes_all_consent_is_not_reminded_of_a_call_that_will_not_come(
    texting: Town,
) -> None:
    _, followup_id = promised(texting, texts=True)
    stops.revoke(texting.board, followup_id, "cora", "Pat", "spoken")
    texting.passes(hours=6)
    assert reads(texting) == []


@pytest.mark.parametrize("word", ["STOP", "stop.", "Please stop texting me", "ALTO", "Opt out"])
def test_whoever_writes_stop_to_any_line_is_never_texted_until_start(
    texting: Town, word: str
) -> None:
    _, followup_id = promised(texting, texts=True)
    pat = texting.phone(PAT)
    pat.texts(LAKESIDE, word)
    texting.passes(hours=6)
    assert reads(texting) == []
    assert stands(texting, followup_id) == ("dropped", "opted_out")
    with texting.store.read() as rows:
        assert rows.texts.number(PAT).opted_out_at is not None
    pat.texts(RIVERTON, "START")
    texting.waits(seconds=10)
    with texting.store.read() as rows:
        assert rows.texts.number(PAT).opted_out_at is None
    assert reads(texting) == [], "what was forbidden is not made up for"


def test_stop_in_the_last_moment_stops_a_reminder_that_is_written_down(texting: Town) -> None:
    _, followup_id = promised(texting, texts=True)
    texting.passes(hours=4.95)
    texting.twilio.faults = FaultPlan(rest_429=1.0)  # the carrier is busy: it waits
    texting.until(lambda: reminder(texting, followup_id) is not None, seconds=120)
    texting.phone(PAT).texts(RIVERTON, "parar")
    texting.waits(seconds=0.5)
    texting.twilio.faults = NO_FAULTS
    texting.waits(seconds=30)
    assert reads(texting) == []
    assert stands(texting, followup_id) == ("dropped", "opted_out")


def test_what_the_carrier_knows_of_stop_we_learn(texting: Town) -> None:
    """It was written before this house had its webhook there."""
    _, followup_id = promised(texting, texts=True)
    texting.twilio.opted_out.add((RIVERTON, PAT))
    texting.passes(hours=6)
    assert reads(texting) == []
    assert stands(texting, followup_id) == ("failed", "21610")
    with texting.store.read() as rows:
        assert rows.texts.number(PAT).opted_out_at is not None


def test_a_landline_is_tried_once(texting: Town) -> None:
    _, followup_id = promised(texting, texts=True)
    texting.phone(PAT).landline = True
    texting.passes(hours=6)
    assert stands(texting, followup_id) == ("failed", "21614")
    assert not texting.twilio.texts


def test_a_telephone_that_is_off_is_not_tried_again(texting: Town) -> None:
    _, followup_id = promised(texting, texts=True)
    texting.phone(PAT).gets_no_texts()
    texting.passes(hours=6)
    assert stands(texting, followup_id) == ("undelivered", "30003")
    assert len(texting.twilio.texts) == 1


LOST = {
    "its news tell": FaultPlan(rest_lost_response=1.0),
    "its list tells": FaultPlan(rest_lost_response=1.0, drop=1.0),
}


@pytest.mark.parametrize("evidence", LOST)
def test_a_reply_of_the_carrier_is_lost_and_nothing_is_sent_twice(
    texting: Town, evidence: str
) -> None:
    _, followup_id = promised(texting, texts=True)
    texting.passes(hours=4.95)
    texting.twilio.faults = LOST[evidence]
    texting.until(lambda: bool(texting.twilio.texts), seconds=120)
    texting.waits(seconds=1)
    assert errand_state(texting, followup_id) == "unknown"
    texting.waits(seconds=30)
    texting.twilio.faults = NO_FAULTS
    texting.passes(hours=1)
    assert reads(texting) == [WORDS]
    assert errand_state(texting, followup_id) == "done"
    assert stands(texting, followup_id)[0] in ("sent", "delivered")


def test_a_carrier_that_fails_and_shows_nothing_is_not_asked_again(texting: Town) -> None:
    _, followup_id = promised(texting, texts=True)
    texting.passes(hours=4.95)
    texting.twilio.faults = FaultPlan(rest_5xx=1.0)
    texting.until(lambda: errand_state(texting, followup_id) == "unknown", seconds=120)
    texting.twilio.faults = NO_FAULTS
    texting.waits(minutes=4)
    assert errand_state(texting, followup_id) == "abandoned"
    assert stands(texting, followup_id) == ("failed", "not_sent")
    texting.passes(hours=2)
    assert not texting.twilio.texts


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_carrier_loses_nobody_is_reminded_twice(texting: Town, seed: int) -> None:
    """Faults of all kinds at once, and somewhere among them STOP."""
    chance = random.Random(seed)
    _, followup_id = promised(texting, texts=True)
    texting.passes(hours=4.95)
    texting.twilio.faults = FaultPlan.of_seed(seed, 0.4)
    stop_after = chance.choice((0, 60, 120, 10_000))
    for second in range(0, 300, 20):
        if second == stop_after:
            texting.phone(PAT).texts(LAKESIDE, "ALTO")
        texting.waits(seconds=20)
    texting.twilio.faults = NO_FAULTS
    texting.passes(hours=1)
    sent = [one for one in texting.twilio.texts.values() if one.direction == "outbound-api"]
    assert len(sent) <= 1
    assert errand_state(texting, followup_id) in ("done", "abandoned", "refused", "none")
    heard = _heard_stop(texting)
    assert all(one.created_at >= EIGHT for one in sent)
    assert not [one for one in sent if heard and one.created_at > heard]


def _heard_stop(town: Town) -> datetime | None:
    with town.store.read() as rows:
        known = rows.texts.number(PAT)
    return known.opted_out_at if known else None


def errand_state(town: Town, followup_id: str) -> str:
    with town.store.read() as rows:
        errands = rows.errands.of(town.followup(followup_id).call_id or "")
    return next((one.state for one in errands if one.kind == "SendText"), "none")


def test_two_promises_to_one_number_are_one_text_a_day(texting: Town) -> None:
    ana, first = promised(texting, texts=True)
    call_id = texting.followup(first).call_id or ""
    second = ana.schedules(call_id, texts=True, best_from="13:00")
    texting.passes(hours=12)
    assert reads(texting) == [WORDS]
    assert stands(texting, first) == ("delivered", None)
    assert stands(texting, second) == ("dropped", "too_many")


def test_a_call_put_off_before_it_was_reminded_of_is_reminded_of_then(texting: Town) -> None:
    _, followup_id = promised(texting, texts=True)
    with texting.store.begin() as rows:
        one = rows.followups.lock(followup_id)
        later = promises.replace(one, due_at=one.due_at + timedelta(hours=5))
        rows.followups.save(later)
    texting.passes(hours=6)
    assert reads(texting) == []
    texting.passes(hours=4.5)
    assert reads(texting) == [WORDS]


# -- what comes in ----------------------------------------------------------------------------


def test_any_other_text_is_told_once_a_day_where_to_call(texting: Town) -> None:
    pat = texting.phone(PAT)
    for _ in range(3):
        pat.texts(RIVERTON, "I can't stop crying")
        texting.waits(minutes=5)
    (told,) = reads(texting)
    assert all(way in told for way in (RIVERTON, "988", "911"))
    assert len(told) <= 160
    texting.passes(days=1.01)
    pat.texts(RIVERTON, "Is anybody there?")
    texting.waits(seconds=10)
    assert reads(texting) == [told, told]
    with texting.store.read() as rows:
        kept = rows.texts.of_number(PAT)
    assert not any("crying" in str(one) for one in kept), "what was written is kept nowhere"


def test_an_answer_that_stop_kept_back_is_given_after_start(texting: Town) -> None:
    """The carrier lets nothing through after STOP; so the day's one answer has not been given."""
    pat = texting.phone(PAT)
    for words in ("STOP", "Hello?", "START", "I can't stop crying", "Are you there?"):
        pat.texts(RIVERTON, words)
        texting.waits(seconds=10)
    assert len([body for body in reads(texting) if "988" in body]) == 1
    with texting.store.read() as rows:
        came = [text_words(one) for one in reversed(rows.texts.of_number(PAT))]
    assert came[3:] == [
        "They texted; nobody reads texts: our answer said where to call",
        "They texted; nobody reads texts: not answered again, our answer of that day said where to call",
    ]


def test_help_is_answered_each_time_also_after_stop(texting: Town) -> None:
    pat = texting.phone(PAT)
    for word in ("ALTO", "HELP", "help?", "AYUDA"):  # of ALTO the carrier knows nothing
        pat.texts(RIVERTON, word)
        texting.waits(seconds=10)
    ours = [body for body in reads(texting) if "988" in body]
    assert len(ours) == 3
    assert all(RIVERTON in body and "911" in body for body in ours)


def test_a_person_is_answered_in_the_language_they_spoke_with_us(texting: Town) -> None:
    promised(texting, language="es")
    texting.phone(PAT).texts(RIVERTON, "Hola")
    texting.waits(seconds=10)
    assert reads(texting)[0].startswith("Nadie lee")


@pytest.mark.parametrize("shown", [LAKESIDE, "72345", "BANK", ""])
def test_no_machine_is_answered(texting: Town, shown: str) -> None:
    texting.twilio.text_in(shown, RIVERTON, "Your code is 4711")
    texting.waits(seconds=10)
    assert [one.direction for one in texting.twilio.texts.values()] == ["inbound"]


# -- is it set up? ----------------------------------------------------------------------------


def test_the_doctor_finds_a_number_whose_texts_nobody_is_told_of(texting: Town) -> None:
    board = texting.board
    assert doctor.check_texts(board.settings, board.carrier).ok
    texting.twilio.numbers[LAKESIDE].sms.sms_url = ""
    found = doctor.check_texts(board.settings, board.carrier)
    assert (found.ok, LAKESIDE in found.words) == (False, True)
    assert "/text/received" in found.what_to_do


def test_texts_without_words_in_a_language_stop_the_start_by_name(
    quick_town: Town, tmp_path: Path
) -> None:
    given = quick_town.board.settings
    whole = given.followup_file.read_text("utf-8")
    lacking = tmp_path / "followups.toml"
    lacking.write_text(whole.partition("[texts.")[0], "utf-8")
    off = given.model_copy(update={"followup_file": lacking})
    make_board(off, store=quick_town.store, carrier=quick_town.carrier)
    on = off.model_copy(update={"text_messages": True})
    with pytest.raises(ConfigError, match=r"texts\.reminder\.en.*texts\.help\.es.*TEXT_MESSAGES"):
        make_board(on, store=quick_town.store, carrier=quick_town.carrier)
    assert not doctor.check_texts(on, quick_town.carrier).ok
