"""Promised calls: what is due, what is overdue, what a human must decide."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue

from callbacks.plan import LABELS as OUTCOMES
from console.forms import Form
from console.here import Me, board, myself, now, store
from console.permissions import ANSWERS, OVERSEES
from console.words import count_of
from routing.wallclock import wall
from storage.followups import OPEN
from storage.store import Rows
from storage.values import FollowUp, Task
from switchboard import promises, reassignments, tasks
from switchboard.reassignments import whose_clinician_is_off

SHOWN_MOST = 500
DECISIONS = {
    "call_again": "I will call them myself",
    "letter": "Write a letter",
    "visit": "An outreach visit",
    "welfare_check": "A welfare check",
    "close": "Close: nothing more to do",
    "done": "Done",
}
TOLD = " (told whom they wished)"


def install(console: Blueprint) -> None:
    console.add_url_rule("/follow-ups", "followups", page)
    console.add_url_rule("/follow-ups/reassignment", "reassign", reassign, methods=["POST"])
    console.add_url_rule("/tasks/<task_id>/decision", "decide", decide, methods=["POST"])


def page() -> str:
    return render_template("followups/page.html", **read(myself()))


def read(person: Me, errors: dict[str, dict[str, str]] | None = None) -> dict[str, Any]:
    moment = now()
    with store().read() as rows:
        waiting = rows.followups.list(*OPEN, limit=SHOWN_MOST)
        shown = [one for one in waiting if may_see(person, one)]
        undecided = tasks_for(rows, person)
        return {
            "parts": parts(rows, person, shown, moment),
            "overdue": {one.id for one in shown if promises.overdue(one, moment)},
            "attempts": {one.id: rows.attempts.of(one.id) for one in shown},
            "tasks": undecided,
            "about": about(rows, undecided),
            "names": rows.people.names(),
            "clinicians": [p for p in rows.people.all() if not ANSWERS.isdisjoint(p.roles)],
            "outcomes": OUTCOMES,
            "decisions": DECISIONS,
            "never_decided": tasks.NEVER_DECIDED,
            "errors": errors or {},
        }


def parts(
    rows: Rows, person: Me, shown: list[FollowUp], moment: datetime
) -> dict[str, list[FollowUp]]:
    """Each promise in the first part of the page that it belongs to."""
    left = {one.id: one for one in shown}

    def take(fits: Callable[[FollowUp], bool]) -> list[FollowUp]:
        return [left.pop(one.id) for one in shown if one.id in left and fits(one)]

    today = wall(moment, person.zone).date()
    found = {"mine": take(lambda one: is_mine_by(one, person, today))}
    found["overdue"] = take(lambda one: promises.overdue(one, moment))
    found["due"] = take(lambda one: one.due_at <= moment)
    off = {one.id for one in whose_clinician_is_off(rows, left.values(), moment)}
    found["off"] = take(lambda one: person.may(*OVERSEES) and one.id in off)
    return found | {"later": list(left.values())}


def is_mine_by(one: FollowUp, person: Me, day: date) -> bool:
    """Whether it is this clinician's own, and due by the end of that day where they are."""
    return one.prefers == person.id and wall(one.due_at, person.zone).date() <= day


def reassign() -> ResponseReturnValue:
    """The marked promises get another clinician, in one step."""
    marked = asked.form.getlist("promise")[:SHOWN_MOST]
    to = asked.form.get("to") or None
    try:
        given = reassignments.reassign(board(), marked, to, myself().id)
    except promises.NotPossible as why:
        flash(str(why), "warning")
    else:
        words = f"{count_of(given, 'follow-up is', 'follow-ups are')} given away."
        flash(words if given else "Nothing was marked that could be given away.", "done")
    return redirect(url_for("console.followups"), 303)


def about(rows: Rows, undecided: list[Task]) -> dict[str, FollowUp]:
    """The promise behind each task, by the task's id."""
    behind = ((task.id, rows.followups.get(task.followup_id or "")) for task in undecided)
    return {task_id: one for task_id, one in behind if one}


def may_see(person: Me, one: FollowUp) -> bool:
    """A clinician sees what they promised and what is due for anybody; overseers see all."""
    due = promises.is_open(one) and one.due_at <= now()
    return person.may(*OVERSEES) or one.prefers in (None, person.id) or due


def tasks_for(rows: Rows, person: Me) -> list[Task]:
    return [task for task in rows.tasks.open() if person.may(task.for_role, *OVERSEES)]


def decide(task_id: str) -> ResponseReturnValue:
    """A named person decides; the promise behind the task is closed when they say so."""
    form = Form(asked.form)
    decision, why = form.one_of("decision", DECISIONS), form.text("why", 140)
    person = myself()
    with store().read() as rows:
        task = next((one for one in tasks_for(rows, person) if one.id == task_id), None)
    if task is None:
        abort(404)
    if task.kind in tasks.NEVER_DECIDED:
        form.refuse("decision", "This goes when what it asks for is done, and by no decision.")
    if form.errors:
        return render_template("followups/page.html", **read(person, {task_id: form.errors})), 422
    words = DECISIONS[decision] + (f": {why}" if why else "")
    words += TOLD if form.checked("told") else ""
    with store().begin() as rows:
        closed = tasks.close(rows, task_id, person.id, words, now())
        if closed:
            facts = {"kind": task.kind, "decision": decision}
            rows.audit.write(person.id, "task.decided", f"task:{task_id}", facts, now())
    if closed and decision == "close" and task.followup_id:
        promises.close(board(), task.followup_id, person.id, "decided")
    flash(*(("Decided.", "done") if closed else ("Somebody decided this before you.", "warning")))
    return redirect(url_for("console.followups"), 303)
