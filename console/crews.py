"""The mobile crew board: every visit and how far it is, asked for, put right, and followed."""

import re
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from care import crew as rules
from care import crew_details
from care.crew import Refused, Step, Visit
from care.crew_details import AFTERWARDS, FIELDS, KINDS, OUTCOMES
from console import crew_desk
from console.crew_words import BUTTONS
from console.forms import Form
from console.here import board, myself, now, store
from console.permissions import COORDINATOR, SUPERVISOR
from storage import ids
from storage.store import Rows
from switchboard import crews, handoffs

RANDOM_ID = re.compile(r"[\w-]{22}")
SHOWN_FOR = timedelta(hours=12)  # of visits that are over
OVERSEE = (COORDINATOR, SUPERVISOR)


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/crews", "crews", page)
    add("/crews/visits/new", "crew_form", blank)
    add("/crews/visits/new", "request_crew", request_one, methods=["POST"])
    add("/calls/<call_id>/crew", "crew_form_of_call", of_call)
    add("/calls/<call_id>/crew", "request_crew_of_call", request_in_call, methods=["POST"])
    add("/crews/visits/<visit_id>", "crew_visit", edit)
    add("/crews/visits/<visit_id>", "change_crew_visit", change, methods=["POST"])
    add("/crews/visits/<visit_id>/steps", "crew_step", step, methods=["POST"])
    add("/crews/visits/<visit_id>/leaving", "explain_leaving", explain, methods=["POST"])
    add("/crews/visits/<visit_id>/asking", "ask_crew", ask, methods=["POST"])


# -- the board ----------------------------------------------------------------------------------


def page() -> ResponseReturnValue:
    return board_of_crews()


def board_of_crews(wrong: str = "", **made: str) -> ResponseReturnValue:
    person = myself()
    with store().read() as rows:
        going = [one for one in rows.crew_visits.open() if may_see(rows, one)]
        lately = rows.crew_visits.since(now() - SHOWN_FOR)
        over = [one for one in lately if one.over and may_see(rows, one)]
        facts = {
            "going": crew_desk.shown(rows, rules.in_order(going)),
            "over": crew_desk.shown(rows, over[::-1]),
            "crews": rows.crews.all(),
        }
    crews.note_reading(board(), person.id, [*going, *over])
    oversees = person.may(*OVERSEE)
    html = render_template(
        "crews/page.html", **facts, oversees=oversees, wrong=wrong, **words(), **made
    )
    return html, 409 if wrong else 200


def words() -> dict[str, Any]:
    """What the templates of visits need besides them."""
    return {
        "buttons": BUTTONS,
        "outcomes": OUTCOMES,
        "zone": myself().zone,
        "within": board().book.crews.acknowledge_within_seconds,
    }


def may_see(rows: Rows, visit: Visit) -> bool:
    """Those who oversee see all; a clinician what they asked for, or of their own contacts."""
    person = myself()
    if person.may(*OVERSEE) or visit.requested_by == person.id:
        return True
    call = rows.calls.get(visit.call_id) if visit.call_id else None
    return call is not None and call.clinician_id == person.id


def theirs(visit_id: str) -> Visit:
    with store().read() as rows:
        found = rows.crew_visits.get(visit_id)
        if found is None or not may_see(rows, found):
            abort(404)
    return found


# -- asking for one -----------------------------------------------------------------------------


def blank() -> str:
    return form(url_for("console.request_crew"), {}, {})


def of_call(call_id: str) -> str:
    """The form at the desk, with what is known of this caller."""
    known = known_of(call_id)
    return form(url_for("console.request_crew_of_call", call_id=call_id), known, {})


def known_of(call_id: str) -> dict[str, str]:
    """What need not be typed: from what 911 sent ahead, and from the record."""
    with store().read() as rows:
        own = rows.desks.get(myself().id)
        if own is None or own.call_id != call_id:
            abort(404)
        ahead, record = handoffs.of_call(rows, call_id), rows.records.get(call_id)
    sure = ahead.facts if ahead and ahead.sure else {}
    answers = record.answers if record else {}
    return {
        "place": answers.get("location") or sure.get("location", ""),
        "situation": sure.get("reason", ""),
        "risk": "; ".join(ahead.dangers) if ahead and ahead.sure else "",
        "person": (record and record.person_name) or sure.get("person_name", ""),
        "number": (record and record.callback_number) or "",
    }


def form(
    action: str, values: dict[str, str], errors: dict[str, str], visit: Visit | None = None
) -> str:
    """`visit`: the one to put right; None: a new one."""
    with store().read() as rows:
        known = rows.crews.all()
    at_desk = "HX-Request" in request.headers
    return render_template(
        "crews/form.html" if at_desk else "crews/form_page.html",
        action=action,
        values=values,
        errors=errors,
        visit=visit,
        fields=FIELDS,
        needed=crew_details.NEEDED,
        kinds=KINDS,
        crews=known,
        new_id=values.get("id") or ids.new(),
    )


