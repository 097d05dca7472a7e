"""A mobile crew is asked for during a call: until somebody takes it, until they are on scene."""

from datetime import timedelta

from flask import Flask
from town import BASE, Town

from care import crew as rules
from care.crew import State, Step
from console.app import attach
from ivr.call import Stage
from storage import ids
from storage.values import Person
from switchboard import crew_pages, crews

FACTS = {"place": "12 Main St", "risk": "A dog", "situation": "Alone on the porch."}


class Phone:
    """A crew's phone: its page and nothing else."""

    def __init__(self, town: Town, name: str = "Crew 1") -> None:
        door = Flask("people-door", static_folder=None)
        attach(door, town.board)
        self.client = door.test_client()
        self.crew = crew_pages.add(town.board, name, "+13145550160", "cora")
        self.path = crew_pages.address(town.board.settings, self.crew).removeprefix(BASE)

    def sees(self) -> str:
        return self.client.get(self.path, base_url=BASE).text

    def taps(self, visit, step, **fields):
        path, form = f"{self.path}/visits/{visit.id}/steps", {"step": step, "version": 1} | fields
        return self.client.post(path, base_url=BASE, data=form)


def talking(town: Town):
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    accepted = ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    return ana, accepted.call_id


def overseer(town: Town, name: str, role: str) -> None:
    facts = {"languages": ("en",), "skills": (), "zone": "America/Chicago", "active": True}
    with town.store.begin() as rows:
        rows.people.add(
            Person(name, name.title(), f"{name}@example.org", None, auto_answer=False, roles=(role,), **facts)
        )  # fmt: skip


def asked(town: Town, call_id=None, **given):
    return crews.request(town.board, ids.new(), "ana", "first", FACTS, call_id=call_id, **given)


def now_of(town: Town, visit):
    with town.store.read() as rows:
        return rows.crew_visits.get(visit.id)


def tasks(town: Town) -> list[str]:
    return [task.kind for task in town.tasks()]


def told(town: Town, person: str) -> list[str]:
    with town.store.read() as rows:
        owed = rows.notices.owed(town.now)
    return [one.text for one in owed if one.person_id == person]


def test_from_the_desk_to_the_scene_and_cleared(town: Town) -> None:
    ana, call_id = talking(town)
    phone = Phone(town)
    visit = asked(town, call_id)
    assert "12 Main St" in phone.sees()
    assert "A clinician is on the phone with them" in phone.sees()
    for minutes, step in ((1, "acknowledge"), (2, "set_out"), (15, "arrive"), (30, "clear")):
        town.lingers(minutes=minutes)
        assert phone.taps(visit, step, words="settled").status_code == 303
        assert phone.taps(visit, step, words="settled").status_code == 303, "tapped twice"
    after = {
        str(name): span.total_seconds() / 60 for name, span in now_of(town, visit).spans.items()
    }
    assert after == {"acknowledged": 1, "en_route": 3, "on_scene": 18, "cleared": 48}
    assert "12 Main St" not in phone.sees(), "what is over is not shown"
    with town.store.read() as rows:
        audit = rows.audit.of(f"crew_visit:{visit.id}")
    who = f"crew:{phone.crew.id}"
    assert [(line.actor, line.action) for line in audit] == [
        ("ana", "crew.requested"),
        (who, "crew.read"),
        (who, "crew.acknowledge"),
        (who, "crew.set_out"),
        (who, "crew.arrive"),
        (who, "crew.clear"),
    ]
    assert audit[-1].at == now_of(town, visit).ended_at
    ana.ends(call_id)
    town.waits(seconds=2)
    assert tasks(town) == []


def test_what_nobody_acknowledges_is_told_and_stays_until_a_crew_takes_it(town: Town) -> None:
    overseer(town, "cora", "coordinator")
    overseer(town, "sol", "supervisor")
    phone = Phone(town)
    visit = asked(town)
    town.waits(minutes=2)
    assert tasks(town) == []
    town.waits(minutes=1, seconds=20)
    assert tasks(town) == ["crew_unacknowledged"]
    for person in ("cora", "sol"):
        (text,) = told(town, person)
        assert "Nobody has acknowledged it" in text
        assert "Main" not in text, "a letter says nothing of anybody"
    (task,) = town.tasks()
    with town.store.begin() as rows:
        rows.tasks.close(task.id, "cora", "Done", town.now)
    town.waits(seconds=20)
    assert tasks(town) == ["crew_unacknowledged"], "a decision is not a crew"
    assert len(told(town, "cora")) == 1, "and nobody is written to twice"
    phone.taps(visit, "acknowledge")
    assert tasks(town) == []
    town.lingers(minutes=10)
    assert tasks(town) == []


def test_two_that_nobody_takes_are_one_task_until_both_are_taken(town: Town) -> None:
    phone = Phone(town)
    first, second = asked(town), asked(town)
    town.lingers(minutes=4)
    assert tasks(town) == ["crew_unacknowledged"]
    phone.taps(first, "acknowledge")
    assert tasks(town) == ["crew_unacknowledged"]
    crews.step(town.board, second.id, Step.CALL_OFF, None, "ana", words="not needed")
    assert tasks(town) == []


