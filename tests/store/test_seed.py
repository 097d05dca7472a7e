"""Does the demo start with a believable month, and with its people on call?"""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config import lines
from ivr.call import Ended, Kind
from routing import document, stretches
from routing.rest import strains
from routing.roster import TIERS
from storage.store import Store
from switchboard import roster_book, seed, unwritten

NOW = datetime.fromisoformat("2026-11-20T15:00:00+00:00")
MONTH = NOW - timedelta(days=31)


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


def cast(rows):
    return {person.email.split("@")[0]: person for person in rows.people.all()}


# a morning, a night, and the two hours in which a clock change is near
@pytest.mark.parametrize("hours", [0, 14, 24 * 108 - 7, -24 * 19 - 8])
def test_somebody_is_on_call_in_every_tier(store, hours):
    now = NOW + timedelta(hours=hours)
    assert seed.fill(store, now)
    with store.read() as rows:
        timeline = roster_book.timeline(rows, now, now + timedelta(days=14))
        people, tiers = cast(rows), timeline.at(now)
    assert people["ana"].id in tiers["primary"]
    assert people["ben"].id in tiers["backup"]
    assert people["sam"].id in tiers["supervisor"]
    gaps = [timeline.gaps(now, now + timedelta(days=14), tier) for tier in ("primary", "backup")]
    assert [len(found) for found in gaps] == [1, 1]


@pytest.mark.parametrize("hours", [0, 14, 24 * 108 - 7, -24 * 19 - 8])
def test_nobody_is_strained_by_the_roster(store, hours):
    now = NOW + timedelta(hours=hours)
    seed.fill(store, now)
    since, until = now - timedelta(days=35), now + timedelta(days=35)
    with store.read() as rows:
        roster = roster_book.newest(rows)[1].roster
        timeline = roster_book.timeline(rows, since, until)
    runs = (run for tier in TIERS for run in stretches.runs(timeline, tier, since, until))
    assert not strains(runs, {}, roster.zone)


def test_the_month_is_the_same_each_time_and_believable(store):
    seed.fill(store, NOW, book=lines.read(Path("config/line.toml")))
    with store.read() as rows:
        calls = rows.calls.recent(1000, NOW)
        people, tasks = cast(rows), rows.tasks.open()
    inbound = [call for call in calls if call.kind is Kind.INBOUND]
    answered = [call for call in inbound if call.answered_at]
    assert 400 < len(inbound) < 600
    assert 0.85 < len(answered) / len(inbound) < 0.97
    assert all(call.ended_at and call.ended_at <= NOW for call in calls)
    assert {call.line for call in inbound} == {"riverton", "lakeside", "general"}
    assert people["cora"].roles == ("coordinator",)
    assert people["dana"].roles == ()
    assert tasks
    busy = Counter(call.clinician_id for call in answered)
    assert len(busy) >= 8
    assert Ended.LOST not in {call.ended_reason for call in calls}
    with store.read() as rows:
        assert not rows.records.never_written(MONTH, NOW, unwritten.KIND, 9), "each is written down"


def test_there_are_promises_of_every_kind(store):
    seed.fill(store, NOW)
    with store.read() as rows:
        counts = rows.followups.counts()
        due = rows.followups.list("due")
    assert {"due", "kept", "closed"} <= set(counts)
    assert any(one.due_at < NOW for one in due)
    assert any(NOW < one.due_at < NOW + timedelta(hours=24) for one in due)


def test_a_later_start_keeps_the_month_and_holds_the_line(store):
    seed.fill(store, NOW)
    later = NOW + timedelta(hours=12)  # Ana's half of the day is over
    assert not seed.fill(store, later)
    assert not seed.fill(store, later)
    with store.read() as rows:
        on_call = roster_book.timeline(rows, later, later).at(later)
        ana = cast(rows)["ana"].id
    assert [tier for tier, people in on_call.items() if ana in people] == ["primary"]


def test_a_fresh_start_leaves_nothing_of_the_old(store):
    seed.fill(store, NOW)
    with store.read() as rows:
        before = {call.id for call in rows.calls.recent(1000, NOW)}
    assert seed.fill(store, NOW, fresh=True)
    with store.read() as rows:
        assert {call.id for call in rows.calls.recent(1000, NOW)} == before  # the same dice


def test_the_roster_document_is_kept_and_may_be_kept(store):
    seed.fill(store, NOW)
    with store.read() as rows:
        checked = document.check(roster_book.newest(rows)[1].document)
    assert checked == document.Checked((), ())


def test_somebody_who_calls_often_has_a_plan_and_one_name(store):
    seed.fill(store, NOW)
    with store.read() as rows:
        (plan,) = rows.response_plans.standing()
        shown = [call for call in rows.calls.recent(1000, NOW) if call.number_shown == plan.number]
        names = {record.person_name for call in shown if (record := rows.records.get(call.id))}
        author = rows.people.get(plan.written_by)
    assert len(shown) >= 5
    assert names <= {plan.person_name, None}
    assert "supervisor" in author.roles
    assert plan.version > 1
    assert plan.review_on > NOW.date(), "nothing is overdue when the demo begins"
