"""Where does each story get a fresh database, quickly?

SQLite: a file in memory, copied from a template. PostgreSQL: one database for each worker, emptied
between two stories. A worker's address stays the same, so its compiled statements may stay too.
"""

import os
import shutil
import sqlite3
from pathlib import Path

import psycopg
from private_postgres import create, migrated_template, plain

from storage import engine
from storage.migrate import upgrade

engine.SYNCHRONOUS = "OFF"  # a story crashes processes and cuts no power
KEPT = ("alembic_version", "roles", "changes")


def sqlite_template(folder: Path) -> Path:
    """A migrated, empty database to copy from."""
    path = folder / "template.db"
    upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as template:
        template.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    template.close()
    return path


class SqliteGround:
    """This worker's SQLite database."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.template, self.path = template, folder / f"line-{os.getpid()}.db"

    def fresh(self) -> str:
        for suffix in ("-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.template, self.path)
        return f"sqlite:///{self.path}"

    def close(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)


class PostgresGround:
    """This worker's PostgreSQL database."""

    def __init__(self, server: str) -> None:
        migrated_template(server)
        self.url = create(server, f"simulation_{os.getpid()}")
        self.database = psycopg.connect(plain(self.url), autocommit=True)
        # The audit's own triggers refuse to be emptied; a superuser's session may leave them out.
        self.database.execute("SET session_replication_role = replica")
        named = self.database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in named if name not in KEPT]
        self.empty = f"TRUNCATE {', '.join(tables)} RESTART IDENTITY"

    def fresh(self) -> str:
        self.database.execute(self.empty)  # type: ignore[call-overload]
        return self.url

    def close(self) -> None:
        self.database.close()
