"""My shifts: which are mine, and which should I confirm now, or find somebody for?"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue

from console.forms import Form
from console.here import board, myself, now, store
from console.permissions import PLANS
from console.roster_cover import own
from console.roster_words import hours
from console.week import Shift
from routing import stretches
from storage.store import Rows
from storage.values import Notice
from switchboard import confirmations, house_texts, roster_book
from switchboard.roster_book import NotNow

TOLD = timedelta(days=7)  # how long what changed stands at the desk
BACK = ("desk", "my_shifts", "coverage")  # where a confirmation may be given


def install(console: Blueprint) -> None:
    console.add_url_rule("/roster/mine", "my_shifts", page)
    console.add_url_rule("/notices/<notice_id>/seen", "see_notice", see, methods=["POST"])
    console.add_url_rule("/roster/mine/texts", "text_me", text_me, methods=["POST"])
    console.add_url_rule("/roster/confirmations", "confirm_shift", confirm, methods=["POST"])


def page() -> str:
    with store().read() as rows:
        to_confirm, changed = reminders(rows), told(rows)
        confirmed = {
            (one.tier, one.starts_at, one.ends_at)
            for one in rows.shift_confirmations.after(now())
            if one.person_id == myself().id
        }
        pending = rows.cover_requests.pending(now())
        facts: dict[str, Any] = {"shifts": own(rows), "zone": zone_of(rows)}
        me = rows.people.get(myself().id)
        facts["phone"] = me.phone if me else None
        facts["text_number"] = rows.texts.number(facts["phone"] or "")
    return render_template(
        "roster/mine.html",
        reminders=to_confirm,
        notices=changed,
        confirmed=confirmed,
        asked={(one.tier, one.starts_at) for one in pending if one.person_id == myself().id},
        reminded=board().book.roster.reminded,
        hours=hours,
        texts_on=board().settings.text_messages,
        **facts,
    )


def zone_of(rows: Rows) -> str:
    return roster_book.newest(rows)[1].roster.zone


def reminders(rows: Rows) -> list[Shift]:
    """One's shifts that begin soon and wait for one's yes."""
    asked_for = unconfirmed(rows, board().book.roster.reminded)
    return [one for one in asked_for if one.person_id == myself().id]


def unconfirmed(rows: Rows, within: timedelta) -> list[Shift]:
    """Everybody's shifts that begin so soon and have no yes."""
    zone = zone_of(rows)
    return [
        Shift(one.person_id, one.tier, zone, one.starts_at, one.ends_at)
        for one in confirmations.unconfirmed(rows, now(), within)
    ]


def told(rows: Rows) -> list[Notice]:
    """What changed for me and I have not seen."""
    return rows.notices.unseen(myself().id, now() - TOLD)


def see(notice_id: str) -> ResponseReturnValue:
    form = Form(asked.form)
    back = form.one_of("back", BACK) if "back" in form.values else "my_shifts"
    if form.errors:
        abort(422)
    with store().begin() as rows:
        rows.notices.see(notice_id, myself().id, now())
    return redirect(url_for(f"console.{back}"), 303)


def text_me() -> ResponseReturnValue:
    """One asks for a text when one's hours change within two days, or for none."""
    on = Form(asked.form).checked("on")
    if not board().settings.text_messages:
        abort(404)
    if house_texts.agree(board(), myself().id, on=on):
        flash("You get a text when your hours change." if on else "You get no more texts.", "done")
    else:
        flash("You have no phone number here: ask an administrator.", "warning")
    return redirect(url_for("console.my_shifts"), 303)


def confirm() -> ResponseReturnValue:
    """One's own; a coordinator also a colleague's, who told them."""
    form, person = Form(asked.form), myself()
    back = form.one_of("back", BACK) if "back" in form.values else "my_shifts"
    if form.errors:
        abort(422)
    with store().read() as rows:
        near = unconfirmed(rows, board().book.roster.reminded)
    shift = next((one for one in near if one.id == form.values.get("shift")), None)
    if shift and shift.person_id != person.id and not person.may(*PLANS):
        abort(403)
    if shift and kept(shift):
        flash(f"Confirmed: {hours(shift.starts_at, shift.ends_at, shift.zone)}.", "done")
    else:
        flash("This shift changed, has begun, or is confirmed already.", "warning")
    return redirect(url_for(f"console.{back}"), 303)


def kept(shift: Shift) -> bool:
    """False: it changed since it was read."""
    exactly = stretches.Shift(shift.starts_at, shift.ends_at, shift.tier, shift.person_id)
    try:
        with store().begin() as rows:
            confirmations.confirm(board(), rows, exactly, myself().id, now())
    except NotNow:
        return False
    return True