def request_one() -> ResponseReturnValue:
    """A coordinator or supervisor asks without a call."""
    return requested(url_for("console.request_crew"), None)


def request_in_call(call_id: str) -> ResponseReturnValue:
    known_of(call_id)  # only whoever has the caller
    return requested(url_for("console.request_crew_of_call", call_id=call_id), call_id)


def requested(action: str, call_id: str | None) -> ResponseReturnValue:
    given = Form(request.form)
    facts = details(given)
    kind = given.one_of("kind", KINDS)
    if not RANDOM_ID.fullmatch(given.values.get("id", "")):
        given.refuse("kind", "Open this form again.")
    with store().read() as rows:
        asked = given.one_of("asked", ("", *(crew.id for crew in rows.crews.all()))) or None
    if given.errors:
        return form(action, given.values, given.errors), 422
    crews.request(
        board(), given.values["id"], myself().id, kind, facts, asked=asked, call_id=call_id
    )
    return answered("desk" if call_id else "crews")


def details(given: Form) -> dict[str, str]:
    """The fields of a visit; what is wrong with them is in `given.errors`."""
    facts = {name: given.values.get(name, "").replace("\x00", "") for name in crew_details.NAMES}
    facts = {name: value for name, value in facts.items() if value}
    for name, why in crew_details.refused(facts).items():
        given.refuse(name, why)
    if facts.get("number") and "number" not in given.errors:
        facts["number"] = given.number("number") or facts["number"]
    return facts


def answered(where: str) -> ResponseReturnValue:
    """At the desk the form goes, and the panel hears of the change by itself."""
    if "HX-Request" in request.headers:
        return ""
    return redirect(url_for(f"console.{where}"), 303)


# -- putting it right, and following it ---------------------------------------------------------


def edit(visit_id: str) -> str:
    visit = theirs(visit_id)
    crews.note_reading(board(), myself().id, [visit])
    return form(url_for("console.change_crew_visit", visit_id=visit_id), visit.facts, {}, visit)


def change(visit_id: str) -> ResponseReturnValue:
    """The crew must read what changed."""
    visit, given = theirs(visit_id), Form(request.form)
    facts, by = details(given), myself().id
    if not given.errors:
        try:
            crews.change(
                board(), visit_id, by, "changed", lambda v, at: rules.change(v, facts, by, at)
            )
        except Refused as why:
            given.refuse("place", str(why))
    if given.errors:
        action = url_for("console.change_crew_visit", visit_id=visit_id)
        return form(action, given.values, given.errors, visit), 422
    return answered("crews")


def step(visit_id: str) -> ResponseReturnValue:
    """What a crew said by telephone or radio, entered for them; or called off."""
    visit, given = theirs(visit_id), Form(request.form)
    which = given.values.get("step", "")
    if which == "read":
        return read_to_them(visit)
    if which not in set(Step):
        abort(422)
    with store().read() as rows:
        known = {crew.id for crew in rows.crews.all()}
    crew = visit.crew or given.values.get("crew") or visit.asked
    said = given.text("words", 200) or ""
    try:
        crews.step(
            board(),
            visit_id,
            Step(which),
            crew if crew in known else visit.crew,
            myself().id,
            words=said,
            seen=visit.version,
        )
    except Refused as why:
        return refused(str(why))
    return answered("crews")


def read_to_them(visit: Visit) -> ResponseReturnValue:
    """Somebody read what changed to the crew, who does not look at the page."""
    by = myself().id
    crews.change(
        board(), visit.id, by, "read_changes", lambda v, at: rules.read(v, visit.version, by, at)
    )
    return answered("crews")


def explain(visit_id: str) -> ResponseReturnValue:
    """Whoever left a caller without a word says why."""
    with store().read() as rows:
        if visit_id not in {one.id for one in crews.unexplained_by(rows, myself().id)}:
            abort(404)
    why, by = Form(request.form).values.get("why", ""), myself().id
    if why not in AFTERWARDS:
        abort(422)
    crews.change(board(), visit_id, by, "explained", lambda v, at: rules.explain(v, why, by, at))
    return answered("desk")


def ask(visit_id: str) -> ResponseReturnValue:
    """Ask another crew, or any."""
    theirs(visit_id)
    given, by = Form(request.form), myself().id
    with store().read() as rows:
        asked = given.one_of("crew", ("", *(crew.id for crew in rows.crews.all()))) or None
    if given.errors:
        abort(422)
    within = crews.within(board())
    try:
        crews.change(
            board(), visit_id, by, "asked", lambda v, at: rules.ask(v, asked, by, at, at + within)
        )
    except Refused as why:
        return refused(str(why))
    return answered("crews")


def refused(why: str) -> ResponseReturnValue:
    """At the desk the words stand in the panel's place for forms; elsewhere on the board."""
    if "HX-Request" in request.headers:
        return render_template("crews/refused.html", why=why), 200
    return board_of_crews(why)
