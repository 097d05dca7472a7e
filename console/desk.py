"""The clinician's desk: on duty, offered, talking, wrapping up; one thing to do at a time."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callbacks.plan import LABELS as OUTCOMES
from care.crew_details import LEAVING
from care.disposition import LABELS
from care.questions import asked
from console import company, crew_desk, referrals, rescues, roster_mine, supervision
from console.dispatcher import at_desk as dispatcher_at_desk
from console.here import board, myself, now, store
from console.roster_words import hours
from console.words import asset
from switchboard import calls, desk, handoffs, offers, presence, response_plans, unwritten
from switchboard import help as silent_help
from switchboard.desk import DeskState

REASONS = (
    ("busy", "I am with someone"),
    ("break", "I need a moment"),
    ("language", "Another language or skill is needed"),
    ("other", "Another reason"),
)


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/desk", "desk", page)
    add("/desk/panel", "desk_panel", panel)
    add("/desk/record", "desk_record", record_region)
    add("/desk/state", "desk_state", state)
    add("/desk/token", "desk_token", token)
    add("/desk/duty", "start_duty", start_duty, methods=["POST"])
    add("/desk/duty/end", "end_duty", end_duty, methods=["POST"])
    add("/desk/duty", "end_duty", end_duty, methods=["DELETE"])
    add("/desk/beat", "beat", beat, methods=["POST"])
    add("/desk/return", "come_back", come_back, methods=["POST"])
    add("/desk/unwritten/<call_id>", "write_later", write_later, methods=["POST"])
    add("/offers/<offer_id>/acceptance", "accept", accept, methods=["POST"])
    add("/offers/<offer_id>/refusal", "refuse", refuse, methods=["POST"])
    add("/calls/<call_id>/ending", "end_call", end_call, methods=["POST"])
    add("/calls/<call_id>/dispatcher", "ask_dispatcher", ask_dispatcher, methods=["POST"])
    add("/calls/<call_id>/shared-leg", "share_leg", share_leg, methods=["POST"])
    add("/calls/<call_id>/help", "ask_help", ask_help, methods=["POST"])
    add("/calls/<call_id>/hold", "hold", hold, methods=["POST"])
    add("/calls/<call_id>/hold/end", "unhold", unhold, methods=["POST"])
    add("/calls/<call_id>/hold", "unhold", unhold, methods=["DELETE"])


def shown() -> DeskState:
    found = desk.state(board(), myself().id)
    if found is None:
        abort(404)
    _note_reading(found)
    return found


def _note_reading(current: DeskState) -> None:
    """Before a desk shows what was sent ahead, or a response plan, the audit knows who sees it."""
    for known in (current.handoff, *(card.handoff for card in current.cards)):
        if known:
            handoffs.note_reading(board(), current.person.id, known.call_id)
    for plan in (current.response_plan, *(card.response_plan for card in current.cards)):
        if plan:
            response_plans.note_reading(board(), current.person.id, plan)


def facts(current: DeskState) -> dict[str, Any]:
    """What the desk's templates need besides the state."""
    tomorrow = now().astimezone(ZoneInfo(current.person.zone)) + timedelta(days=1)
    found = {
        "desk": current,
        "reasons": REASONS,
        "dispositions": LABELS.items(),
        "outcomes": OUTCOMES.items(),
        "tomorrow": tomorrow.date().isoformat(),
        "plans": board().plans,
        "texts_on": board().settings.text_messages,
        "returns_at": board().line(current.call.line).return_number if current.call else None,
        "own_number": board().line(current.call.line).number if current.call else "",
        "house": f"{' to '.join(board().plans.house.weekday)}",
        "softphone_host": board().settings.softphone_host,
        "sounds": asset("sounds/silence.wav"),
        "dispatcher": dispatcher_at_desk(current.call) if current.state == "talking" else None,
        "wanted": supervision.wanted(),
        "unwritten": _unwritten(current),
        "off_duty": current.why == unwritten.OFF_DUTY,
    }
    return found | company.at_desk(current) | crew_desk.at_desk(current)


def _unwritten(current: DeskState) -> list[tuple[str, str, datetime]]:
    """Id, line and instant of the talks without a finished record, while nothing else is asked."""
    if current.cards or current.state not in unwritten.FREE:
        return []
    with store().read() as rows:
        found = unwritten.of(rows, current.person.id, now())
    return [(one.call_id, board().line(one.line).name, one.answered_at) for one in found]


