"""Which mobile crews are there, and by what address does each one's phone open its page?"""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.crews import board_of_crews
from console.forms import Form
from console.here import board, myself, store
from switchboard import crew_pages


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/crews", "add_crew", make, methods=["POST"])
    add("/crews/<crew_id>/address", "renew_crew_address", renew, methods=["POST"])
    add("/crews/<crew_id>/address/end", "end_crew_address", end_address, methods=["POST"])
    add("/crews/<crew_id>/end", "end_crew", end, methods=["POST"])


def make() -> ResponseReturnValue:
    """A new crew; its address is shown on this one page and never again."""
    form = Form(request.form)
    name = form.text("name", 60, needed="Give the crew a name.")
    phone = form.number("phone") if form.values.get("phone") else None
    with store().read() as rows:
        if name in {crew.name for crew in rows.crews.all()}:
            form.refuse("name", "There is a crew of this name.")
    if form.errors or name is None:
        return board_of_crews(" ".join(form.errors.values()))
    crew = crew_pages.add(board(), name, phone, myself().id)
    return board_of_crews(made=crew.id, address=crew_pages.address(board().settings, crew))


def renew(crew_id: str) -> ResponseReturnValue:
    """Another address; the old one stops at once."""
    crew = crew_pages.renew(board(), crew_id, myself().id)
    if crew is None:
        abort(404)
    return board_of_crews(made=crew.id, address=crew_pages.address(board().settings, crew))


def end_address(crew_id: str) -> ResponseReturnValue:
    if not crew_pages.end_address(board(), crew_id, myself().id):
        abort(404)
    flash("The address no longer works.", "done")
    return redirect(url_for("console.crews"), 303)


def end(crew_id: str) -> ResponseReturnValue:
    """A crew that is no more."""
    with store().read() as rows:
        if rows.crews.get(crew_id) is None:
            abort(404)
    if not crew_pages.end(board(), crew_id, myself().id):
        return board_of_crews("This crew has a visit, or was ended before.")
    flash("The crew is ended, and so is its address.", "done")
    return redirect(url_for("console.crews"), 303)
