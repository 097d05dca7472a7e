"""The command `diversion roster watch`: will everybody who is needed be on call?"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click

from config import lines as line_book
from config import settings as environment
from routing.wallclock import wall
from switchboard import confirmations, coverage_watch, roster_book
from switchboard.coverage_watch import short_words
from switchboard.roster import answer, as_json, database
from switchboard.roster_answers import said

SHORT = 1  # the exit code when somebody must do something


@click.command()
@click.option("--days", type=click.IntRange(1, 400), default=28, show_default=True)
@as_json
def watch(days: int, in_json: bool) -> None:
    """Say what falls short in the coming days, who cannot be reached, and who has not confirmed.

    Ends with 1 when there is anything.
    """
    with database() as rows:
        now, (_, book) = rows.roster.now(), roster_book.newest(rows)
        looked = timedelta(days=days)
        shorts = coverage_watch.sight(rows, book, now, looked).shorts
        unready = coverage_watch.unready(rows, book, now, looked)
        late = confirmations.unconfirmed(rows, now, min(looked, _confirmed()))
        names = rows.people.names()
    zone = book.roster.zone
    found = {
        "short": [
            {
                "tier": one.tier,
                "need": one.need,
                "skills": list(one.skills),
                "start": said(one.start),
                "end": said(one.end),
            }
            for one in shorts
        ],
        "unready": [
            {"person": one.person.name, "tier": one.tier, "from": said(one.start), "why": one.why}
            for one in unready
        ],
        "unconfirmed": [
            {
                "person": names.get(one.person_id, one.person_id),
                "tier": one.tier,
                "start": said(one.starts_at),
                "end": said(one.ends_at),
            }
            for one in late
        ],
    }
    lines = [short_words(one, zone) for one in shorts]
    lines += [
        f"{one.person.name}, {one.tier} from {wall(one.start, zone):%a %-d %b %H:%M}: {one.why}"
        for one in unready
    ]
    lines += [
        f"{confirmations.words(one, names.get(one.person_id, one.person_id), zone)}: not confirmed"
        for one in late
    ]
    answer(found, in_json, _or_well(lines))
    sys.exit(SHORT if lines else 0)


def _confirmed() -> timedelta:
    """How long before a shift it should be confirmed, by the line's file."""
    return line_book.read(environment.read().line_file).roster.confirmed


def _or_well(lines: list[str]) -> Iterator[Any]:
    return iter(lines or ["Everybody who is needed is on call, and can be reached."])
