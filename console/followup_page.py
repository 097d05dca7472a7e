"""What is known of one promise and its person, and how is it stopped?"""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue

from callbacks.plan import LABELS as OUTCOMES
from console import referrals
from console.followups import DECISIONS, may_see, tasks_for
from console.forms import Form
from console.here import Me, board, myself, now, store
from console.permissions import READS_RECORDS
from console.records import may_read
from console.text_words import text_words
from storage.store import Rows
from storage.values import FollowUp
from switchboard import promises, reminders, response_plans, stops

HOW = {"spoken": "Spoken", "written": "Written"}
CONSENTS = HOW | {"by_key": "By a key while waiting", "called_us": "By calling us"}
ENDINGS = {
    "kept": "kept",
    "reached_us": "they called us",
    "unreached": "not reached",
    "withdrawn": "does not want to be called",
    "wrong_number": "wrong number",
    "no_consent": "no consent",
    "decided": "closed by a named person",
    "talk_over": "the talk was over",
}


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/follow-ups/<followup_id>", "followup", page)
    add("/follow-ups/<followup_id>/texts", "followup_texts", texts)
    add("/follow-ups/<followup_id>/revocation", "revoke_consent", revoke, methods=["POST"])
    add("/follow-ups/<followup_id>/texts-revocation", "revoke_texts", no_texts, methods=["POST"])
    add("/follow-ups/<followup_id>/wrong-number", "wrong_number", wrong, methods=["POST"])


def page(followup_id: str) -> str:
    return render_template("followups/one.html", **read(followup_id))


def texts(followup_id: str) -> str:
    """The texts alone, for the page that is open: that it was opened has been noted."""
    one = found(followup_id)
    with store().read() as rows:
        shown = of_texts(rows, one)
    zone, opened = myself().zone, promises.is_open(one)
    return render_template("followups/texts.html", one=one, open=opened, zone=zone, **shown)


def revoke(followup_id: str) -> ResponseReturnValue:
    """Consent ends now; whoever took the word down is named in the audit."""
    found(followup_id)
    form = Form(asked.form)
    by = form.text("revoked_by", 80, needed="Say who revoked it.") or ""
    how = form.one_of("revoked_how", HOW)
    if form.errors:
        return render_template("followups/one.html", **read(followup_id, form)), 422
    return stopped(followup_id, stops.revoke(board(), followup_id, myself().id, by, how))


def no_texts(followup_id: str) -> ResponseReturnValue:
    """Consent to texts ends; consent to be called stays as it is."""
    found(followup_id)
    form = Form(asked.form)
    by = form.text("texts_revoked_by", 80, needed="Say who revoked it.") or ""
    how = form.one_of("texts_revoked_how", HOW)
    if form.errors:
        return render_template("followups/one.html", **read(followup_id, form)), 422
    count = reminders.revoke(board(), followup_id, myself().id, by, how)
    words = ("Written down. This number gets no reminder by text.", "done")
    flash(*(words if count else ("Nobody had agreed to texts any more.", "warning")))
    return redirect(url_for("console.followup", followup_id=followup_id), 303)


def wrong(followup_id: str) -> ResponseReturnValue:
    found(followup_id)
    return stopped(followup_id, stops.wrong_number(board(), followup_id, myself().id))


def stopped(followup_id: str, count: int) -> ResponseReturnValue:
    words = ("Stopped. This number is not called any more.", "done")
    flash(*(words if count else ("Nothing was open to this number any more.", "warning")))
    return redirect(url_for("console.followup", followup_id=followup_id), 303)


def found(followup_id: str) -> FollowUp:
    with store().read() as rows:
        one = rows.followups.get(followup_id)
        if one is None or not (may_see(myself(), one) or with_them(rows, myself(), one)):
            abort(404)  # another's promise does not exist for this person (FAILURES E2)
    return one


def with_them(rows: Rows, person: Me, one: FollowUp) -> bool:
    """They called us, and this clinician has them now: with every promise to that number."""
    own = rows.desks.get(person.id)
    call = rows.calls.get(own.call_id) if own and own.call_id else None
    return call is not None and call.number_shown == one.number


def read(followup_id: str, form: Form | None = None) -> dict[str, Any]:
    """The promise, and the person's history; reading is audited before it is shown (E16)."""
    one, person = found(followup_id), myself()
    with store().begin() as rows:
        rows.audit.write(person.id, "followup.read", f"followup:{one.id}", {}, now())
    with store().read() as rows:
        shown = facts(rows, person, one) | {"form": form}
    if plan := shown["response_plan"]:
        response_plans.note_reading(board(), person.id, plan)
    return shown


def facts(rows: Rows, person: Me, one: FollowUp) -> dict[str, Any]:
    every = [one, *(o for o in rows.followups.of_number(one.number) if o.id != one.id)]
    here = with_them(rows, person, one)
    shown = [o for o in every if here or may_see(person, o)]
    calls = rows.calls.earlier(one.number, now(), limit=50)
    reads = person.may(*READS_RECORDS)
    return {
        "one": one,
        "promises": shown,
        "open": promises.is_open(one),
        "overdue": promises.overdue(one, now()),
        "attempts": {o.id: rows.attempts.of(o.id) for o in shown},
        "calls": calls,
        "may_read": {call.id for call in calls if may_read(rows, person, call)},
        "tasks": [task for task in tasks_for(rows, person) if task.followup_id == one.id],
        "response_plan": response_plans.of_followup(board(), rows, one) if reads else None,
        "referrals": referrals.of_followup(rows, one.number, one.call_id),
        "names": {p.id: p.name for p in rows.people.all(active_only=False)},
        "audit": rows.audit.of(f"followup:{one.id}"),
        "plan": board().plans.templates.get(one.template or ""),
        "message": board().plans.messages.get(one.message or "", {}),
        **of_texts(rows, one),
        "outcomes": OUTCOMES,
        "decisions": DECISIONS,
        "endings": ENDINGS,
        "zone": person.zone,
    }


def of_texts(rows: Rows, one: FollowUp) -> dict[str, Any]:
    return {
        "texts": rows.texts.of_number(one.number),
        "text_number": rows.texts.number(one.number),
        "texts_on": board().settings.text_messages,
        "text_words": text_words,
        "consents": CONSENTS,
        "hows": HOW,
    }
