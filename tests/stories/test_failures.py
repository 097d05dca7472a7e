"""The failures of docs/failures.md that no other story tells: one short test for each."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import event, text
from stories.test_without_database import BEN, bridged, broken, heard_at_once
from town import DISPATCH, RIVERTON, TEND_SECONDS, Town
from wire.door import Door

from emulator.faults import FaultPlan
from ivr.call import Ended, Stage
from storage.errors import Contended, StoreDown
from storage.values import NewLine
from switchboard import arrivals, errands, evidence, offline_notes, orphans, snapshot
from switchboard.standby import Standby
from telephony import forms


def test_a_centres_own_number_is_never_rung_back(quick_town: Town) -> None:
    quick_town.clinician("Ana").goes_on_duty()
    caller = quick_town.transfers_from_911(shown=DISPATCH)
    quick_town.waits(seconds=14)
    caller.presses("1")
    quick_town.waits(seconds=4)
    assert caller.hears("I cannot see your number")
    assert caller.leg.live


def test_a_line_that_fails_at_the_carrier_still_reaches_a_person(quick_town: Town) -> None:
    quick_town.twilio.faults = FaultPlan(queue_error=1.0)
    ana = quick_town.clinician("Ana").goes_on_duty()
    caller = quick_town.transfers_from_911()
    quick_town.waits(seconds=12)
    assert caller.leg.live
    assert not caller.silences
    ana.accepts()
    quick_town.until(lambda: caller.stage is Stage.TALKING, seconds=4)


def test_two_calls_from_one_number_are_two_calls(quick_town: Town) -> None:
    town = quick_town
    ana, ben = (town.clinician(name).goes_on_duty() for name in ("Ana", "Ben"))
    first = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: first.stage is Stage.TALKING, seconds=2)
    second = town.transfers_from_911()
    town.until(lambda: ben.is_offered, seconds=2)
    assert [one.id for one in ben.cards[0].earlier] == [first.call.id], "linked, not merged"
    ben.accepts()
    town.until(lambda: second.stage is Stage.TALKING, seconds=2)
    assert first.stage is Stage.TALKING


def test_a_desk_stuck_in_an_ended_call_is_freed(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    caller.hangs_up()
    town.waits(seconds=2)
    with town.store.begin() as rows:
        rows.desks.set("ana", "talking", town.now, call_id=caller.call.id)
    town.until(lambda: ana.desk == "available", seconds=31)


@pytest.mark.parametrize("noted", [False, True], ids=["at once", "from the disk"])
def test_an_end_told_before_the_arrival_is_kept(town: Town, noted: bool) -> None:
    """It was acknowledged and forgotten: for a minute a caller who was gone was offered."""
    town.rings_nobody_back()
    door = Door(town)
    door.caller.hangs_up()
    town.waits(seconds=2)
    leg = "CA" + "7" * 32
    form = door.form | {"CallSid": leg, "From": "+13145550159"}
    over = form | {"CallStatus": "completed"}
    if noted:
        town.board.standby.trip(town.now)
    assert door.post("/voice/ended", over).status_code == 204
    town.board.standby.close()
    town.waits(seconds=2)
    call = town.call_of(leg)
    assert (call.ended_reason, call.number_shown) == (Ended.CALLER_LEFT, "+13145550159")
    key = forms.inbox_key("/voice/ended", over)
    with town.store.read() as rows:
        kept = {line.inbox_key for line in rows.journal.of(call.id)}
    assert kept & {key, f"offline:{key}"}
    first = door.post("/voice/arrived", form)
    town.waits(seconds=2)
    assert town.call_of(leg) == replace(call, hop=call.hop + 1), "the end absorbs"
    assert door.post("/voice/arrived", form).data == first.data
    assert not door.ana.is_offered


def test_an_end_told_while_the_arrival_is_being_kept(town: Town) -> None:
    """The arrival commits between our look for the call and the keeping of its end."""
    leg = "CA" + "7" * 32
    facts = forms.ArrivalFacts(leg, RIVERTON, "+13145550159")
    arrivals.arrive(town.board, facts, "the arrival")
    arrivals.came_and_left(town.board, facts, "the end")
    assert town.call_of(leg).over
    with town.store.read() as rows:
        assert rows.journal.answered("the end") is None, "taken in, with nothing to answer"


# -- the fallback ---------------------------------------------------------------------------------

GOES_ON: dict[Stage, Callable[[ET.Element], object]] = {
    Stage.GREETING: lambda said: said.find("Enqueue"),
    Stage.WAITING: lambda said: said.find("Enqueue"),
    Stage.CONNECTING: lambda said: said.find("Enqueue"),
    Stage.TALKING: lambda said: said.find("Dial/Conference"),
    Stage.CONSULTING: lambda said: said.find("Enqueue"),
    Stage.HANDED: lambda said: said.find("Enqueue"),  # to nobody who is there: as connecting
    Stage.PARTNER: lambda said: said.find("Dial/Number"),
    Stage.DISPATCHER: lambda said: said.find("Dial/Conference"),
    Stage.CALLING: lambda said: said.find("Dial/Conference"),
    Stage.ENDED: lambda said: said.find("Hangup"),
}


@pytest.mark.parametrize("stage", list(Stage))
def test_the_fallback_goes_on_from_every_stage(quick_town: Town, stage: Stage) -> None:
    door = Door(quick_town)
    over = {"ended_at": quick_town.now, "ended_reason": Ended.CALLER_LEFT}
    with quick_town.store.begin() as rows:
        rows.calls.save(replace(door.call, stage=stage, **over if stage is Stage.ENDED else {}))
    answer = door.post("/voice/fallback", door.form | {"ErrorCode": "11200"})
    assert answer.status_code == 200
    assert GOES_ON[stage](ET.fromstring(answer.data)) is not None, answer.data
    assert door.caller.call.stage is stage, "resumed, not moved"


# -- processes, clocks, disks, counters -------------------------------------------------------------


def test_a_worker_that_died_with_an_errand_in_hand(quick_town: Town) -> None:
    """What may be asked twice is taken up by another within the lease and a sweep: 12 seconds."""
    town = quick_town
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    facts = {"sid": caller.leg.sid, "reason": "test"}
    with town.store.begin() as rows:
        due = town.now
        rows.errands.add(caller.call.id, [("EndLeg", facts, f"end:{caller.leg.sid}", due)])
        (errand,) = rows.errands.claim_due("a process that is killed now", town.now)
    town.waits(seconds=evidence.LEASE_SECONDS + 2)
    with town.store.read() as rows:
        taken_up = rows.errands.get(errand.id)
    assert taken_up is not None
    assert (taken_up.state, taken_up.tries) == ("done", 2)
    assert not caller.leg.live


class Killed(BaseException):
    """SIGKILL: nothing of that process goes on."""


def test_whoever_dies_leaves_one_errand_in_doubt_and_the_others_to_anybody(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty were claimed at once: of each nobody knew for two minutes whether it was carried out."""
    town = quick_town
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    with town.store.begin() as rows:
        legs = [("EndLeg", {"sid": caller.leg.sid}, f"end:{n}", town.now) for n in range(20)]
        rows.errands.add(caller.call.id, legs)

    asked: list[str] = []

    def dies_at_the_first(sid: str) -> None:
        asked.append(sid)
        if len(asked) == 1:
            raise Killed

    monkeypatch.setattr(town.board.carrier, "end", dies_at_the_first)
    with pytest.raises(Killed):
        errands.run_due(town.board)
    assert states(town, caller.call.id) == ["claimed"] + ["pending"] * 19
    errands.run_due(town.board)
    assert states(town, caller.call.id) == ["claimed"] + ["done"] * 19
    assert len(asked) == 20


