"""The referral directory: how old it is, taken out, and taken in after a look at what changes."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from care.hsds import BadRows, Unreadable
from console.forms import Form
from console.here import board, myself, now, store
from switchboard import directory

NAMED_MOST = 200  # bad rows on one page
MANY = 20  # services named of those that change


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/directory", "directory", page)
    add("/directory/drafts", "preview_directory", preview, methods=["POST"])
    add("/directory", "take_directory", take, methods=["POST"])
    add("/directory.json", "directory_json", as_json)
    add("/directory.zip", "directory_zip", as_zip)


def page() -> str:
    return shown()


def shown(**facts: object) -> str:
    with store().read() as rows:
        heading, names = rows.directory.heading(), rows.people.names()
    return render_template(
        "directory/page.html",
        heading=heading,
        by=names.get(heading.imported_by, heading.imported_by) if heading else "",
        days=(now() - heading.imported_at).days if heading else 0,
        zone=myself().zone,
        many=MANY,
        **facts,
    )


def preview() -> ResponseReturnValue:
    """Say what the file would change; nothing of the directory changes."""
    file = request.files.get("file")
    content = file.read() if file else b""
    if not file or not content:
        return shown(wrong="Choose a file that has something in it."), 422
    try:
        offered = directory.read(file.filename or "file", content)
    except Unreadable as why:
        return shown(wrong=str(why)), 422
    except BadRows as rows:
        return shown(bad=rows.bad[:NAMED_MOST], bad_all=len(rows.bad)), 422
    digest = directory.keep_draft(store(), offered, myself().id, now())
    difference = directory.difference(store(), offered)
    return shown(offered=offered, digest=digest, difference=difference)


def take() -> ResponseReturnValue:
    """Take in what this person looked at, and nothing else."""
    by = myself().id
    with store().read() as rows:
        offered = directory.draft(rows, by, Form(request.form).values.get("digest", ""))
    if offered is None:
        return shown(wrong="You looked at another file since. Choose the file again."), 409
    directory.take(board().store, offered, by, now())
    flash("The directory is replaced. Referrals that were made keep their names.", "done")
    return redirect(url_for("console.directory"), 303)


def as_json() -> Response:
    with store().read() as rows:
        text = directory.as_json(rows.directory.package())
    return download(text, "directory.json", "application/json")


def as_zip() -> Response:
    with store().read() as rows:
        packed = directory.as_zip(rows.directory.package())
    return download(packed, "directory.zip", "application/zip")


def download(content: str | bytes, name: str, kind: str) -> Response:
    attached = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(content, mimetype=kind, headers=attached)
