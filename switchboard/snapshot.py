"""Who can be rung when the database is gone? A signed file of the coming days' backup phones.

It names nobody and says nothing of any caller: tiers, hours and telephone numbers. Every process
that may answer writes it anew when it changed, and each minute (FAILURES R5, D8-D10, D14).
"""

import contextlib
import hashlib
import hmac
import json
import os
import threading
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from config.lines import TIERS
from config.settings import Settings
from routing.stretches import runs
from storage.store import Rows
from switchboard import roster_book

log = structlog.get_logger()

VERSION = 1
AHEAD = timedelta(hours=48)
FRESH = timedelta(minutes=1)  # an unchanged file is written again after that
NAME = "on-call.json"
PURPOSE = b"diversion: snapshot of the roster"  # so that no other signature fits this file


@dataclass(frozen=True, slots=True)
class Span:
    """One backup phone, on call in a tier between two instants (the end excluded)."""

    tier: str
    phone: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Who was promised to be on call, as the database said at `written_at`."""

    written_at: datetime
    spans: tuple[Span, ...]

    def good(self, now: datetime) -> bool:
        """Whether it still speaks of `now`."""
        return now - self.written_at <= AHEAD

    def phones(self, now: datetime) -> tuple[str, ...]:
        """Whom to ring at `now`, in this order: by tier, each phone once."""
        return self._by_tier([span for span in self.spans if span.starts_at <= now < span.ends_at])

    def all_phones(self) -> tuple[str, ...]:
        """Everybody's in the coming days: for the document that outlives this machine."""
        return self._by_tier(list(self.spans))

    def _by_tier(self, spans: list[Span]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s.phone for tier in TIERS for s in spans if s.tier == tier))


def take(rows: Rows, now: datetime) -> Snapshot:
    """Read the coming days from the database: two questions."""
    since = now.replace(minute=0, second=0, microsecond=0)  # or the file would change each time
    until = since + AHEAD + timedelta(hours=1)
    timeline = roster_book.timeline(rows, since, until)
    shifts = [one for tier in TIERS for one in runs(timeline, tier, since, until)]
    phones = rows.people.phones({shift.person_id for shift in shifts})
    spans = [
        Span(shift.tier, phones[shift.person_id], shift.starts_at, shift.ends_at)
        for shift in shifts
        if shift.person_id in phones
    ]
    return Snapshot(now, tuple(sorted(spans, key=lambda span: (span.starts_at, span.phone))))


def keep(settings: Settings, found: Snapshot) -> None:
    """Put it on the disk, unless the same is there and fresh. Raises OSError."""
    there = read(settings, quiet=True)
    if there and there.spans == found.spans and found.written_at - there.written_at < FRESH:
        return
    _write(path(settings), _sealed(settings, found))


def read(settings: Settings, *, quiet: bool = False) -> Snapshot | None:
    """Return what the file says; None, and a line in the log, when it is not there or not ours."""
    try:
        return _opened(settings, json.loads(path(settings).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if not quiet:
            log.warning("no usable snapshot", path=str(path(settings)), why=str(error))
        return None


def path(settings: Settings) -> Path:
    """Where the snapshot is."""
    return settings.snapshot_dir / NAME


# -- the file ---------------------------------------------------------------------------------


def _sealed(settings: Settings, found: Snapshot) -> bytes:
    facts = asdict(found) | {"version": VERSION}
    body = json.dumps(facts, default=datetime.isoformat)
    return json.dumps({"body": body, "seal": _seal(settings, body)}).encode()


def _opened(settings: Settings, document: dict[str, str]) -> Snapshot:
    """Raise ValueError, KeyError or TypeError on anything that we did not write."""
    body, seal = document["body"], document["seal"]
    if not hmac.compare_digest(seal, _seal(settings, body)):
        raise ValueError("the signature is not ours")
    facts = json.loads(body)
    if facts["version"] != VERSION:
        raise ValueError(f"version {facts['version']}, not {VERSION}")
    at = datetime.fromisoformat
    spans = [
        Span(one["tier"], one["phone"], at(one["starts_at"]), at(one["ends_at"]))
        for one in facts["spans"]
    ]
    return Snapshot(at(facts["written_at"]), tuple(spans))


def _seal(settings: Settings, body: str) -> str:
    secret = settings.secret_key.get_secret_value().encode()
    key = hmac.digest(secret, PURPOSE, hashlib.sha256)
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def _write(target: Path, content: bytes) -> None:
    """Whole or not at all, whoever else writes it and whenever the power fails."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        aside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
