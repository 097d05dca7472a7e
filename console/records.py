"""The record of a contact: kept while talking, finished in wrap-up, read by those who may."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callbacks.plan import LABELS as OUTCOMES
from care import questions, record
from care.disposition import LABELS
from care.referral import STEPS_IN_WORDS
from console import crew_desk, referrals, trace_words
from console.contacts import handed_over
from console.desk import facts, shown, with_record
from console.forms import Form
from console.here import Me, board, myself, now, store
from console.permissions import CLINICIAN, COORDINATOR, SUPERVISOR
from console.words import RECORD_FIELDS, clock, record_values
from ivr.call import Call
from routing.wallclock import instant
from storage.errors import Stale
from storage.store import Rows
from switchboard import desk, handoffs, promises, response_plans
from switchboard.desk import Draft

OF_CALL = "record:{}"
ON_A_DAY = "on_a_day"  # instead of a plan: a day agreed with the person
RISKS = {"0": "As usual", "1": "Raised", "2": "High: call them first"}


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/records/<call_id>", "record", page)
    add("/records/<call_id>", "save_record", save, methods=["POST"])
    add("/records/<call_id>/safety-plan", "safety_plan", safety_plan)
    add("/records/<call_id>/safety-plan", "take_over_plan", take_over_plan, methods=["POST"])
    add("/calls/<call_id>/wrap-up", "wrap_up", finish, methods=["POST"])
    add("/calls/<call_id>/follow-ups", "schedule", schedule, methods=["POST"])


# -- writing ----------------------------------------------------------------------------------


def save(call_id: str) -> ResponseReturnValue:
    """The autosave: the new version, or both when somebody else was first."""
    draft, version, form = read_draft()
    if form.errors:
        return wrong(form)
    try:
        kept = desk.write_record(board(), call_id, myself().id, draft, version)
    except desk.NotTheirs:
        abort(404)
    except Stale:
        return conflict(call_id)
    return jsonify(version=kept.version, at=clock(kept.updated_at, myself().zone))


def conflict(call_id: str) -> ResponseReturnValue:
    with store().read() as rows:
        kept = rows.records.get(call_id)
    say = "This record was changed somewhere else."
    version = kept.version if kept else 0
    return jsonify(say=say, values=record_values(kept), version=version), 409


def finish(call_id: str) -> ResponseReturnValue:
    draft, version, form = read_draft()
    draft = replace(draft, callback_number=full_number(draft.callback_number))
    for name, words in record.unfinished(draft, crew_desk.told_elsewhere(call_id)).items():
        form.refuse(name, words)
    if form.errors:
        return wrong(form)
    try:
        outcome, went = came_of_it(form), referrals.went(form.values)
        desk.finish(board(), call_id, myself().id, draft, version, outcome, went)
    except desk.NotTheirs:
        abort(404)
    except Stale:
        return conflict(call_id)
    if wants_data():
        return jsonify(done=True)
    return redirect(url_for("console.desk"), 303)


def take_over_plan(call_id: str) -> ResponseReturnValue:
    """The person's earlier safety plan, into the empty parts of this record."""
    version = Form(request.form).whole("version")
    try:
        kept = desk.take_over_plan(board(), call_id, myself().id, version)
    except desk.NotTheirs:
        abort(404)
    except Stale:
        return conflict(call_id)
    if wants_data():
        return jsonify(values=record_values(kept), version=kept.version)
    return redirect(url_for("console.desk"), 303)


def full_number(typed: str | None) -> str | None:
    """The number in full where it can be understood; as typed where not, for the form to say."""
    form = Form({"number": typed or ""})
    return form.number("number") or typed


def came_of_it(form: Form) -> str | None:
    """The clinician's own word for a follow-up's attempt, when it was one."""
    outcome = form.values.get("outcome")
    return outcome if outcome in OUTCOMES else None


def read_draft() -> tuple[Draft, int, Form]:
    form = Form(request.form)
    values = {name: form.values.get(name, "").replace("\x00", "") for name in RECORD_FIELDS}
    draft = Draft(
        disposition=values["disposition"] or None,
        person_name=values["person_name"] or None,
        callback_number=values["callback_number"] or None,
        incident=values["incident"] or None,
        notes=values["notes"],
        answers=questions.answers(form.values),
    )
    if draft.disposition and draft.disposition not in LABELS:
        form.refuse("disposition", "Choose one of the list.")
    for name, words in record.unkeepable(draft).items():
        form.refuse(name, words)
    return draft, form.whole("version"), form


def wrong(form: Form) -> ResponseReturnValue:
    if wants_data():
        return jsonify(say="Something is missing.", errors=form.errors), 422
    return render_template("desk/page.html", **with_record(shown()), form=form), 422


def wants_data() -> bool:
    return "application/json" in request.headers.get("Accept", "")


def schedule(call_id: str) -> ResponseReturnValue:
    """Promise a follow-up from this contact."""
    current = shown()
    if current.call is None or current.call.id != call_id:
        abort(404)
    form = Form(request.form)
    wish = read_wish(form, current.call.language)
    if not form.errors:
        try:
            promises.schedule(board(), call_id, myself().id, wish)
        except promises.NotPossible as why:
            form.refuse("number", str(why))
        current = shown()
    region = {"promise": {"values": form.values, "errors": form.errors} if form.errors else {}}
    status = 422 if form.errors else 200
    if "HX-Request" in request.headers:
        return render_template("desk/promises.html", **facts(current), **region), status
    if form.errors:
        return render_template("desk/page.html", **with_record(current), **region), status
    return redirect(url_for("console.desk"), 303)


