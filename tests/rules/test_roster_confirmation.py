"""Is a shift asked about in time, once confirmed no more, and again when its hours change?"""

from datetime import UTC, datetime, timedelta

import pytest

from routing import document
from routing.confirmation import unconfirmed
from routing.stretches import Shift

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def roster(*hours):
    """Ana's extra shifts, each so many hours after noon."""
    one_offs = [
        {"tier": "primary", "person": "ana", "start": (NOON + start * HOUR).isoformat(),
         "end": (NOON + end * HOUR).isoformat()}
        for start, end in hours
    ]  # fmt: skip
    return document.parse({"zone": "UTC", "one_offs": one_offs})


def shift(start, end, person="ana", tier="primary"):
    return Shift(NOON + start * HOUR, NOON + end * HOUR, tier, person)


# (the roster, what was confirmed, what is asked within 24 hours)
ASKED = [
    ([(23.9, 32)], [], [shift(23.9, 32)]),
    ([(24, 32)], [], []),
    ([(0, 8)], [], []),  # it has begun
    ([(-2, 8)], [], []),
    ([(0.1, 8)], [], [shift(0.1, 8)]),
    ([(20, 70)], [], [shift(20, 70)]),  # whole, though its end is far off
    ([(20, 28)], [shift(20, 28)], []),
    ([(20, 28)], [shift(20, 27)], [shift(20, 28)]),  # longer than what was confirmed
    ([(21, 28)], [shift(20, 28)], [shift(21, 28)]),
    ([(20, 28)], [shift(20, 28, "ben")], [shift(20, 28)]),
    ([(20, 28)], [shift(20, 28, tier="backup")], [shift(20, 28)]),
    ([(4, 12), (12, 20)], [shift(4, 12)], [shift(12, 20)]),  # two that touch are two
]


@pytest.mark.parametrize(("planned", "confirmed", "asked"), ASKED)
def test_what_is_asked(planned, confirmed, asked):
    assert unconfirmed(roster(*planned), confirmed, NOON, 24 * HOUR) == asked
