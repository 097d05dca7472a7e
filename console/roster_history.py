"""Who changed what in the roster, when and why? Every revision, with what was before and after."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from console.forms import WHOLE
from console.here import house_zone_name, now, store
from console.roster_words import change_words, hours, length
from routing.edits import changes
from routing.moves import moved
from routing.past import without_past
from storage.store import Rows
from storage.values import Revision
from switchboard import roster_book

SHOWN = 50
AHEAD = timedelta(days=56)


def install(console: Blueprint) -> None:
    console.add_url_rule("/roster/revisions", "revisions", listing)
    console.add_url_rule("/roster/revisions/<number>", "revision", page)


def listing() -> str:
    with store().read() as rows:
        found = rows.roster.revisions(SHOWN + 1)
        names = names_of(rows)
    zone = house_zone_name()
    lines = [
        {
            "revision": one,
            "changes": said(one, found[at + 1] if at + 1 < len(found) else None, names),
        }
        for at, one in enumerate(found[:SHOWN])
    ]
    return render_template("roster/revisions.html", lines=lines, names=names, zone=zone)


def page(number: str) -> ResponseReturnValue:
    with store().read() as rows:
        one = rows.roster.revision(int(number)) if WHOLE.fullmatch(number) else None
        if one is None:
            abort(404)
        before = rows.roster.revision(one.revision - 1)
        names = names_of(rows)
        audited = rows.audit.of(f"roster:{one.revision}")
    facts: dict[str, Any] = {
        "revision": one,
        "before": before,
        "names": names,
        "zone": house_zone_name(),
        "changes": said(one, before, names),
        "moved": hours_moved(one, before),
        "audited": audited[-1] if audited else None,
        "hours": hours,
        "length": length,
        "now": now(),
    }
    return render_template("roster/revision.html", **facts)


def names_of(rows: Rows) -> dict[str, str]:
    return {person.id: person.name for person in rows.people.all(active_only=False)}


def said(one: Revision, before: Revision | None, names: dict[str, str]) -> list[dict[str, str]]:
    """What a revision changed. What it only dropped because it is long over is no change."""
    old = before.document if before else {}
    if before and one.speaks_from:
        old = without_past(old, one.speaks_from)
    zone = str(one.document.get("zone") or house_zone_name())
    return [change_words(change, names, zone) for change in changes(old, one.document)]


def hours_moved(one: Revision, before: Revision | None) -> list[Any]:
    """Who gained and lost which hours by it, in the eight weeks after it."""
    if before is None:
        return []
    start, end = one.at, one.at + AHEAD
    books = (roster_book.book_of(each.document) for each in (before, one))
    old, new = (book.timeline(start, end) for book in books)
    return moved(old, new, start, end)
