"""Many shifts at once, and a whole week: each is one step of the draft, and one undo."""

from datetime import timedelta

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue

from console import roster_fields as fields
from console.days import midnight, monday_of
from console.forms import Form, day_of
from console.here import house_zone_name, now, store
from console.roster_hours import all_given, copied
from console.roster_shift import read
from console.roster_steps import back_to, draft_and_ground, drafted, step
from console.week import shifts_of

MOST = 200  # shifts changed at once


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/roster/selections", "select_shifts", select, methods=["POST"])
    add("/roster/copies", "copy_week", copy, methods=["POST"])


def select() -> ResponseReturnValue:
    """Give many shifts to one person, or to nobody: one step, one undo."""
    form = Form(request.form)
    draft, ground = draft_and_ground()
    named = request.form.getlist("shift")[:MOST]
    there = [shift for name in named if (shift := read(draft, name, ground.zone))]
    by = form.values.get("by", "")
    if by != "nobody":
        fields.person(form, "by", ground, "Choose who takes them, or nobody.")
    coming = [one for one in there if one.ends_at > now()]
    if not coming:
        form.refuse("shift", "Choose at least one shift that is not over.")
    if not form.errors:
        to = ground.names.get(by, by) if by != "nobody" else "nobody"
        said = f"{len(coming)} shifts to {to}"
        who, reason = (None if by == "nobody" else by), form.text("reason", 200)
        if step(form, lambda old: all_given(old, coming, who, reason, now()), said):
            return back_to(coming[0].starts_at, f"{said}, in your draft. One undo takes all back.")
    for sentence in form.errors.values():
        flash(sentence, "error")
    return back_to(coming[0].starts_at if coming else None)


def copy() -> ResponseReturnValue:
    """Make a week exactly as the week before was: an exact plan for each tier."""
    form, zone = Form(request.form), house_zone_name()
    day = day_of(form.values.get("week", ""))
    if day is None:
        abort(404)
    monday = monday_of(day)
    start, end = midnight(monday, zone), midnight(monday + timedelta(days=7), zone)
    if start < now():
        flash("A week that has begun is not copied over: choose a later week.", "error")
        return back_to(start)
    with store().read() as rows:
        draft = drafted(rows)
    before = midnight(monday - timedelta(days=7), zone), start
    shifts = shifts_of(draft.book.roster, zone, *before)
    said = f"Week of {monday:%-d %B} as the week before"
    if step(form, lambda old: copied(old, shifts, (start, end), zone), said):
        return back_to(start, f"{said}, in your draft.")
    for sentence in form.errors.values():
        flash(sentence, "error")
    return back_to(start)
