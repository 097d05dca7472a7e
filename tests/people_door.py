"""The people door in a real web server with real storage, and the same cast everywhere."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from rosters import promise
from werkzeug.serving import make_server

from config.settings import Settings
from console.app import attach
from console.week import Shift
from ivr.call import Call, Kind, Stage
from routing import by_hand
from routing.wallclock import instant
from storage import ids
from storage.store import Store
from storage.values import FollowUp, Offer, Person
from switchboard import directory, roster_book, seed_directory
from switchboard.board import Board, make_board
from switchboard.links import link

START = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)  # a Monday afternoon in St. Louis
ZONE = "America/Chicago"
CAST = {
    "ana": ("Ana Ruiz", ("clinician",)),
    "ben": ("Ben Okafor", ("clinician",)),
    "cora": ("Cora Lindqvist", ("coordinator",)),
    "sol": ("Sol Hartmann", ("supervisor",)),
    "ada": ("Ada Nguyen", ("administrator",)),
    "dana": ("Dana Weiss", ()),  # no access
}


class House:
    """What a page test needs: addresses, a clock, and ways to make things happen."""

    def __init__(self, database_url: str, port: int, disk: Path) -> None:
        self.at = START
        self.url = f"http://127.0.0.1:{port}"
        settings = Settings(
            database_url=database_url,
            public_base_url=self.url,
            secret_key="the pages' secret, of thirty-two characters",
            twilio_account_sid="AC" + "e0" * 16,
            twilio_auth_token="0" * 32,
            twilio_api_key="SK" + "e0" * 16,
            twilio_api_secret="0" * 32,
            twilio_twiml_app_sid="AP" + "e0" * 16,
            softphone_host="127.0.0.1:9",
            demo=True,
            snapshot_dir=disk,
        )
        store = Store(database_url, now=lambda: self.at)
        self.board: Board = make_board(settings, store=store, now=lambda: self.at)
        self.app = Flask("people-door", static_folder=None)
        attach(self.app, self.board)
        self.line = next(iter(self.board.book.lines))
        self._people()

    @property
    def store(self) -> Store:
        return self.board.store

    def close(self) -> None:
        self.app.extensions["console_feed"].stop()
        self.store.close()

    def waits(self, **span: float) -> None:
        self.at += timedelta(**span)

    def link(self, name: str) -> str:
        return link(self.board.settings, f"{name}@example.org")

    def _people(self) -> None:
        with self.store.begin() as rows:
            for person_id, (name, roles) in CAST.items():
                phone = "+13145550142" if "clinician" in roles else None
                rows.people.add(
                    Person(
                        id=person_id,
                        name=name,
                        email=f"{person_id}@example.org",
                        phone=phone,
                        languages=("en", "es") if person_id == "ana" else ("en",),
                        skills=(),
                        zone=ZONE,
                        auto_answer=False,
                        active=True,
                        roles=roles,
                    )
                )

    # -- things that happen ------------------------------------------------------------------

    def shift(self, person: str, tier: str, day: date, start: str, end: str) -> Shift:
        ends_on = day + timedelta(days=int(end <= start))
        shift = Shift(
            person,
            tier,
            ZONE,
            instant(datetime.combine(day, time.fromisoformat(start)), ZONE),
            instant(datetime.combine(ends_on, time.fromisoformat(end)), ZONE),
        )
        promise(self.store, person, tier, shift.starts_at, shift.ends_at)
        return shift

    def plans(self, document: dict[str, Any], who: str = "cora") -> None:
        """The roster is this document from a month ago on."""
        with self.store.begin() as rows:
            number, _ = roster_book.newest(rows)
            since = self.at - timedelta(days=30)
            facts = {"based_on": number, "leave_uncovered": "a test's"}
            roster_book.save(rows, {"zone": ZONE} | document, who, "as planned", since, **facts)

    def roster(self) -> dict[str, Any]:
        """The document in force."""
        with self.store.read() as rows:
            return roster_book.newest(rows)[1].document

    def on_call(self, at: datetime, tier: str = "primary") -> tuple[str, ...]:
        with self.store.read() as rows:
            return roster_book.timeline(rows, at, at).on(tier, at)

    def replaced(self, shift: Shift, by: str) -> None:
        """Somebody else has the shift now."""
        with self.store.begin() as rows:
            number, book = roster_book.newest(rows)
            hours = shift.starts_at, shift.ends_at
            wanted = by_hand.without(book.document, shift.tier, shift.person_id, *hours, by)
            roster_book.save(rows, wanted, "test", "somebody else", self.at, based_on=number)

    def call(self, stage: Stage = Stage.WAITING, **facts: object) -> Call:
        call = Call(
            **{
                "id": ids.new(),
                "kind": Kind.INBOUND,
                "leg_sid": ids.new(),
                "line": self.line,
                "number_shown": "+13145550177",
                "language": "en",
                "stage": stage,
                "arrived_at": self.at - timedelta(seconds=12),
                "stage_since": self.at,
                "line_since": self.at - timedelta(seconds=12),
                "sip": {"X-Incident": "26-104-881"},
                **facts,
            }
        )
        with self.store.begin() as rows:
            rows.calls.add(call)
        return call

    def desk(self, person: str, state: str = "available", call: Call | None = None, **why) -> None:
        with self.store.begin() as rows:
            rows.desks.on_duty(person, self.at)
            rows.desks.set(person, state, self.at, call_id=call.id if call else None, **why)

    def offers(self, person: str, call: Call) -> Offer:
        offer = Offer(
            id=ids.new(),
            kind="call",
            call_id=call.id,
            followup_id=None,
            person_id=person,
            channel="desk",
            state="offered",
            offered_at=self.at,
            lapses_at=self.at + timedelta(seconds=20),
        )
        with self.store.begin() as rows:
            rows.offers.add([offer])
        return offer

    def talking(self, person: str, state: str = "talking", **facts: object) -> Call:
        """A call that this person has now, or has just had (state wrap_up)."""
        over = state == "wrap_up"
        call = self.call(
            Stage.ENDED if over else Stage.TALKING,
            clinician_id=person,
            clinician_here=not over,
            answered_at=self.at,
            ended_at=self.at if over else None,
            **facts,
        )
        self.desk(person, state, call)
        return call

    def directory(self) -> None:
        """The demo's directory of services, taken in by Cora."""
        offered = directory.Offered("demo.zip", seed_directory.package(), [])
        directory.take(self.store, offered, "cora", self.at)

    def followup(self, call: Call, **facts: object) -> FollowUp:
        followup = FollowUp(
            **{
                "id": ids.new(),
                "kind": "followup",
                "call_id": call.id,
                "state": "due",
                "name": "Marta Bell",
                "number": "+13145550178",
                "zone": ZONE,
                "language": "en",
                "line": self.line,
                "consent_by": "herself",
                "consent_at": self.at,
                "may_leave_message": False,
                "best_from": "10:00",
                "best_until": "18:00",
                "promised_at": self.at,
                "due_at": self.at,
                "attempts_max": 3,
                "prefers": "ana",
                **facts,
            }
        )
        with self.store.begin() as rows:
            rows.followups.add(followup)
        return followup


@contextmanager
def served(database_url: str) -> Iterator[House]:
    """A house behind a real, threaded web server on this machine."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    listener = socket.create_server(("127.0.0.1", 0))
    disk = TemporaryDirectory()  # of the snapshot
    house = House(database_url, listener.getsockname()[1], Path(disk.name))
    server = make_server("127.0.0.1", 0, house.app, threaded=True, fd=listener.fileno())
    server.daemon_threads = False  # closing it waits for every answer
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield house
    finally:
        house.app.extensions["console_feed"].stop()
        server.shutdown()
        thread.join()
        server.server_close()
        listener.close()
        house.close()
        disk.cleanup()
