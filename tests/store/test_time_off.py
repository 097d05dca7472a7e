"""Does somebody get time off at once where nothing stands against it, and else by a yes?"""

from datetime import timedelta

import pytest
from town import Town

from switchboard import roster_book, time_off
from switchboard.roster_book import NotNow

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ALWAYS = {"id": "a", "tier": "primary", "start": "00:00", "end": "00:00"}


@pytest.fixture
def town(database_url):
    with Town.opened(database_url) as opened:
        opened.ids = {n: opened.clinician(n, tier=None).id for n in ("Ana", "Ben", "Cora")}
        yield opened


def plans(town, *names, **parts):
    pattern = ALWAYS | {"people": [town.ids[name] for name in names]}
    with town.store.begin() as rows:
        number, _ = roster_book.newest(rows)
        given = {"based_on": number, "leave_uncovered": "a test's"}
        wanted = {"zone": "America/Chicago", "patterns": [pattern], **parts}
        roster_book.save(rows, wanted, "cora", "as planned", town.now, **given)


def asked(town, name="Ana", days=20):
    window = town.now + days * DAY, town.now + (days + 1) * DAY
    with town.store.begin() as rows:
        return time_off.ask(town.board, rows, town.ids[name], window, "dentist", town.now)


def on_call(town, days=20):
    at = town.now + days * DAY + HOUR
    with town.store.read() as rows:
        return set(roster_book.timeline(rows, at, at).on("primary", at))


def wanted(town):
    return [one.kind for one in town.tasks() if one.kind == time_off.TASK]


def test_who_is_not_missed_has_it_at_once(town):
    plans(town, "Ana", "Ben")
    request = asked(town)
    assert (request.state, request.why) == ("granted", None)
    assert on_call(town) == {town.ids["Ben"]}
    assert wanted(town) == []
    with town.store.read() as rows:
        assert rows.audit.verify() is None
        assert [one.action for one in rows.audit.of(f"time_off:{request.id}")] == [
            "time_off.asked", "time_off.granted"]  # fmt: skip


def test_who_would_be_missed_waits_for_an_audited_yes(town):
    plans(town, "Ana")
    request = asked(town, days=13)
    assert request.state == "asked"
    assert request.why == "it begins in less than 14 days; fewer than 1 would be on call"
    assert on_call(town, 13) == {town.ids["Ana"]}
    assert wanted(town) == [time_off.TASK]
    with town.store.begin() as rows:
        done = time_off.agree(rows, request.id, town.ids["Cora"], "her wedding", town.now)
    assert done.state == "granted"
    assert on_call(town, 13) == set()
    assert wanted(town) == []
    with town.store.read() as rows:
        number = roster_book.newest(rows)[0]
        (line,) = rows.audit.of(f"roster:{number}")
    assert line.facts["because"] == "her wedding"
    assert line.facts["uncovered"]


def test_hours_beyond_the_saves_own_watch_are_watched_too(town):
    plans(town, "Ana")
    assert asked(town, days=40).why == "fewer than 1 would be on call"
    assert on_call(town, 40) == {town.ids["Ana"]}


def test_what_is_near_needs_a_yes_though_it_is_covered(town):
    plans(town, "Ana", "Ben")
    assert asked(town, days=2).why == "it begins in less than 14 days"


def test_nobody_agrees_to_their_own_and_who_is_refused_stays_on_call(town):
    plans(town, "Cora")
    request = asked(town, "Cora")
    with pytest.raises(NotNow, match="your own"), town.store.begin() as rows:
        time_off.agree(rows, request.id, town.ids["Cora"], "mine", town.now)
    with town.store.begin() as rows:
        time_off.decline(rows, request.id, town.ids["Ana"], town.now)
    assert on_call(town) == {town.ids["Cora"]}
    assert wanted(town) == []
    with pytest.raises(NotNow, match="settled before"), town.store.begin() as rows:
        time_off.agree(rows, request.id, town.ids["Ana"], "late", town.now)


def test_it_is_taken_back_by_whoever_asked_and_asked_once(town):
    plans(town, "Ana")
    request = asked(town)
    with pytest.raises(NotNow, match="already"):
        asked(town)
    with pytest.raises(NotNow, match="Only who asked"), town.store.begin() as rows:
        time_off.withdraw(rows, request.id, town.ids["Ben"], town.now)
    with town.store.begin() as rows:
        time_off.withdraw(rows, request.id, town.ids["Ana"], town.now)
    assert wanted(town) == []
    assert asked(town).state == "asked"


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (2, 1), (1, 64)])
def test_impossible_windows_are_refused(town, start, end):
    window = town.now + start * DAY, town.now + end * DAY
    with pytest.raises(NotNow, match="to come"), town.store.begin() as rows:
        time_off.ask(town.board, rows, town.ids["Ana"], window, None, town.now)
