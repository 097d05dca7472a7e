"""The command `diversion fhir export`: one person's follow-ups and referrals for another system."""

import json
from datetime import UTC, datetime

import click

from config import settings as environment
from storage.store import Rows
from switchboard import fhir as the_fhir
from switchboard import person_story
from switchboard.board import Board, make_board

BY = "command line"


@click.group()
def fhir() -> None:
    """HL7 FHIR R4: follow-ups and referrals for another system of care."""


@fhir.command()
@click.option("--call", "call_id", help="The id of a contact: of whoever was in it.")
@click.option("--person", "number", help="The person's number, such as +13145550142.")
def export(call_id: str | None, number: str | None) -> None:
    """Print a Bundle of CarePlan, Task, ServiceRequest and Communication; audited."""
    if bool(call_id) == bool(number):
        raise click.ClickException("give one of --call and --person")
    board = make_board(environment.read())
    now = datetime.now(UTC)
    try:
        with board.store.read() as rows:
            story = _story(board, rows, call_id, number)
        if not (story.promises or story.referrals or story.calls):
            raise click.ClickException("nothing is known of them")
        found = the_fhir.bundle(story, now)
        with board.store.begin() as rows:
            patient = found["entry"][0]["resource"]["id"]
            rows.audit.write(BY, "fhir.exported", f"patient:{patient}", {}, now)
    finally:
        board.store.close()
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


def _story(board: Board, rows: Rows, call_id: str | None, number: str | None) -> person_story.Story:
    if number:
        return person_story.of_number(rows, number)
    call = rows.calls.get(call_id or "")
    if call is None:
        raise click.ClickException(f"there is no contact {call_id}")
    return person_story.of_call(board, rows, call)
