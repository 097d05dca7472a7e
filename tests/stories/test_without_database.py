"""The database is gone, read-only or broken: whoever calls hears words and reaches a person."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
from doubling import everything
from private_postgres import plain
from town import PARTNER, TEND_SECONDS, Caller, Town

from emulator.timeline import first_sound
from ivr.call import Ended, Stage
from storage.errors import StoreDown
from switchboard import clock, snapshot

BEN, CLEO = "+13145550121", "+13145550122"


@contextmanager
def broken(town: Town) -> Iterator[None]:
    """SQLite: the file is no database any more. PostgreSQL: a standby, which takes no writes."""
    ruin = _garbage if town.store.dialect == "sqlite" else _read_only
    with ruin(town):
        yield


@contextmanager
def _garbage(town: Town) -> Iterator[None]:
    place = Path(town.store.url.removeprefix("sqlite:///"))
    town.store.engine.dispose()
    kept = Path(shutil.move(place, place.with_suffix(".kept")))
    place.write_bytes(b"this is no database" * 100)
    yield
    town.store.engine.dispose()
    kept.replace(place)


@contextmanager
def _read_only(town: Town) -> Iterator[None]:
    name = town.store.engine.url.database

    def alter(what: str) -> None:
        url, options = plain(town.store.url), "-c default_transaction_read_only=off"
        with psycopg.connect(url, autocommit=True, options=options) as connection:
            connection.execute(f'ALTER DATABASE "{name}" {what}')
        town.store.engine.dispose()

    alter("SET default_transaction_read_only = on")
    yield
    alter("RESET default_transaction_read_only")


@contextmanager
def slow(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every transaction ends in the statement's time-out; the list tells how often one was begun."""
    asked: list[str] = []

    @contextmanager
    def out_of_time() -> Iterator[None]:
        asked.append("begin")
        raise StoreDown("canceling statement due to statement timeout")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(town.store, "begin", out_of_time)
        patch.setattr(town.store, "read", out_of_time)
        yield asked


@pytest.fixture
def staffed(town: Town) -> Town:
    """Ben in the first tier to be rung, Cleo in the next; the snapshot is on the disk."""
    town.clinician("Ben", "backup", phone=BEN)
    town.clinician("Cleo", "supervisor", phone=CLEO)
    town.waits(seconds=TEND_SECONDS + 1)
    return town


def bridged(phone) -> bool:
    """Rung by the caller's own leg, and talking: not by an offer of before the outage."""
    return phone.leg.direction == "outbound-dial" and phone.leg.heard[-1].kind == "bridge"


def heard_at_once(caller: Caller) -> bool:
    sound = first_sound(caller.leg)
    return sound is not None and sound <= 2 and not caller.silences


def test_a_caller_reaches_a_backup_phone_and_it_is_all_told_afterwards(staffed: Town) -> None:
    town, ben = staffed, staffed.phone(BEN)
    ben.answers(after=4).then_presses("1", after=5)
    with broken(town):
        caller = town.transfers_from_911()
        town.until(lambda: ben.in_call and ben.hears("Press one"), seconds=15)
        assert not ben.hears("Riverton"), "nothing about any caller before they press"
        town.waits(minutes=2)
        assert ben.in_call
        assert caller.leg.live
        caller.hangs_up()
        town.waits(seconds=5)
    assert heard_at_once(caller)
    assert caller.hears("You've reached the Crisis Line")
    town.waits(seconds=10)
    call = caller.call
    assert (call.ended_reason, call.number_shown) == (Ended.PASSED_ON, "+13145550150")
    assert call.arrived_at < town.now - timedelta(minutes=2)
    assert not town.tasks(), "they talked: nobody needs to decide anything"


def test_voicemail_is_never_bridged_and_the_partner_is_next(staffed: Town) -> None:
    town, partner = staffed, staffed.phone(PARTNER)
    town.phone(BEN).voicemail(after=5)
    town.phone(CLEO).answers(after=3).then_presses("2", after=4)
    partner.answers(after=3)
    with broken(town):
        caller = town.transfers_from_911()
        town.until(lambda: partner.in_call, seconds=110)
        assert not town.phone(BEN).in_call
        assert caller.hears("passing you to the statewide line")
        assert heard_at_once(caller)


