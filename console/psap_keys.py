"""Which 911 centres may send ahead what they know? An administrator makes and ends their keys."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from console.here import board, myself, store
from switchboard import psap_keys
from switchboard.psap_keys import KINDS, PAGE


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/psaps", "psaps", page)
    add("/psaps/<line_id>/keys/<kind>", "make_psap_key", make, methods=["POST"])
    add("/psaps/keys/<key_id>/end", "end_psap_key", end, methods=["POST"])


def page(**made: str) -> str:
    with store().read() as rows:
        keys = rows.psap_keys.all()
        names = rows.people.names()
    lines = [line for line in board().book.lines.values() if line.kind == "psap"]
    return render_template(
        "psap/keys.html",
        lines=lines,
        keys={line.id: [key for key in keys if key.line == line.id] for line in lines},
        kinds=KINDS,
        names=names,
        **made,
    )


def make(line_id: str, kind: str) -> ResponseReturnValue:
    """A new key, shown on this one page and never again."""
    line = board().book.lines.get(line_id)
    if line is None or line.kind != "psap" or kind not in KINDS:
        abort(404)
    key = psap_keys.make(board(), line_id, kind, myself().id)
    settings = board().settings
    if kind == PAGE:
        return page(made=line_id, address=psap_keys.address(settings, key))
    return page(made=line_id, key_id=key.id, secret=psap_keys.secret(settings, key))


def end(key_id: str) -> ResponseReturnValue:
    if not psap_keys.end(board(), key_id, myself().id):
        abort(404)
    flash("The key no longer works.", "done")
    return redirect(url_for("console.psaps"), 303)
