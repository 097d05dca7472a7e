"""How long does the server take for a week of the roster's page, with 200 people on it?"""

import gc
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from bench import roster_world as world
from bench.report import Row, Section, middle, p99, row
from flask.testing import FlaskClient
from people_door import ZONE, House

from storage.values import Person

PEOPLE, ASKED, WEEKS = 200, 200, 4  # each week is asked for again and again, as by several people
GOAL_MS, MS = 300.0, 1e3


class Page(NamedTuple):
    """What was seen; times in seconds, by the clock."""

    first: float  # the process has compiled nothing of it
    times: list[float]
    size: int  # bytes


def measured(url: str, disk: Path, asked: int = ASKED) -> Page:
    """Ask for the page as a coordinator does, signed in, with nothing of the network between."""
    house = House(url, 9, disk)
    try:
        _people(house)
        client = house.app.test_client()
        client.get(house.link("cora"), base_url=house.url)
        week = house.at.date()
        first, size = _look(client, house.url, week)
        gc.collect()
        turns = (week + timedelta(weeks=turn % WEEKS) for turn in range(asked))
        return Page(first, [_look(client, house.url, day)[0] for day in turns], size)
    finally:
        house.close()


def _people(house: House) -> None:
    with house.store.begin() as rows:
        for number in range(PEOPLE):
            rows.people.add(_person(f"p{number}", f"Person {number:03}"))
    wanted = world.kept(PEOPLE)
    house.plans({"patterns": wanted["patterns"]})


def _person(person_id: str, name: str) -> Person:
    return Person(
        id=person_id,
        name=name,
        email=f"{person_id}@example.org",
        phone=None,
        languages=("en",),
        skills=(),
        zone=ZONE,
        auto_answer=False,
        active=True,
        roles=("clinician",),
    )


def _look(client: FlaskClient, base_url: str, week: date) -> tuple[float, int]:
    began = perf_counter()
    answer = client.get(f"/roster?week={week}", base_url=base_url)
    taken = perf_counter() - began
    assert answer.status_code == 200, answer.status
    assert b"Person 199" in answer.data
    return taken, len(answer.data)


def section(found: Page) -> Section:
    """Tell it beside its goal, in the roster's table."""
    high = p99(found.times) * MS
    return Section(
        "A week's page, from the server",
        [
            Row(
                "shown so much",
                (f"{7 * PEOPLE // world.CREW} shifts, {found.size / 1024:,.0f} KB",),
            ),
            Row("the first time in a process", (f"{found.first * MS:.0f} ms",)),
            Row("in the middle", (f"{middle(found.times) * MS:.0f} ms",)),
            row("p99", (f"{high:.0f} ms",), [high], GOAL_MS, " ms"),
        ],
        columns=(f"{PEOPLE} people",),
    )
