"""How does what a coordinator asks become one step of their draft, or a sentence beside a field?"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from console.forms import Form
from console.here import house_zone_name, myself, now, store
from console.roster_fields import Ground
from console.roster_words import hours, mistake
from routing.edits import Document, entries
from routing.wallclock import wall
from storage.errors import Stale
from storage.store import Rows
from switchboard import roster_draft
from switchboard.roster_draft import Draft, MustChoose, Past, Refused

STALE = "You changed the roster in another window meanwhile. Look at it, and save again."
CHOOSE = "Somebody published meanwhile, and you both changed the same. Choose first."


def drafted(rows: Rows) -> Draft:
    """The roster as the person signed in sees it."""
    return roster_draft.of(rows, myself().id, house_zone_name())


def draft_and_ground() -> tuple[Draft, Ground]:
    """That roster, and what a form about it needs to know."""
    with store().read() as rows:
        draft = drafted(rows)
        return draft, ground_of(rows, draft)


def ground_of(rows: Rows, draft: Draft) -> Ground:
    people = {one.id: one for one in rows.people.all(active_only=False)}
    found = entries(draft.document)
    patterns = {key: entry for (part, key), entry in found.items() if part == "patterns"}
    return Ground(zone_of(draft), people, patterns)


def zone_of(draft: Draft) -> str:
    return str(draft.document.get("zone") or house_zone_name())


def step(form: Form, edit: Callable[[Document], Document], said: str) -> Draft | None:
    """Keep one step of the draft; None when it was refused, then the form says why."""
    try:
        with store().begin() as rows:
            draft = drafted(rows)
            return roster_draft.change(rows, draft, edit(draft.document), said[:400], now())
    except Refused as refused:
        for error in refused.errors:
            form.refuse(*mistake(error))
    except Past as past:
        places = (name for name in ("since", "from", "start") if name in form.values)
        form.refuse(next(places, "form"), past_words(past))
    except MustChoose:
        must_choose()
    except Stale:
        form.refuse("form", STALE)
    return None


def past_words(past: Past) -> str:
    clock = wall(past.until, house_zone_name())
    return (
        f"That would change hours that are over. What was promised stays: begin at "
        f"{clock:%a %-d %b %H:%M} or later."
    )


def must_choose() -> None:
    """Leave for the page of the choices."""
    flash(CHOOSE, "warning")
    abort(redirect(url_for("console.publication"), 303))


def back_to(at: datetime | None = None, words: str = "") -> Response:
    """To the week of an instant, or to where the form was opened."""
    if words:
        flash(words, "done")
    fields: dict[str, Any] = {
        name: value for name in ("view", "layers") if (value := request.form.get(name))
    }
    if at is not None:
        fields["week"] = wall(at, house_zone_name()).date().isoformat()
    elif request.form.get("week"):
        fields["week"] = request.form["week"]
    return redirect(url_for("console.roster", **fields), 303)


def window_words(start: datetime, end: datetime) -> str:
    return hours(start, end, house_zone_name())
