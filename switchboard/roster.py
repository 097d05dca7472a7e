"""The commands `diversion roster ...`: who is on call, where are the gaps, is this file right?"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from config import settings as environment
from routing import document
from routing.fields import moment
from routing.roster import TIERS, Roster, RosterError
from storage.errors import Stale, StorageError
from storage.store import Rows, Store
from switchboard import roster_book, roster_exchange, shift_files
from switchboard.roster_answers import Asked, answered

MOST_SAID = 20  # mistakes listed at once


class Instant(click.ParamType[datetime]):
    """An ISO instant with its offset."""

    name = "instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Read it, or say what was expected."""
        if isinstance(value, datetime):
            return value
        try:
            return moment(value, "--at" if param is None else param.opts[0])
        except RosterError as error:
            self.fail(error.message, param, ctx)


INSTANT = Instant()
from_file = click.option(
    "--file", "path", type=click.Path(path_type=Path), help="Read this document, not the database."
)
as_json = click.option("--json", "in_json", is_flag=True, help="Answer in JSON.")
tier_of = click.option("--tier", type=click.Choice([str(tier) for tier in TIERS]), required=True)


def bounds(command: Callable[..., None]) -> Callable[..., None]:
    """Add --from and --to."""
    command = click.option("--to", "end", type=INSTANT, required=True)(command)
    return click.option("--from", "start", type=INSTANT, required=True)(command)


@click.group()
def roster() -> None:
    """Who is on call when: ask, check, import and export the roster."""


# -- questions --------------------------------------------------------------------------------


@roster.command()
@click.option("--at", "moments", multiple=True, help="An instant, such as 2026-06-01T15:00:00Z.")
@from_file
@as_json
def who(moments: tuple[str, ...], path: Path | None, in_json: bool) -> None:
    """Say who is on call at each instant (without --at: now)."""
    said_now = datetime.now(UTC).isoformat(timespec="seconds")
    instants = [(at, INSTANT.convert(at, None, None)) for at in moments or (said_now,)]
    with _reader(path) as asked:
        answers = [answered(words, asked.who(at)) for words, at in instants]
    answer(answers, in_json, (line for each in answers for line in _who_lines(each)))


def _who_lines(answer: dict[str, Any]) -> Iterator[str]:
    yield str(answer["at"])
    for tier, people in answer["on_call"].items():
        yield f"  {tier:<11} {', '.join(people) or '(nobody)'}"


