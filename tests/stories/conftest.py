"""Every story happens in a fresh town, on both databases."""

from collections.abc import Iterator

import pytest
from town import Town


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with Town.opened(database_url) as opened:
        yield opened
