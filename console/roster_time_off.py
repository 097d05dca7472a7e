"""Time off: asked for by whoever needs it, had at once or by a coordinator's yes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from console import wishes
from console.forms import Form
from console.here import board, myself, now, store
from console.permissions import PLANS
from console.roster_fields import moment
from console.roster_words import hours
from storage.store import Rows
from switchboard import roster_book, time_off

BEHIND = timedelta(days=28)
STATES = {"granted": "granted", "declined": "not agreed", "withdrawn": "taken back"}


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/roster/time-off-requests", "time_off", page)
    add("/roster/time-off-requests", "ask_time_off", ask, methods=["POST"])
    for noun, endpoint, handler in (
        ("withdrawal", "withdraw_time_off", withdraw),
        ("agreement", "agree_time_off", agree),
        ("refusal", "decline_time_off", decline),
    ):
        add(f"/roster/time-off-requests/<request_id>/{noun}", endpoint, handler, methods=["POST"])


def page() -> ResponseReturnValue:
    return show(Form({}))


def show(form: Form) -> ResponseReturnValue:
    person = myself()
    with store().read() as rows:
        pending = rows.time_off_requests.pending(now())
        settled = rows.time_off_requests.settled(now() - BEHIND)
        facts: dict[str, Any] = {
            "names": rows.people.names(),
            "zone": roster_book.newest(rows)[1].roster.zone,
        }
    facts |= {
        "form": form,
        "pending": [one for one in pending if person.may(*PLANS) or one.person_id == person.id],
        "settled": [one for one in settled if person.may(*PLANS) or one.person_id == person.id],
        "may_edit": person.may(*PLANS),
        "notice": board().book.roster.time_off_notice_days,
        "states": STATES,
        "hours": hours,
    }
    return render_template("roster/time_off.html", **facts), 422 if form.errors else 200


def ask() -> ResponseReturnValue:
    form = Form(request.form)
    note = form.text("note", 200)
    with store().read() as rows:
        zone = roster_book.newest(rows)[1].roster.zone
    start, end = moment(form, "start", zone), moment(form, "end", zone)
    if start and end and end <= start:
        form.refuse("end", "The end must be after the start.")
    if form.errors or start is None or end is None:
        return show(form)
    window = start, end
    return done(
        lambda rows: time_off.ask(board(), rows, myself().id, window, note, now()),
        "You have it: the roster says so now.",
    )


def withdraw(request_id: str) -> ResponseReturnValue:
    return done(lambda rows: time_off.withdraw(rows, request_id, myself().id, now()), "Taken back.")


def agree(request_id: str) -> ResponseReturnValue:
    form = Form(request.form)
    reason = form.text("reason", 120, needed="Say why: it is kept with the change.")
    if form.errors or reason is None:
        return show(form)
    return done(
        lambda rows: time_off.agree(rows, request_id, myself().id, reason, now()),
        "Agreed: they are on call for nothing in these hours.",
    )


def decline(request_id: str) -> ResponseReturnValue:
    return done(
        lambda rows: time_off.decline(rows, request_id, myself().id, now()),
        "Not agreed: the roster stays as it was.",
    )


def done(what: Callable[[Rows], Any], words: str) -> ResponseReturnValue:
    return wishes.done("time_off", what, words, waits=("asked",), changed="granted")
