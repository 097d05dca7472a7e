"""What answers a line when this whole machine is gone, and is the copy at Twilio still right?"""

import hashlib
import re
import sys
from pathlib import Path

import click

from config import lines, prompts
from config import settings as environment
from config.lines import Line
from config.settings import Settings
from switchboard import snapshot
from telephony import setup

STALE = 1  # the exit code of --check
PHONES_MAX = 5  # Twilio keeps no long documents, and nobody waits for the sixth phone
MARK = re.compile(r"<!-- diversion fallback (?P<line>\S+) (?P<hash>[0-9a-f]{16}) -->\n?")
NUMBER = re.compile(r"<Number>(\+[0-9]+)</Number>")


@click.command()
@click.argument("line_id", metavar="LINE")
@click.option("--number", "numbers", multiple=True, help="A backup phone to ring, in this order.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the document to this file.")
@click.option(
    "--check",
    "deployed",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Compare this copy of what was deployed; exit code 1 when it is stale.",
)
def fallback(
    line_id: str, numbers: tuple[str, ...], out: Path | None, deployed: Path | None
) -> None:
    """Print the static document that answers LINE when this whole machine is gone.

    It rings the backup phones of the coming two days, unless --number names others, then the
    partner line.
    """
    settings = environment.read()
    book = lines.read(settings.line_file)
    if line_id not in book.lines:
        raise click.ClickException(f"{line_id!r}: expected one of {', '.join(book.lines)}")
    line = book.lines[line_id]
    words = prompts.read(settings.prompts_dir, book.languages, settings.sound_dir)
    on_call = on_call_soon(settings)
    if deployed:
        why = stale(deployed.read_text(encoding="utf-8"), words, line, numbers or on_call)
        click.echo(f"{deployed}: {why or 'as it would be written today'}")
        sys.exit(STALE if why else 0)
    document = written(words, line, numbers or on_call[:PHONES_MAX])
    if out:
        out.write_text(document, encoding="utf-8")
    else:
        click.echo(document)


def written(words: prompts.Prompts, line: Line, numbers: tuple[str, ...]) -> str:
    """Return the document, marked with its line and the hash of all the rest."""
    document = setup.fallback_document(words, line, numbers)
    declaration, _, rest = document.partition("\n")
    return f"{declaration}\n{_mark(line, document)}\n{rest}"


def stale(
    deployed: str, words: prompts.Prompts, line: Line, on_call: tuple[str, ...]
) -> str | None:
    """Say why this copy must be replaced, or None.

    Who is on call changes every day, and nobody pastes a document every day: the copy is good as
    long as it rings somebody who is on call soon.
    """
    mark = MARK.search(deployed)
    if mark is None:
        return "written by hand or by an older version: print it anew"
    if mark["line"] != line.id:
        return f"this is the document of {mark['line']}"
    numbers = tuple(dict.fromkeys(NUMBER.findall(deployed)))
    people = tuple(number for number in numbers if number != line.partner_number)
    if _plain(deployed) != _plain(written(words, line, people)):
        return "the line, its words or this version have changed: print it anew"
    if on_call and not set(people) & set(on_call):
        return "nobody it rings is on call in the coming two days: print it anew"
    return None


def on_call_soon(settings: Settings) -> tuple[str, ...]:
    """Return the backup phones by tier: from the database, else from the snapshot of it."""
    from datetime import UTC, datetime

    from storage import migrate
    from storage.errors import StorageError
    from storage.store import Store

    store = Store(settings.database_url)
    try:
        migrate.check(settings.database_url)
        with store.read() as rows:
            return snapshot.take(rows, datetime.now(UTC)).all_phones()
    except (StorageError, OSError) as error:
        click.echo(f"the database does not answer ({error}): reading the snapshot", err=True)
        found = snapshot.read(settings)
        return found.all_phones() if found else ()
    finally:
        store.close()


def _mark(line: Line, document: str) -> str:
    digest = hashlib.sha256(_plain(document).encode()).hexdigest()[:16]
    return f"<!-- diversion fallback {line.id} {digest} -->"


def _plain(document: str) -> str:
    """The document without what pasting it into a form may change: space between elements."""
    return re.sub(r">\s+<", "><", document.strip())
