"""Does the database have the tables that this code needs?

Asked at every start, so without Alembic: the revisions are read off the migrations' file names.
"""

from pathlib import Path

from sqlalchemy import inspect, text

from storage.engine import open_for_migration
from storage.errors import NewerDatabase, NotMigrated

FOLDER = Path(__file__).with_name("migrations")


def known() -> list[str]:
    """Return every revision of this code, the first one first."""
    return sorted(path.name.split("_")[0] for path in FOLDER.glob("versions/[0-9]*.py"))


def head() -> str:
    """Return the revision this code needs."""
    return known()[-1]


def current(url: str) -> str | None:
    """Return the database's revision; None: it was never migrated. Raise StoreDown."""
    engine = open_for_migration(url)
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def check(url: str) -> None:
    """Raise NotMigrated or NewerDatabase, saying what to do; StoreDown if nobody answers."""
    here, needed = current(url), head()
    if here == needed:
        return
    if here is None or here in known():
        at = "no tables yet" if here is None else f"revision {here}"
        raise NotMigrated(f"the database has {at}; this version needs {needed}: migrate it first")
    raise NewerDatabase(
        f"the database has revision {here}, which this version ({needed}) does not know: "
        "a newer version migrated it; run that version"
    )
