"""Who would answer a call to this line at that instant, and who next? The page that explains it."""

from datetime import datetime

from flask import Blueprint, render_template, request

from console.forms import Form
from console.here import board, store
from console.roster_fields import moment
from console.words import LANGUAGES
from switchboard.explained import WHY, explained


def install(console: Blueprint) -> None:
    console.add_url_rule("/roster/route", "route", page)


def page() -> str:
    """Without an instant it speaks of now, and takes the desks as they are."""
    book = board().book
    line = book.lines.get(request.args.get("line", "")) or book.default
    spoken = request.args.get("language", "")
    form = Form(
        {
            "line": line.id,
            "at": request.args.get("at", ""),
            "at_which": request.args.get("at_which", ""),
            "language": spoken if spoken in line.languages else line.language,
        }
    )
    at = _at(form, line.zone)
    with store().read() as rows:
        unheard = board().settings.desk_unheard_seconds
        found = explained(rows, book, line, form.values["language"], at, unheard)
    return render_template(
        "roster/route.html",
        form=form,
        found=None if form.errors else found,
        lines=book.lines.values(),
        languages={one: LANGUAGES.get(one, one) for one in book.languages},
        why=WHY,
        zone=line.zone,
    )


def _at(form: Form, zone: str) -> datetime | None:
    return moment(form, "at", zone) if form.values["at"] else None
