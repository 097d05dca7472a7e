"""Does the database have the tables this code needs, and how does it get them?

Alembic without an ini file, so that it works from an installed package. Nothing is changed
unless everything is: all missing migrations run in one transaction.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.engine import open_for_migration
from storage.errors import NewerDatabase, NotMigrated, StorageError

FOLDER = Path(__file__).with_name("migrations")
ONE_AT_A_TIME = 988_911  # PostgreSQL's advisory lock of whoever migrates


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to the revision; do nothing if it is there."""
    _run(url, revision, up=True)


def downgrade(url: str, revision: str) -> None:
    """Take migrations back, down to the revision; "base" takes back all of them."""
    _run(url, revision, up=False)


def head() -> str:
    """Return the revision this code needs."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def current(url: str) -> str | None:
    """Return the database's revision; None: it was never migrated. Raise StoreDown."""
    engine = open_for_migration(url)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(url: str) -> None:
    """Raise NotMigrated or NewerDatabase, saying what to do; StoreDown if nobody answers."""
    here, needed = current(url), head()
    if here == needed:
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if here is None or here in known:
        at = "no tables yet" if here is None else f"revision {here}"
        raise NotMigrated(f"the database has {at}; this version needs {needed}: migrate it first")
    raise NewerDatabase(
        f"the database has revision {here}, which this version ({needed}) does not know: "
        "a newer version migrated it; run that version"
    )


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run(url: str, revision: str, *, up: bool) -> None:
    engine = open_for_migration(url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
            # Waiting behind a long reader would make every webhook wait behind us.
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
        (command.upgrade if up else command.downgrade)(_config(connection), revision)
        if engine.dialect.name == "sqlite":
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise StorageError(f"migration left {len(broken)} rows pointing at nothing")
