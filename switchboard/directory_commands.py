"""The commands `diversion directory ...`: take a referral directory in, take it out, search it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from care.directory import Service, Wanted
from care.hsds import BadRows, Unreadable
from config import lines
from config import settings as environment
from storage.errors import StorageError
from storage.store import Store
from switchboard import directory as the_directory
from switchboard.directory import FOUND_MOST, Offered
from switchboard.roster import INSTANT, answer, as_json
from switchboard.roster_answers import said

BY = "command line"
SAID_MOST = 100  # bad rows in a terminal


@click.group()
def directory() -> None:
    """The referral directory, in Open Referral HSDS 3."""


@directory.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def import_(path: Path, *, dry_run: bool) -> None:
    """Replace the directory with PATH: a .json file, a folder of CSV files, or a .zip of one."""
    offered = _offered(path)
    for name in offered.left_out:
        click.echo(f"left out, HSDS 3 has no such thing: {name}", err=True)
    with _store() as store:
        found = the_directory.difference(store, offered)
        if not dry_run:
            the_directory.take(store, offered, BY, datetime.now(UTC))
    counts = f"{len(found.added)} new, {len(found.changed)} changed, {len(found.removed)} gone"
    click.echo(f"{'would be ' if dry_run else ''}{counts}, {found.same} as before")


def _offered(path: Path) -> Offered:
    try:
        return the_directory.read_path(path)
    except BadRows as rows:
        for one in rows.bad[:SAID_MOST]:
            click.echo(str(one), err=True)
        count = f"{len(rows.bad)} wrong"
        raise click.ClickException(f"{path}: {count}; nothing was imported") from rows
    except Unreadable as why:
        raise click.ClickException(str(why)) from why


@directory.command()
@click.argument("path", type=click.Path(path_type=Path))
def export(path: Path) -> None:
    """Write the directory to PATH: .json, .zip, or else a folder of CSV files."""
    with _store() as store, store.read() as rows:
        package = rows.directory.package()
    if not package:
        raise click.ClickException("there is no directory yet: diversion directory import")
    if path.suffix == ".json":
        path.write_text(the_directory.as_json(package), encoding="utf-8")
        if alone := the_directory.without_a_service(package):
            click.echo(f"{alone} rows belong to no service, and JSON carries none", err=True)
    elif path.suffix == ".zip":
        path.write_bytes(the_directory.as_zip(package))
    else:
        path.mkdir(parents=True, exist_ok=True)
        for name, text in the_directory.as_files(package).items():
            (path / name).write_text(text, encoding="utf-8", newline="")
    click.echo(f"{len(package['service'])} services in {path}")


@directory.command()
@click.option("--need", default="", help="Words that name it, or say what it is for.")
@click.option("--language", default="", help="Such as Spanish, or es.")
@click.option("--age", type=click.IntRange(0, 120), help="Of the person.")
@click.option("--eligibility", default="", help="Words its eligibility says, such as veteran.")
@click.option("--open-at", type=INSTANT, help="Only what is open at an instant.")
@as_json
def search(
    need: str,
    language: str,
    age: int | None,
    eligibility: str,
    open_at: datetime | None,
    in_json: bool,
) -> None:
    """Find services, the nearest to the need first."""
    zone = lines.read(environment.read().line_file).default.zone
    wanted = Wanted(need, language, age, eligibility, open_at)
    with _store() as store, store.read() as rows:
        found = the_directory.search(rows, wanted, zone)
    at = open_at or datetime.now(UTC)
    answers = [_told(one, at, zone) for one in found[:FOUND_MOST]]
    told = (f"{one['name']}, {one['organization']}: {', '.join(one['phones'])}" for one in answers)
    answer(answers, in_json, told if answers else iter(["Nothing fits."]))


def _told(one: Service, at: datetime, zone: str) -> dict[str, Any]:
    hours = one.hours(at, zone)
    return {
        "id": one.id,
        "name": one.name,
        "organization": one.organization,
        "phones": one.phones,
        "open": hours.open,
        "changes_at": said(hours.changes_at) if hours.changes_at else None,
        "languages": one.languages,
        "eligibility": one.eligibility,
        "ages": [one.minimum_age, one.maximum_age],
    }


@contextmanager
def _store() -> Iterator[Store]:
    store = Store(environment.read().database_url)
    try:
        yield store
    except StorageError as error:
        raise click.ClickException(f"the database cannot be used: {error}") from error
    finally:
        store.close()