def test_whoever_was_frozen_with_an_errand_in_hand_leaves_it_to_who_is_awake(
    quick_town: Town,
) -> None:
    """Claimed, then stopped for longer than the lease: by now somebody may be looking for it."""
    town = quick_town
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    with town.store.begin() as rows:
        end = ("EndLeg", {"sid": caller.leg.sid}, "end:it", town.now)
        rows.errands.add(caller.call.id, [end])
    frozen = errands._next(town.board)
    assert frozen is not None
    for tick in town._ticking:  # nobody else is there yet
        tick.cancel()
    town.waits(seconds=evidence.LEASE_SECONDS)
    errands._carry_out(town.board, frozen)
    assert caller.leg.live, "it asked the carrier for nothing"
    assert states(town, caller.call.id) == ["pending"]
    errands.run_due(town.board)
    assert states(town, caller.call.id) == ["done"]
    assert not caller.leg.live


def test_an_errand_during_which_the_database_went_away_is_in_doubt_not_refused(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The phone rang, and the errand that had rung it was called refused."""
    town = quick_town
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    with town.store.begin() as rows:
        rows.errands.add(caller.call.id, [("EndLeg", {"sid": caller.leg.sid}, "end:it", town.now)])

    def goes_away(_sid: str) -> None:
        raise StoreDown("server closed the connection unexpectedly")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(town.board.carrier, "end", goes_away)
        with pytest.raises(StoreDown):
            errands.run_due(town.board)
    assert states(town, caller.call.id) == ["claimed"]
    town.waits(seconds=evidence.LEASE_SECONDS + 2)
    assert states(town, caller.call.id) == ["done"]
    assert not caller.leg.live


def states(town: Town, call_id: str) -> list[str]:
    with town.store.read() as rows:
        return [one.state for one in rows.errands.of(call_id) if one.kind == "EndLeg"]


def test_what_an_ended_process_of_this_machine_had_in_hand_need_not_wait(quick_town: Town) -> None:
    """Its lease of 10 seconds says that somebody carries it out, and nobody does."""
    town = quick_town
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    alive, elsewhere = f"{socket.gethostname()}:{os.getpid()}", f"elsewhere:{gone.pid}"
    held = {}
    for worker in (f"{socket.gethostname()}:{gone.pid}", alive, elsewhere):
        facts = {"sid": caller.leg.sid, "reason": "test"}
        with town.store.begin() as rows:
            rows.errands.add(caller.call.id, [("EndLeg", facts, f"end:{worker}", town.now)])
            (held[worker],) = rows.errands.claim_due(worker, town.now)
    assert orphans.release(town.board) == 1
    town.waits(seconds=1)
    with town.store.read() as rows:
        states = [rows.errands.get(errand.id).state for errand in held.values()]
    assert states == ["done", "claimed", "claimed"]


def test_without_a_clock_laps_still_widen_the_offers(quick_town: Town) -> None:
    town = quick_town
    staff = [town.clinician(name).goes_on_duty() for name in ("Ana", "Ben", "Cleo")]
    for tick in town._ticking:
        tick.cancel()
    town.transfers_from_911()
    town.waits(seconds=3)
    assert sum(one.is_offered for one in staff) == 2
    town.until(lambda: all(one.is_offered for one in staff), seconds=18)


def full(_file: Path, *_rest: object) -> Path:
    return Path("/dev/full")


def test_a_full_disk_costs_notes_and_no_caller(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every write answers ENOSPC, as /dev/full does; the database is gone as well."""
    town, ben = quick_town, quick_town.phone(BEN)
    town.clinician("Ben", "backup", phone=BEN)
    town.waits(seconds=TEND_SECONDS + 1)
    ben.answers(after=4).then_presses("1", after=5)
    monkeypatch.setattr(offline_notes, "_own", full)

    def refuse(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot, "_write", refuse)
    with broken(town):
        caller = town.transfers_from_911()
        town.until(lambda: ben.in_call and bridged(ben), seconds=30)
        town.waits(seconds=70)
    assert heard_at_once(caller)
    assert not list(town.board.settings.snapshot_dir.glob("offline-*"))


def test_a_clock_that_was_set_back_spares_the_database_no_longer(quick_town: Town) -> None:
    standby, now = Standby(), quick_town.now
    standby.trip(now)
    assert standby.away(now + timedelta(seconds=1))
    assert not standby.away(now - timedelta(hours=1))
    assert not standby.away(now + timedelta(hours=1))


BEYOND = 2**31 + 7


def far_on(town: Town) -> None:
    """Both counters stand where 31 bits end."""
    postgres = town.store.dialect == "postgresql"
    with town.store.engine.connect() as connection:
        for table in ("journal", "errands"):
            if postgres:
                moved = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {BEYOND})"
                connection.execute(text(moved))
            else:
                connection.execute(text(f"UPDATE {table} SET id = id + {BEYOND}"))
        connection.commit()


