"""The draft reviewed: who gains and loses which hours, what would be short? Publish, or undo."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console.forms import Form
from console.here import board, now, store
from console.roster_look import shorts, strained
from console.roster_steps import STALE, back_to, drafted, ground_of, past_words
from console.roster_words import FIELDS, TITLES, change_words, hours, length, value_words
from console.week import shifts_of
from routing.moves import moved
from storage.errors import Stale
from storage.store import Rows
from switchboard import offline, roster_book, roster_draft
from switchboard.roster_book import CannotSave
from switchboard.roster_draft import Draft, MustChoose, Past

AHEAD = timedelta(days=56)  # of which every hour that moves is counted
MOVES_SHOWN = 6
UNSEEN = "The roster or your draft changed since you opened this page. Look again, then publish."


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/roster/publication", "publication", page)
    add("/roster/publications", "publish", publish, methods=["POST"])
    add("/roster/draft/removal", "discard_draft", discard, methods=["POST"])
    add("/roster/undos", "undo", undo, methods=["POST"])
    add("/roster/choices", "choose", choose, methods=["POST"])


def page() -> ResponseReturnValue:
    return show(Form({}))


def show(form: Form) -> ResponseReturnValue:
    with store().read() as rows:
        draft = drafted(rows)
        names = rows.people.names()
        zone = ground_of(rows, draft).zone
        facts = {} if draft.clashes else reviewed(rows, draft)
    facts |= {
        "draft": draft,
        "form": form,
        "names": names,
        "zone": zone,
        "changes": [change_words(one, names, zone) for one in draft.changes],
        "clashes": [clash_words(one, names, zone) for one in draft.clashes],
        "moves_shown": MOVES_SHOWN,
        "hours": hours,
        "length": length,
    }
    return render_template("roster/publication.html", **facts), 422 if form.errors else 200


def reviewed(rows: Rows, draft: Draft) -> dict[str, Any]:
    """What publishing would mean in the next eight weeks."""
    start, end = now(), now() + AHEAD
    before, after = roster_book.book_of(draft.published), draft.book
    timelines = before.timeline(start, end), after.timeline(start, end)
    able = roster_book.able(rows)
    zone = str(draft.document["zone"])
    old, new = (
        {(one.person, one.start, one.words) for one in strained(shifts, book.roster)}
        for book in (before, after)
        for shifts in (shifts_of(book.roster, zone, start, end),)
    )
    return {
        "moved": moved(*timelines, start, end),
        "opened": opened(rows, draft),
        "short": [one for one in shorts(timelines[1], after.roster, start, end, able) if one.gap],
        "strains": sorted(new - old, key=lambda one: (one[1], one[0])),
    }


def opened(rows: Rows, draft: Draft) -> list[dict[str, Any]]:
    """Hours that are covered now and would not be: they need a yes."""
    found = roster_book.opening(rows, draft.book, now())
    return [
        {
            "tier": one.tier,
            "start": one.start,
            "end": one.end,
            "need": one.need,
            "skills": one.skills,
        }
        for one in found
    ]


def clash_words(clash: Any, names: dict[str, str], zone: str) -> dict[str, str]:
    field = FIELDS.get(clash.field, clash.field)
    sides = {side: value_words(clash, side, names, zone) for side in ("base", "mine", "theirs")}
    return {
        "place": "|".join(clash.place),
        "what": f"{TITLES[clash.part]}: {field}" if field else TITLES[clash.part],
        **sides,
    }


# -- changing ---------------------------------------------------------------------------------


def publish() -> ResponseReturnValue:
    form = Form(request.form)
    reason = form.text("reason", 200, needed="Say why: it is kept with the change.")
    if form.errors:
        return show(form)
    try:
        with store().begin() as rows:
            draft = drafted(rows)
            if draft.seen != form.values.get("seen"):
                form.refuse("form", UNSEEN)
                return show(form)
            agreed = reason if form.checked("anyway") else None
            saved = roster_draft.publish(rows, draft, reason or "", now(), leave_uncovered=agreed)
    except CannotSave as refused:
        words = "Tick the box to leave these hours uncovered." if refused.opened else ""
        form.refuse("anyway" if refused.opened else "form", words or " ".join(refused.why))
        return show(form)
    except Past as past:
        form.refuse("form", past_words(past))
        return show(form)
    except (Stale, MustChoose):
        form.refuse("form", UNSEEN)
        return show(form)
    board().wake()
    offline.tend(board())  # the snapshot, too, says it before anybody can read that it is in force
    return back_to(None, f"Published as revision {saved.revision}. It is in force now.")


def discard() -> ResponseReturnValue:
    with store().begin() as rows:
        roster_draft.discard(rows, drafted(rows))
    return back_to(None, "Your draft is gone. The published roster stands.")


def undo() -> ResponseReturnValue:
    """The draft's last step; or, with a revision's number, what that revision changed."""
    number = Form(request.form).whole("revision")
    if number:
        return revert(number)
    try:
        with store().begin() as rows:
            said = roster_draft.undo(rows, drafted(rows), now())
    except Stale:
        flash(STALE, "error")
        return back_to(None)
    return back_to(None, f"Undone: {said}" if said else "There is nothing to undo.")


def revert(number: int) -> ResponseReturnValue:
    try:
        with store().begin() as rows:
            said = f"Undo of revision {number}"
            roster_draft.revert(rows, drafted(rows), number, said, now())
    except KeyError:
        flash("There is no such revision.", "error")
        return redirect(url_for("console.revisions"), 303)
    except MustChoose:
        flash("What this changed was changed again since. Change it by hand.", "error")
        return redirect(url_for("console.revision", number=number), 303)
    except (roster_draft.Refused, Past) as error:
        said = past_words(error) if isinstance(error, Past) else str(error)
        flash(f"This cannot be undone as a whole. {said}", "error")
        return redirect(url_for("console.revision", number=number), 303)
    flash("The way back is in your draft. Look at it, and publish.", "done")
    return redirect(url_for("console.publication"), 303)


def choose() -> ResponseReturnValue:
    """For each clash, mine or theirs."""
    form = Form(request.form)
    with store().begin() as rows:
        draft = drafted(rows)
        mine = {
            clash.place
            for clash in draft.clashes
            if form.values.get("|".join(clash.place)) == "mine"
        }
        if draft.kept:
            roster_draft.settle(rows, draft, mine, now())
    return redirect(url_for("console.publication"), 303)
