"""Shifts from a file: first every row with what it means or why not, then into the draft."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from console.forms import Form
from console.here import now, store
from console.roster_fields import Ground
from console.roster_steps import back_to, drafted, ground_of, step, zone_of
from console.roster_words import hours
from routing.wallclock import DAY, wall
from switchboard import shift_files
from switchboard.shift_files import Row, Unreadable


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/roster/imports", "imports", page)
    add("/roster/imports", "preview_import", preview, methods=["POST"])
    add("/roster/imported-shifts", "take_import", take, methods=["POST"])


def page() -> str:
    return _shown(Form({}))


def preview() -> ResponseReturnValue:
    """Show what the file would bring; nothing is kept."""
    form, file = Form({}), request.files.get("file")
    content = file.read(shift_files.BYTES_MOST + 1) if file else b""
    if not content:
        form.refuse("file", "Choose a file that has something in it.")
        return _shown(form), 422
    return _previewed(form, content)


def take() -> ResponseReturnValue:
    """Read it once more, and keep the rows that are right as one step of the draft."""
    form = Form(request.form)
    try:
        content = base64.b64decode(form.values.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        abort(400)
    try:
        rows = _read(content)
    except Unreadable:
        abort(400)
    good = [one for one in rows if one.shift]
    if not good:
        return _previewed(form, content)
    said = shift_files.words(good)
    if step(form, lambda old: shift_files.added(old, good), said) is None:
        return _previewed(form, content)
    first = min(one.shift["start"] for one in good if one.shift)
    return back_to(_moment(first), f"{said}, in your draft. One undo takes all back.")


def _previewed(form: Form, content: bytes) -> ResponseReturnValue:
    try:
        rows = _read(content)
    except Unreadable as error:
        form.refuse("file", str(error))
        return _shown(form), 422
    if not rows:
        form.refuse("file", "There is no shift in this file.")
        return _shown(form), 422
    return _shown(form, rows, base64.b64encode(content).decode()), 422 if form.errors else 200


def _read(content: bytes) -> list[Row]:
    with store().read() as rows:
        draft = drafted(rows)
        people = rows.people.all(active_only=False)
    return shift_files.read(content, people, draft.document, zone_of(draft), now())


def _shown(form: Form, rows: list[Row] | None = None, content: str = "") -> str:
    with store().read() as reading:
        draft = drafted(reading)
        ground = ground_of(reading, draft)
    return render_template(
        "roster/imports.html",
        form=form,
        rows=rows,
        good=[_words(one.number, one.shift, ground) for one in rows or () if one.shift],
        bad=[one for one in rows or () if not one.shift],
        content=content,
        zone=ground.zone,
        tomorrow=wall(now(), ground.zone).date() + DAY,
    )


def _words(number: int, shift: Mapping[str, str], ground: Ground) -> tuple[int, str, str, str]:
    window = hours(_moment(shift["start"]), _moment(shift["end"]), ground.zone)
    return number, ground.names[shift["person"]], shift["tier"], window


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said)