def test_counters_go_on_beyond_31_bits(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    first = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: first.stage is Stage.TALKING, seconds=3)
    first.hangs_up()
    town.waits(seconds=3)
    ana.wraps_up()
    far_on(town)
    second = town.transfers_from_911(shown="+13145550152")
    town.until(lambda: ana.is_offered, seconds=3)
    ana.accepts()
    town.until(lambda: second.stage is Stage.TALKING, seconds=3)
    with town.store.read() as rows:
        journal, errands = rows.journal.of(second.call.id), rows.errands.of(second.call.id)
    assert min(one.id for one in journal) > BEYOND
    assert min(one.id for one in errands) > BEYOND


# -- the database -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("times", "kept"), [(3, True), (9, False)])
def test_a_transaction_that_was_in_the_way_is_met_again(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch, times: int, kept: bool
) -> None:
    """A deadlock is no outage: nobody is led elsewhere for it, unless it does not end."""
    town, begin, failed = quick_town, quick_town.store.begin, []
    town.clinician("Ana").goes_on_duty()

    @contextmanager
    def deadlocked() -> Iterator[object]:
        if len(failed) < times:
            failed.append("deadlock detected")
            raise Contended(failed[-1])
        with begin() as rows:
            yield rows

    monkeypatch.setattr(town.store, "begin", deadlocked)
    caller = town.transfers_from_911()
    town.waits(seconds=0.05)
    assert town.board.standby.tripped is not kept
    assert caller.leg.live
    if kept:
        assert caller.stage is Stage.GREETING


def fill(town: Town) -> None:
    """Line after line, until there is no room for another."""
    for number in range(1000):
        key, stages = f"full-{number}", (None, "waiting")
        line = NewLine("full", town.now, key, "x", {}, *stages, False, b"x" * 900)
        with town.store.begin() as rows:
            rows.journal.add(line)


def test_a_database_that_is_full_is_a_database_that_is_away(quick_town: Town) -> None:
    """SQLite answers SQLITE_FULL, as it does on a full disk."""
    town, ben = quick_town, quick_town.phone(BEN)
    town.clinician("Ben", "backup", phone=BEN)
    town.waits(seconds=TEND_SECONDS + 1)
    ben.answers(after=4).then_presses("1", after=5)

    def small(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # no smaller than it is now

    event.listen(town.store.engine, "connect", small)
    town.store.engine.dispose()
    with pytest.raises(StoreDown, match="full"):
        fill(town)
    town.twice.on = False  # a sweep that failed for want of room may succeed at once
    caller = town.transfers_from_911()
    town.waits(seconds=0.1)
    assert town.board.standby.tripped
    town.until(lambda: ben.in_call and bridged(ben), seconds=30)
    assert heard_at_once(caller)
