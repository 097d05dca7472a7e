"""A supervisor in a clinician's call, and who takes up a silent call for help."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from console.here import board, me, myself, store
from console.permissions import SUPERVISOR
from ivr.call import Call, Guest, How, Stage
from storage.store import Rows
from storage.values import Task
from switchboard import calls, guestbook, supervising
from switchboard import help as silent_help
from switchboard.desk import NotDone


@dataclass(frozen=True, slots=True)
class Talk:
    """One clinician with a caller, as a supervisor sees it on the board."""

    call: Call
    clinician: str
    line: str
    guests: tuple[tuple[str, Guest], ...]  # with their names
    mine: Guest | None  # the supervisor's own place in it

    @property
    def apart(self) -> bool:
        """The caller is in the waiting line meanwhile, and hears nobody."""
        return self.call.stage is Stage.CONSULTING

    @property
    def may_enter(self) -> bool:
        """Nobody supervises their own call."""
        person = me()
        others = person is not None and self.call.clinician_id != person.id
        return others and self.call.stage in calls.WITH_CLINICIAN


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clinician who asks for help, and nobody is on it yet."""

    call_id: str
    clinician: str
    since: datetime


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/calls/<call_id>/supervision", "supervise", supervise, methods=["POST"])
    add("/calls/<call_id>/supervision/end", "stop_supervising", stop, methods=["POST"])
    add("/calls/<call_id>/help/answer", "take_help", take_help, methods=["POST"])


def talks(rows: Rows, live: list[Call]) -> tuple[Talk, ...]:
    """Every talk of a clinician with a caller, for a supervisor; nobody else is shown any."""
    person = me()
    if person is None or not person.may(SUPERVISOR):
        return ()
    names = names_of(rows)
    return tuple(
        Talk(
            call,
            names.get(call.clinician_id or "", "A clinician"),
            board().line(call.line).name,
            named(call, names),
            supervising.mine(call, person.id),
        )
        for call in live
        if call.stage in calls.WITH_CLINICIAN
    )


def named(call: Call, names: dict[str, str]) -> tuple[tuple[str, Guest], ...]:
    """Who else is in this call, by name."""
    return tuple((guestbook.name_of(board(), names, call, guest), guest) for guest in call.guests)


def wanted() -> tuple[Wanted, ...]:
    """Who asks for help and has nobody yet; shown to supervisors alone."""
    person = me()
    if person is None or not person.may(SUPERVISOR):
        return ()
    with store().read() as rows:
        found = silent_help.wanted(rows)
        names = names_of(rows) if found else {}
        return tuple(_wanted(rows, names, task) for task in found)


def _wanted(rows: Rows, names: dict[str, str], task: Task) -> Wanted:
    call = rows.calls.get(task.call_id or "")
    who = names.get(call.clinician_id or "") if call else None
    return Wanted(task.call_id or "", who or "A clinician", task.opened_at)


def names_of(rows: Rows) -> dict[str, str]:
    """Everybody of the house, by id."""
    return {person.id: person.name for person in rows.people.all(active_only=False)}


def supervise(call_id: str) -> ResponseReturnValue:
    """Into the call as far as `how` says; the softphone dials in with `connect`."""
    how = request.form.get("how", "")
    if how not in tuple(How):
        abort(422)
    try:
        if supervising.change(board(), call_id, myself().id, How(how)):
            return answered(None)
    except NotDone:
        return refused(502, "The telephone service did not do it. Try again.")
    connect = supervising.begin(board(), call_id, myself().id, How(how))
    if connect is None:
        return refused(404, "Nobody talks there now.")
    return answered(connect)


def stop(call_id: str) -> ResponseReturnValue:
    if not supervising.stop(board(), call_id, myself().id):
        abort(404)
    return answered(None)


def refused(status: int, say: str) -> ResponseReturnValue:
    return jsonify(say=say), status


def answered(connect: dict[str, str] | None) -> ResponseReturnValue:
    """For the page's script what to dial in with; for a plain form the board."""
    if "application/json" in request.headers.get("Accept", ""):
        return jsonify(connect=connect)
    return redirect(url_for("console.board_page"), 303)


def take_help(call_id: str) -> ResponseReturnValue:
    """The first who takes it has it; a second one comes to the same board."""
    silent_help.take(board(), call_id, myself().id)
    if "HX-Request" in request.headers:  # the page stays: a softphone may be in it
        return "", 204
    return redirect(url_for("console.board_page"), 303)