def test_nobody_answers_and_nothing_is_a_dead_end(staffed: Town) -> None:
    town = staffed
    town.phone(PARTNER).is_busy()
    with broken(town):
        caller = town.transfers_from_911()
        town.waits(minutes=4)
        assert caller.leg.live
        assert caller.text.count("call or text 988") >= 2, "every round says it"
        rung = [leg.to for leg in town.twilio.legs.values() if leg.parent is caller.leg]
        assert min(rung.count(BEN), rung.count(CLEO)) > 1, "and everybody is rung again"
    assert heard_at_once(caller)
    ben = town.phone(BEN)
    town.waits(seconds=TEND_SECONDS + 2)
    town.until(lambda: caller.stage is Stage.WAITING, seconds=120)  # the next round is in the line
    ben.answers(after=2).then_presses("1", after=3)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=60)
    assert not caller.silences


def test_who_was_bridged_and_left_is_not_the_end(staffed: Town) -> None:
    town, ben, cleo = staffed, staffed.phone(BEN), staffed.phone(CLEO)
    ben.answers(after=2).then_presses("1", after=3).then_hangs_up(after=20)
    cleo.answers(after=2).then_presses("1", after=3)
    with broken(town):
        caller = town.transfers_from_911()
        town.until(lambda: cleo.in_call, seconds=60)
        assert caller.hears("Stay on the line for a counselor")
        assert not caller.silences


def test_what_was_noted_is_replayed_once(staffed: Town) -> None:
    town, folder = staffed, staffed.board.settings.snapshot_dir
    with broken(town):
        caller = town.transfers_from_911()
        town.waits(seconds=8)
        caller.hangs_up()
        town.waits(seconds=2)
        (file,) = folder.glob("offline-*")
        notes = file.read_bytes()
    assert [json.loads(line)["what"] for line in notes.splitlines()][:1] == ["led"]
    town.waits(seconds=30)
    assert caller.call.ended_reason is Ended.CALLER_LEFT
    assert [task.kind for task in town.tasks()] == ["came_offline"]
    assert not list(folder.glob("offline-*"))
    before = everything(town)
    file.write_bytes(notes + b'{"torn": ')
    clock.sweep(town.board)
    assert everything(town) == before, "a second replay changes nothing"
    assert not list(folder.glob("offline-*"))


def test_whoever_waits_is_led_on_and_a_talk_is_not_touched(staffed: Town) -> None:
    town, ben = staffed, staffed.phone(BEN)
    ana = town.clinician("Ana").goes_on_duty()
    talking = town.transfers_from_911()
    town.until(lambda: ana.is_offered, seconds=3)
    ana.accepts()
    town.until(lambda: talking.stage is Stage.TALKING, seconds=5)
    waiting = town.transfers_from_911(shown="+13145550151")
    town.waits(seconds=10)
    assert waiting.stage is Stage.WAITING
    with broken(town):
        ben.answers(after=3).then_presses("1", after=3)
        town.until(lambda: ben.in_call and bridged(ben), seconds=60)
        town.waits(seconds=20)
    town.waits(minutes=2)
    assert ben.in_call, "the database is back, and nobody takes the caller away"
    assert waiting.stage is Stage.PARTNER
    assert talking.stage is Stage.TALKING
    assert not waiting.silences
    assert not talking.silences