def with_record(current: DeskState) -> dict[str, Any]:
    """The same, and what the record beside the panel asks and offers."""
    found = facts(current)
    if current.call is None:
        return found
    with store().read() as rows:
        earlier = desk.earlier_plan(board(), rows, current.call)
    sections = asked(current.record.answers if current.record else {})
    found |= {"sections": sections, "earlier_plan": earlier}
    return found | rescues.at_desk(current.call.id) | referrals.at_desk(current.call)


def page() -> str:
    with store().read() as rows:
        reminders, notices = roster_mine.reminders(rows), roster_mine.told(rows)
    facts = {"reminders": reminders, "notices": notices, "hours": hours}
    return render_template("desk/page.html", **facts, **with_record(shown()))


def panel() -> str:
    return render_template("desk/panel.html", **facts(shown()))


def record_region() -> str:
    return render_template("desk/record.html", **with_record(shown()))


def state() -> ResponseReturnValue:
    """The desk as data, for pages that poll."""
    current = shown()
    return jsonify(
        state=current.state,
        call=current.call.id if current.call else None,
        offers=[card.offer_id for card in current.cards],
        others=current.others,
    )


def answered() -> ResponseReturnValue:
    """After a change: the panel for htmx, nothing for a script, the page for a plain form."""
    if "HX-Request" in request.headers:
        return panel()
    if "application/json" in request.headers.get("Accept", ""):
        return jsonify(done=True)
    return redirect(url_for("console.desk"), 303)


def refused(status: int, say: str) -> ResponseReturnValue:
    return jsonify(say=say), status


def token() -> ResponseReturnValue:
    return jsonify(token=desk.token(board(), myself().id))


def start_duty() -> ResponseReturnValue:
    presence.go_on_duty(board(), myself().id)
    return answered()


def end_duty() -> ResponseReturnValue:
    if not presence.go_off_duty(board(), myself().id):
        return refused(409, "A caller is with you. End the call first.")
    return answered()


def beat() -> ResponseReturnValue:
    presence.beat(board(), myself().id, active=request.form.get("active") == "yes")
    return "", 204


def come_back() -> ResponseReturnValue:
    presence.back(board(), myself().id)
    return answered()


def write_later(call_id: str) -> ResponseReturnValue:
    """Open the record of a talk that is over: on the page as in a wrap-up."""
    if not unwritten.begin(board(), call_id, myself().id):
        return refused(409, "This record is finished, or you are busy. Look at your desk again.")
    return answered()


def accept(offer_id: str) -> ResponseReturnValue:
    try:
        accepted = offers.accept(board(), offer_id, myself().id)
    except offers.Taken as taken:
        return refused(409, str(taken))
    return jsonify(call=accepted.call_id, connect=accepted.connect)


def refuse(offer_id: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "other")
    known = dict(REASONS)
    offers.decline(board(), offer_id, myself().id, reason if reason in known else "other")
    return answered()


def end_call(call_id: str) -> ResponseReturnValue:
    """Before a crew is with the caller, leaving asks why."""
    visits, why = crew_desk.keeping(call_id), request.form.get("why", "")
    if visits and why not in LEAVING:
        return refused(422, "The crew is not there yet. Say why you end the call, or stay.")
    if not calls.end(board(), call_id, myself().id):
        abort(404)
    crew_desk.note_left(visits, why)
    return answered()


def ask_dispatcher(call_id: str) -> ResponseReturnValue:
    """Ring the 911 centre's own line, to have its dispatcher in this call."""
    if not calls.ask_dispatcher(board(), call_id, myself().id):
        abort(404)
    return answered()


def share_leg(call_id: str) -> ResponseReturnValue:
    """The dispatcher is on the caller's own leg, or is there no longer."""
    shared = request.form.get("shared") == "yes"
    if not calls.share_leg(board(), call_id, myself().id, shared=shared):
        abort(404)
    return answered()


def ask_help(call_id: str) -> ResponseReturnValue:
    """Tell every supervisor, without a sound."""
    if not silent_help.ask(board(), call_id, myself().id):
        abort(404)
    return answered()


def hold(call_id: str) -> ResponseReturnValue:
    return put_on_hold(call_id, on=True)


def unhold(call_id: str) -> ResponseReturnValue:
    return put_on_hold(call_id, on=False)


def put_on_hold(call_id: str, *, on: bool) -> ResponseReturnValue:
    try:
        if not desk.hold(board(), call_id, myself().id, on=on):
            abort(404)
    except desk.NotDone:
        return refused(502, "The telephone service did not do it. The call goes on; try again.")
    return answered()