@roster.command()
@bounds
@tier_of
@click.option("--need", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--skill", help="Count only those with this skill or language.")
@from_file
@as_json
def gaps(
    start: datetime,
    end: datetime,
    tier: str,
    need: int,
    skill: str | None,
    path: Path | None,
    in_json: bool,
) -> None:
    """List when fewer than --need people of a tier are on call."""
    _in_order(start, end)
    with _reader(path) as asked:
        listed = asked.gaps(start, end, tier, need, skill)
    lines = (f"{one['start']}  to  {one['end']}" for one in listed)
    answer(listed, in_json, lines if listed else iter(["No gaps."]))


@roster.command()
@bounds
@tier_of
@from_file
@as_json
def hours(start: datetime, end: datetime, tier: str, path: Path | None, in_json: bool) -> None:
    """Add up each person's elapsed hours on call."""
    _in_order(start, end)
    with _reader(path) as asked:
        found = asked.hours(start, end, tier)
    answer(found, in_json, (f"{total:8.2f}  {person}" for person, total in found.items()))


@roster.command()
@from_file
@as_json
def check(path: Path | None, in_json: bool) -> None:
    """Say what is wrong with a document, and which swaps lost their shift."""
    if path:
        checked = document.check(_load(path))
    else:
        with database() as rows:
            checked = document.check(roster_exchange.export(rows))
    found = {"errors": checked.codes, "orphans": list(checked.orphans)}
    lines = [f"{error.code}: {error}" for error in checked.errors]
    lines += [f"orphan: swap {swap} has no shift any more" for swap in checked.orphans]
    answer(found, in_json, iter(lines or ["Nothing is wrong."]))
    if checked.errors:
        raise SystemExit(1)


# -- import and export ------------------------------------------------------------------------


@roster.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--create-people", is_flag=True, help="Names much like a known one are new people.")
@click.option("--leave-uncovered", metavar="REASON", help="Open gaps all the same; audited.")
@click.option("--actor", default="command line", show_default=True, help="Who imports it.")
def import_(path: Path, create_people: bool, leave_uncovered: str | None, actor: str) -> None:
    """Put a document in the place of the whole roster: all of it, or nothing.

    A .csv or .ics file adds its shifts to the roster instead: every one of them, or nothing.
    """
    if path.suffix.lower() in (".csv", ".ics"):
        _import_shifts(path, actor, leave_uncovered)
        return
    exchange = _load(path)
    with database(write=True) as rows:
        try:
            done = roster_exchange.take(
                rows,
                exchange,
                actor,
                rows.roster.now(),
                create_people=create_people,
                leave_uncovered=leave_uncovered,
            )
        except (roster_book.CannotSave, Stale) as error:
            raise _not_saved(path, error) from error
    if done.created:
        click.echo(f"People added, who cannot sign in yet: {', '.join(done.created)}.")
    if done.changed:
        click.echo(f"People brought up to date: {', '.join(done.changed)}.")
    for short in done.uncovered:
        click.echo(f"Left uncovered: {short}.")
    click.echo(f"Imported as revision {done.revision}.")


def _import_shifts(path: Path, actor: str, leave_uncovered: str | None) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    with database(write=True) as rows:
        number, book = roster_book.newest(rows)
        people, now = rows.people.all(active_only=False), rows.roster.now()
        try:
            found = shift_files.read(content, people, book.document, book.roster.zone, now)
        except shift_files.Unreadable as error:
            raise click.ClickException(f"{path}: {error}") from error
        if wrong := [f"row {one.number} ({one.said}): {one.why}" for one in found if one.why]:
            raise _refused(path, wrong)
        if not found:
            raise click.ClickException(f"{path}: there is no shift in this file")
        wanted, reason = shift_files.added(book.document, found), shift_files.words(found)
        facts: dict[str, Any] = {"based_on": number, "leave_uncovered": leave_uncovered}
        try:
            saved = roster_book.save(rows, wanted, actor, reason, now, **facts)
        except (roster_book.CannotSave, Stale) as error:
            raise _not_saved(path, error) from error
    click.echo(f"{reason}: revision {saved.revision}.")


@roster.command()
def export() -> None:
    """Write the database's roster as a document."""
    with database() as rows:
        exchange = roster_exchange.export(rows)
    click.echo(json.dumps(exchange, indent=2, ensure_ascii=False))


# -- where from, where to ---------------------------------------------------------------------


@contextmanager
def _reader(path: Path | None) -> Iterator[Asked]:
    if path:
        yield Asked.of_document(_read(path))
    else:
        with database() as rows:
            yield Asked.of_database(rows)


@contextmanager
def database(*, write: bool = False) -> Iterator[Rows]:
    store = Store(environment.read().database_url)
    try:
        with store.begin() if write else store.read() as rows:
            yield rows
    except StorageError as error:
        raise click.ClickException(f"the database cannot be read: {error}") from error
    finally:
        store.close()


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path}: expected a JSON document: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name given twice: JSON would let the last one win in silence."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands twice in one object")
    return found


def _read(path: Path) -> Roster:
    checked = document.check(_load(path))
    if checked.errors:
        raise _refused(path, map(str, checked.errors))
    return checked.roster


def _refused(path: Path, why: Any) -> click.ClickException:
    lines = list(why)
    more = [f"and {len(lines) - MOST_SAID} more"] if len(lines) > MOST_SAID else []
    return click.ClickException("\n  ".join([f"{path} is refused:", *lines[:MOST_SAID], *more]))


def _not_saved(path: Path, error: roster_book.CannotSave | Stale) -> click.ClickException:
    if isinstance(error, Stale):
        return click.ClickException(f"{error}: look at it, then import again")
    how = ["say why with --leave-uncovered REASON, or cover them"] if error.opened else []
    return _refused(path, [*error.why, *how])


def _in_order(start: datetime, end: datetime) -> None:
    if end <= start:
        raise click.ClickException("--to must be after --from")


def answer(found: Any, in_json: bool, lines: Iterator[str]) -> None:
    """Print a command's answer, as JSON or as lines for a person."""
    if in_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line)
