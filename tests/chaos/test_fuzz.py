"""Does anything that a stranger sends get in, change a row, or break the house?"""

from collections import Counter
from collections.abc import Iterator

import pytest
from chaos.fuzz import MAKERS, fire
from chaos.fuzz_ground import Ground, ground

SEED = 1
REQUESTS = 1_000  # on each database


@pytest.fixture
def house(database_url: str) -> Iterator[Ground]:
    with ground(database_url) as found:
        yield found


def test_nothing_a_stranger_sends_gets_in_or_changes_a_row(house: Ground) -> None:
    done: Counter[str] = Counter()
    found = list(fire(house, SEED, range(REQUESTS), done))
    assert not found, "\n".join(map(str, found[:10]))
    assert len(done) >= len(MAKERS) - 1  # ten megabytes are rare
    assert len(house.corpus) > 30
    assert len(house.pages) > 30
