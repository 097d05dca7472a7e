"""Every story happens in a fresh town, on both databases."""

from collections.abc import Iterator

import pytest
from town import Town


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with Town.opened(database_url) as opened:
        yield opened


@pytest.fixture
def quick_town(sqlite_database: str) -> Iterator[Town]:
    """For stories told many times over: SQLite alone."""
    with Town.opened(sqlite_database) as opened:
        yield opened
