"""How do we talk to each database, how patient are we, and what do its errors mean to us?

Both drivers run in their own autocommit mode and every BEGIN is ours. That lets SQLite take its
write lock first, and lets a dead PostgreSQL connection show itself before anything was done.
"""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from storage.errors import Contended, Duplicate, StoreDown

SECONDS = 2  # the database's share of a webhook's 4 s (FAILURES R5)
POOL_SECONDS = 1
SYNCHRONOUS = "FULL"  # a promise must survive a power cut; tests, which cut none, set it to OFF
GATE_SECONDS = 3  # SQLite's writers queue in the process: a busy second is no outage

# How each kind of transaction begins. A person's session (sign-in) must not take SQLite's write
# lock for reading who is asking.
BEGINS = {
    "sqlite": {"write": "BEGIN IMMEDIATE", "read": "BEGIN", "session": "BEGIN"},
    "postgresql": {
        "write": "BEGIN",
        # one picture for the whole page, as SQLite gives it anyway
        "read": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "session": "BEGIN",
    },
}
POSTGRES_OPTIONS = {
    "timezone": "UTC",
    "jit": "off",  # compiling costs more than any query here
    "statement_timeout": f"{SECONDS}s",
    "idle_in_transaction_session_timeout": f"{2 * SECONDS}s",  # a frozen process frees its rows
}
POSTGRES_CONNECT = {
    "connect_timeout": SECONDS,
    # A vanished machine answers nothing at all; the kernel gives up for us.
    "tcp_user_timeout": SECONDS * 1000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
UNIQUE = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
UNIQUE_STATE = "23505"
CONTENDED_STATES = ("40001", "40P01")  # could not serialize; deadlock
READ_ONLY_STATE = "25006"  # the primary became a standby under us


def address(url: str) -> URL:
    """Return the URL with our driver, whatever spelling the host of the database prefers."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ValueError("DATABASE_URL: expected a file, as in sqlite:///var/diversion.db")
    return parsed


def open_engine(url: str) -> Engine:
    """Return an impatient engine for serving: it would rather fail than keep a caller waiting."""
    target = address(url)
    # Values may be somebody's words: an error names the statement, never what was in it (E12).
    options: dict[str, Any] = {
        "pool_size": 8,
        "max_overflow": 16,
        "pool_timeout": POOL_SECONDS,
        "hide_parameters": True,
    }
    if target.get_backend_name() == "sqlite":
        engine = create_engine(target, connect_args=_sqlite_args(), **options)
        pragmas = ("journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "foreign_keys=ON")
        return _ours(engine, pragmas)
    given = " ".join(f"-c {name}={value}" for name, value in POSTGRES_OPTIONS.items())
    arguments = {**POSTGRES_CONNECT, "options": given}
    return _ours(create_engine(target, connect_args=arguments, use_native_hstore=False, **options))


def open_for_migration(url: str) -> Engine:
    """Return a patient engine. SQLite drops a table by deleting its rows, cascades and all, so
    foreign keys are off there and are checked before the commit (storage.migrate).
    """
    target = address(url)
    if target.get_backend_name() == "sqlite":
        engine = create_engine(target, connect_args=_sqlite_args(), poolclass=NullPool)
        return _ours(engine, ("journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "foreign_keys=OFF"))
    arguments = {"connect_timeout": SECONDS, "options": "-c timezone=UTC"}
    return _ours(create_engine(target, connect_args=arguments, poolclass=NullPool))


def beginning(engine: Engine, kind: str) -> Engine:
    """Return the same engine and pool, whose transactions begin as `kind`: write, read, session."""
    return engine.execution_options(begins=BEGINS[engine.dialect.name][kind])


def _sqlite_args() -> dict[str, Any]:
    return {"timeout": SECONDS, "isolation_level": None, "cached_statements": 256}


def _ours(engine: Engine, pragmas: tuple[str, ...] = ()) -> Engine:
    def connected(connection: Any, _record: Any) -> None:
        if engine.dialect.name == "postgresql":
            connection.autocommit = True
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _named)
    return engine


def _begin(connection: Connection) -> None:
    usual = BEGINS[connection.dialect.name]["write"]
    connection.exec_driver_sql(connection.get_execution_options().get("begins", usual))


def _named(context: ExceptionContext) -> None:
    """Turn a driver's error into ours; one that only a mistake of ours can cause stays as it is."""
    error = context.original_exception
    if _duplicate(error):
        raise Duplicate(str(error)) from error
    if getattr(error, "sqlstate", None) in CONTENDED_STATES:
        raise Contended(str(error)) from error
    if _down(context):
        raise StoreDown(str(error), lost=context.is_disconnect) from error


def _duplicate(error: BaseException) -> bool:
    if getattr(error, "sqlstate", None) == UNIQUE_STATE:
        return True
    return getattr(error, "sqlite_errorcode", None) in UNIQUE


def _down(context: ExceptionContext) -> bool:
    error = context.original_exception
    if isinstance(error, sqlite3.Error):
        # locked, full, read-only, gone, damaged; plain SQLITE_ERROR is a mistake in our SQL
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return isinstance(error, sqlite3.DatabaseError) and (
            type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError)
            and code != sqlite3.SQLITE_ERROR
        )
    if context.is_disconnect or getattr(error, "sqlstate", None) == READ_ONLY_STATE:
        return True
    named = context.sqlalchemy_exception
    return isinstance(named, DBAPIError) and type(named).__name__ == "OperationalError"
