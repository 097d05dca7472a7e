"""Whoever took a caller away from a desk writes the record later, and is on duty only if they were."""

from dataclasses import replace
from datetime import timedelta

from town import Town

from ivr.call import Stage
from switchboard import desk as the_desk
from switchboard import presence, tasks, unwritten

CELL = "+13145550121"
DRAFT = the_desk.Draft("resolved_by_phone", "Pat", None, None, "Safe tonight.")


def by_cell_phone(town: Town) -> str:
    """Ben has taken a caller on his cell phone, and it is over. The call's id."""
    town.clinician("Ben", "backup", phone=CELL)
    town.phone(CELL).answers(after=3).then_presses("1", after=4)
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=90)
    town.waits(seconds=20)
    assert not unwritten_by(town, "ben"), "while they talk there is nothing to be late with"
    caller.hangs_up()
    town.waits(seconds=3)
    return caller.call.id


def unwritten_by(town: Town, person_id: str) -> list[str]:
    with town.store.read() as rows:
        return [one.call_id for one in unwritten.of(rows, person_id, town.now)]


def test_a_talk_on_a_cell_phone_is_written_down_at_the_desk_afterwards(town: Town) -> None:
    call_id = by_cell_phone(town)
    ben = town.people["ben"]
    assert ben.desk == "off"
    assert unwritten_by(town, "ben") == [call_id]
    assert unwritten.begin(town.board, call_id, "ben")
    assert ben.desk == "wrap_up"
    the_desk.finish(town.board, call_id, "ben", DRAFT, 0)
    assert ben.desk == "off", "nobody comes on duty by writing"
    assert not unwritten_by(town, "ben")
    with town.store.read() as rows:
        assert rows.records.get(call_id).notes == "Safe tonight."
    assert not unwritten.begin(town.board, call_id, "ben"), "it is finished"


def test_who_is_on_duty_is_on_duty_again_afterwards(town: Town) -> None:
    call_id = by_cell_phone(town)
    ben = town.people["ben"].goes_on_duty()
    assert unwritten.begin(town.board, call_id, "ben")
    the_desk.finish(town.board, call_id, "ben", DRAFT, 0)
    assert ben.desk == "available"


def test_nobody_writes_another_s_or_while_a_caller_is_with_them(town: Town) -> None:
    call_id = by_cell_phone(town)
    ana = town.clinician("Ana").goes_on_duty()
    assert not unwritten.begin(town.board, call_id, "ana")
    assert not unwritten.begin(town.board, "no-such-call", "ben")
    presence.go_off_duty(town.board, "ana")
    ben = town.people["ben"].goes_on_duty()
    town.transfers_from_911(shown="+13145550151")
    town.waits(seconds=2)
    ben.accepts()
    assert not unwritten.begin(town.board, call_id, "ben")
    assert ana.desk == "off"


def left_in_wrap_up(town: Town) -> str:
    """Ana has talked, and went off duty without writing. The call's id."""
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    call_id = ana.accepts().call_id
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    ana.ends(call_id)
    town.waits(seconds=3)
    assert presence.go_off_duty(town.board, "ana")
    return call_id


def told_of(town: Town, days: int = 0) -> list[tuple[str, str | None]]:
    """Whom the open tasks tell of which unwritten talk, after two clocks looked so much later."""
    for _ in range(2):
        unwritten.sweep(replace(town.board, now=lambda: town.now + timedelta(days)))
    return [(one.for_role, one.call_id) for one in town.tasks() if one.kind == unwritten.KIND]


def test_no_talk_stays_unwritten_silently(quick_town: Town) -> None:
    town = quick_town
    call_id = left_in_wrap_up(town)
    assert unwritten_by(town, "ana") == [call_id]
    town.passes(days=8)
    assert not unwritten_by(town, "ana"), "a week later the desk asks no longer by itself"
    assert told_of(town) == [("coordinator", call_id)]
    assert unwritten_by(town, "ana") == [call_id], "it asks again until somebody decides"
    assert unwritten.begin(town.board, call_id, "ana")
    the_desk.finish(town.board, call_id, "ana", DRAFT, 0)
    assert not told_of(town)
    assert not unwritten_by(town, "ana")


def test_a_coordinator_is_told_after_a_week_and_what_they_decided_is_asked_no_more(
    town: Town,
) -> None:
    call_id = left_in_wrap_up(town)
    assert not told_of(town, days=6)
    assert told_of(town, days=8) == [("coordinator", call_id)]
    (task,) = (one for one in town.tasks() if one.kind == unwritten.KIND)
    with town.store.begin() as rows:
        assert tasks.close(rows, task.id, "cora", "Done: she has left us.", town.now)
        assert not unwritten.of(rows, "ana", town.now + timedelta(days=8))
    assert not told_of(town, days=9)


def test_what_was_written_in_time_is_told_to_nobody(town: Town) -> None:
    call_id = left_in_wrap_up(town)
    assert unwritten.begin(town.board, call_id, "ana")
    the_desk.finish(town.board, call_id, "ana", DRAFT, 0)
    assert not told_of(town, days=8)
