"""An imminent risk at the desk and on the supervisors' page: one question at a time."""

from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from care import rescue as rules
from care.rescue import CONSENTS, STEPS, NotYet, Rescue
from console.forms import Form
from console.here import board, myself, now, store
from console.permissions import SUPERVISOR
from storage.store import Rows
from switchboard import rescues


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/rescues", "rescues", page)
    add("/calls/<call_id>/rescue", "open_rescue", begin, methods=["POST"])
    add("/rescues/<rescue_id>/consent", "rescue_consent", consent, methods=["POST"])
    add("/rescues/<rescue_id>/steps", "rescue_step", step, methods=["POST"])
    add("/rescues/<rescue_id>/contact", "rescue_contact", contact, methods=["POST"])
    add("/rescues/<rescue_id>/closure", "close_rescue", close, methods=["POST"])


def page() -> str:
    with store().read() as rows:
        found = rules.in_order([one for one in rows.rescues.open() if may_see(rows, one)])
        names = {p.id: p.name for p in rows.people.all(active_only=False)}
    return render_template("rescues/page.html", rescues=[shown(one) for one in found], names=names)


def may_see(rows: Rows, rescue: Rescue) -> bool:
    """Supervisors see all; a clinician those they opened, or of their own contacts."""
    person = myself()
    if person.may(SUPERVISOR) or rescue.opened_by == person.id:
        return True
    call = rows.calls.get(rescue.call_id)
    return call is not None and call.clinician_id == person.id


def shown(rescue: Rescue | None, wrong: str = "") -> dict[str, Any]:
    """What the templates need about one rescue; None: there is none yet."""
    line = board().line(rescue.psap or "") if rescue else None
    return {
        "rescue": rescue,
        "steps": STEPS,
        "consents": CONSENTS,
        "wrong": wrong,
        "psap": line,
        "asking": bool(rescue and rescues.ask_now(rescue, now())),
    }


def at_desk(call_id: str) -> dict[str, Any]:
    """The same for the contact on somebody's desk."""
    with store().read() as rows:
        return shown(rows.rescues.of_call(call_id))


# -- doing ------------------------------------------------------------------------------------


def begin(call_id: str) -> ResponseReturnValue:
    person = myself()
    with store().read() as rows:
        call = rows.calls.get(call_id)
    if call is None or not (person.may(SUPERVISOR) or call.clinician_id == person.id):
        abort(404)
    return answered(rescues.begin(board(), call_id, person.id))


def consent(rescue_id: str) -> ResponseReturnValue:
    word = Form(request.form).values.get("consent", "")
    return change(rescue_id, "consent", lambda one, _at: rules.consent(one, word))


def step(rescue_id: str) -> ResponseReturnValue:
    form = Form(request.form)
    note = form.text("note", 300) or ""
    chosen, by = form.values.get("step", ""), myself().id
    return change(rescue_id, "step", lambda one, at: rules.take(one, chosen, by, at, note))


def contact(rescue_id: str) -> ResponseReturnValue:
    if Form(request.form).values.get("contact") == "yes":
        by = myself().id
        return change(rescue_id, "contact", lambda one, at: rules.confirm(one, by, at))
    return change(rescue_id, "not_confirmed", rules.not_confirmed)


def close(rescue_id: str) -> ResponseReturnValue:
    words = Form(request.form).text("closing", 500) or ""
    person = myself()
    closing = partial(rules.close, words=words, supervisor=person.may(SUPERVISOR))
    return change(rescue_id, "closed", lambda one, at: closing(one, person.id, at))


def change(rescue_id: str, what: str, how: rescues.Change) -> ResponseReturnValue:
    person, before = myself(), theirs(rescue_id)
    try:
        return answered(rescues.change(board(), rescue_id, person.id, what, how))
    except NotYet as why:
        return answered(before, str(why))


def theirs(rescue_id: str) -> Rescue:
    with store().read() as rows:
        found = next((one for one in rows.rescues.open() if one.id == rescue_id), None)
        if found is None or not may_see(rows, found):
            abort(404)
    return found


def answered(rescue: Rescue, wrong: str = "") -> ResponseReturnValue:
    """The desk's region for htmx, which never leaves the page; the list for a plain form."""
    status = 422 if wrong else 200
    found = shown(rescue, wrong)
    if "HX-Request" in request.headers:
        desk = {"call": {"id": rescue.call_id}}
        return render_template("desk/rescue.html", desk=desk, **found), status
    if wrong:
        return render_template("rescues/page.html", rescues=[found], names={}), status
    return redirect(url_for("console.rescues"), 303)
