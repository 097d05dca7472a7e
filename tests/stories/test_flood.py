"""Far more people call than can be answered: who is asked for a digit, who is first, who is lost?"""

import pytest
from town import GENERAL, Caller, Town

from emulator import queues
from ivr.call import Stage
from switchboard import presence, voice

MANY = 12  # flood_arrivals of the shipped line.toml


def calls_general(town: Town, number: int) -> Caller:
    shown = f"+13145552{number:03}"
    phone = town.twilio.phone(shown)
    return Caller(town, phone, phone.dials(GENERAL, shown=shown))


def flood(town: Town, callers: int, seconds: float) -> list[Caller]:
    """So many calls on the general line, evenly over this time."""
    came = []
    for number in range(callers):
        came.append(calls_general(town, number))
        town.waits(seconds=seconds / callers)
    return came


def asked(caller: Caller) -> bool:
    return caller.hears("Many people are calling")


def test_without_a_flood_nobody_is_asked(quick_town: Town) -> None:
    came = flood(quick_town, MANY, seconds=90)
    assert not any(map(asked, came))
    assert all(caller.hears("You've reached the Crisis Line. A counselor") for caller in came)


def test_in_a_flood_the_next_callers_are_asked_and_nobody_on_a_911_line_is(town: Town) -> None:
    flood(town, MANY, seconds=20)
    late, diverted = calls_general(town, 500), town.transfers_from_911()
    town.waits(seconds=8)
    assert asked(late)
    assert not asked(diverted)
    assert not late.silences


def test_whoever_presses_the_digit_has_their_own_place(quick_town: Town) -> None:
    town = quick_town
    flood(town, MANY, seconds=10)
    silent, pressing = calls_general(town, 500), calls_general(town, 501)
    town.waits(seconds=5)
    pressing.presses(voice.screen_digit(pressing.call.id))
    town.waits(seconds=2)
    assert pressing.call.line_since == pressing.call.arrived_at
    assert pressing.call.priority == silent.call.priority + 5
    wrong = calls_general(town, 502)
    town.waits(seconds=5)
    wrong.presses(str(int(voice.screen_digit(wrong.call.id)) % 9 + 1))
    town.waits(seconds=8)
    assert wrong.call.priority == silent.call.priority, "another key keeps them where they were"
    for caller in (silent, pressing, wrong):
        assert caller.leg.live
        assert not caller.silences


def test_whoever_presses_nothing_is_served_later_and_never_dropped(quick_town: Town) -> None:
    town = quick_town
    came = flood(town, MANY, seconds=10)
    silent = calls_general(town, 500)
    town.waits(seconds=12)
    for caller in came:
        caller.hangs_up()
    ana = town.clinician("Ana").goes_on_duty()
    town.waits(seconds=3)
    assert not ana.is_offered, "not before later_seconds"
    town.until(lambda: ana.is_offered, seconds=20)
    ana.accepts()
    town.until(lambda: silent.stage is Stage.TALKING, seconds=3)
    assert not silent.silences


# -- the 911 lines ----------------------------------------------------------------------------------


def offered_after(town: Town, caller: Caller) -> float:
    offers = town.offers_of(caller.call.id)
    return (min(one.offered_at for one in offers) - caller.call.arrived_at).total_seconds()


def some_minutes(town: Town, flooding: int) -> list[float]:
    """A 911 transfer each minute, answered and ended; `flooding` other calls in between."""
    staff = [town.clinician(name).goes_on_duty() for name in ("Ana", "Ben", "Cleo")]
    town.clock.every(1, lambda: works(town, staff))
    waits = []
    for minute in range(3):
        for number in range(flooding):
            calls_general(town, minute * flooding + number)
            town.waits(seconds=40 / max(flooding, 1))
        caller = town.transfers_from_911()
        town.waits(seconds=20 if flooding else 60)
        waits.append(offered_after(town, caller))
        caller.hangs_up()
    return waits


def works(town: Town, staff: list) -> None:
    """Everybody takes what rings, talks for twenty seconds, and is ready again."""
    from switchboard import offers

    for person in staff:
        if person.desk == "wrap_up":
            person.wraps_up()
        elif person.desk == "paused":
            presence.back(town.board, person.id)
        elif person.is_offered:
            try:
                call_id = person.accepts().call_id
            except offers.Taken:
                continue
            town.clock.call_later(20, lambda one=person, call=call_id: ends(town, one, call))


def ends(town: Town, person, call_id: str) -> None:
    from switchboard import calls

    if calls.end(town.board, call_id, person.id):
        person.softphone.hangs_up()


def test_a_911_line_is_offered_as_soon_under_a_tenfold_flood(sqlite_database: str) -> None:
    with Town.opened(sqlite_database) as town:
        flooded = some_minutes(town, flooding=16)
    _before_it_was_one, *later = flooded
    assert max(later) <= 0.1, flooded  # a quiet town's is the same instant: see below


def test_so_it_is_in_a_quiet_town(quick_town: Town) -> None:
    quiet = some_minutes(quick_town, flooding=0)
    assert max(quiet) <= 0.1, quiet


# -- the carrier's own limit ------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [3, queues.DEFAULT_SIZE_MAX])
def test_a_full_line_of_the_carrier_keeps_everybody(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    town = quick_town
    line = queues.create(town.twilio, town.board.settings.queue_name, limit)
    filled_at = town.clock.now()
    monkeypatch.setattr(line, "members", [object()] * (limit - 1), raising=False)
    first, second = calls_general(town, 1), town.transfers_from_911()
    town.waits(minutes=1)
    for caller in (first, second):
        assert caller.leg.live
        assert not caller.silences
        assert caller.call.laps >= 1, "lap after lap, in the carrier's line or beside it"
    assert town.clock.now() > filled_at
    ana = town.clinician("Ana").goes_on_duty()
    town.until(lambda: ana.is_offered, seconds=3)
    ana.accepts()
    town.until(lambda: second.stage is Stage.TALKING, seconds=3)
    second.hangs_up()
    town.waits(seconds=3)
    ana.wraps_up()
    town.until(lambda: ana.is_offered, seconds=3)
    ana.accepts()
    town.until(lambda: first.stage is Stage.TALKING, seconds=3)
