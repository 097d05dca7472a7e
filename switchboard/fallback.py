"""What answers a line when this whole machine is gone, and is the copy at Twilio still right?"""

import hashlib
import html
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import click

from config import lines, prompts
from config import settings as environment
from config.lines import Line
from config.settings import Settings
from switchboard import snapshot
from telephony import lastresort
from telephony.lastresort import Hosted

STALE = 1  # the exit code of --check
PHONES_MAX = 5  # nobody waits for the sixth phone
PARTS = ("line", "screen", "accept")
MARK = re.compile(r"<!-- diversion fallback (?P<part>\w+) (?P<line>\S+) (?P<hash>[0-9a-f]{16}) -->")
DIALLED = re.compile(r"<Number(?P<asked>[^>]*)>(?P<number>\+[0-9]+)</Number>")
SCREEN = re.compile(r'<Number[^>]* url="([^"]+)"')
ACCEPT = re.compile(r'<Gather[^>]* action="([^"]+)"')
METHOD = re.compile(r'<(?:Number|Gather)[^>]* method="(GET|POST)"')


@dataclass(frozen=True, slots=True)
class Part:
    """One of a line's three documents, and what it is made of."""

    words: prompts.Prompts
    line: Line
    name: str = "line"
    phones: tuple[str, ...] = ()
    hosted: Hosted = field(default_factory=Hosted)

    def written(self) -> str:
        """The document, marked with its part, its line and the hash of all the rest.

        Raises:
            ValueError: the address of another part is needed, and missing.
        """
        document = self._document()
        declaration, _, rest = document.partition("\n")
        digest = hashlib.sha256(_plain(document).encode()).hexdigest()[:16]
        mark = f"<!-- diversion fallback {self.name} {self.line.id} {digest} -->"
        return f"{declaration}\n{mark}\n{rest}"

    def _document(self) -> str:
        if self.name == "accept":
            return lastresort.accept_document()
        if self.name == "screen":
            return lastresort.screen_document(self.words, self.line, self.hosted)
        return lastresort.line_document(self.words, self.line, self.phones, self.hosted)


@click.command()
@click.argument("line_id", metavar="LINE")
@click.option("--part", type=click.Choice(PARTS), default="line", show_default=True)
@click.option("--number", "numbers", multiple=True, help="A backup phone to ring, in this order.")
@click.option("--screen-url", default="", help="Where the screening document is hosted.")
@click.option("--accept-url", default="", help="Where the acceptance document is hosted.")
@click.option(
    "--method",
    type=click.Choice(("POST", "GET")),
    default="POST",
    show_default=True,
    help="How the host is asked: TwiML Bins know both, a plain file store knows GET alone.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the document to this file.")
@click.option(
    "--check",
    "deployed",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Compare this copy of what was deployed; exit code 1 when it is stale.",
)
def fallback(
    line_id: str,
    part: str,
    numbers: tuple[str, ...],
    screen_url: str,
    accept_url: str,
    method: str,
    out: Path | None,
    deployed: Path | None,
) -> None:
    """Print a static document that answers LINE when this whole machine is gone.

    The line's own rings the backup phones of the coming two days, unless --number names others,
    then the partner line. Each phone is asked for a key by the screening document, or voicemail
    would take the caller: without --screen-url only the partner line is rung.
    """
    settings = environment.read()
    book = lines.read(settings.line_file)
    if line_id not in book.lines:
        raise click.ClickException(f"{line_id!r}: expected one of {', '.join(book.lines)}")
    words = prompts.read(settings.prompts_dir, book.languages, settings.sound_dir)
    on_call = numbers or (on_call_soon(settings) if part == "line" else ())
    if deployed:
        why = stale(deployed.read_text("utf-8"), Part(words, book.lines[line_id], part, on_call))
        click.echo(f"{deployed}: {why or 'as it would be written today'}")
        sys.exit(STALE if why else 0)
    phones = _rung(on_call, numbers, screen_url) if part == "line" else ()
    hosted = Hosted(screen_url, accept_url, method)
    _put(Part(words, book.lines[line_id], part, phones, hosted), out)


def _rung(on_call: tuple[str, ...], named: tuple[str, ...], screen_url: str) -> tuple[str, ...]:
    if screen_url:
        return on_call if named else on_call[:PHONES_MAX]
    if named:
        raise click.ClickException("--number needs --screen-url: voicemail could take the caller")
    if on_call:
        click.echo("without --screen-url the partner line alone is rung", err=True)
    return ()


def _put(part: Part, out: Path | None) -> None:
    try:
        document = part.written()
    except ValueError as missing:
        raise click.ClickException(f"{missing}: give --accept-url") from missing
    if out:
        out.write_text(document, encoding="utf-8")
    else:
        click.echo(document)


def stale(deployed: str, today: Part) -> str | None:
    """Say why this copy must be replaced, or None. `today.phones`: everybody on call soon.

    Who is on call changes every day, and nobody pastes a document every day: the copy is good as
    long as it rings somebody who is on call soon.
    """
    mark = MARK.search(deployed)
    if mark is None:
        return "written by hand or by an older version: print it anew"
    if (mark["part"], mark["line"]) != (today.name, today.line.id):
        return f"this is the document {mark['part']} of {mark['line']}"
    people = tuple(
        dict.fromkeys(one["number"] for one in DIALLED.finditer(deployed) if one["asked"])
    )
    if _plain(deployed) != _plain(_again(deployed, today, people)):
        return "the line, its words or this version have changed: print it anew"
    if today.phones and not set(people) & set(today.phones):
        return "nobody it rings is on call in the coming two days: print it anew"
    return None


def _again(deployed: str, today: Part, people: tuple[str, ...]) -> str:
    """The same part as it would be written today, at the addresses that the copy names."""
    screen, accept, method = (one.search(deployed) for one in (SCREEN, ACCEPT, METHOD))
    hosted = Hosted(
        html.unescape(screen[1]) if screen else "",
        html.unescape(accept[1]) if accept else "",
        method[1] if method else "POST",
    )
    try:
        return Part(today.words, today.line, today.name, people, hosted).written()
    except ValueError:  # what it needs is not in it
        return ""


def on_call_soon(settings: Settings) -> tuple[str, ...]:
    """Return the backup phones by tier: from the database, else from the snapshot of it."""
    from datetime import UTC, datetime

    from storage import revision
    from storage.errors import StorageError
    from storage.store import Store

    store = Store(settings.database_url)
    try:
        revision.check(settings.database_url)
        with store.read() as rows:
            return snapshot.take(rows, datetime.now(UTC)).all_phones()
    except (StorageError, OSError) as error:
        click.echo(f"the database does not answer ({error}): reading the snapshot", err=True)
        found = snapshot.read(settings)
        return found.all_phones() if found else ()
    finally:
        store.close()


def _plain(document: str) -> str:
    """The document without what pasting it into a form may change: space between elements."""
    return re.sub(r">\s+<", "><", document.strip())
