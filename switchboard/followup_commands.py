"""The commands `diversion followups ...`: what is due, and what does a plan come to?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from callbacks.template import outlook
from callbacks.window import NoWindow
from config import followups as book
from config import settings as environment
from config.followups import CLOCK, NONE, FollowUpBook
from routing.wallclock import UnknownZone, wall, zone
from storage.errors import StorageError
from storage.store import Store
from storage.values import FollowUp
from switchboard import promises
from switchboard.board import house_of
from switchboard.roster import INSTANT, answer, as_json
from switchboard.roster_answers import said

SHOWN_MOST = 100_000


@click.group()
def followups() -> None:
    """Promised calls: what is due, and when a plan would ring."""


@followups.command()
@click.option("--at", "at", type=INSTANT, help="An instant (without it: now).")
@as_json
def due(at: datetime | None, in_json: bool) -> None:
    """List what would be offered at an instant, in the order it would be."""
    settings = environment.read()
    store = Store(settings.database_url)
    try:
        with store.read() as rows:
            house = house_of(book.read(settings.followup_file))
            found = promises.due(rows, at or datetime.now(UTC), house, SHOWN_MOST)
    except StorageError as error:
        raise click.ClickException(f"the database cannot be read: {error}") from error
    finally:
        store.close()
    # No name and no number: this may be pasted into a ticket (FAILURES, invariant 17).
    answers = [_due(one) for one in found]
    lines = (f"{one['due_at']}  risk {one['risk']}  {one['id']}" for one in answers)
    answer(answers, in_json, lines if answers else iter(["Nothing is due."]))


def _due(one: FollowUp) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "template": one.template,
        "line": one.line,
        "risk": one.risk,
        "due_at": said(one.due_at),
        "due_until": said(one.due_until) if one.due_until else None,
        "attempt": one.attempts_made + 1,
        "attempts_max": one.attempts_max,
        "prefers": one.prefers,
    }


@followups.command()
@click.option("--template", "name", required=True, help="A plan of followups.toml, or none.")
@click.option("--zone", "zone_name", required=True, help="The person's IANA zone.")
@click.option("--from", "since", type=INSTANT, required=True, help="When the promise is made.")
@click.option("--best-from", default="00:00", show_default=True, metavar="HH:MM")
@click.option("--best-until", default="24:00", show_default=True, metavar="HH:MM")
@as_json
def plan(
    name: str, zone_name: str, since: datetime, best_from: str, best_until: str, in_json: bool
) -> None:
    """Print a plan's windows, if nobody ever picks up and each attempt is made as it opens."""
    plans = book.read(environment.read().followup_file)
    attempts = list(_attempts(plans, name, zone_name, since, (best_from, best_until)))
    whole = {"template": name, "zone": zone_name, "from": said(since), "attempts": attempts}
    lines = (f"{one['number']}  {one['local']}  until {one['closes_at']}" for one in attempts)
    answer(whole, in_json, lines if attempts else iter(["This plan promises nothing."]))


def _attempts(
    plans: FollowUpBook, name: str, zone_name: str, since: datetime, best: tuple[str, str]
) -> Iterator[dict[str, Any]]:
    known = [*plans.templates, NONE]
    asked = name.replace("-", "_").replace(" ", "_")
    if asked not in known:
        raise click.ClickException(f"--template {name!r}: expected one of {', '.join(known)}")
    try:
        zone(zone_name)
        chosen = promises.template(plans, asked)
        if chosen is None:
            return
        facts = chosen.facts(zone_name, *_clocks(best))
        for number, (start, end) in enumerate(outlook(chosen, facts, since, house_of(plans)), 1):
            local = wall(start, zone_name).isoformat(sep=" ", timespec="minutes")
            yield {
                "number": number,
                "opens_at": said(start),
                "closes_at": said(end),
                "local": local,
            }
    except (UnknownZone, NoWindow) as error:
        raise click.ClickException(str(error)) from error


def _clocks(best: tuple[str, str]) -> tuple[str, str]:
    for clock in best:
        if not CLOCK.fullmatch(clock):
            raise click.ClickException(f"{clock!r}: expected a time such as 09:00")
    return best
