"""Is a text kept once, and a number's wish, whoever asks at the same time?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from store.racing import race
from town import settings_for

from storage.tables import errands
from storage.values import FollowUp, TextMessage
from switchboard import text_sending, texts
from switchboard.board import make_board
from telephony.text_forms import TextFacts

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
PAT = "+13145550150"
DAY = timedelta(days=1)


def text(text_id: str, **facts: object) -> TextMessage:
    given = {"kind": "reminder", "number": PAT, "line": "general", "at": NOW, "state": "owed"}
    return TextMessage(text_id, **(given | facts))  # type: ignore[arg-type]


def test_a_promise_has_one_reminder_and_a_sid_comes_in_once(store):
    with store.begin() as rows:
        assert rows.texts.add(text("a", followup_id="f"))
        assert not rows.texts.add(text("b", followup_id="f"))
        assert rows.texts.add(text("c", sid="SM1", state="received", kind="stop"))
        assert not rows.texts.add(text("d", sid="SM1", state="received", kind="stop"))
        assert rows.texts.add(text("e"))
        assert rows.texts.by_sid("SM1").id == "c"
        assert rows.texts.by_sid("SM2") is None


def test_a_state_changes_from_where_it_stood(store):
    with store.begin() as rows:
        rows.texts.add(text("a"))
        sent = text("a", state="sent", sid="SM1", told_at=NOW)
        assert rows.texts.becomes(sent, "owed")
        assert not rows.texts.becomes(sent, "owed")
        assert rows.texts.get("a") == sent
        assert rows.texts.lock("b") is None


def test_who_was_reminded_lately(store):
    with store.begin() as rows:
        rows.texts.add(text("young"))
        rows.texts.add(text("old", at=NOW - 8 * DAY))
        rows.texts.add(text("dropped", state="dropped"))
        rows.texts.add(text("theirs", kind="other", state="received"))
        rows.texts.add(text("another's", number="+13145550151"))
        assert [one.id for one in rows.texts.sent("reminder", PAT, NOW - 7 * DAY)] == ["young"]
        assert len(rows.texts.of_number(PAT)) == 4
        assert rows.texts.of_number(PAT)[-1].id == "old"


def test_a_number_is_answered_once_a_day(store):
    with store.begin() as rows:
        assert rows.texts.answer(PAT, NOW, NOW - DAY)
        assert not rows.texts.answer(PAT, NOW + DAY / 2, NOW - DAY / 2)
        assert rows.texts.answer(PAT, NOW + DAY, NOW)


def test_stop_holds_until_start_and_the_first_word_counts(store):
    with store.begin() as rows:
        assert rows.texts.number(PAT) is None
        rows.texts.opt_in(PAT, NOW)
        assert rows.texts.number(PAT) is None
        rows.texts.opt_out(PAT, NOW)
        rows.texts.opt_out(PAT, NOW + DAY)
        assert rows.texts.number(PAT).opted_out_at == NOW
        rows.texts.answer(PAT, NOW, NOW - DAY)
        assert rows.texts.number(PAT).opted_out_at == NOW
        rows.texts.opt_in(PAT, NOW + DAY)
        known = rows.texts.number(PAT)
        assert (known.opted_out_at, known.opted_in_at) == (None, NOW + DAY)
        assert known.answered_at is None, "what was answered after STOP may never have come"
        rows.texts.opt_out(PAT, NOW + 2 * DAY)
        assert rows.texts.number(PAT).opted_out_at == NOW + 2 * DAY


@pytest.mark.parametrize(
    ("state", "left"),
    [
        *(("pending", []), ("claimed", []), ("unknown", []), ("done", [])),
        *(("refused", ["a"]), ("abandoned", ["a"])),
    ],
)
def test_which_reminders_never_left(store, state, left):
    with store.begin() as rows:
        rows.texts.add(text("a"))
        rows.texts.add(text("b", state="delivered"))
        for one in ("a", "b"):
            rows.errands.add("call", [("SendText", {"text": one}, f"text:{one}", NOW)])
    with store.engine.begin() as connection:
        connection.execute(errands.update().values(state=state))
    with store.read() as rows:
        assert [one.id for one in rows.texts.never_left()] == left


@pytest.mark.parametrize("twins", [True, False])
def test_of_texts_at_the_same_moment_one_is_answered(database_url, store, twins):
    """Twins get the same bytes; of four texts of one number one is told where to call."""
    given = settings_for(database_url).model_copy(update={"text_messages": True})
    board = make_board(given, store=store)

    def arrives(own, number, racer):
        sid = f"SM{number}" if twins else f"SM{number}x{racer}"
        facts = TextFacts(sid, f"+1314555{1000 + number}", "+13145550101", "Hello?", "")
        return texts.received(replace(board, store=own), facts)

    for answers in race(database_url, 20, arrives):
        told = [one for one in answers if b"<Message>" in one]
        assert len(told) == (4 if twins else 1), answers
        assert len(set(told)) == 1


def test_of_clocks_at_the_same_moment_one_writes_the_reminder_down(database_url, store):
    given = settings_for(database_url).model_copy(update={"text_messages": True})
    board = make_board(given, store=store, now=lambda: NOW)
    with store.begin() as rows:
        for number in range(4):
            rows.followups.add(followup(f"f{number}", f"+1314555{1000 + number}"))

    def sweeps(own, _number, _racer):
        return text_sending.sweep(replace(board, store=own))

    assert {one for results in race(database_url, 4, sweeps) for one in results} == {None}
    with store.read() as rows:
        written = [one.facts["text"] for one in rows.errands.of("call")]
        kept = [rows.texts.get(one).followup_id for one in written]
    assert sorted(kept) == [f"f{number}" for number in range(4)]


def followup(followup_id: str, number: str) -> FollowUp:
    agreed = {"texts_agreed_at": NOW - DAY, "texts_agreed_by": "Pat", "texts_agreed_how": "spoken"}
    return FollowUp(
        id=followup_id,
        kind="followup",
        call_id="call",
        state="due",
        name="Pat",
        number=number,
        zone="America/Chicago",
        language="en",
        line="riverton",
        consent_by="Pat",
        consent_at=NOW - DAY,
        may_leave_message=False,
        best_from="09:00",
        best_until="20:00",
        promised_at=NOW - DAY,
        due_at=NOW + timedelta(hours=1),
        attempts_max=3,
        **agreed,
    )
