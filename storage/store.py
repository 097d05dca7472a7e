"""How does a room read and change what is kept? One short transaction at a time.

    with store.begin() as rows:
        call = rows.calls.lock(call_id)
        ...
        rows.calls.save(call)

Nothing is sent to the carrier inside a transaction. Errors: StoreDown, Duplicate, Stale.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock, get_ident
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from storage.attempts import Attempts
from storage.audit import Audit
from storage.calls import Calls
from storage.changes import Changes
from storage.cover_requests import CoverRequests
from storage.crew_visits import CrewVisits
from storage.crews import Crews
from storage.desks import Desks
from storage.directory import Directory
from storage.due import Dues
from storage.engine import GATE_SECONDS, beginning, open_engine
from storage.errands import Errands
from storage.errors import StoreDown
from storage.followups import FollowUps
from storage.handoffs import Handoffs
from storage.heartbeats import Heartbeats
from storage.journal import Journal
from storage.notices import Notices
from storage.noun import Noun
from storage.offers import Offers
from storage.people import People
from storage.psap_keys import PsapKeys
from storage.records import Records
from storage.referrals import Referrals
from storage.rescues import Rescues
from storage.response_plans import ResponsePlans
from storage.roster import RosterRows
from storage.roster_drafts import RosterDrafts
from storage.roster_feeds import RosterFeeds
from storage.shift_confirmations import ShiftConfirmations
from storage.tasks import Tasks
from storage.texts import Texts
from storage.time_off_requests import TimeOffRequests
from storage.traces import Traces
from storage.watch import OnChange, Watcher

N = TypeVar("N", bound=Noun)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Made(Generic[N]):
    """One noun of a transaction, made when it is first spoken of: most speak of a few."""

    def __init__(self, noun: type[N]) -> None:
        self.noun = noun

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = name

    def __get__(self, rows: "Rows", _owner: type) -> N:
        made = rows.__dict__[self.name] = self.noun(rows.connection, rows.now)
        return made


class Rows:
    """Every noun, inside one transaction."""

    calls = Made(Calls)
    journal = Made(Journal)
    errands = Made(Errands)
    offers = Made(Offers)
    traces = Made(Traces)
    desks = Made(Desks)
    due = Made(Dues)
    people = Made(People)
    roster = Made(RosterRows)
    roster_drafts = Made(RosterDrafts)
    roster_feeds = Made(RosterFeeds)
    cover_requests = Made(CoverRequests)
    time_off_requests = Made(TimeOffRequests)
    notices = Made(Notices)
    shift_confirmations = Made(ShiftConfirmations)
    followups = Made(FollowUps)
    attempts = Made(Attempts)
    texts = Made(Texts)
    tasks = Made(Tasks)
    records = Made(Records)
    rescues = Made(Rescues)
    response_plans = Made(ResponsePlans)
    handoffs = Made(Handoffs)
    psap_keys = Made(PsapKeys)
    crews = Made(Crews)
    crew_visits = Made(CrewVisits)
    directory = Made(Directory)
    referrals = Made(Referrals)
    audit = Made(Audit)
    heartbeats = Made(Heartbeats)
    changes = Made(Changes)

    def __init__(self, connection: Connection, now: Callable[[], datetime]) -> None:
        self.connection, self.now = connection, now


class RoundTrips:
    """How often one thread went to the database: begin, each statement, commit."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    @property
    def count(self) -> int:
        return len(self.statements)


class Store:
    """One database, shared by all threads of a process; open it after a fork, not before."""

    def __init__(self, url: str, *, now: Callable[[], datetime] | None = None) -> None:
        self.url = url
        self.now = now or utc_now
        self.engine = open_engine(url)
        self.dialect = self.engine.dialect.name
        self._writer = beginning(self.engine, "write")
        self._reader = beginning(self.engine, "read")
        # SQLite has one writer. Threads queue here, in order, instead of polling for its lock.
        self._gate = Lock() if self.dialect == "sqlite" else None

    @contextmanager
    def begin(self) -> Iterator[Rows]:
        """One short transaction: committed at the end, rolled back on any error."""
        if self._gate is None:
            with self._transaction(self._writer) as rows:
                yield rows
            return
        if not self._gate.acquire(timeout=GATE_SECONDS):
            raise StoreDown("another thread has been writing for too long")
        try:
            with self._transaction(self._writer) as rows:
                yield rows
        finally:
            self._gate.release()

    @contextmanager
    def read(self) -> Iterator[Rows]:
        """Read from one consistent picture; writing here fails on PostgreSQL."""
        with self._transaction(self._reader) as rows:
            yield rows

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Rows]:
        with self._open(engine) as connection:
            yield Rows(connection, self.now)
            connection.commit()

    def _open(self, engine: Engine) -> Connection:
        """Begin. A connection that died in the pool shows it now, before anything was done."""
        try:
            return _begun(engine)
        except StoreDown as down:
            if not down.lost:
                raise
            return _begun(engine)  # the pool was emptied with the dead connection

    def ping(self) -> None:
        """Raise StoreDown when the database does not answer."""
        with self._open(self._reader) as connection:
            connection.execute(text("SELECT 1"))

    def probe(self) -> None:
        """Raise StoreDown when nothing can be written: gone, read-only, full or too slow."""
        with self.begin() as rows:
            rows.changes.probe()

    def watch(self, on_change: OnChange) -> Watcher:
        """Hear of every commit, by topic (a table's name, or "*"); one watcher per process."""
        return Watcher(self, on_change)

    @contextmanager
    def round_trips(self) -> Iterator[RoundTrips]:
        """Count what this thread sends while inside: for tests and the bench."""
        trips, thread = RoundTrips(), get_ident()

        def statement(_connection: Connection, _cursor: object, sql: str, *_rest: object) -> None:
            if get_ident() == thread:
                trips.statements.append(sql)

        def commit(_connection: Connection) -> None:
            if get_ident() == thread:
                trips.statements.append("COMMIT")

        event.listen(self.engine, "before_cursor_execute", statement)
        event.listen(self.engine, "commit", commit)
        try:
            yield trips
        finally:
            event.remove(self.engine, "before_cursor_execute", statement)
            event.remove(self.engine, "commit", commit)

    def close(self) -> None:
        self.engine.dispose()


def _begun(engine: Engine) -> Connection:
    try:
        connection = engine.connect()
    except PoolTimeoutError as error:
        raise StoreDown("every connection has been busy for too long") from error
    try:
        connection.begin()
    except BaseException:
        connection.close()
        raise
    return connection
