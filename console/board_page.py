"""The board: who waits, who is there, what is due; read from five metres."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template

from callbacks.plan import CALLBACK_WITHIN
from care import crew
from console import supervision
from console.here import board, now, store
from console.words import asset
from ivr.call import Call, Stage
from storage.store import Rows
from storage.values import Desk, Person
from switchboard import presence
from switchboard.calls import WITH_CLINICIAN

CLOCK_LATE = timedelta(seconds=5)
STATES = (
    ("available", "ready", "ready", "ready"),
    ("connecting", "connecting", "", "phone"),
    ("talking", "talking", "ready", "phone"),
    ("asked", "asked by a colleague", "", "phone"),
    ("joined", "in a colleague's call", "ready", "phone"),
    ("wrap_up", "in wrap-up", "", "pencil"),
    ("paused", "paused", "thin", "paused"),
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A person who is on duty, or should be."""

    person: Person
    desk: Desk | None
    on_call: bool
    unheard: bool

    @property
    def state(self) -> str:
        return self.desk.state if self.desk else "off"


@dataclass(frozen=True, slots=True)
class Shown:
    """The board at one moment."""

    waiting: tuple[Call, ...]
    talking: int
    talks: tuple[supervision.Talk, ...]  # a supervisor's alone
    seats: tuple[Seat, ...]
    due: int
    overdue: int
    tasks: int
    rescues: int
    crews: int  # visits that go on
    crews_late: int  # of which nobody acknowledged in time
    clock_late: bool
    clock_at: datetime | None

    @property
    def oldest(self) -> datetime | None:
        return min((call.arrived_at for call in self.waiting), default=None)

    def count(self, *states: str) -> int:
        return sum(seat.state in states for seat in self.seats)

    @property
    def missing(self) -> tuple[Seat, ...]:
        """On call by the roster, and not at a desk."""
        return tuple(s for s in self.seats if s.on_call and (s.state == "off" or s.unheard))


def install(console: Blueprint) -> None:
    console.add_url_rule("/board", "board_page", page)
    console.add_url_rule("/board/panel", "board_panel", panel)


def page() -> str:
    return render_template("board/page.html", **facts())


def panel() -> str:
    return render_template("board/panel.html", **facts())


def facts() -> dict[str, object]:
    softphone = {"host": board().settings.softphone_host, "silence": asset("sounds/silence.wav")}
    wanted = supervision.wanted()
    return {"board": read(), "states": STATES, "wanted": wanted, "softphone": softphone}


def read() -> Shown:
    moment = now()
    with store().read() as rows:
        visits = rows.crew_visits.open()
        live = rows.calls.live()
        beat = rows.heartbeats.latest()
        due, overdue = promises(rows, moment)
        return Shown(
            waiting=tuple(c for c in live if c.stage in (Stage.GREETING, Stage.WAITING)),
            talking=sum(c.stage in WITH_CLINICIAN for c in live),
            talks=supervision.talks(rows, live),
            seats=seats(rows, moment),
            due=due,
            overdue=overdue,
            tasks=len(rows.tasks.open()),
            rescues=sum(one.contact_at is None for one in rows.rescues.open()),
            crews=len(visits),
            crews_late=sum(crew.late(one, moment) for one in visits),
            clock_late=beat is None or moment - beat.at > CLOCK_LATE,
            clock_at=beat.at if beat else None,
        )


def seats(rows: Rows, moment: datetime) -> tuple[Seat, ...]:
    desks = {desk.person_id: desk for desk in rows.desks.all()}
    on_call = presence.tiers_now(rows, moment)
    quiet = timedelta(seconds=board().settings.desk_unheard_seconds)
    found = []
    for person in rows.people.all():
        desk = desks.get(person.id)
        if person.id not in on_call and (desk is None or desk.state == "off"):
            continue
        heard = desk.heard_at if desk else None
        unheard = heard is None or moment - heard > quiet
        found.append(Seat(person, desk, person.id in on_call, unheard))
    return tuple(sorted(found, key=lambda seat: seat.person.name))


def promises(rows: Rows, moment: datetime) -> tuple[int, int]:
    """How many promises are due by now, and how many open ones are past their window."""
    return rows.followups.late(moment, CALLBACK_WITHIN)