def test_one_failure_and_nobody_waits_for_the_database_until_it_is_back(
    staffed: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = staffed
    with slow(town, monkeypatch) as asked:
        town.transfers_from_911()
        town.waits(seconds=1)
        assert asked, "the first caller's webhook asked"
        del asked[:]
        second = town.transfers_from_911(shown="+13145550151")
        town.until(lambda: first_sound(second.leg) is not None, seconds=0.5)
        assert not asked, "the second caller's did not"
        town.waits(seconds=30)
        assert town.board.standby.tripped, "a probe that fails leaves it as it is"
    town.waits(seconds=TEND_SECONDS + 1)
    assert not town.board.standby.tripped
    third = town.transfers_from_911(shown="+13145550152")
    town.waits(seconds=3)
    assert third.stage in (Stage.GREETING, Stage.WAITING)


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda text: text.replace(BEN, "+13145550166"),
        lambda text: text.replace("version", "Version"),
        lambda _text: "no JSON",
        lambda _text: "[]",
    ],
)
def test_a_spoiled_snapshot_rings_nobody_but_the_partner(
    quick_town: Town, spoiled: Callable[[str], str]
) -> None:
    town = quick_town
    town.clinician("Ben", "backup", phone=BEN)
    town.waits(seconds=TEND_SECONDS + 1)
    town.board.standby.snapshot = None  # as after a restart
    file = snapshot.path(town.board.settings)
    file.write_text(
        spoiled(file.read_text().replace('\\"', '"')) if "{" in file.read_text() else ""
    )
    partner = town.phone(PARTNER)
    partner.answers(after=2)
    with broken(town):
        town.transfers_from_911()
        town.until(lambda: partner.in_call, seconds=30)
    assert not town.phone("+13145550166").legs
    assert not town.phone(BEN).legs


def test_a_snapshot_of_last_week_rings_the_partner_alone(quick_town: Town) -> None:
    town = quick_town
    town.clinician("Ben", "backup", phone=BEN)
    town.waits(seconds=TEND_SECONDS + 1)
    found = snapshot.read(town.board.settings)
    assert found is not None
    assert found.phones(town.now) == (BEN,)
    assert not found.good(town.now + timedelta(hours=49))


def test_a_changed_roster_is_on_the_disk_within_seconds(quick_town: Town) -> None:
    town = quick_town
    town.clinician("Ben", "backup", phone=BEN)
    town.waits(seconds=TEND_SECONDS + 1)
    town.clinician("Cleo", "primary", phone=CLEO)
    town.waits(seconds=TEND_SECONDS + 1)
    found = snapshot.read(town.board.settings)
    assert found is not None
    assert found.phones(town.now) == (CLEO, BEN)
    assert not [
        word for word in ("Ben", "Cleo") if word in snapshot.path(town.board.settings).read_text()
    ]


def test_a_database_without_tables_is_no_dead_end(quick_town: Town) -> None:
    """As a deleted SQLite file leaves it, or a restore that was interrupted."""
    town = quick_town
    town.clinician("Ben", "backup", phone=BEN)
    town.waits(seconds=TEND_SECONDS + 1)
    ben = town.phone(BEN)
    ben.answers(after=3).then_presses("1", after=3)
    with town.store.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE journal RENAME TO gone")
        connection.commit()
    caller = town.transfers_from_911()
    town.until(lambda: ben.in_call and bridged(ben), seconds=30)
    assert heard_at_once(caller)


def test_a_webhook_that_took_the_whole_budget_spares_the_next_caller(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = quick_town
    with monkeypatch.context() as patch:
        patch.setattr("door.net.BUDGET_SECONDS", 0)  # whatever it takes is too long
        town.twice.on = False  # a retry meets the breaker that the first try tripped
        caller = town.transfers_from_911()
        town.waits(seconds=0.2)
    assert caller.call, "the slow webhook did its work"
    assert town.board.standby.away(town.now)
    town.waits(seconds=TEND_SECONDS)
    assert not town.board.standby.tripped


def test_health_is_about_answering_calls(sqlite_database: str) -> None:
    """An orchestrator must not end the process that answers, because the database is away."""
    with Town.opened(sqlite_database) as town:
        client = town.app.test_client()
        assert client.get("/healthz").text == f"ok\nclock changes by tzdata {version('tzdata')}\n"
        town.store.engine.dispose()
        Path(sqlite_database.removeprefix("sqlite:///")).write_bytes(b"no database" * 1000)
        answered = client.get("/healthz")
        assert answered.status_code == 200
        assert "without the database" in answered.text
