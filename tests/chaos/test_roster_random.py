"""Do 2,000 random rosters around clock changes come out as the naive implementation says?

100,000 of them: `./run rosters --rosters 100000`.
"""

import pytest
import roster_check

CHUNK = 125


@pytest.mark.parametrize("first", range(0, 2000, CHUNK))
def test_random_rosters_have_the_naive_answer(first):
    differ = [
        found for seed in range(first, first + CHUNK) if (found := roster_check.difference(seed))
    ]
    assert not differ
