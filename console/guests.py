"""Bringing somebody into a call, consulting them first, handing over; and answering a colleague."""

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from care.crew_details import LEAVING
from console import crew_desk, desk
from console.here import board, myself
from switchboard import guests

HOW = ("join", "consult")


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    call = "/calls/<call_id>"
    add(f"{call}/guests", "bring_in", bring_in, methods=["POST"])
    add(f"{call}/guests/<guest_id>/end", "send_away", send_away, methods=["POST"])
    add(f"{call}/guests/<guest_id>/handover", "hand_over", hand_over, methods=["POST"])
    add(f"{call}/consultation/end", "take_back", take_back, methods=["POST"])
    add(f"{call}/invitation/acceptance", "accept_invitation", accept, methods=["POST"])
    add(f"{call}/invitation/refusal", "leave_colleague", leave, methods=["POST"])


def bring_in(call_id: str) -> ResponseReturnValue:
    """Ask `who` into the call, or (`how` consult) to speak with them apart from the caller."""
    who, how = request.form.get("who", ""), request.form.get("how", "")
    if how not in HOW:
        abort(422)
    try:
        done = guests.bring(board(), call_id, myself().id, who, consult=how == "consult")
    except guests.NotFree:
        return desk.refused(409, "They cannot be asked just now. Choose again.")
    return _answered(done)


def send_away(call_id: str, guest_id: str) -> ResponseReturnValue:
    return _answered(guests.send_away(board(), call_id, myself().id, guest_id))


def hand_over(call_id: str, guest_id: str) -> ResponseReturnValue:
    """Before a crew is with the caller, leaving them without a clinician asks why."""
    visits, why = crew_desk.keeping(call_id, guest_id), request.form.get("why", "")
    if visits and why not in LEAVING:
        return desk.refused(422, "The crew is not there yet. Say why you leave, or stay.")
    done = guests.hand_over(board(), call_id, myself().id, guest_id)
    if done:
        crew_desk.note_left(visits, why)
    return _answered(done)


def take_back(call_id: str) -> ResponseReturnValue:
    alone = request.form.get("with") != "guest"
    return _answered(guests.take_back(board(), call_id, myself().id, alone=alone))


def accept(call_id: str) -> ResponseReturnValue:
    connect = guests.accept(board(), call_id, myself().id)
    if connect is None:
        return desk.refused(409, "You are not needed there any more.")
    return jsonify(call=call_id, connect=connect)


def leave(call_id: str) -> ResponseReturnValue:
    return _answered(guests.leave(board(), call_id, myself().id))


def _answered(done: bool) -> ResponseReturnValue:
    if not done:
        abort(404)
    return desk.answered()
