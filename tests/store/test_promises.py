"""Are promises, their tries, and what humans must decide kept until somebody ends them?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from store.conftest import NOON
from store.racing import race

from storage.errors import Duplicate, Stale
from storage.values import Attempt, FollowUp, Task

LATER = NOON + timedelta(hours=1)


def a_followup(followup_id="promise", **facts):
    usual = FollowUp(
        id=followup_id,
        kind="followup",
        call_id="call-0",
        state="due",
        name="Eve",
        number="+13145550120",
        zone="America/Chicago",
        language="en",
        line="county",
        consent_by="ana",
        consent_at=NOON,
        may_leave_message=False,
        best_from="09:00",
        best_until="20:00",
        promised_at=NOON,
        due_at=NOON,
        attempts_max=3,
    )
    return replace(usual, **facts)


def an_attempt(attempt_id="try-1", **facts):
    usual = Attempt(attempt_id, "promise", 1, "ana", "call-1", NOON)
    return replace(usual, **facts)


@pytest.fixture
def promised(store):
    with store.begin() as rows:
        rows.followups.add(a_followup())
    return store


def test_a_promise_is_due_when_its_time_has_come(promised):
    with promised.begin() as rows:
        rows.followups.add(a_followup("later", due_at=LATER))
        rows.followups.add(a_followup("kept", state="kept"))
        assert [found.id for found in rows.followups.due(NOON)] == ["promise"]
        assert [found.id for found in rows.followups.due(LATER, limit=1)] == ["promise"]
        assert [found.id for found in rows.followups.due(LATER)] == ["promise", "later"]


def test_a_saved_promise_is_the_new_one(promised):
    with promised.begin() as rows:
        after = replace(rows.followups.lock("promise"), state="offered", offered_to="ana")
        rows.followups.save(after)
        assert rows.followups.get("promise") == after
    with pytest.raises(Stale), promised.begin() as rows:
        rows.followups.save(a_followup("never made"))


def test_promises_are_found_by_contact_number_and_state(promised):
    with promised.begin() as rows:
        rows.followups.add(a_followup("placing", state="placing", call_id="call-9"))
        rows.followups.add(a_followup("closed", state="closed", call_id=None))
        ids = [
            {found.id for found in some}
            for some in (
                rows.followups.of_call("call-0"),
                rows.followups.open_by_number("+13145550120"),
                rows.followups.list("closed"),
                rows.followups.list(),
            )
        ]
        assert rows.followups.counts() == {"due": 1, "placing": 1, "closed": 1}
    assert ids == [
        {"promise"},
        {"promise", "placing"},
        {"closed"},
        {"promise", "placing", "closed"},
    ]


def test_a_try_is_made_once(promised):
    with promised.begin() as rows:
        rows.attempts.add(an_attempt())
        rows.attempts.add(an_attempt("try-2", number_of=2))
    with pytest.raises(Duplicate), promised.begin() as rows:
        rows.attempts.add(an_attempt("twin"))
    with promised.read() as rows:
        assert [attempt.id for attempt in rows.attempts.of("promise")] == ["try-1", "try-2"]


def test_of_two_clocks_one_dials(promised, database_url):
    def dial(shared, number, racer):
        try:
            with shared.begin() as rows:
                rows.attempts.add(an_attempt(f"{number}-{racer}", number_of=number))
        except Duplicate:
            return False
        return True

    for results in race(database_url, 20, dial):
        assert sorted(results) == [False, False, False, True]


def test_the_first_word_is_claimed_once(promised, database_url):
    with promised.begin() as rows:
        for number in range(20):
            rows.attempts.add(an_attempt(f"try-{number}", number_of=number))

    def answer(shared, number, _racer):
        with shared.begin() as rows:
            return rows.attempts.hear(f"try-{number}", NOON)

    for results in race(database_url, 20, answer):
        assert sorted(results) == [False, False, False, True]


def test_nothing_is_said_in_a_try_that_is_over(promised):
    with promised.begin() as rows:
        rows.attempts.add(an_attempt())
        assert rows.attempts.settle("try-1", "no_answer", NOON)
        assert not rows.attempts.hear("try-1", LATER)


def test_the_clinicians_word_about_a_try_is_the_last(promised):
    with promised.begin() as rows:
        rows.attempts.add(an_attempt())
        rows.attempts.settle("try-1", "reached", NOON)
        rows.attempts.settle("try-1", "voicemail", LATER)
        settled = rows.attempts.get("try-1")
        assert not rows.attempts.settle("never", "reached", NOON)
    assert (settled.outcome, settled.ended_at) == ("voicemail", NOON)


def test_a_task_is_open_until_one_human_decides(store):
    task = Task("task", "carrier_refused", "coordinator", "call-0", None, "Check it.", NOON)
    with store.begin() as rows:
        rows.tasks.add(task)
        rows.tasks.add(replace(task, id="other", for_role="supervisor"))
        assert rows.tasks.open("coordinator") == [task]
        assert len(rows.tasks.open()) == 2
        assert rows.tasks.close("task", by="cora", decision="checked", now=LATER)
        assert not rows.tasks.close("task", by="dana", decision="ignored", now=LATER)
        closed = rows.tasks.get("task")
    assert (closed.closed_by, closed.decision, closed.closed_at) == ("cora", "checked", LATER)
