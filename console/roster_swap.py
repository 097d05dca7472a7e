"""Which shift of mine for which of a colleague's? They agree on the page of cover."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from console.forms import Form
from console.here import myself, now, store
from console.roster_cover import AHEAD, done, own
from console.roster_words import hours
from console.week import Shift, shifts_of
from routing import stretches
from storage.store import Rows
from switchboard import cover, roster_book


def install(console: Blueprint) -> None:
    console.add_url_rule("/roster/swap", "swap", page)
    console.add_url_rule("/roster/swap", "propose_swap", propose, methods=["POST"])


def page() -> ResponseReturnValue:
    return show(Form({"colleague": request.args.get("colleague", "")}))


def show(form: Form) -> ResponseReturnValue:
    with store().read() as rows:
        colleague = rows.people.get(form.values.get("colleague", ""))
        facts: dict[str, Any] = {
            "people": [one for one in rows.people.all() if one.id != myself().id],
            "colleague": colleague,
            "mine": own(rows),
            "theirs": coming(rows, colleague.id) if colleague else [],
            "zone": roster_book.newest(rows)[1].roster.zone,
        }
    page = render_template("roster/swap.html", form=form, hours=hours, **facts)
    return page, 422 if form.errors else 200


def coming(rows: Rows, person_id: str) -> list[Shift]:
    """Somebody's shifts that have not begun."""
    roster, start = roster_book.newest(rows)[1].roster, now()
    return [
        one
        for one in shifts_of(roster, roster.zone, start, start + AHEAD)
        if one.person_id == person_id and one.starts_at > start
    ]


def propose() -> ResponseReturnValue:
    form = Form(request.form)
    note = form.text("note", 200)
    with store().read() as rows:
        mine = chosen(form, "mine", own(rows), "Choose one of your shifts.")
        there = coming(rows, form.values.get("colleague", ""))
        theirs = chosen(form, "theirs", there, "Choose one of their shifts.")
    if mine is None or theirs is None or form.errors:
        return show(form)
    pair = exactly(mine), exactly(theirs)
    return done(
        lambda rows: cover.propose(rows, myself().id, *pair, note, now()),
        "Your colleague sees it now. Until they agree nothing has changed.",
    )


def chosen(form: Form, name: str, among: list[Shift], needed: str) -> Shift | None:
    found = next((one for one in among if one.id == form.values.get(name)), None)
    if found is None:
        form.refuse(name, needed)
    return found


def exactly(one: Shift) -> stretches.Shift:
    return stretches.Shift(one.starts_at, one.ends_at, one.tier, one.person_id)
