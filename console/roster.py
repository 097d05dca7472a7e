"""The coordinator's roster: a week that can be read as a whole, and shifts that can be changed."""

from datetime import UTC, date, datetime, time, timedelta
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
    Shift,
    bounds,
    coming_gaps,
    monday_of,
    shifts_of,
    week,
)
from routing import by_hand
from routing.roster import RosterError
from routing.wallclock import instant, wall
from storage.errors import Stale
from storage.store import Rows
from switchboard import roster_book
from switchboard.roster_book import CannotSave

OF_ROSTER = "roster"
STALE = "Somebody changed this shift while you were editing it. Here is the roster as it is now."
LONGEST = timedelta(days=40)


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
    with store().read() as rows:
        _, book = roster_book.newest(rows)
        names = names_of(rows)
        desks = {desk.person_id: desk.state for desk in rows.desks.all()}
        history = rows.audit.of(OF_ROSTER)[-10:]
    coming = book.timeline(moment, moment + timedelta(days=GAP_DAYS))
    shown = shifts_of(book.roster, zone, start, end)
    return render_template(
        "roster/page.html",
        week=week(monday, zone, shown, book.timeline(start, end), moment),
        gaps=coming_gaps(coming, zone, moment),
        on_call=coming.at(moment),
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
    with store().read() as rows:
        shift = found(rows, shift_id)
    if shift is None:
        abort(404)
    return show(Form(as_fields(shift)), shift)


def found(rows: Rows, shift_id: str) -> Shift | None:
    """The shift of that name, if the roster still has it."""
    try:
        _, start, end, _ = shift_id.split(".", 3)
        window = tuple(datetime.fromtimestamp(int(at), UTC) for at in (start, end))
    except (ValueError, OverflowError, OSError):
        return None
    _, book = roster_book.newest(rows)
    shifts = shifts_of(book.roster, house_zone_name(), window[0], window[0] + LONGEST)
    return next((one for one in shifts if one.id == shift_id), None)


def as_fields(shift: Shift) -> dict[str, str]:
    return {
        "person": shift.person_id,
        "tier": shift.tier,
        "date": shift.local_date.isoformat(),
        "start": shift.local_start,
        "end": shift.local_end,
    }


def show(form: Form, shift: Shift | None, gaps: list[Gap] | None = None) -> str:
    with store().read() as rows:
        people = rows.people.all()
    facts: dict[str, Any] = {"form": form, "shift": shift, "gaps": gaps or [], "people": people}
    return render_template("roster/shift.html", **facts, tiers=TIERS, zone=house_zone_name())


def create() -> ResponseReturnValue:
    form = Form(request.form)
    return write(form, None, read_shift(form), "shift.added", "Shift added.")


def change(shift_id: str) -> ResponseReturnValue:
    form = Form(request.form)
    with store().read() as rows:
        old = found(rows, shift_id)
    if old is None:
        return stale()
    return write(form, old, read_shift(form), "shift.changed", "Shift changed.")


def remove(shift_id: str) -> ResponseReturnValue:
    with store().read() as rows:
        old = found(rows, shift_id)
    if old is None:
        return stale()
    form = Form({**as_fields(old), **request.form.to_dict(), "removing": "yes"})
    return write(form, old, None, "shift.removed", "Shift deleted.")


def write(
    form: Form, old: Shift | None, wanted: Shift | None, action: str, words: str
) -> ResponseReturnValue:
    """Put `wanted` in the place of `old`; a gap needs an explicit yes (ROSTER.md)."""
    gaps: list[Gap] = []
    if not form.errors:
        try:
            with store().begin() as rows:
                if old is not None and found(rows, old.id) is None:
                    return stale()
                if clash(rows, old, wanted):
                    form.refuse("person", "They already have this tier at that time.")
                else:
                    save(rows, form, old, wanted, words)
                    note(rows, action, wanted or old, old)
                    return done(words, wanted or old)
        except CannotSave as error:
            gaps = [gap_of(*short) for short in ((s.tier, s.start, s.end) for s in error.opened)]
            if not gaps:
                form.refuse("person", " ".join(error.why))
        except (RosterError, Stale) as error:
            form.refuse("person", f"{error}. Try again.")
    return show(form, old, gaps), 422


def save(rows: Rows, form: Form, old: Shift | None, wanted: Shift | None, words: str) -> None:
    number, book = roster_book.newest(rows)
    document = book.document if number else {"zone": house_zone_name()}
    if old is not None:
        hours = old.starts_at, old.ends_at
        same = wanted is not None and (wanted.starts_at, wanted.ends_at, wanted.tier) == (
            *hours,
            old.tier,
        )
        by = wanted.person_id if same and wanted else None
        document = by_hand.without(document, old.tier, old.person_id, *hours, by)
        wanted = None if same else wanted
    if wanted is not None:
        document = by_hand.with_shift(
            document, wanted.tier, wanted.person_id, wanted.starts_at, wanted.ends_at
        )
    agreed = words if form.checked("anyway") else None
    roster_book.save(
        rows, document, myself().id, words, now(), based_on=number, leave_uncovered=agreed
    )


def stale() -> ResponseReturnValue:
    flash(STALE, "thin")
    return redirect(url_for("console.roster"), 303)


def done(words: str, shift: Shift | None) -> ResponseReturnValue:
    flash(words, "done")
    week = monday_of(shift.local_date).isoformat() if shift else None
    return redirect(url_for("console.roster", week=week), 303)


def read_shift(form: Form) -> Shift | None:
    """The shift the form describes; None when something is wrong with it."""
    tier, day, zone = form.one_of("tier", TIERS), form.day("date"), house_zone_name()
    start, end = form.time("start"), form.time("end")
    person = form.text("person", 40, needed="Choose a person.")
    with store().read() as rows:
        known = rows.people.get(person) if person else None
    if person and (known is None or not known.active):
        form.refuse("person", "Choose a person of the list.")
    if form.errors or day is None or known is None:
        return None
    ends_on = day + timedelta(days=int(end <= start))
    return Shift(
        person_id=known.id,
        tier=tier,
        zone=zone,
        starts_at=instant(datetime.combine(day, time.fromisoformat(start)), zone),
        ends_at=instant(datetime.combine(ends_on, time.fromisoformat(end)), zone),
    )


def gap_of(tier: str, start: datetime, end: datetime) -> Gap:
    zone = house_zone_name()
    return Gap(tier, wall(start, zone), wall(end, zone))


def clash(rows: Rows, old: Shift | None, wanted: Shift | None) -> bool:
    if wanted is None:
        return False
    _, book = roster_book.newest(rows)
    return any(
        (one.person_id, one.tier) == (wanted.person_id, wanted.tier) and one != old
        for one in shifts_of(book.roster, wanted.zone, wanted.starts_at, wanted.ends_at)
    )


def note(rows: Rows, action: str, shift: Shift | None, before: Shift | None) -> None:
    assert shift is not None
    facts: dict[str, Any] = {**as_fields(shift), "gap_accepted": "anyway" in request.form}
    if before is not None:
        facts["before"] = as_fields(before)
    rows.audit.write(myself().id, action, OF_ROSTER, facts, now())
