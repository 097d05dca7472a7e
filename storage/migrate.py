"""How does the database get the tables this code needs?

Alembic without an ini file, so that it works from an installed package. Nothing is changed
unless everything is: all missing migrations run in one transaction.
"""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.engine import open_for_migration
from storage.errors import StorageError
from storage.revision import FOLDER

ONE_AT_A_TIME = 988_911  # PostgreSQL's advisory lock of whoever migrates


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to the revision; do nothing if it is there."""
    _run(url, revision, up=True)


def downgrade(url: str, revision: str) -> None:
    """Take migrations back, down to the revision; "base" takes back all of them."""
    _run(url, revision, up=False)


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
