"""The command `diversion roster staffing`: how many people does each hour need?"""

from collections.abc import Iterator
from typing import Any

import click

from config import lines
from config import settings as environment
from routing.staffing import HOURS as IN_A_DAY
from routing.staffing import Advice, Hour
from switchboard.roster import answer, as_json, database
from switchboard.staffing import Staffed, staffed


@click.command()
@as_json
def staffing(in_json: bool) -> None:
    """Say how many each hour of the next seven days needs, beside how many are on call.

    By Erlang-A, from the calls of the last weeks; what is aimed at stands in the line's file.
    """
    book = lines.read(environment.read().line_file)
    with database() as rows:
        found = staffed(rows, book.staffing, rows.roster.now())
    answer(_told(found), in_json, _lines(found))


def _told(found: Staffed) -> dict[str, Any]:
    advice = found.advice
    return {
        "zone": found.zone,
        "weeks": advice.weeks,
        "calls": advice.calls,
        "goal": {"share": advice.goal.share, "within_seconds": advice.goal.within_seconds},
        "talk_seconds": round(advice.talk_seconds, 1),
        "talk_measured": advice.talk_measured,
        "wrap_up_seconds": advice.goal.wrap_up_seconds,
        "patience_seconds": round(advice.patience_seconds, 1),
        "patience_measured": advice.patience_measured,
        "hours": [
            {
                "date": day.isoformat(),
                "hour": hour,
                "needed": one.needed,
                "if_busier": one.if_busier,
                "rostered": rostered,
                "calls": one.calls,
                "per_hour": round(one.per_hour, 3),
                "small_sample": one.small,
            }
            for day, hour, rostered, one in _each(found)
        ],
    }


def _each(found: Staffed) -> Iterator[tuple[Any, int, int, Hour]]:
    if not found.advice.hours:
        return
    for day, hours in found.days():
        for hour, rostered in enumerate(hours):
            yield day, hour, rostered, found.advice.hours[day.weekday() * IN_A_DAY + hour]


def _lines(found: Staffed) -> Iterator[str]:
    yield from assumptions(found.advice)
    if not found.advice.hours:
        yield "No advice: there is not yet a whole week of calls."
        return
    yield f"Needed / on call in the primary tier, by the wall clock of {found.zone}:"
    for day, _ in found.days():
        cells = [
            f"{one.needed}/{rostered}{'!' if rostered < one.needed else ' '}"
            for on, _, rostered, one in _each(found)
            if on == day
        ]
        yield f"{day:%a %d %b}  {' '.join(cells)}"
    small = sum(one.small for one in found.advice.hours)
    if small:
        yield f"{small} of 168 hours rest on fewer than 30 calls: a small sample."


def assumptions(advice: Advice) -> Iterator[str]:
    """What the advice rests on, sentence by sentence."""
    goal = advice.goal
    how = {True: "measured", False: "assumed, too few calls to measure it"}
    yield f"Aimed at: {goal.share:.0%} of all callers answered within {goal.within_seconds:g} s."
    yield f"From {advice.calls} calls in {advice.weeks} whole weeks, each hour by itself."
    yield f"Talk {advice.talk_seconds / 60:.1f} min on average ({how[advice.talk_measured]})."
    yield f"Wrap-up {goal.wrap_up_seconds / 60:.1f} min after each talk (set in the line's file)."
    yield (
        f"A caller gives up after {advice.patience_seconds:.0f} s on average "
        f"({how[advice.patience_measured]})."
    )
    yield "Everybody on call is at their desk, and may take every caller in every language."