def read_wish(form: Form, language: str) -> promises.Wish:
    if not form.checked("consent"):
        form.refuse("consent", "Without their consent nobody may call.")
    zone = form.zone("zone")
    best_from, best_until = form.time("best_from"), form.time("best_until")
    if best_from >= best_until:
        form.refuse("best_until", "Later than the first time.")
    template = form.one_of("template", (*board().plans.templates, ON_A_DAY))
    message = form.one_of("message", ("", *board().plans.messages)) or None
    return promises.Wish(
        name=form.text("name", 120) or "",
        number=form.number("number"),
        zone=zone,
        language=language,
        consent_by=form.text("consent_by", 80, needed="Say who gave it.") or "",
        consent_how=form.one_of("consent_how", promises.HOW),
        best_from=best_from,
        best_until=best_until,
        message=message,
        due_at=agreed_day(form, zone, best_from) if template == ON_A_DAY else None,
        template=None if template == ON_A_DAY else template,
        zone_confirmed=form.checked("zone_confirmed"),
        risk=int(form.one_of("risk", RISKS)) if form.values.get("risk") in RISKS else 0,
        same_clinician=form.checked("same_clinician"),
        tell_if_unreached=form.text("tell_if_unreached", 200) or "",
        note=form.text("note", 300) or "",
        texts=form.checked("texts") and board().settings.text_messages,
    )


def agreed_day(form: Form, zone: str, best_from: str) -> datetime | None:
    day = form.day("date")
    if not day or form.errors:
        return None
    due_at = instant(datetime.combine(day, time.fromisoformat(best_from)), zone)
    if due_at < now() - timedelta(hours=1):
        form.refuse("date", "That moment has passed.")
    return due_at


# -- reading ----------------------------------------------------------------------------------


def page(call_id: str) -> str:
    person = myself()
    with store().read() as rows:
        call = rows.calls.get(call_id)
        if call is None or not may_read(rows, person, call):
            abort(404)  # a foreign record does not exist for this person (FAILURES E2)
    note_reading(person, call_id)
    with store().read() as rows:
        shown_facts = read(rows, call)
    if plan := shown_facts["response_plan"]:
        response_plans.note_reading(board(), person.id, plan)
    return render_template("records/page.html", **shown_facts)


def may_read(rows: Rows, person: Me, call: Call) -> bool:
    """Supervisors read every record; a clinician their own contacts, and earlier ones of the
    person they are with; a coordinator the contacts of open tasks and promises.
    """
    if person.may(SUPERVISOR):
        return True
    if person.may(COORDINATOR) and any(t.call_id == call.id for t in rows.tasks.open()):
        return True
    return person.may(CLINICIAN) and (
        call.clinician_id == person.id or is_with_them(rows, person, call)
    )


def is_with_them(rows: Rows, person: Me, call: Call) -> bool:
    own = rows.desks.get(person.id)
    current = rows.calls.get(own.call_id) if own and own.call_id else None
    number = board().somebodys(call.number_shown)
    return current is not None and number is not None and current.number_shown == number


def safety_plan(call_id: str) -> str:
    """The plan by itself, to be printed and given to the person."""
    person = myself()
    with store().read() as rows:
        call, kept = rows.calls.get(call_id), rows.records.get(call_id)
        if call is None or not may_read(rows, person, call):
            abort(404)
    note_reading(person, call_id)
    return render_template(
        "records/safety_plan.html",
        plan=questions.PLAN,
        written=questions.plan_of(kept.answers) if kept else {},
        made_at=kept.updated_at if kept else now(),
        zone=person.zone,
        call_id=call_id,
    )


def note_reading(person: Me, call_id: str) -> None:
    """Reading is audited before anything is shown (FAILURES E16)."""
    with store().begin() as rows:
        rows.audit.write(person.id, "record.read", OF_CALL.format(call_id), {}, now())


def read(rows: Rows, call: Call) -> dict[str, Any]:
    names = {p.id: p.name for p in rows.people.all(active_only=False)}
    kept = rows.records.get(call.id)
    return {
        "call": call,
        "line": board().line(call.line),
        "zone": myself().zone,
        "names": names,
        "record": kept,
        "labels": LABELS,
        "told": list(questions.told(kept.answers)) if kept else [],
        "has_plan": bool(kept and questions.plan_of(kept.answers)),
        "journal": rows.journal.of(call.id),
        "offers": rows.offers.of_call(call.id),
        "trace": trace_words.by_person(rows.traces.of_call(call.id), call, myself().zone, names),
        "promised": rows.followups.of_call(call.id),
        "handed": handed_over(call, kept.disposition if kept else None),
        "ahead": handoffs.of_call(rows, call.id),
        "response_plan": response_plans.of_call(board(), rows, call),
        "visits": crew_desk.of_call(rows, call.id),
        "referrals": referrals.of_record(rows, call.id),
        "steps": STEPS_IN_WORDS,
        "audit": rows.audit.of(OF_CALL.format(call.id)),
    }
