"""Cover: who asks for it, who takes a shift, and what needs a coordinator's yes?"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from console import wishes
from console.forms import Form
from console.here import board, house_zone_name, me, myself, now, store
from console.permissions import ANSWERS, PLANS
from console.roster_fields import moment
from console.roster_words import hours
from console.week import Shift, shifts_of
from storage.cover_requests import TAKEN, WANTED
from storage.store import Rows
from storage.values import CoverRequest
from switchboard import cover, roster_book

AHEAD = timedelta(days=56)  # of one's own shifts that may be asked for
BEHIND = timedelta(days=28)  # of what was settled
STATES = {
    "open": "nobody took it",  # and it has begun
    "taken": "not agreed in time",
    "proposed": "not answered in time",
    "accepted": "not agreed in time",
    "applied": "changed hands",
    "withdrawn": "taken back",
    "declined": "not agreed",
}


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/roster/cover", "cover", page)
    add("/roster/cover", "ask_cover", ask, methods=["POST"])
    for noun, endpoint, handler in (
        ("withdrawal", "withdraw_cover", withdraw),
        ("taking", "take_cover", take),
        ("agreement", "agree_cover", agree),
        ("refusal", "decline_cover", decline),
        ("no", "turn_down_cover", turn_down),
    ):
        add(f"/roster/cover/<request_id>/{noun}", endpoint, handler, methods=["POST"])


def page() -> ResponseReturnValue:
    return show(Form({"shift": request.args.get("shift", "")}))


def show(form: Form) -> ResponseReturnValue:
    person = myself()
    with store().read() as rows:
        pending = rows.cover_requests.pending(now())
        facts: dict[str, Any] = {
            "names": rows.people.names(),
            "settled": [
                one
                for one in rows.cover_requests.settled(now() - BEHIND)
                if one not in pending and (person.may(*PLANS) or _concerns(one, person.id))
            ],
            "zone": _zone(rows),
        }
        asked = {(one.tier, one.starts_at) for one in pending if one.person_id == person.id}
        shifts = [one for one in own(rows) if (one.tier, one.starts_at) not in asked]
    facts |= {
        "form": form,
        "shifts": shifts,
        "mine": [one for one in pending if one.person_id == person.id],
        "waiting": [one for one in pending if one.state in TAKEN],
        "asked": [one for one in pending if _asked_of(one, person.id)],
        "may_take": person.may(*ANSWERS),
        "may_edit": person.may(*PLANS),
        "states": STATES,
        "hours": hours,
    }
    return render_template("roster/cover.html", **facts), 422 if form.errors else 200


def _asked_of(one: CoverRequest, person_id: str) -> bool:
    """Cover is asked of everybody else, a swap of one colleague."""
    others = one.person_id != person_id and one.asked_of in (None, person_id)
    return others and one.state in WANTED


def _concerns(one: CoverRequest, person_id: str) -> bool:
    return person_id in (one.person_id, one.taken_by, one.asked_of)


def _zone(rows: Rows) -> str:
    return str(roster_book.newest(rows)[1].document.get("zone") or house_zone_name())


def own(rows: Rows) -> list[Shift]:
    """One's shifts to come that have not begun."""
    person, start = me(), now()
    roster = roster_book.newest(rows)[1].roster
    return [
        one
        for one in shifts_of(roster, _zone(rows), start, start + AHEAD)
        if person and one.person_id == person.id and one.starts_at > start
    ]


# -- changing ---------------------------------------------------------------------------------


def ask() -> ResponseReturnValue:
    form = Form(request.form)
    note = form.text("note", 200)
    with store().read() as rows:
        shift = next((one for one in own(rows) if one.id == form.values.get("shift")), None)
    if shift is None:
        form.refuse("shift", "Choose one of your shifts that has not begun.")
    if shift is None or form.errors:
        return show(form)
    window = part_of(form, shift)
    if form.errors:
        return show(form)
    return done(
        lambda rows: cover.ask(rows, myself().id, shift.tier, window, note, now()),
        "Your colleagues see it now. Until somebody takes it the shift stays yours.",
    )


def part_of(form: Form, shift: Shift) -> tuple[datetime, datetime]:
    """All its hours, or those from `start` until `end`, each where it is given."""
    given = {
        name: moment(form, name, shift.zone) for name in ("start", "end") if form.values.get(name)
    }
    start, end = given.get("start") or shift.starts_at, given.get("end") or shift.ends_at
    if not form.errors and not shift.starts_at <= start < end <= shift.ends_at:
        form.refuse("end" if given.get("end") else "start", "Hours of this shift, in order.")
    return start, end


def withdraw(request_id: str) -> ResponseReturnValue:
    return done(
        lambda rows: cover.withdraw(rows, request_id, myself().id, now()),
        "Taken back: the shift stays yours.",
    )


def take(request_id: str) -> ResponseReturnValue:
    return done(
        lambda rows: cover.take(board(), rows, request_id, myself().id, now()),
        "Done. The roster says so now.",
    )


def turn_down(request_id: str) -> ResponseReturnValue:
    return done(
        lambda rows: cover.turn_down(rows, request_id, myself().id, now()),
        "You said no: every shift stays as it was.",
    )


def agree(request_id: str) -> ResponseReturnValue:
    form = Form(request.form)
    reason = form.text("reason", 120, needed="Say why: it is kept with the change.")
    if form.errors or reason is None:
        return show(form)
    return done(
        lambda rows: cover.agree(board(), rows, request_id, myself().id, reason, now()),
        "Agreed: the shift has changed hands.",
    )


def decline(request_id: str) -> ResponseReturnValue:
    return done(
        lambda rows: cover.decline(rows, request_id, myself().id, now()),
        "Not agreed: the shift stays as it was.",
    )


def done(what: Callable[[Rows], Any], words: str) -> ResponseReturnValue:
    return wishes.done("cover", what, words, waits=TAKEN, changed="applied")
