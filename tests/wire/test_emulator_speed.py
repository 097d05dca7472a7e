"""Is the emulator fast and small enough, and does what was called off weigh nothing?"""

from datetime import UTC, datetime

from emulator import VirtualClock, bench


def test_what_was_called_off_is_forgotten_and_the_rest_keeps_its_order():
    """Issue 3: thousands of calls leave thousands of time limits behind, four hours away each."""
    clock, told = VirtualClock(datetime(2026, 11, 1, tzinfo=UTC)), []
    limits = [clock.call_later(14_400, told.append, number) for number in range(5000)]
    for number, limit in enumerate(limits):
        if number % 1000:
            limit.cancel()
            limit.cancel()  # as when a leg ends twice
    assert len(clock._diary) < 2000
    clock.advance(14_400)
    assert told == [0, 1000, 2000, 3000, 4000]
    limits[0].cancel()  # too late: it has happened
    assert not clock._diary
    assert clock._empty == 0


def test_a_journey_costs_no_more_than_it_did():
    """Issue 3: 100 journeys a second at least; a fifth of that even where the machine is busy."""
    assert bench.journeys_per_second(40) > 20


def test_a_live_call_is_small():
    """Issue 3: 10,000 live calls under 1 GB, which is 100 kB each."""
    assert bench.kilobytes_per_live_call(500) < 100
