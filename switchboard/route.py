"""The command `diversion route explain`: who would answer this line then, and who next?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from config import lines
from config import settings as environment
from config.lines import Line
from switchboard.explained import WHY, Explained, Step, explained
from switchboard.roster import INSTANT, answer, as_json, database
from switchboard.roster_answers import said


@click.group()
def route() -> None:
    """Who would be asked about a caller?"""


@route.command("explain")
@click.option("--line", "line_id", required=True, help="A line of the line's file.")
@click.option("--at", "at", type=INSTANT, help="An instant (without it: now, desks as they are).")
@click.option("--language", help="The caller's (without it: the line's first).")
@as_json
def explain_(line_id: str, at: datetime | None, language: str | None, in_json: bool) -> None:
    """Say who would be asked about a caller on a line, in which second, up to the partner.

    By the roster that was in force at that instant, and the ladder, phones and languages of today.
    """
    settings = environment.read()
    book = lines.read(settings.line_file)
    line = book.lines.get(line_id)
    if line is None:
        known = ", ".join(book.lines)
        raise click.ClickException(f"--line {line_id}: there is no such line; there are {known}")
    with database() as rows:
        unheard = settings.desk_unheard_seconds
        found = explained(rows, book, line, language or line.language, at, unheard)
    answer(_told(found), in_json, _lines(found))


def _told(found: Explained) -> dict[str, Any]:
    return {
        "line": found.line.id,
        "language": found.language,
        "at": said(found.at),
        "revision": found.revision,
        "desks_as_they_are": found.live,
        "rungs": [
            {
                "after_seconds": step.climb.after_seconds,
                "kind": step.climb.kind,
                "tier": step.climb.tier or None,
                "asked": [
                    {"person": name, "after_seconds": one.after_seconds, "speaks": one.speaks}
                    for name, one in step.asked
                ],
            }
            for step in found.steps
        ],
        "never": [{"person": one.name, "why": one.why} for one in found.never],
    }


def _lines(found: Explained) -> Iterator[str]:
    how = "desks as they are now" if found.live else "as if everybody on call were at their desk"
    yield f"{found.line.name}, {said(found.at)}, roster revision {found.revision}, {how}:"
    for step in found.steps:
        yield from _step_lines(step, found.line)
    for one in found.never:
        yield f"  never  {one.name}: {WHY[one.why]}"


def _step_lines(step: Step, line: Line) -> Iterator[str]:
    climb = step.climb
    if climb.kind == "partner":
        yield f"  {climb.after_seconds:4.0f} s  {line.partner_name}, {line.partner_number}"
        return
    if climb.after_seconds is None:
        yield f"          {climb.kind}, {climb.tier}: nobody there, skipped"
        return
    yield f"  {climb.after_seconds:4.0f} s  {climb.kind}, {climb.tier}"
    for name, one in step.asked:
        note = "" if one.speaks else "  (not the caller's language)"
        yield f"  {one.after_seconds:4.0f} s    {name}{note}"
    if not step.asked:
        yield "            nobody who was not asked before"
