"""The coordinator's roster: a week that can be read as a whole, and shifts that can be changed."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console.forms import Form, day_of
from console.here import house_zone_name, myself, now, store
from console.permissions import PLANS
from console.week import (
    GAP_DAYS,
    TIERS,
    Gap,
    bounds,
    coming_gaps,
    monday_of,
    opened,
    timeline,
    week,
)
from routing.wallclock import instant, wall
from storage import ids
from storage.errors import Stale
from storage.store import Rows
from storage.values import Shift

OF_ROSTER = "roster"
STALE = "Somebody changed this shift while you were editing it. Here it is as it stands now."


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/roster", "roster", page)
    add("/roster/shifts/new", "new_shift", new)
    add("/roster/shifts", "add_shift", create, methods=["POST"])
    add("/roster/shifts/<shift_id>", "shift", edit)
    add("/roster/shifts/<shift_id>", "change_shift", change, methods=["POST"])
    add("/roster/shifts/<shift_id>/removal", "remove_shift", remove, methods=["POST"])


# -- reading ----------------------------------------------------------------------------------


def page() -> str:
    zone, moment = house_zone_name(), now()
    monday = asked_week(wall(moment, zone).date())
    start, end = bounds(monday, zone)
    horizon = moment + timedelta(days=GAP_DAYS)
    with store().read() as rows:
        shown = rows.roster.shifts_between(start, end)
        coming = rows.roster.shifts_between(moment, horizon)
        names = names_of(rows)
        desks = {desk.person_id: desk.state for desk in rows.desks.all()}
        history = rows.audit.of(OF_ROSTER)[-10:]
    return render_template(
        "roster/page.html",
        week=week(monday, zone, shown, moment),
        gaps=coming_gaps(coming, zone, moment),
        on_call=timeline(coming).at(moment),
        names=names,
        desks=desks,
        history=history[::-1],
        may_edit=myself().may(*PLANS),
        tiers=TIERS,
    )


def asked_week(today: date) -> date:
    return monday_of(day_of(request.args.get("week", "")) or today)


def names_of(rows: Rows) -> dict[str, str]:
    return {person.id: person.name for person in rows.people.all(active_only=False)}


# -- changing ---------------------------------------------------------------------------------


def new() -> str:
    return show(Form(request.args.to_dict()), None)


def edit(shift_id: str) -> str:
    shift = found(shift_id)
    return show(Form(as_fields(shift)), shift)


def found(shift_id: str) -> Shift:
    with store().read() as rows:
        shift = rows.roster.shift(shift_id)
    if shift is None:
        abort(404)
    return shift


def as_fields(shift: Shift) -> dict[str, str]:
    return {
        "person": shift.person_id,
        "tier": shift.tier,
        "date": shift.local_date.isoformat(),
        "start": shift.local_start,
        "end": shift.local_end,
        "version": str(shift.version),
    }


def show(form: Form, shift: Shift | None, gaps: list[Gap] | None = None) -> str:
    with store().read() as rows:
        people = rows.people.all()
    facts: dict[str, Any] = {"form": form, "shift": shift, "gaps": gaps or [], "people": people}
    return render_template("roster/shift.html", **facts, tiers=TIERS, zone=house_zone_name())


def create() -> ResponseReturnValue:
    form = Form(request.form)
    shift = read_shift(form, ids.new(), house_zone_name())
    if shift is None:
        return show(form, None), 422
    with store().begin() as rows:
        if clash(rows, shift):
            form.refuse("person", "They already have this tier at that time.")
        else:
            rows.roster.add(shift)
            note(rows, "shift.added", shift)
    if form.errors:
        return show(form, None), 422
    return done("Shift added.", shift)


def change(shift_id: str) -> ResponseReturnValue:
    old = found(shift_id)
    form = Form(request.form)
    shift = read_shift(form, shift_id, old.zone)
    if shift is None:
        return show(form, old), 422
    version = form.whole("version")
    shift = replace(shift, version=version)
    try:
        with store().begin() as rows:
            gaps = opening(rows, old, shift)
            if clash(rows, shift):
                form.refuse("person", "They already have this tier at that time.")
            elif not gaps or form.checked("anyway"):
                rows.roster.change(shift, version)
                note(rows, "shift.changed", shift, before=old, gaps=gaps)
                return done("Shift changed.", shift)
    except Stale:
        return stale(shift_id)
    return show(form, old, gaps), 422


def remove(shift_id: str) -> ResponseReturnValue:
    old = found(shift_id)
    form = Form({**as_fields(old), **request.form.to_dict()})
    try:
        with store().begin() as rows:
            gaps = opening(rows, old, None)
            if not gaps or form.checked("anyway"):
                rows.roster.remove(shift_id, form.whole("version"))
                note(rows, "shift.removed", old, gaps=gaps)
                return done("Shift deleted.", old)
    except Stale:
        return stale(shift_id)
    form.values["removing"] = "yes"
    return show(form, old, gaps), 422


def stale(shift_id: str) -> ResponseReturnValue:
    current = found(shift_id)
    form = Form(as_fields(current))
    form.refuse("stale", STALE)
    return show(form, current), 409


def done(words: str, shift: Shift) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(url_for("console.roster", week=monday_of(shift.local_date).isoformat()), 303)


def read_shift(form: Form, shift_id: str, zone: str) -> Shift | None:
    """The shift the form describes; None when something is wrong with it."""
    tier, day = form.one_of("tier", TIERS), form.day("date")
    start, end = form.time("start"), form.time("end")
    person = form.text("person", 40, needed="Choose a person.")
    with store().read() as rows:
        known = rows.people.get(person) if person else None
    if person and (known is None or not known.active):
        form.refuse("person", "Choose a person of the list.")
    if form.errors or day is None or known is None:
        return None
    overnight = int(end <= start)
    ends_on = day + timedelta(days=overnight)
    return Shift(
        id=shift_id,
        person_id=known.id,
        tier=tier,
        zone=zone,
        local_date=day,
        local_start=start,
        local_end=end,
        end_days=overnight,
        starts_at=instant(datetime.combine(day, time.fromisoformat(start)), zone),
        ends_at=instant(datetime.combine(ends_on, time.fromisoformat(end)), zone),
        version=1,
    )


def clash(rows: Rows, shift: Shift) -> bool:
    return any(
        one.id != shift.id and (one.person_id, one.tier) == (shift.person_id, shift.tier)
        for one in rows.roster.shifts_between(shift.starts_at, shift.ends_at)
    )


def opening(rows: Rows, old: Shift, new_shift: Shift | None) -> list[Gap]:
    """The gaps this change would open: it then needs an explicit yes (ROSTER.md)."""
    around = rows.roster.shifts_between(old.starts_at, old.ends_at)
    after = [one for one in around if one.id != old.id]
    if new_shift is not None:
        after.append(new_shift)
    before = [one for one in around if one.id == old.id]
    return [g for g in opened(before, after, old.zone, now()) if g.tier == old.tier]


def note(
    rows: Rows,
    action: str,
    shift: Shift,
    before: Shift | None = None,
    gaps: list[Gap] | None = None,
) -> None:
    facts = {**as_fields(shift), "gap_accepted": bool(gaps)}
    if before is not None:
        facts["before"] = as_fields(before)
    rows.audit.write(myself().id, action, OF_ROSTER, facts, now())
