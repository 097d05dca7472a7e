"""The clocks change in the night: is the person rung once, and in their hours?

In St. Louis there was nothing between two and three on 14 March 2027, and there were two hours from
one to two on 7 November 2027. Whoever works at night may wish to be called in just that hour.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from stories.test_followup import promised
from stories.test_followup_stops import PAT
from town import Clinician, Town

SPRING = datetime(2027, 3, 14, 6, 0, tzinfo=UTC)  # midnight: two hours later it is three
AUTUMN = datetime(2027, 11, 7, 5, 0, tzinfo=UTC)  # midnight: two hours later it is one again
Opened = Callable[..., Town]


@pytest.fixture
def night(sqlite_database: str) -> Iterator[Opened]:
    """`night(at)` opens the town then; `any_hour`: a house that rings people by night too."""
    opened: list[Town] = []

    def begins(at: datetime, *, any_hour: bool = False) -> Town:
        opened.append(Town(sqlite_database, start=at))
        if any_hour:
            rings_at_any_hour(opened[0])
        return opened[0]

    yield begins
    for town in opened:
        town.close()


def rings_at_any_hour(town: Town) -> None:
    always = {"weekday": ("00:00", "24:00"), "weekend": ("00:00", "24:00")}
    house = town.board.plans.house.model_copy(update=always)
    town.board.__dict__["plans"] = town.board.plans.model_copy(update={"house": house})


def is_rung_at(town: Town, ana: Clinician, at: datetime) -> str:
    """Nobody is offered it two minutes before, and then Ana is; returns the attempt's call."""
    town.passes(hours=(at - town.now).total_seconds() / 3600 - 0.05)
    town.waits(minutes=1)
    assert not ana.is_offered, "not yet"
    town.until(lambda: ana.is_offered, seconds=180)
    assert at <= town.now < at + timedelta(seconds=5)
    return ana.accepts().call_id


def nobody_picks_up(town: Town, ana: Clinician, call_id: str) -> None:
    town.until(lambda: town.call(call_id).over, seconds=90)
    ana.wraps_up()


@pytest.mark.parametrize(("midnight", "hours"), [(SPRING, 8), (AUTUMN, 10)])
def test_nine_in_the_morning_is_nine_by_the_persons_clock(
    night: Opened, midnight: datetime, hours: int
) -> None:
    town = night(midnight)
    ana, followup_id = promised(town)
    nine = midnight + timedelta(hours=hours)
    assert town.followup(followup_id).due_at == nine
    is_rung_at(town, ana, nine)


def test_the_hour_that_is_skipped_rings_nobody_and_the_next_night_does(night: Opened) -> None:
    town = night(SPRING, any_hour=True)
    ana, followup_id = promised(town, best_from="02:00", best_until="02:50")
    monday_at_two = SPRING + timedelta(hours=25)  # Sunday had twenty-three
    assert town.followup(followup_id).due_at == monday_at_two
    town.passes(hours=3)
    assert not ana.is_offered
    assert town.attempts(followup_id) == [], "three o'clock came, and was not taken for two"
    town.phone(PAT).never_answers()
    is_rung_at(town, ana, monday_at_two)


def test_the_hour_that_comes_twice_rings_once(night: Opened) -> None:
    town = night(AUTUMN, any_hour=True)
    ana, followup_id = promised(town, best_from="01:00", best_until="01:30")
    pat = town.phone(PAT)
    pat.never_answers()
    one_oclock = AUTUMN + timedelta(hours=1)
    nobody_picks_up(town, ana, is_rung_at(town, ana, one_oclock))
    town.passes(hours=3)  # past one o'clock the second time
    assert not ana.is_offered
    again = town.followup(followup_id)
    assert (again.state, again.attempts_made) == ("due", 1)
    assert again.due_at >= one_oclock + timedelta(hours=25), "the next night, after the change"
    assert len([leg for leg in pat.legs if leg.direction == "outbound-api"]) == 1


def test_who_left_our_line_is_rung_back_within_an_hour_not_within_two_readings(
    night: Opened,
) -> None:
    """They leave at 1:54, and at two it is three: they have waited for six minutes."""
    town = night(SPRING + timedelta(hours=1.9))
    caller = town.transfers_from_911()
    town.waits(seconds=30)
    caller.hangs_up()
    town.waits(minutes=7)
    ana = town.clinician("Ana").goes_on_duty()
    town.until(lambda: ana.is_offered, seconds=30)
    assert ana.cards[0].kind == "followup"