def test_two_sweeps_tell_once(town: Town) -> None:
    overseer(town, "cora", "coordinator")
    visit = asked(town)
    town.lingers(minutes=4)
    crews.sweep(town.board)
    crews.sweep(town.board)
    assert [one.what for one in now_of(town, visit).lines] == ["requested", "told"]
    assert len(told(town, "cora")) == 1


def test_what_a_crew_gives_back_is_told_at_once_and_another_takes_it(town: Town) -> None:
    overseer(town, "cora", "coordinator")
    one, two = Phone(town), Phone(town, "Crew 2")
    visit = asked(town, asked=one.crew.id)
    assert "12 Main St" not in two.sees()
    one.taps(visit, "acknowledge")
    one.taps(visit, "give_back", words="Flat tyre")
    assert tasks(town) == ["crew_unacknowledged"]
    assert len(told(town, "cora")) == 1
    assert "12 Main St" in two.sees()
    two.taps(visit, "set_out")
    assert tasks(town) == []
    late = one.taps(visit, "arrive")
    assert late.status_code == 409
    assert "Another crew has this visit. There is nothing left for you to do." in late.text
    assert now_of(town, visit).crew == two.crew.id


def test_a_request_that_was_sent_twice_is_one(town: Town) -> None:
    visit = asked(town)
    again = crews.request(town.board, visit.id, "ana", "first", FACTS)
    assert again == visit
    with town.store.read() as rows:
        assert len(rows.crew_visits.open()) == 1
        assert len(rows.audit.of(f"crew_visit:{visit.id}")) == 1


def test_a_crew_that_arrives_after_the_wrap_up_stands_in_the_record(town: Town) -> None:
    ana, call_id = talking(town)
    phone = Phone(town)
    visit = asked(town, call_id)
    phone.taps(visit, "acknowledge")
    ana.ends(call_id)
    town.waits(seconds=2)
    ana.wraps_up()
    town.lingers(minutes=20)
    phone.taps(visit, "arrive")
    phone.taps(visit, "arrive")
    with town.store.read() as rows:
        record = rows.records.get(call_id)
        written = [(a.actor, a.action) for a in rows.audit.of(f"record:{call_id}")]
    assert record.answers == {"responded_1": "yes"}
    assert record.version == 2
    assert written[-1] == (f"crew:{phone.crew.id}", "record.changed")
    assert now_of(town, visit).state is State.ON_SCENE
    assert now_of(town, visit).on_scene_at - visit.requested_at > timedelta(minutes=20)


# -- the clinician's telephone leaves before the crew is there ----------------------------------


def by_cell_phone(town: Town):
    """Nobody is at a desk: Ben takes the caller on his cell phone, and a crew is asked for."""
    town.clinician("Ben", "backup", phone="+13145550121")
    town.phone("+13145550121").answers(after=3).then_presses("1", after=2)
    caller = town.transfers_from_911()
    town.waits(seconds=1)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=90)
    phone = Phone(town)
    visit = crews.request(town.board, ids.new(), "ben", "first", FACTS, call_id=caller.call.id)
    phone.taps(visit, "acknowledge")
    return caller, visit, phone


def unexplained(town: Town, person: str = "ben") -> list[str]:
    with town.store.read() as rows:
        return [one.id for one in crews.unexplained_by(rows, person)]


def test_who_hangs_up_a_cell_phone_before_the_crew_is_there_is_asked_why_at_their_desk(
    town,
) -> None:
    caller, visit, phone = by_cell_phone(town)
    town.phone("+13145550121").never_answers()
    town.phone("+13145550121").hangs_up()
    town.until(lambda: caller.stage is Stage.WAITING, seconds=20)
    assert unexplained(town) == [visit.id]
    assert "left_before_crew" in tasks(town)
    phone.taps(visit, "arrive")
    assert unexplained(town) == [visit.id], "that the crew came does not say why"
    why = lambda one, at: rules.explain(one, "cut_off", "ben", at)  # noqa: E731
    for _ in range(2):
        crews.change(town.board, visit.id, "ben", "explained", why)
    assert unexplained(town) == []
    assert "left_before_crew" not in tasks(town)
    said = [(one.what, one.by, one.words) for one in now_of(town, visit).lines]
    assert said.count(("left", "ben", "")) == said.count(("explained", "ben", "cut_off")) == 1


def test_who_was_cut_off_and_has_the_caller_again_is_asked_nothing(town: Town) -> None:
    ana, call_id = talking(town)
    visit = asked(town, call_id)
    ana.browser_dies()
    town.until(lambda: unexplained(town, "ana") == [visit.id], seconds=60)
    ana.goes_on_duty()
    town.until(lambda: ana.is_offered, seconds=30)
    ana.accepts()
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=10)
    assert unexplained(town, "ana") == []
    assert "left_before_crew" not in tasks(town)
    assert now_of(town, visit).lines[-1].what == "came_back"


def test_a_caller_who_hangs_up_leaves_no_question(town: Town) -> None:
    caller, _visit, _phone = by_cell_phone(town)
    caller.hangs_up()
    town.waits(seconds=10)
    assert caller.stage is Stage.ENDED
    assert unexplained(town) == []
