"""Promised calls: what is due, what is overdue, what a human must decide."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue

from callbacks.plan import LABELS as OUTCOMES
from console.forms import Form
from console.here import Me, board, myself, now, store
from console.permissions import OVERSEES
from storage.store import Rows
from storage.values import FollowUp, Task
from switchboard import promises, tasks

OVERDUE = timedelta(hours=1)
SHOWN_MOST = 200
DECISIONS = {
    "call_again": "I will call them myself",
    "letter": "Write a letter",
    "visit": "Ask a mobile crew to visit",
    "close": "Close: nothing more to do",
    "done": "Done",
}


def install(console: Blueprint) -> None:
    console.add_url_rule("/follow-ups", "followups", page)
    console.add_url_rule("/tasks/<task_id>/decision", "decide", decide, methods=["POST"])


def page() -> str:
    return render_template("followups/page.html", **read(myself()))


def read(person: Me, errors: dict[str, dict[str, str]] | None = None) -> dict[str, Any]:
    moment = now()
    with store().read() as rows:
        waiting = rows.followups.list("due", "offered", "placing")[:SHOWN_MOST]
        shown = [one for one in waiting if may_see(person, one)]
        return {
            "overdue": [one for one in shown if one.due_at < moment - OVERDUE],
            "due": [one for one in shown if moment - OVERDUE <= one.due_at <= moment],
            "later": [one for one in shown if one.due_at > moment],
            "attempts": {one.id: rows.attempts.of(one.id) for one in shown},
            "tasks": tasks_for(rows, person),
            "names": {p.id: p.name for p in rows.people.all(active_only=False)},
            "outcomes": OUTCOMES,
            "decisions": DECISIONS,
            "errors": errors or {},
        }


def may_see(person: Me, one: FollowUp) -> bool:
    """A clinician sees what they promised and what is due for anybody; overseers see all."""
    return person.may(*OVERSEES) or one.prefers in (None, person.id) or one.due_at <= now()


def tasks_for(rows: Rows, person: Me) -> list[Task]:
    return [task for task in rows.tasks.open() if person.may(task.for_role, *OVERSEES)]


def decide(task_id: str) -> ResponseReturnValue:
    """A named person decides; the promise behind the task is closed when they say so."""
    form = Form(asked.form)
    decision, why = form.one_of("decision", DECISIONS), form.text("why", 160)
    person = myself()
    with store().read() as rows:
        task = next((one for one in tasks_for(rows, person) if one.id == task_id), None)
    if task is None:
        abort(404)
    if form.errors:
        return render_template("followups/page.html", **read(person, {task_id: form.errors})), 422
    words = DECISIONS[decision] + (f": {why}" if why else "")
    with store().begin() as rows:
        closed = tasks.close(rows, task_id, person.id, words, now())
        if closed:
            facts = {"kind": task.kind, "decision": decision}
            rows.audit.write(person.id, "task.decided", f"task:{task_id}", facts, now())
    if closed and decision == "close" and task.followup_id:
        promises.close(board(), task.followup_id, person.id, "decided")
    flash(*(("Decided.", "done") if closed else ("Somebody decided this before you.", "warning")))
    return redirect(url_for("console.followups"), 303)
