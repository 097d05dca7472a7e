"""One shift of the result, and what can be done with it: give hours away, or move it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import roster_fields as fields
from console.forms import Form
from console.here import now
from console.roster_fields import Ground
from console.roster_hours import given, moved
from console.roster_look import keys_of, stretch
from console.roster_steps import back_to, draft_and_ground, step, window_words
from console.roster_words import entry_words
from console.week import TIERS, Shift, shifts_of
from routing import layers
from routing.edits import entries
from routing.fields import FIRST, LAST
from routing.roster import Roster
from switchboard.roster_draft import Draft

LONGEST = timedelta(days=40)  # of a shift
REST = timedelta(hours=10)  # around a shift, for who is offered first
GONE = "This shift is no longer in the roster. Here is the roster as it is now."


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/roster/shifts/<shift_id>", "shift", page)
    add("/roster/shifts/<shift_id>/givings", "give_shift", give, methods=["POST"])
    add("/roster/shifts/<shift_id>/moves", "move_shift", move, methods=["POST"])


# -- reading ----------------------------------------------------------------------------------


def read(draft: Draft, shift_id: str, zone: str) -> Shift | None:
    """The shift of that name, if the roster still has it."""
    try:
        _, start, end, _ = shift_id.split(".", 3)
        since, until = (datetime.fromtimestamp(int(at), UTC) for at in (start, end))
    except (ValueError, OverflowError, OSError):
        return None
    if not FIRST <= since < until <= LAST or until - since >= LONGEST:
        return None
    there = shifts_of(draft.book.roster, zone, since, until)
    return next((one for one in there if one.id == shift_id), None)


def page(shift_id: str) -> ResponseReturnValue:
    return show(shift_id, None)


def show(shift_id: str, form: Form | None) -> ResponseReturnValue:
    draft, ground = draft_and_ground()
    shift = read(draft, shift_id, ground.zone)
    if shift is None:
        return gone()
    form = form or Form(as_fields(shift))
    facts: dict[str, Any] = {
        "shift": shift,
        "form": form,
        "names": ground.names,
        "zone": ground.zone,
        "tiers": TIERS,
        "over": shift.ends_at <= now(),
        "why": because(draft, shift, ground),
        **candidates(draft.book.roster, shift, ground),
    }
    return render_template("roster/shift.html", **facts), 422 if form.errors else 200


def gone() -> ResponseReturnValue:
    flash(GONE, "warning")
    return redirect(url_for("console.roster"), 303)


def as_fields(shift: Shift) -> dict[str, str]:
    window = {"start": shift.starts_at.isoformat(), "end": shift.ends_at.isoformat()}
    return fields.window_fields(window, shift.zone) | {
        "tier": shift.tier,
        "person": shift.person_id,
    }


def because(draft: Draft, shift: Shift, ground: Ground) -> list[dict[str, str]]:
    """The entries that make it so: where to change it for good."""
    roster, found = draft.book.roster, entries(draft.document)
    said = layers.laid(roster, keys_of(draft.document), shift.starts_at, shift.ends_at)
    places = {(one.part, one.key, one.day) for one in layers.why(stretch(shift), said)}
    return [
        {
            "part": part,
            "key": key,
            "day": day.isoformat() if day else "",
            "words": entry_words(part, found[part, key], ground.names, ground.zone),
        }
        for part, key, day in sorted(places, key=str)
    ]


def candidates(roster: Roster, shift: Shift, ground: Ground) -> dict[str, list[Any]]:
    """Who could have it: first those who are free and rested."""
    start, end = shift.starts_at - REST, shift.ends_at + REST
    busy = {one.person_id for one in shifts_of(roster, shift.zone, start, end)}
    off = {
        one.person
        for one in roster.time_off
        if one.start < shift.ends_at and one.end > shift.starts_at
    }
    people = sorted(ground.people.values(), key=lambda one: one.name.casefold())
    known = [one for one in people if one.active and one.id != shift.person_id]
    return {
        "free": [one for one in known if one.id not in busy | off],
        "busy": [one for one in known if one.id in busy - off],
        "off": [one for one in known if one.id in off],
    }


# -- one shift --------------------------------------------------------------------------------


def give(shift_id: str) -> ResponseReturnValue:
    """Some or all of its hours to somebody else, or to nobody."""
    form = Form(request.form)
    draft, ground = draft_and_ground()
    shift = read(draft, shift_id, ground.zone)
    if shift is None:
        return gone()
    by = form.text("by", 40)
    if by and by != "nobody":
        by = fields.person(form, "by", ground)
    elif not by:
        form.refuse("by", "Choose who takes the hours, or nobody.")
    start, end = (fields.moment(form, at, ground.zone) for at in ("start", "end"))
    reason = form.text("reason", 200)
    if start and end and not form.errors:
        hours = max(start, shift.starts_at, now()), min(end, shift.ends_at)
        if hours[0] >= hours[1]:
            form.refuse("end", "These hours are over, or not of this shift.")
        else:
            who = None if by == "nobody" else by
            said = _given_words(shift, who, hours, ground)
            if step(form, lambda old: given(old, shift, who, hours, reason), said):
                return back_to(shift.starts_at, f"{said}, in your draft.")
    return show(shift_id, form)


def _given_words(
    shift: Shift, by: str | None, hours: tuple[datetime, datetime], ground: Ground
) -> str:
    names = ground.names
    to = names.get(by, by) if by else "Nobody"
    who = names.get(shift.person_id, shift.person_id)
    return f"{to} instead of {who}, {shift.tier}, {window_words(*hours)}"


def move(shift_id: str) -> ResponseReturnValue:
    """Other hours, tier or person, for this once: what dragging and stretching ask."""
    form = Form(request.form)
    draft, ground = draft_and_ground()
    shift = read(draft, shift_id, ground.zone)
    if shift is None:
        return gone()
    wanted = _wanted(form, ground)
    if wanted is not None:
        reason = form.text("reason", 200)
        said = f"{ground.names.get(wanted.person_id)}, {wanted.tier}, "
        said += f"{window_words(wanted.starts_at, wanted.ends_at)} instead of "
        said += window_words(shift.starts_at, shift.ends_at)
        if step(form, lambda old: moved(old, shift, wanted, reason, now()), said):
            if request.headers.get("Accept") == "application/json":
                return jsonify(said=said)
            return back_to(wanted.starts_at, f"{said}, in your draft.")
    if request.headers.get("Accept") == "application/json":
        return jsonify(say=" ".join(form.errors.values())), 422
    return show(shift_id, form)


def _wanted(form: Form, ground: Ground) -> Shift | None:
    person, tier = fields.person(form, "person", ground), fields.tier(form)
    start, end = (fields.moment(form, at, ground.zone) for at in ("start", "end"))
    if form.errors or start is None or end is None:
        return None
    if not start < end:
        form.refuse("end", "The end must be after the start.")
    elif end - start >= LONGEST:
        form.refuse("end", "A shift lasts at most 40 days.")
    return None if form.errors else Shift(person, tier, ground.zone, start, end)
