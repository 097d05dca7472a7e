"""What does every part of the switchboard need at hand?"""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import structlog

from callbacks.window import House
from config import followups, lines, prompts
from config.errors import ConfigError
from config.followups import FollowUpBook
from config.lines import Line, LineBook
from config.prompts import Prompts
from config.settings import Settings
from routing.escalation import Ladder, Rung
from routing.offers import Policy
from routing.rest import Rules
from storage import revision
from storage.errors import NewerDatabase, StoreDown
from storage.store import Store
from switchboard.standby import Standby
from telephony.carrier import Carrier

log = structlog.get_logger()


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _nobody_waits() -> None:
    """A process without an errand runner leaves the work to the next sweep."""


@dataclass(frozen=True)
class Board:
    """The store, the carrier, the line's book and the clock, as one argument.

    `now` is the only clock below the doors; `wake` asks this process to sweep soon, after commit.
    `elapsed` counts seconds, whatever `now` is set to; `beaten` says when a clock of this process
    last beat, so counted.
    """

    store: Store
    carrier: Carrier
    settings: Settings
    book: LineBook
    prompts: Prompts
    now: Callable[[], datetime] = _utc_now
    wake: Callable[[], None] = _nobody_waits
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    standby: Standby = field(default_factory=Standby)  # what is needed without the store
    elapsed: Callable[[], float] = time.monotonic
    beaten: dict[str, float] = field(default_factory=dict)

    def line(self, line_id: str) -> Line:
        """The line a call came in on; one since removed from the book is the default."""
        return self.book.lines.get(line_id) or self.book.default

    def ladder(self, line_id: str) -> Ladder:
        """The escalation ladder of a line."""
        return ladder_of(self.book, self.line(line_id))

    @cached_property
    def plans(self) -> FollowUpBook:
        """What may be promised at wrap-up, and in whose hours it is kept.

        Raises:
            ConfigError: the file is broken.
        """
        return followups.read(self.settings.followup_file)

    @cached_property
    def rest_rules(self) -> Rules:
        """When somebody is strained by the roster, as the line's file says."""
        policy = self.book.roster
        rest, run = (timedelta(hours=n) for n in (policy.rest_hours_least, policy.run_hours_most))
        return Rules(rest, run, policy.week_hours_most)

    @cached_property
    def house(self) -> House:
        """When this house rings anybody."""
        return house_of(self.plans)

    @cached_property
    def own_numbers(self) -> frozenset[str]:
        """Lines, PSAPs and partners: never a caller to ring back (FAILURES A8)."""
        lines = self.book.lines.values()
        numbers = [n for x in lines for n in (x.number, x.return_number, x.partner_number)]
        outside = [one.number for one in self.book.outsiders]
        return frozenset(n for n in (*numbers, *outside) if n)

    def somebodys(self, number: str | None) -> str | None:
        """The number shown, when it may be a person's: neither withheld nor one of ours."""
        return number if number and number not in self.own_numbers else None

    @property
    def policy(self) -> Policy:
        """How offers widen, as the line book says."""
        return policy_of(self.book)


def ladder_of(book: LineBook, line: Line) -> Ladder:
    """The line's ladder, as the rules of routing/ take it."""
    return Ladder(tuple(Rung(r.after_seconds, r.kind, r.tier or "") for r in book.ladder_of(line)))


def policy_of(book: LineBook) -> Policy:
    """How offers widen, as the rules of routing/ take it."""
    o = book.offers
    return Policy(
        start=o.start,
        widen_after_seconds=o.widen_after_seconds,
        widen_to=o.widen_to,
        order=o.order,
        large_team=o.large_team,
        large_team_step_seconds=o.large_team_step_seconds,
        ring_seconds=o.ring_seconds,
        phone_ring_seconds=o.phone_ring_seconds,
        reserved=book.storm.reserved_desks,
    )


def house_of(plans: FollowUpBook) -> House:
    """The house's hours, as the rules of callbacks/ take them."""
    said = plans.house
    return House(said.weekday, said.weekend, said.days_off)


def make_board(settings: Settings, **parts: Any) -> Board:
    """Everything the switchboard needs, from the settings."""
    _check_database(settings.database_url)
    book = lines.read(settings.line_file)
    words = prompts.read(settings.prompts_dir, book.languages, settings.sound_dir)
    board = Board(
        parts.pop("store", None) or Store(settings.database_url),
        parts.pop("carrier", None) or Carrier(settings),
        settings,
        book,
        words,
        **parts,
    )
    _check_texts(board.plans, settings, book)  # a broken file stops the start, not a wrap-up
    return board


def check_files(settings: Settings) -> None:
    """Raise ConfigError where a file is broken that calls need; nothing is opened or started."""
    book = lines.read(settings.line_file)
    prompts.read(settings.prompts_dir, book.languages, settings.sound_dir)
    _check_texts(followups.read(settings.followup_file), settings, book)


def _check_texts(plans: FollowUpBook, settings: Settings, book: LineBook) -> None:
    lacking = plans.texts.lacking(tuple(book.languages)) if settings.text_messages else []
    if lacking:
        named = ", ".join(lacking)
        raise ConfigError(
            f"{settings.followup_file}: {named}: expected words, as TEXT_MESSAGES is on"
        )


def _check_database(url: str) -> None:
    """Refuse tables of an older version before any call; start without a database that is away.

    On a newer version's tables yesterday's code goes on: a migration only expands. A process that
    is started again between `release` and the restart must not take the line down with it.
    """
    try:
        revision.check(url)
    except NewerDatabase as newer:
        log.warning("started on a newer version's tables", why=str(newer))
    except StoreDown:
        log.exception("the database does not answer: calls are passed on until it does")
