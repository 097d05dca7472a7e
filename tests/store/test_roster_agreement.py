"""Do the router, the pages, the feeds, the gaps, the hours and the commands say the same of a roster?

They all ask one engine, each in its own way: the router a compiled block of 28 days, a page its
window, a feed the shifts of it, a command the roster's own file.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest
from roster_check import HALF_WINDOW, HOUR, MINUTE, Drawn

from routing import document
from routing.oncall import INSTANT, Timeline
from routing.roster import TIERS
from routing.stretches import Shift, stretches
from switchboard import feeds, ics
from switchboard.roster_book import Book

ROSTERS, CHUNK = 10_000, 1250
Window = tuple[datetime, datetime]


@pytest.mark.parametrize("first", range(0, ROSTERS, CHUNK))
def test_everybody_is_told_the_same(first: int) -> None:
    for seed in range(first, first + CHUNK):
        drawn = Drawn(seed)
        book = Book(drawn.document, document.check(drawn.document).roster)
        window = drawn.middle - HALF_WINDOW, drawn.middle + HALF_WINDOW
        command = Timeline.of(book.roster, *window)
        shifts = sorted(stretches(book.roster, *window))
        assert list(fed(shifts)) == shifts, seed
        for tier in TIERS:
            own = [one for one in shifts if one.tier == tier]
            assert told(command, tier, window) == told(book.timeline(*window), tier, window), seed
            assert_routed(book, command, own, tier, window)
            assert command.hours(*window, tier) == pytest.approx(hours(own)), seed
        gaps = {(one.summary.split(": ")[1], one.start, one.end) for one in gap_feed(book, window)}
        used = {tier for tier, _, _ in gaps}
        assert gaps == {(t, *gap) for t in used for gap in command.gaps(*window, t)}, seed


def told(timeline: Timeline, tier: str, window: Window) -> list[tuple[datetime, tuple[str, ...]]]:
    """When who comes and goes."""
    found: list[tuple[datetime, tuple[str, ...]]] = []
    for one in timeline.segments(tier, *window):
        if not found or found[-1][1] != one.people:
            found.append((one.start, one.people))
    return found


def assert_routed(
    book: Book, command: Timeline, own: list[Shift], tier: str, window: Window
) -> None:
    """The router offers to those who are on a shift, at the first and the last minute of each."""
    for one in command.segments(tier, *window):
        for moment in {one.start, max(one.start, one.end - MINUTE)}:
            here = {each.person_id for each in own if each.starts_at <= moment < each.ends_at}
            assert book.timeline(moment, moment + INSTANT).on(tier, moment) == tuple(sorted(here))


def hours(shifts: Iterable[Shift]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for one in shifts:
        found[one.person_id] += (one.ends_at - one.starts_at) / HOUR
    return found


def fed(shifts: list[Shift]) -> Iterator[Shift]:
    """Read back what a calendar is told of them."""
    told = ics.calendar("", [feeds._shift(one, {}, None) for one in shifts], 1, datetime.now(UTC))
    for event in told.decode().split("BEGIN:VEVENT")[1:]:
        facts = dict(line.split(":", 1) for line in event.split("\r\n") if ":" in line)
        person, tier = facts["SUMMARY"].split(": ")
        yield Shift(instant(facts["DTSTART"]), instant(facts["DTEND"]), tier, person)


def instant(stamp: str) -> datetime:
    assert stamp.endswith("Z"), "universal time"
    return datetime.fromisoformat(stamp)


def gap_feed(book: Book, window: Window) -> Iterator[ics.Entry]:
    return feeds._gaps(book, book.timeline(*window), *window, lambda _person, _skill: True)
