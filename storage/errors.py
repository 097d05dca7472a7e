"""What can go wrong in storage, in words the rooms above can act on?

The names are the words of the house (STYLE 6); "Error" at the end would add nothing.
"""


class StorageError(Exception):
    """Every refusal of this room."""


class StoreDown(StorageError):
    """The database cannot be reached, is locked too long, or is full: take the safe way on.

    `lost` says that an open connection turned out to be dead. What was being committed at that
    moment may or may not stand; the inbox key of the webhook tells when it is asked again.
    """

    def __init__(self, why: str, *, lost: bool = False) -> None:
        super().__init__(why)
        self.lost = lost


class Contended(StoreDown):
    """Another transaction was in the way, and this one was given up: the same again may succeed."""


class Duplicate(StorageError):
    """A row with this unique key is there already: somebody did this before us.

    PostgreSQL has given up the whole transaction by then: leave `with store.begin()` first.
    """


class Stale(StorageError):
    """The row is no longer as it was when it was read: read again, then decide again."""


class NotMigrated(StorageError):
    """The database lacks tables or columns this code needs: run the migrations first."""


class NewerDatabase(StorageError):
    """The database was migrated by a newer version of this code: install that one."""
