"""Who picks up the phone of somebody we promised to call: they, a machine, or somebody else?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from stories.test_followup import promised
from stories.test_followup_stops import PAT, ana_promises_more, finishes
from town import BASE, Clinician, Town

from console.app import attach
from ivr.call import Stage
from routing.wallclock import wall
from storage.values import FollowUp
from switchboard.links import link

NEUTRAL = "Hello, please call back at (314) 555-0101 when it suits you. Thank you."


def rings(town: Town, ana: Clinician, followup_id: str) -> str:
    """Time passes until it is due again, and Ana says yes."""
    wait = town.followup(followup_id).due_at - town.now
    town.passes(hours=wait.total_seconds() / 3600)
    town.until(lambda: ana.is_offered, seconds=300)
    return ana.accepts().call_id


def is_answered(town: Town, call_id: str) -> None:
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=40)


def is_over(town: Town, ana: Clinician, call_id: str) -> None:
    ana.ends(call_id)
    town.until(lambda: ana.desk == "wrap_up", seconds=5)


@contextmanager
def browser(town: Town, name: str) -> Iterator[FlaskClient]:
    """The pages as this person reads them."""
    door = Flask("people-door", static_folder=None)
    attach(door, town.board)
    try:
        client = door.test_client()
        assert client.get(link(town.board.settings, f"{name}@example.org")).status_code == 302
        yield client
    finally:
        door.extensions["console_feed"].stop()


def desk_says(town: Town, name: str) -> str:
    with browser(town, name) as client:
        return " ".join(client.get("/desk", base_url=BASE).text.split())


def test_kept_the_third_time(town: Town) -> None:
    ana, followup_id = promised(town)
    pat = town.phone(PAT)
    pat.never_answers()
    hours = []
    for _ in range(2):
        call_id = rings(town, ana, followup_id)
        hours.append(town.now)
        town.until(lambda call_id=call_id: town.call(call_id).over, seconds=90)
        ana.wraps_up()
    pat.answers(after=8)
    call_id = rings(town, ana, followup_id)
    hours.append(town.now)
    is_answered(town, call_id)
    town.waits(minutes=2)
    is_over(town, ana, call_id)
    ana.wraps_up()
    kept = town.followup(followup_id)
    assert (kept.state, kept.closed_reason, kept.attempts_made) == ("kept", "kept", 3)
    made = [one.outcome for one in town.attempts(followup_id)]
    assert made == ["no_answer", "no_answer", "reached"]
    assert not town.tasks(), "nobody has to decide anything"
    assert len({third_of_the_day(at) for at in hours}) == 3, "early, late and middle"
    assert len([leg for leg in pat.legs if leg.direction == "outbound-api"]) == 3


def third_of_the_day(at: datetime) -> int:
    """Of Pat's window, 9:00 to 20:00: counted from nine."""
    here = wall(at, "America/Chicago")
    return (here.hour * 60 + here.minute - 9 * 60) * 3 // (11 * 60)


@pytest.mark.parametrize(
    ("consent", "says"),
    [("no_name", f"If a machine answers, say only: “{NEUTRAL}”"), (None, "leave none")],
)
def test_a_machine_answers(town: Town, consent: str | None, says: str) -> None:
    """The clinician hears it and has the words before them; from us it hears nothing at all."""
    ana, followup_id = promised(town, message=consent)
    pat = town.phone(PAT)
    pat.voicemail(after=12)
    call_id = rings(town, ana, followup_id)
    is_answered(town, call_id)
    read = desk_says(town, "ana")
    assert f"<dt>Message</dt><dd>{says}</dd>" in read
    assert ("say only:" in read) is (consent is not None)
    town.waits(seconds=20)
    is_over(town, ana, call_id)
    assert pat.heard_text() == "", "only a human ever speaks to it"
    finishes(town, ana, call_id, "voicemail")
    again = town.followup(followup_id)
    assert [one.outcome for one in town.attempts(followup_id)] == ["voicemail"]
    assert (again.state, again.attempts_made) == ("due", 1)
    assert again.due_at > town.now, "in another part of the day"


def test_the_words_of_a_machines_message_name_neither_us_nor_why(town: Town) -> None:
    ana, followup_id = promised(town, message="plain")
    town.phone(PAT).voicemail(after=3)
    call_id = rings(town, ana, followup_id)
    is_answered(town, call_id)
    read = desk_says(town, "ana").partition("say only: “")[2].partition("”")[0]
    assert read.startswith("Hello, this is a message for Pat.")
    line = town.board.line(town.call(call_id).line)
    for word in (line.name, "crisis", "counsel", "988", "health", "line", "Ana"):
        assert word.casefold() not in read.casefold(), word


def test_somebody_else_answers_and_that_number_is_never_rung_again(town: Town) -> None:
    """The telephone alone took it for reached; the clinician's word is the one that counts."""
    ana, followup_id = promised(town)
    another = ana_promises_more(town, ana, followup_id)
    someone = town.phone(PAT)
    someone.answers(after=4)
    call_id = rings(town, ana, followup_id)
    is_answered(town, call_id)
    assert someone.heard_text() == "", "a human asks who it is: nobody learns that we called"
    town.waits(seconds=25)
    is_over(town, ana, call_id)
    assert town.followup(followup_id).closed_reason == "kept"
    finishes(town, ana, call_id, "wrong_number")
    both = [town.followup(one) for one in (followup_id, another)]
    assert [stands(one) for one in both] == [("closed", "wrong_number")] * 2
    assert [task.kind for task in town.tasks()] == ["followup_wrong_number"] * 2
    town.passes(hours=12)
    assert not ana.is_offered
    assert len([leg for leg in someone.legs if leg.direction == "outbound-api"]) == 1


def stands(one: FollowUp) -> tuple[str, str | None]:
    return one.state, one.closed_reason
