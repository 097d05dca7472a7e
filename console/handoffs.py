"""What the 911 centre sent ahead, at the desk: seen, corrected, taken, and sent away."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from care.handoff import FIELDS, NAMES
from console import desk
from console.here import board, myself, store
from console.psap_door import checked
from storage.store import Rows
from switchboard import handoffs

LAST = "dispatcher"  # who sent it: not for the clinician to say
ASKED = tuple(field for field in FIELDS if field.name != LAST)


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/calls/<call_id>/card", "handoff_card", edit)
    add("/calls/<call_id>/card", "correct_handoff", correct, methods=["POST"])
    add("/calls/<call_id>/card/parting", "part_handoff", part, methods=["POST"])
    add("/calls/<call_id>/card/<card_id>", "take_handoff", take, methods=["POST"])


def edit(call_id: str) -> str:
    """The form to correct it with; it stands beside the panel, which is drawn anew all the time."""
    with store().read() as rows:
        theirs(rows, call_id)
        known = handoffs.of_call(rows, call_id)
    handoffs.note_reading(board(), myself().id, call_id)
    return form(call_id, known.facts if known else {}, {})


def form(call_id: str, values: dict[str, str], errors: dict[str, str]) -> str:
    facts = {"call_id": call_id, "fields": ASKED, "values": values, "errors": errors}
    whole = "HX-Request" not in request.headers
    return render_template("desk/card_page.html" if whole else "desk/card_form.html", **facts)


def correct(call_id: str) -> ResponseReturnValue:
    """Keep what the clinician knows better. An emptied field is taken away."""
    with store().read() as rows:
        theirs(rows, call_id)
    given = {f.name: request.form.get(f.name, "").strip() for f in ASKED}
    read = checked({name: value for name, value in given.items() if value})
    if any(given.values()) and read.errors:
        return form(call_id, given, read.errors), 422
    said = {name: read.values.get(name, "") for name in NAMES if name != LAST}
    handoffs.correct(board(), call_id, myself().id, said)
    return "" if "HX-Request" in request.headers else desk.answered()


def part(call_id: str) -> ResponseReturnValue:
    """It is about somebody else."""
    with store().read() as rows:
        theirs(rows, call_id)
    if not handoffs.part(board(), call_id, myself().id):
        abort(404)
    return desk.answered()


def take(call_id: str, card_id: str) -> ResponseReturnValue:
    """One that waited is about this caller."""
    with store().read() as rows:
        theirs(rows, call_id)
    if not handoffs.take(board(), card_id, call_id, myself().id):
        abort(404)
    return desk.answered()


def theirs(rows: Rows, call_id: str) -> None:
    own = rows.desks.get(myself().id)
    if own is None or own.call_id != call_id:
        abort(404)
